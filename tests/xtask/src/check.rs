//! `cargo xtask check` and `cargo xtask fix`: what must hold of the code itself.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};
use clap::ValueEnum;

use crate::progress::{self, Summary};
use crate::project::{ASK_LIMIT, BUILD_LIMIT, cargo};
use crate::{generated, process, tidy};

/// A second TLS stack, a C library of the system, or a second sqlx (which quietly brings an older `SQLite`).
const UNWANTED: [&str; 4] = ["aws-lc-sys", "openssl-sys", "native-tls", "sqlx@0.8"];

#[derive(clap::Args)]
pub struct Args {
    /// Only these checks; all when none is named
    only: Vec<Check>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Check {
    /// rustfmt changes nothing
    Format,
    /// File lengths, ignored tests
    Tidy,
    /// No unwanted crate in the tree
    Dependencies,
    /// clippy has no word to say
    Lints,
    /// rustdoc has no word to say
    Documentation,
    /// Committed generated files are what the code says
    Generated,
    /// cargo-deny: licences, bans, known advisories; left out when it is not installed
    Deny,
}

pub fn run(args: &Args) -> Result<()> {
    let mut summary = Summary::default();
    for check in Check::value_variants() {
        if args.only.is_empty() || args.only.contains(check) {
            check.perform(&mut summary);
        }
    }
    summary.close()
}

/// Format, lints that correct themselves, generated files.
pub fn fix() -> Result<()> {
    progress::step("Correct simple lints", || {
        let mut clippy = cargo([
            "clippy",
            "--workspace",
            "--all-targets",
            "--fix",
            "--allow-dirty",
            "--allow-staged",
        ]);
        process::run(&mut clippy, BUILD_LIMIT)
    })?;
    progress::step("Format", || process::run(&mut cargo(["fmt", "--all"]), ASK_LIMIT))?;
    progress::step("Write generated files", generated::write)
}

impl Check {
    fn perform(self, summary: &mut Summary) {
        match self {
            Self::Format => {
                summary.step("Format", || {
                    process::run(&mut cargo(["fmt", "--all", "--check"]), ASK_LIMIT)
                });
            }
            Self::Tidy => {
                summary.step("Tidy files", tidy::check);
            }
            Self::Dependencies => {
                summary.step("Unwanted dependencies", || {
                    UNWANTED.iter().try_for_each(|package| is_absent(package))
                });
            }
            Self::Lints => {
                summary.step("Lints", lint);
            }
            Self::Documentation => {
                summary.step("Documentation", document);
            }
            Self::Generated => {
                summary.step("Generated files", generated::compare);
            }
            Self::Deny => deny(summary),
        }
    }
}

/// `cargo tree --invert` fails when the package is nowhere in the tree, and that is what is wanted.
fn is_absent(package: &str) -> Result<()> {
    let mut tree = cargo(["tree", "--workspace", "--locked", "--edges", "all", "--invert", package]);
    match process::output(&mut tree, ASK_LIMIT) {
        Ok(text) if text.trim().is_empty() => Ok(()),
        Ok(text) => bail!("{package} is in the tree:\n{text}"),
        Err(error) if format!("{error:#}").contains("did not match any packages") => Ok(()),
        Err(error) => Err(error),
    }
}

fn lint() -> Result<()> {
    let mut clippy = cargo([
        "clippy",
        "--workspace",
        "--all-targets",
        "--locked",
        "--",
        "--deny",
        "warnings",
    ]);
    process::run(&mut clippy, BUILD_LIMIT)
}

fn document() -> Result<()> {
    let mut doc = cargo(["doc", "--workspace", "--no-deps", "--locked"]);
    process::run(doc.env("RUSTDOCFLAGS", "--deny warnings"), BUILD_LIMIT)
}

fn deny(summary: &mut Summary) {
    if process::output(Command::new("cargo-deny").arg("--version"), ASK_LIMIT).is_err() {
        summary.leave_out(
            "licences and advisories",
            "cargo-deny is not installed (cargo install cargo-deny --locked)",
        );
        return;
    }
    let deny = |checks: &[&str]| process::run(cargo(["deny", "--offline", "check"]).args(checks), ASK_LIMIT);
    summary.step("Licences, bans, sources", || deny(&["licenses", "bans", "sources"]));
    if advisories_fetched() {
        summary.step("Known advisories", || deny(&["advisories"]));
    } else {
        summary.leave_out(
            "known advisories",
            "their database is not on this machine (cargo deny fetch)",
        );
    }
}

/// Where cargo-deny keeps the advisories it last fetched.
fn advisories_fetched() -> bool {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::home_dir().map(|user| user.join(".cargo")));
    home.is_some_and(|home| home.join("advisory-dbs").exists())
}
