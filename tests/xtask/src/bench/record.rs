//! The committed record: docs/benchmarks.md, one table for each benchmark, between two markers of its own; the words
//! around them are people's.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};

use super::{
    Measured,
    row::{self, Row},
};
use crate::{process, project};

const FILE: &str = "docs/benchmarks.md";
const END: &str = "<!-- end of figures -->";

/// Puts the rows of each benchmark, the machine and the command between its markers.
pub fn write(measured: &[Measured]) -> Result<()> {
    let path = project::root().join(FILE);
    let mut page = fs::read_to_string(&path).with_context(|| format!("{FILE} is not there"))?;
    for (name, rows) in measured {
        let rows: Vec<&Row> = rows.iter().collect();
        let figures = format!("{}\n\n{}", machine(name)?, row::table(&rows));
        page = replaced(&page, name, &figures)?;
    }
    fs::write(path, page)?;
    println!("wrote {FILE}");
    Ok(())
}

fn begin(name: &str) -> String {
    format!("<!-- figures: written by `cargo xtask bench {name} --write` -->")
}

fn replaced(page: &str, name: &str, figures: &str) -> Result<String> {
    let begin = begin(name);
    let (before, rest) = page
        .split_once(&begin)
        .with_context(|| format!("{FILE} has no place for these figures: add the lines `{begin}` and `{END}`"))?;
    let (_, after) = rest
        .split_once(END)
        .with_context(|| format!("{FILE} has no line {END} after {begin}"))?;
    Ok(format!("{before}{begin}\n\n{figures}\n\n{END}{after}"))
}

/// The machine in one line each: a figure means nothing without it.
fn machine(name: &str) -> Result<String> {
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
        format!("- Made by: `cargo xtask bench {name} --write`"),
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
    fn only_what_is_between_its_markers_changes() {
        let [push, feed] = ["push", "feed"].map(begin);
        let page = format!("# Words\n{push}\nold\n{END}\nmore words\n{feed}\nold\n{END}\n");
        let new = replaced(&page, "feed", "new").unwrap();
        let wanted = format!("# Words\n{push}\nold\n{END}\nmore words\n{feed}\n\nnew\n\n{END}\n");
        assert_eq!(new, wanted);
        assert_eq!(replaced(&new, "feed", "new").unwrap(), new);
    }

    #[test]
    fn a_page_without_markers_is_refused() {
        assert!(replaced("# Words\n", "push", "new").is_err());
    }
}
