//! A private Redis for one run: a unix socket and no port, nothing kept.

use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};

use crate::packages;
use crate::process::Running;

const START_LIMIT: Duration = Duration::from_secs(20);

/// A running server; dropping it stops it.
pub struct Redis {
    socket: PathBuf,
    _server: Running,
}

impl Redis {
    /// Starts a server whose socket is `folder/redis.sock`.
    pub fn start(folder: &Path) -> Result<Self> {
        let program = packages::REDIS.find().context("redis-server is not installed")?;
        let socket = folder.join("redis.sock");
        let mut command = Command::new(program);
        command
            .args(["--port", "0", "--save", "", "--appendonly", "no", "--unixsocket"])
            .arg(&socket);
        command.current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null());
        let mut server = Running::start(&mut command)?;
        server.until(START_LIMIT, || UnixStream::connect(&socket).is_ok())?;
        Ok(Self {
            socket,
            _server: server,
        })
    }

    /// The server's address, RESP3 asked for: pub/sub then survives a lost connection.
    pub fn url(&self) -> String {
        format!("redis+unix://{}?protocol=resp3", self.socket.display())
    }
}
