//! `beffroi.example.toml`, from the doc comments and the defaults of the configuration's structs.
//!
//! The sources are read as text, as they stand after rustfmt. What cannot be read is an error, never left out; that the
//! example says the defaults is held by `tests/it/configuration.rs`.

use std::fs;

use anyhow::{Context as _, Result, bail};

use crate::project;

/// Where the example is kept.
pub const PATH: &str = "beffroi.example.toml";
/// A table of the file (empty: what stands above all tables), its struct, and where that is.
const TABLES: [(&str, &str, &str); 7] = [
    ("", "Instance", "schema/src/config/mod.rs"),
    ("database", "Database", "schema/src/config/mod.rs"),
    ("redis", "Redis", "schema/src/config/mod.rs"),
    ("media", "Media", "schema/src/config/media.rs"),
    ("api", "ApiConfig", "api/src/config.rs"),
    ("outbound", "OutboundConfig", "jobs/src/http/config.rs"),
    ("push", "PushConfig", "jobs/src/push/fcm/config.rs"),
];
/// Defaults that are named elsewhere, and what they stand for.
const NAMED: [(&str, &str, &str); 2] = [
    ("fcm::DEFAULT_ENDPOINT", "jobs/fcm/src/config.rs", "DEFAULT_ENDPOINT"),
    ("CARGO_PKG_REPOSITORY", "Cargo.toml", "repository = "),
];
const HEAD: &str = "\
# Beffroi's configuration. Copy what you change to `beffroi.toml`: what is left out is as it stands here.
# Keys without a default are commented out.
#
# Each key is also a variable of the environment, which goes before the file: BEFFROI_PUBLIC_URL, BEFFROI_API__LISTEN
# (two underscores go one level down). An unknown key, or a value out of bounds, is refused at start.
#
# Written by `cargo xtask fix` from the comments in the code: change it there.
";

/// The example, as the code says now.
pub fn example() -> Result<String> {
    TABLES.iter().try_fold(HEAD.to_owned(), |text, (table, name, path)| {
        let source = fs::read_to_string(project::root().join(path))?;
        let written = written(table, name, &source).with_context(|| format!("{name} in {path}"))?;
        Ok(text + "\n" + &written)
    })
}

fn written(table: &str, name: &str, source: &str) -> Result<String> {
    let (before, body) = source
        .split_once(&format!("pub struct {name} {{\n"))
        .context("no such struct")?;
    let mut text = String::new();
    if !table.is_empty() {
        let about: Vec<&str> = before.lines().rev().skip_while(|line| line.starts_with('#')).collect();
        let about = about
            .into_iter()
            .take_while(|line| line.starts_with("///"))
            .collect::<Vec<_>>();
        text.extend(about.into_iter().rev().map(comment));
        text.extend(["[", table, "]\n"]);
    }
    let defaults = source
        .split_once(&format!("impl Default for {name} {{"))
        .map(|(_, rest)| rest);
    let mut about = String::new();
    for line in body.lines().take_while(|line| *line != "}").map(str::trim) {
        if line.starts_with("///") {
            about += &comment(line);
        } else if let Some((key, kind)) = line.strip_prefix("pub ").and_then(|field| field.split_once(": ")) {
            let about = std::mem::take(&mut about);
            // A table of its own says above it what it is.
            if TABLES.iter().all(|(table, ..)| *table != key) {
                text += &about;
                text += &entry(key, kind, defaults)?;
            }
        } else if !line.is_empty() && !line.starts_with("#[") {
            bail!("`{line}` is neither a comment nor a field");
        }
    }
    Ok(text)
}

fn comment(line: &str) -> String {
    line.trim().replacen("///", "#", 1) + "\n"
}

fn entry(key: &str, kind: &str, defaults: Option<&str>) -> Result<String> {
    let Some(value) = default_of(key, defaults)? else {
        let example = if kind.contains("Option<Url>") {
            "\"https://example.org\""
        } else if kind.contains("Option") {
            "\"…\""
        } else {
            bail!("{key} has no default")
        };
        return Ok(format!("# {key} = {example}\n"));
    };
    Ok(format!("{key} = {value}\n"))
}

/// How a default is written in TOML; none for an absent value.
fn default_of(key: &str, defaults: Option<&str>) -> Result<Option<String>> {
    // `derive(Default)`: everything optional, and absent.
    let Some(defaults) = defaults else { return Ok(None) };
    let lines = defaults.lines().take_while(|line| *line != "}");
    let start = format!("{key}: ");
    let expression = lines.map(str::trim).find_map(|line| line.strip_prefix(&start));
    let expression = expression
        .with_context(|| format!("{key} has no default"))?
        .trim_end_matches(',');
    if let Some((_, path, mark)) = NAMED.iter().find(|(name, ..)| expression.contains(name)) {
        let text = fs::read_to_string(project::root().join(path))?;
        let line = text.lines().find(|line| line.contains(mark) && line.contains('"'));
        return Ok(Some(quoted(line.context(*mark)?).context(*mark)?));
    }
    let simple = expression.parse::<bool>().is_ok() || expression.starts_with(|c: char| c.is_ascii_digit());
    Ok(Some(match expression {
        "None" => return Ok(None),
        "Vec::new()" => "[]".to_owned(),
        literal if simple => literal.to_owned(),
        address if address.starts_with("SocketAddr::from((Ipv4Addr::LOCALHOST, ") => {
            let port: String = address.chars().filter(char::is_ascii_digit).skip(1).collect();
            format!("\"127.0.0.1:{port}\"")
        }
        text if text.contains('"') => quoted(text).context("an open string")?,
        variant => {
            let (_, name) = variant
                .split_once("::")
                .with_context(|| format!("`{variant}` cannot be written"))?;
            format!("\"{}\"", name.to_lowercase())
        }
    }))
}

fn quoted(text: &str) -> Option<String> {
    text.split('"').nth(1).map(|inside| format!("\"{inside}\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "/// How it is reached.\n#[derive(Debug)]\npub struct Desk {\n    /// Where.\n    pub url: Url,\n    \
        /// How many.\n    pub chairs: u32,\n    /// Whose.\n    pub owner: Option<String>,\n    /// Its page.\n    pub page: Option<Url>,\n}\n\nimpl Default for Desk {\n    \
        fn default() -> Self {\n        Self {\n            url: Url::parse(\"http://here\").expect(\"a URL\"),\n            \
        chairs: 1_000,\n            owner: None,\n            page: None,\n        }\n    }\n}\n";

    #[test]
    fn comments_and_defaults_become_an_example() {
        let wanted = "# How it is reached.\n[desk]\n# Where.\nurl = \"http://here\"\n# How many.\nchairs = 1_000\n# Whose.\n\
                      # owner = \"…\"\n# Its page.\n# page = \"https://example.org\"\n";
        assert_eq!(written("desk", "Desk", SOURCE).unwrap(), wanted);
    }

    #[test]
    fn the_committed_example_is_what_the_code_says() {
        let committed = fs::read_to_string(project::root().join(PATH)).unwrap_or_default();
        assert_eq!(committed, example().unwrap(), "`cargo xtask fix` writes it again");
    }

    #[test]
    fn what_cannot_be_written_is_an_error() {
        let computed = SOURCE.replace("1_000", "chairs()");
        assert!(
            written("desk", "Desk", &computed)
                .unwrap_err()
                .to_string()
                .contains("cannot be written")
        );
        assert!(written("desk", "Chair", SOURCE).is_err());
    }
}
