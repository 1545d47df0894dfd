//! Real counterparts from the package registries, installed into `target/counterparts/<name>`.
//!
//! What each proves is in `tests/counterparts/README.md`. One that cannot be had is left out, and the run says so.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::{process, project};

/// The PDS has 400 packages and compiles one of them.
const INSTALL_LIMIT: Duration = Duration::from_mins(15);
/// A registry that cannot be reached is given up quickly.
const NPM_PATIENCE: [&str; 2] = ["--fetch-retries=1", "--fetch-timeout=60000"];
/// The oldest node that every locked package accepts.
const NODE_MAJOR: u32 = 20;
/// Written last: an installation that was interrupted starts over. Holds the lock file it was made from.
const STAMP: &str = ".installed";

/// One counterpart: its folder under `tests/counterparts`, and the variable by which the tests find it.
pub struct Counterpart {
    pub name: &'static str,
    /// What is not proved without it.
    pub proves: &'static str,
    pub variable: &'static str,
    source: Source,
}

enum Source {
    /// `npm ci`, then the install scripts of these packages, which npm does not run by itself.
    Npm { rebuild: &'static [&'static str] },
    /// A virtual environment; the tests are told its python.
    Pip,
}

const FIREBASE_ADMIN: Counterpart = Counterpart {
    name: "firebase-admin",
    proves: "the FCM miniature against Google's own client",
    variable: "BEFFROI_FIREBASE_ADMIN_DIR",
    source: Source::Npm { rebuild: &[] },
};

/// Those of the test suite.
pub const FOR_TESTS: [Counterpart; 6] = [
    Counterpart {
        name: "pds",
        proves: "Bluesky against a real PDS",
        variable: "BEFFROI_PDS_DIR",
        source: Source::Npm {
            rebuild: &["better-sqlite3"],
        },
    },
    FIREBASE_ADMIN,
    Counterpart {
        name: "fedify",
        proves: "our actors against a real server of the fediverse",
        variable: "BEFFROI_FEDIFY_DIR",
        source: Source::Npm { rebuild: &[] },
    },
    Counterpart {
        name: "mastodon-py",
        proves: "the Mastodon miniature against Mastodon.py",
        variable: "BEFFROI_MASTODON_PY",
        source: Source::Pip,
    },
    Counterpart {
        name: "mastodon-js",
        proves: "the Mastodon miniature against masto and megalodon",
        variable: "BEFFROI_MASTODON_JS_DIR",
        source: Source::Npm { rebuild: &[] },
    },
    Counterpart {
        name: "feeds-py",
        proves: "feeds against feedparser, icalendar, gtfs-realtime-bindings and the schema of CAP",
        variable: "BEFFROI_FEEDS_PY",
        source: Source::Pip,
    },
];

/// What benchmarks measure beside, and the node it asks for.
pub const FOR_BENCHMARKS: [Counterpart; 3] = [
    Counterpart {
        name: "node",
        proves: "counterparts on the node that they ask for, if the system's is older",
        variable: "BEFFROI_NODE_DIR",
        source: Source::Npm { rebuild: &[] },
    },
    Counterpart {
        name: "postgraphile",
        proves: "the feed beside PostGraphile",
        variable: "BEFFROI_POSTGRAPHILE_DIR",
        source: Source::Npm { rebuild: &[] },
    },
    FIREBASE_ADMIN,
];

/// Drives chromium for the screenshots.
pub const BROWSER: Counterpart = Counterpart {
    name: "browser",
    proves: "the pages in a browser",
    variable: "BEFFROI_BROWSER_DIR",
    source: Source::Npm { rebuild: &[] },
};

impl Counterpart {
    /// Installs it unless the lock file is the one installed, and answers the value of its variable.
    pub fn install(&self) -> Result<PathBuf> {
        let ours = project::root().join("tests/counterparts").join(self.name);
        let installed = project::target_dir()?.join("counterparts").join(self.name);
        fs::create_dir_all(&installed)?;
        copy_files(&ours, &installed)?;
        let lock = fs::read_to_string(installed.join(self.source.lock()))?;
        if fs::read_to_string(installed.join(STAMP)).unwrap_or_default() != lock {
            match self.source {
                Source::Npm { rebuild } => install_npm(&installed, rebuild)?,
                Source::Pip => install_pip(&installed)?,
            }
            fs::write(installed.join(STAMP), lock)?;
        }
        Ok(match self.source {
            Source::Npm { .. } => installed,
            Source::Pip => installed.join("venv/bin/python"),
        })
    }
}

impl Source {
    fn lock(&self) -> &'static str {
        match self {
            Self::Npm { .. } => "package-lock.json",
            Self::Pip => "requirements.txt",
        }
    }
}

fn copy_files(from: &Path, to: &Path) -> Result<()> {
    for entry in fs::read_dir(from)
        .with_context(|| format!("{} cannot be read", from.display()))?
        .flatten()
    {
        if entry.file_type()?.is_file() {
            fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

fn install_npm(folder: &Path, rebuild: &[&str]) -> Result<()> {
    let version = process::output(Command::new("node").arg("--version"), project::ASK_LIMIT)?;
    let major = version
        .trim()
        .trim_start_matches('v')
        .split('.')
        .next()
        .and_then(|text| text.parse::<u32>().ok());
    if major.is_none_or(|major| major < NODE_MAJOR) {
        bail!("needs node {NODE_MAJOR} or newer, found {}", version.trim());
    }
    npm(folder, &["ci", "--ignore-scripts", "--no-audit", "--no-fund"])?;
    for package in rebuild {
        npm(folder, &["rebuild", package, "--foreground-scripts"])?;
    }
    Ok(())
}

fn npm(folder: &Path, args: &[&str]) -> Result<String> {
    let mut npm = Command::new("npm");
    npm.args(args).args(NPM_PATIENCE).current_dir(folder);
    if Path::new("/usr/include/node/node.h").exists() {
        // The distribution's own headers: nothing is downloaded to compile against.
        npm.env("npm_config_nodedir", "/usr");
    }
    process::output(&mut npm, INSTALL_LIMIT)
}

fn install_pip(folder: &Path) -> Result<()> {
    let venv = folder.join("venv");
    process::output(
        Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv),
        INSTALL_LIMIT,
    )?;
    let mut pip = Command::new(venv.join("bin/python"));
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--retries=1",
        "--no-deps",
    ]);
    pip.args(["--requirement", "requirements.txt"]).current_dir(folder);
    process::output(&mut pip, INSTALL_LIMIT).map(drop)
}
