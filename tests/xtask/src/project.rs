//! Where the project is, and cargo as it is used here.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::process;

/// A cold build of everything on two cores takes about ten minutes.
pub const BUILD_LIMIT: Duration = Duration::from_mins(45);
/// Questions about the project, answered from files.
pub const ASK_LIMIT: Duration = Duration::from_mins(5);

/// The folder of the workspace. `cargo run` says at run time where this crate is, also when several work trees share
/// one target folder.
pub fn root() -> PathBuf {
    let here = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_else(|_| env!("CARGO_MANIFEST_DIR").to_owned());
    PathBuf::from(here).join("../..").canonicalize().unwrap_or_default()
}

/// What `cargo run` told this program about itself. Passed on, it would make build scripts that look at it run again,
/// and half the tree after them, each time a task follows a plain `cargo build`.
const ABOUT_US: [&str; 4] = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"];

/// Cargo, in the workspace's folder.
pub fn cargo<const N: usize>(args: [&str; N]) -> Command {
    let mut command = Command::new("cargo");
    for (name, _) in std::env::vars_os() {
        if ABOUT_US.iter().any(|start| name.to_string_lossy().starts_with(start)) {
            command.env_remove(name);
        }
    }
    command.args(args).current_dir(root());
    command
}

/// What cargo knows of the workspace's own packages.
pub fn metadata() -> Result<Value> {
    let text = process::output(
        &mut cargo(["metadata", "--no-deps", "--format-version", "1"]),
        ASK_LIMIT,
    )?;
    serde_json::from_str(&text).context("cargo metadata gave no JSON")
}

/// Where cargo builds: `CARGO_TARGET_DIR`, the configuration, or `target`.
pub fn target_dir() -> Result<PathBuf> {
    let metadata = metadata()?;
    let folder = metadata["target_directory"]
        .as_str()
        .context("cargo metadata names no target folder")?;
    Ok(PathBuf::from(folder))
}

/// Builds the one binary for development and says where it is.
pub fn build_beffroi() -> Result<PathBuf> {
    process::run(&mut cargo(["build", "--workspace", "--bin", "beffroi"]), BUILD_LIMIT)?;
    Ok(target_dir()?.join("debug/beffroi"))
}

/// Whether we may install packages and must not run `PostgreSQL`.
pub fn is_root() -> bool {
    user_id(&[]).is_ok_and(|id| id == 0)
}

/// The numeric id of a user, ours when none is named.
pub fn user_id(user: &[&str]) -> Result<u32> {
    let text = process::output(Command::new("id").arg("-u").args(user), ASK_LIMIT)?;
    text.trim().parse().context("`id -u` gave no number")
}
