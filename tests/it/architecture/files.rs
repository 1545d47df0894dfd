//! The sources, as the rules read them: without comments, without unit tests, with every import written out.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::OnceLock,
};

/// A longer file has two subjects.
pub const MAX_LINES: usize = 450;
/// Split here, so that this list breaks no rule.
const UNFINISHED: [&str; 4] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("#[", "ignore"),
    concat!("#![", "allow("),
];
/// Ends of names that fit anything.
const EMPTY_NAMES: [&str; 7] = ["Service", "Manager", "Helper", "Helpers", "Util", "Utils", "Common"];
/// Folders in which we write.
const FOLDERS: [&str; 5] = ["schema", "api", "jobs", "migrations", "tests"];
/// Constructors of spans of time.
const SPANS: [&str; 9] = [
    "from_mins",
    "from_hours",
    "from_secs",
    "from_millis",
    "milliseconds",
    "seconds",
    "minutes",
    "hours",
    "days",
];

/// One Rust file.
pub struct SourceFile {
    /// From the root, with `/`.
    pub path: String,
    /// How long it is, everything counted.
    pub lines: usize,
    /// Words that say that the work is not done.
    pub unfinished: Vec<&'static str>,
    /// Comments and unit tests cut away; below it, every imported path on a line of its own.
    pub code: String,
}

/// Every Rust file of the project, read once.
pub fn all() -> &'static [SourceFile] {
    static FILES: OnceLock<Vec<SourceFile>> = OnceLock::new();
    FILES.get_or_init(|| {
        let mut paths = Vec::new();
        for folder in FOLDERS {
            collect(&root().join(folder), &mut paths);
        }
        assert!(paths.len() > 100, "the sources are not where they were");
        paths.sort();
        paths.iter().map(|path| SourceFile::read(path)).collect()
    })
}

pub fn all_paths_where(wanted: impl Fn(&SourceFile) -> bool) -> Vec<&'static str> {
    let wanted = all().iter().filter(|file| wanted(file));
    wanted.map(|file| file.path.as_str()).collect()
}

/// A text file, by its path from the root.
pub fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The members of the workspace.
pub fn members() -> Vec<String> {
    let manifest = text("Cargo.toml");
    let list = manifest.split("members = [").nth(1).unwrap().split(']').next().unwrap();
    list.split(',')
        .map(|member| member.trim().trim_matches('"').to_owned())
        .collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("target") && !path.ends_with("node_modules") {
            collect(&path, paths);
        } else if path.extension().is_some_and(|end| end == "rs") {
            paths.push(path);
        }
    }
}

impl SourceFile {
    fn read(path: &Path) -> Self {
        let name = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
        Self::new(name, &fs::read_to_string(path).unwrap())
    }

    pub fn new(path: String, text: &str) -> Self {
        let tested = path.ends_with("/tests.rs") || path.contains("/tests/");
        let mut code = if tested {
            String::new()
        } else {
            without_tests(&without_comments(text))
        };
        let imports = imports(&code);
        for import in imports {
            code.push('\n');
            code.push_str(&import);
        }
        Self {
            lines: text.lines().count(),
            unfinished: UNFINISHED.into_iter().filter(|mark| holds(text, mark)).collect(),
            path,
            code,
        }
    }

    /// Whether `word` stands in the code.
    pub fn names(&self, word: &str) -> bool {
        holds(&self.code, word)
    }

    /// Spans of time that are written down where they are used.
    pub fn nameless_durations(&self) -> Vec<String> {
        let mut constant = false;
        let mut found = Vec::new();
        for line in self.code.lines() {
            constant |= is_constant(line);
            if !constant && holds_span(line) {
                found.push(format!("{}: {}", self.path, line.trim()));
            }
            constant &= !line.trim_end().ends_with(';');
        }
        found
    }

    /// Types whose name would fit any other type.
    pub fn empty_names(&self) -> Vec<&str> {
        let words: Vec<&str> = self
            .code
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .filter(|word| !word.is_empty())
            .collect();
        let declared = words
            .windows(2)
            .filter(|pair| ["struct", "enum", "trait", "type"].contains(&pair[0]));
        declared
            .map(|pair| pair[1])
            .filter(|name| EMPTY_NAMES.iter().any(|end| name.ends_with(end)))
            .collect()
    }

    /// Whether a derived GraphQL object has a row of the database for a field.
    pub fn gives_rows_away(&self) -> bool {
        let derived = self.code.split("#[derive(").skip(1);
        let objects = derived.filter(|rest| rest.split(')').next().unwrap_or_default().contains("SimpleObject"));
        objects
            .filter_map(|rest| rest.split("struct ").nth(1))
            .any(|body| body.split("\n}").next().unwrap_or_default().contains("Model"))
    }
}

/// Whether `word` stands there, not as a part of a longer one.
fn holds(text: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    let inside = |c: Option<char>, edge: Option<char>| edge.is_some_and(part) && c.is_some_and(part);
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !inside(before, word.chars().next()) && !inside(after, word.chars().next_back())
    })
}

fn is_constant(line: &str) -> bool {
    let line = line
        .trim_start()
        .trim_start_matches("pub ")
        .trim_start_matches("pub(crate) ")
        .trim_start_matches("pub(super) ");
    (line.starts_with("const ") && !line.starts_with("const fn")) || line.starts_with("static ")
}

fn holds_span(line: &str) -> bool {
    SPANS.iter().any(|span| {
        line.split(&format!("::{span}("))
            .skip(1)
            .any(|argument| argument.starts_with(|c: char| c.is_ascii_digit()))
    })
}

fn without_comments(text: &str) -> String {
    let line = |line: &str| {
        if line.trim_start().starts_with("//") {
            return String::new();
        }
        line.split(" // ").next().unwrap_or_default().to_owned()
    };
    text.lines().map(|text| line(text) + "\n").collect()
}

/// Unit tests stand at the end of their file, everywhere.
fn without_tests(text: &str) -> String {
    match text.split_once("#[cfg(test)]\nmod tests {") {
        Some((code, _)) => code.to_owned(),
        None => text.to_owned(),
    }
}

/// Every path that `use` brings in, nested lists written out.
fn imports(code: &str) -> Vec<String> {
    let statements = code.split("use ").enumerate().filter_map(|(at, rest)| {
        let begins = at > 0 && rest.starts_with(|c: char| c.is_alphabetic() || c == ':');
        begins.then(|| rest.split(';').next().unwrap_or_default())
    });
    let mut paths = Vec::new();
    for statement in statements {
        let flat: String = statement.split_whitespace().collect::<Vec<_>>().join(" ");
        write_out("", &flat, &mut paths);
    }
    paths
}

fn write_out(prefix: &str, tree: &str, paths: &mut Vec<String>) {
    let tree = tree.trim();
    let Some((head, list)) = tree.split_once('{') else {
        let path = tree.split(" as ").next().unwrap_or_default().trim();
        paths.push(match path {
            "self" => prefix.trim_end_matches("::").to_owned(),
            path => format!("{prefix}{path}"),
        });
        return;
    };
    let prefix = format!("{prefix}{}", head.trim());
    let list = list.rsplit_once('}').map_or(list, |(inner, _)| inner);
    for branch in branches(list) {
        write_out(&prefix, branch, paths);
    }
}

/// The parts between commas that stand in no inner list.
fn branches(list: &str) -> Vec<&str> {
    let (mut depth, mut start, mut parts) = (0, 0, Vec::new());
    for (at, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&list[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&list[start..]);
    parts.into_iter().filter(|part| !part.trim().is_empty()).collect()
}
