//! The committed record: docs/benchmarks.md, between two markers; the words around them are people's.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};

use super::row::{self, Row};
use crate::{process, project};

const FILE: &str = "docs/benchmarks.md";
const BEGIN: &str = "<!-- figures: written by `cargo xtask bench all --write` -->";
const END: &str = "<!-- end of figures -->";

/// Puts the rows, the machine and the command between the markers.
pub fn write(rows: &[Row]) -> Result<()> {
    let path = project::root().join(FILE);
    let page = fs::read_to_string(&path).with_context(|| format!("{FILE} is not there"))?;
    let figures = format!("{}\n\n{}", machine()?, row::table(rows));
    fs::write(path, replaced(&page, &figures)?)?;
    println!("wrote {FILE}");
    Ok(())
}

fn replaced(page: &str, figures: &str) -> Result<String> {
    let (before, rest) = page
        .split_once(BEGIN)
        .with_context(|| format!("{FILE} has no line {BEGIN}"))?;
    let (_, after) = rest
        .split_once(END)
        .with_context(|| format!("{FILE} has no line {END}"))?;
    Ok(format!("{before}{BEGIN}\n\n{figures}\n\n{END}{after}"))
}

/// The machine in one line each: a figure means nothing without it.
fn machine() -> Result<String> {
    let ask = |program: &str, args: &[&str]| {
        let text = process::output(
            Command::new(program).args(args).current_dir(project::root()),
            project::ASK_LIMIT,
        )?;
        Ok::<_, anyhow::Error>(text.trim().to_owned())
    };
    let processor = field("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown processor".to_owned());
    let memory = field("/proc/meminfo", "MemTotal").unwrap_or_else(|| "unknown".to_owned());
    let facts = [
        format!(
            "- Machine: {processor}, {} cores, {memory} of memory",
            ask("nproc", &[])?
        ),
        format!(
            "- System: {}; {}",
            ask("uname", &["-sr"])?,
            ask("rustc", &["--version"])?
        ),
        format!(
            "- Of: commit {}, {}",
            ask("git", &["rev-parse", "--short", "HEAD"])?,
            ask("date", &["-u", "+%F"])?
        ),
        "- Made by: `cargo xtask bench all --write`".to_owned(),
    ];
    Ok(facts.join("\n"))
}

/// The value of the first line `name : value` of a file of the kernel's.
fn field(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    line.split_once(':').map(|(_, value)| value.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_markers_changes() {
        let page = format!("# Words\n{BEGIN}\nold\n{END}\nmore words\n");
        let new = replaced(&page, "new").unwrap();
        assert_eq!(new, format!("# Words\n{BEGIN}\n\nnew\n\n{END}\nmore words\n"));
        assert_eq!(replaced(&new, "new").unwrap(), new);
    }

    #[test]
    fn a_page_without_markers_is_refused() {
        assert!(replaced("# Words\n", "new").is_err());
    }
}
