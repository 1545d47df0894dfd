//! Rules of the house that one reading of the files can hold.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::{process, project};

/// A longer file has two subjects.
const MAX_LINES: usize = 450;
/// Written by hand; generated files and data are as long as they are.
const WRITTEN: [&str; 7] = ["rs", "mjs", "js", "py", "css", "html", "toml"];
/// Split here so that this line is not one.
const IGNORED_TEST: &str = concat!("#[", "ignore");

/// An error that names every file and the rule it breaks.
pub fn check() -> Result<()> {
    let root = project::root();
    let broken: Vec<String> = written_files(&root)?
        .iter()
        .filter_map(|path| fs::read_to_string(root.join(path)).ok().map(|text| (path, text)))
        .flat_map(|(path, text)| broken_rules(path, &text))
        .collect();
    if !broken.is_empty() {
        bail!("{}", broken.join("\n"));
    }
    Ok(())
}

fn written_files(root: &Path) -> Result<Vec<PathBuf>> {
    let mut git = std::process::Command::new("git");
    git.args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root);
    let list = process::output(&mut git, project::ASK_LIMIT)?;
    let written = |path: &PathBuf| {
        path.extension()
            .is_some_and(|end| WRITTEN.iter().any(|written| end == *written))
    };
    Ok(list.lines().map(PathBuf::from).filter(written).collect())
}

fn broken_rules(path: &Path, text: &str) -> Vec<String> {
    let name = path.display();
    let lines = text.lines().count();
    let mut broken = Vec::new();
    if lines > MAX_LINES {
        broken.push(format!("{name}: {lines} lines, at most {MAX_LINES}: split it by noun"));
    }
    if text.contains(IGNORED_TEST) {
        broken.push(format!(
            "{name}: a test is ignored: assert what it does today, or remove it"
        ));
    }
    broken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_file_and_an_ignored_test_are_named() {
        let text = format!("{}{IGNORED_TEST}]\n", "\n".repeat(MAX_LINES));
        assert_eq!(broken_rules(Path::new("a.rs"), &text).len(), 2);
    }

    #[test]
    fn a_short_file_is_in_order() {
        assert!(broken_rules(Path::new("a.rs"), &"\n".repeat(MAX_LINES)).is_empty());
    }
}
