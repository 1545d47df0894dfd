//! Programs of the distribution that a task needs: found, or installed from Debian when we are root, or named.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::{process, project};

/// Chromium is about 100 MB.
const INSTALL_LIMIT: Duration = Duration::from_mins(15);
/// A script that answers 101 here tells packages not to start their service.
const SERVICE_POLICY: &str = "/usr/sbin/policy-rc.d";
/// Settings read when the package of `PostgreSQL` would create a cluster of its own.
const CLUSTER_POLICY: &str = "/etc/postgresql-common/createcluster.d/beffroi.conf";

/// A program and the Debian package that has it.
pub struct Program {
    pub name: &'static str,
    pub package: &'static str,
}

pub const POSTGRES: Program = Program {
    name: "initdb",
    package: "postgresql",
};
pub const REDIS: Program = Program {
    name: "redis-server",
    package: "redis-server",
};
pub const CHROMIUM: Program = Program {
    name: "chromium",
    package: "chromium",
};
pub const CHROMEDRIVER: Program = Program {
    name: "chromedriver",
    package: "chromium-driver",
};
pub const H2LOAD: Program = Program {
    name: "h2load",
    package: "nghttp2-client",
};
pub const WRK: Program = Program {
    name: "wrk",
    package: "wrk",
};

/// Compiled against one version of the server, and named by it.
const POSTGIS: &str = "postgis";

impl Program {
    /// Where the program is, if it is installed.
    pub fn find(&self) -> Option<PathBuf> {
        folders()
            .into_iter()
            .map(|folder| folder.join(self.name))
            .find(|path| path.is_file())
    }
}

/// `PostgreSQL`'s server programs are in a folder per version, newest first; the rest is on the path.
fn folders() -> Vec<PathBuf> {
    let mut versions: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    let number = |path: &PathBuf| path.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok());
    versions.sort_by_key(|path| std::cmp::Reverse(number(path)));
    let path = std::env::var_os("PATH").unwrap_or_default();
    versions
        .into_iter()
        .map(|version| version.join("bin"))
        .chain(std::env::split_paths(&path))
        .collect()
}

/// Sees to it that the programs are there; an error that says what to install when they cannot be.
pub fn provide(programs: &[Program]) -> Result<()> {
    let missing: Vec<&str> = programs
        .iter()
        .filter(|program| program.find().is_none())
        .map(|program| program.package)
        .collect();
    provide_packages(&missing)
}

/// `PostGIS` for the server that [`POSTGRES`] finds.
pub fn provide_postgis() -> Result<()> {
    let initdb = POSTGRES.find().context("PostgreSQL is not installed")?;
    let version = initdb
        .parent()
        .and_then(|programs| programs.parent()?.file_name()?.to_str());
    let version = version
        .filter(|version| version.parse::<u32>().is_ok())
        .context("PostgreSQL is in no folder of a version")?;
    let control = format!("/usr/share/postgresql/{version}/extension/{POSTGIS}.control");
    if Path::new(&control).is_file() {
        return Ok(());
    }
    provide_packages(&[&format!("postgresql-{version}-{POSTGIS}-3")])
}

fn provide_packages(missing: &[&str]) -> Result<()> {
    if missing.is_empty() {
        return Ok(());
    }
    if !project::is_root() || !Path::new("/usr/bin/apt-get").exists() {
        bail!(
            "missing: {0}. On Debian or Ubuntu: sudo apt-get install {0}",
            missing.join(" ")
        );
    }
    println!("  installing {} with apt-get", missing.join(", "));
    let _quiet = [
        Policy::write(SERVICE_POLICY, "#!/bin/sh\nexit 101\n")?,
        Policy::write(CLUSTER_POLICY, "create_main_cluster = false\n")?,
    ];
    // The lists of a fresh image are empty, those of an old one name versions that are gone.
    if install(missing).is_err() {
        process::output(Command::new("apt-get").arg("update"), INSTALL_LIMIT)?;
        install(missing)?;
    }
    Ok(())
}

fn install(packages: &[&str]) -> Result<String> {
    let mut apt = Command::new("apt-get");
    apt.env("DEBIAN_FRONTEND", "noninteractive")
        .args(["install", "--yes", "--no-install-recommends"])
        .args(packages);
    process::output(&mut apt, INSTALL_LIMIT)
}

/// A policy file for the time of an installation: no service starts, no cluster is made. What was there stays.
struct Policy(Option<&'static str>);

impl Policy {
    fn write(path: &'static str, text: &str) -> Result<Self> {
        if Path::new(path).exists() {
            return Ok(Self(None));
        }
        if let Some(folder) = Path::new(path).parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, text)?;
        fs::set_permissions(path, fs::Permissions::from_mode(0o755))?;
        Ok(Self(Some(path)))
    }
}

impl Drop for Policy {
    fn drop(&mut self) {
        if let Some(path) = self.0 {
            let _ = fs::remove_file(path);
        }
    }
}
