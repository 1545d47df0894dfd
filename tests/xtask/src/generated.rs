//! Files that a command of ours writes and that are committed, so that people and clients read them.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use crate::{configuration, process, project};

/// Each file, and the arguments with which `beffroi` prints it.
const FILES: [(&str, &[&str]); 1] = [("schema/schema.graphql", &["sdl"])];

/// Writes every file again.
pub fn write() -> Result<()> {
    for (path, text) in fresh()? {
        fs::write(&path, text)?;
        println!("wrote {}", path.display());
    }
    Ok(())
}

/// An error when a committed file is not what the code would write now.
pub fn compare() -> Result<()> {
    let stale: Vec<String> = fresh()?
        .into_iter()
        .filter(|(path, text)| fs::read_to_string(path).unwrap_or_default() != *text)
        .map(|(path, _)| path.display().to_string())
        .collect();
    if !stale.is_empty() {
        bail!(
            "not what the code says: {}. `cargo xtask fix` writes it again",
            stale.join(", ")
        );
    }
    Ok(())
}

fn fresh() -> Result<Vec<(PathBuf, String)>> {
    let beffroi = project::build_beffroi()?;
    let text = |args: &[&str]| process::output(Command::new(&beffroi).args(args), project::ASK_LIMIT);
    let printed = FILES
        .iter()
        .map(|(path, args)| Ok((project::root().join(path), text(args)?)));
    let example = (project::root().join(configuration::PATH), configuration::example()?);
    printed.chain([Ok(example)]).collect()
}
