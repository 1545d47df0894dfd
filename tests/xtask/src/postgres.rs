//! A private `PostgreSQL` for one run: its own folder, a unix socket and no port, nothing kept.

use std::fs;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};

use crate::{packages, process, project};

const START_LIMIT: Duration = Duration::from_mins(1);
/// The user of Debian's package; the server refuses to run as root.
const SERVER_USER: &str = "postgres";
/// Every test has a database and a pool of its own; what a crash of the machine would lose is not worth waiting for.
const SETTINGS: &str = "
listen_addresses = ''
max_connections = 400
fsync = off
full_page_writes = off
synchronous_commit = off
wal_level = minimal
max_wal_senders = 0
shared_buffers = 128MB
log_min_messages = fatal
";

/// A running server; dropping it stops it.
pub struct Postgres {
    programs: PathBuf,
    folder: PathBuf,
    /// Asked once: when a stop was asked, the guard below must not have to ask anybody.
    we_are_root: bool,
}

impl Postgres {
    /// Starts a server whose files are in `folder/postgres`.
    pub fn start(folder: &Path) -> Result<Self> {
        let initdb = packages::POSTGRES
            .find()
            .context("PostgreSQL's initdb is not installed")?;
        let programs = initdb.parent().context("initdb is in no folder")?.to_owned();
        let folder = folder.join("postgres");
        let server = Self {
            programs,
            folder,
            we_are_root: project::is_root(),
        };
        fs::create_dir(&server.folder)?;
        if server.we_are_root {
            chown(&server.folder, Some(project::user_id(&[SERVER_USER])?), None)?;
        }
        server.run(
            "initdb",
            &[
                "--username=postgres",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            ],
        )?;
        let socket = format!("unix_socket_directories = '{}'\n", server.folder.display());
        fs::write(
            server.data().join("postgresql.auto.conf"),
            format!("{SETTINGS}{socket}"),
        )?;
        let log = server.folder.join("log").display().to_string();
        server.run("pg_ctl", &["start", "--wait", "--silent", "--log", &log])?;
        Ok(server)
    }

    /// The server's address without a database name: `postgres://postgres@%2Ffolder/`.
    pub fn url(&self) -> String {
        format!(
            "postgres://postgres@{}/",
            self.folder.display().to_string().replace('/', "%2F")
        )
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn run(&self, program: &str, args: &[&str]) -> Result<String> {
        process::output(&mut self.command(program, args), START_LIMIT)
    }

    fn command(&self, program: &str, args: &[&str]) -> Command {
        let program = self.programs.join(program);
        let mut command = if self.we_are_root {
            let mut command = Command::new("runuser");
            command.args(["--user", SERVER_USER, "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        // The caller's folder may be one that the server's user cannot enter.
        command.args(args).env("PGDATA", self.data()).current_dir(&self.folder);
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if self.data().join("postmaster.pid").exists() {
            // Not through `process`: it waits for nothing once a stop was asked, and this is the stop.
            let _ = self
                .command("pg_ctl", &["stop", "--mode=immediate", "--silent"])
                .stdout(Stdio::null())
                .status();
        }
    }
}
