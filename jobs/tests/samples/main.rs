//! Files of real operators, held against what independent readers found in them (`BEFFROI_DATA`, see `docs/sources.md`).
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a failed unwrap is a failed test, and the table of agreement is its output"
)]

mod gtfs_rt;
mod gtfs_static;
mod replay;

use std::{collections::BTreeMap, path::PathBuf};

use serde_json::Value;

/// The folder of samples, or none, said once and clearly.
fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("BEFFROI_DATA").map(PathBuf::from);
    if folder.is_none() {
        println!("skipped: BEFFROI_DATA does not name the folder of sample files");
    }
    folder
}

/// What independent readers found, by the path of the file.
fn truth(folder: &std::path::Path, name: &str) -> BTreeMap<String, Value> {
    let text = std::fs::read_to_string(folder.join("truth").join(name)).expect("the truth beside the samples");
    serde_json::from_str(&text).expect("the truth is JSON")
}
