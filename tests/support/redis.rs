//! A Redis of a test's own, which it may stop and start again.

use std::{
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    process::Command,
};

use crate::process::{Process, until};

/// A Redis on a unix socket; nothing of it is kept.
#[derive(Debug)]
pub struct Redis {
    program: PathBuf,
    folder: PathBuf,
    server: Option<Process>,
}

impl Redis {
    /// One whose socket and log are in `folder`; none when the program is not on this machine.
    pub async fn start(folder: &Path) -> anyhow::Result<Option<Self>> {
        let Some(program) = program() else { return Ok(None) };
        let mut redis = Self {
            program,
            folder: folder.to_owned(),
            server: None,
        };
        redis.start_again().await?;
        Ok(Some(redis))
    }

    /// After [`Self::stop`]: on the same socket, and empty.
    pub async fn start_again(&mut self) -> anyhow::Result<()> {
        let socket = self.socket();
        let mut command = Command::new(&self.program);
        command
            .args(["--port", "0", "--save", "", "--appendonly", "no", "--unixsocket"])
            .arg(&socket)
            .current_dir(&self.folder);
        self.server = Some(Process::start(&mut command, &self.folder.join("redis.log"))?);
        until("Redis listens", async || UnixStream::connect(&socket).ok()).await?;
        Ok(())
    }

    /// As if the machine under it had gone.
    pub fn stop(&mut self) -> anyhow::Result<()> {
        self.server.take().map_or(Ok(()), Process::kill)
    }

    /// Its address, for the configuration.
    pub fn url(&self) -> String {
        format!("redis+unix://{}", self.socket().display())
    }

    fn socket(&self) -> PathBuf {
        self.folder.join("redis.sock")
    }
}

/// `BEFFROI_REDIS_SERVER`, or whatever the path offers.
fn program() -> Option<PathBuf> {
    let named = std::env::var_os("BEFFROI_REDIS_SERVER").map(PathBuf::from);
    let on_the_path = || {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path)
            .map(|folder| folder.join("redis-server"))
            .find(|program| program.is_file())
    };
    named.or_else(on_the_path).filter(|program| program.is_file())
}
