//! The program itself, in processes of their own: what several of them do together is seen nowhere else.

use std::{
    fs::File,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::Duration,
};

use anyhow::{Context as _, bail};

/// Longest wait for anything that another process is to do; a busy machine starts one in seconds.
const PATIENCE: Duration = Duration::from_mins(1);
/// Pause between two looks at it: another process says nothing by itself.
const LOOK_AGAIN: Duration = Duration::from_millis(20);
/// How much of a process's log is shown when a test fails.
const LOG_TAIL_BYTES: usize = 8_000;

/// Where the program is: `BEFFROI_BIN`, or beside the test that runs (`target/debug/deps/it-…`). None: it was not built.
pub fn program() -> Option<PathBuf> {
    let named = std::env::var_os("BEFFROI_BIN").map(PathBuf::from);
    let beside = || Some(std::env::current_exe().ok()?.parent()?.parent()?.join("beffroi"));
    named.or_else(beside).filter(|path| path.is_file())
}

/// An address of this machine that nobody listens on at this moment.
pub fn free_address() -> std::io::Result<SocketAddr> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()
}

/// Looks again and again until there is something to see.
pub async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> anyhow::Result<T> {
    let seen = async {
        loop {
            match look().await {
                Some(seen) => return seen,
                None => tokio::time::sleep(LOOK_AGAIN).await,
            }
        }
    };
    match tokio::time::timeout(PATIENCE, seen).await {
        Ok(seen) => Ok(seen),
        Err(_) => bail!("{what}: not within {PATIENCE:?}"),
    }
}

/// A running process. Dropped, it is killed, and its log is shown if the test is failing.
#[derive(Debug)]
pub struct Process {
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts a program whose log goes to the file `log`. Of this process's `BEFFROI_…` variables it sees only those that
    /// `command` sets itself: the others are meant for tests, and the program refuses variables that it does not know.
    pub fn start(command: &mut Command, log: &Path) -> anyhow::Result<Self> {
        let file = File::create(log)?;
        let ours = std::env::vars_os()
            .map(|(name, _)| name)
            .filter(|name| name.to_string_lossy().starts_with("BEFFROI_"));
        for name in ours {
            if !command.get_envs().any(|(set, _)| set == name) {
                command.env_remove(name);
            }
        }
        command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
        let child = command
            .spawn()
            .with_context(|| format!("{} does not start", command.get_program().display()))?;
        Ok(Self {
            child,
            log: log.to_owned(),
        })
    }

    /// The system's number of it.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The end that no process sees coming.
    pub fn kill(mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Asks it to stop, as systemd and containers do.
    pub fn ask_to_stop(&self) -> anyhow::Result<()> {
        let asked = Command::new("kill").arg("-TERM").arg(self.id().to_string()).status()?;
        anyhow::ensure!(asked.success(), "SIGTERM was not delivered");
        Ok(())
    }

    /// How it ended, once it has.
    pub async fn ended(&mut self) -> anyhow::Result<ExitStatus> {
        let child = &mut self.child;
        until("the process ends", async || child.try_wait().ok().flatten()).await
    }

    /// Whether it has ended, at this moment.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().ok().flatten().is_some()
    }

    /// What it wrote so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Process {
    #[expect(
        clippy::print_stderr,
        reason = "a failed test without the process's log says nothing"
    )]
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            let log = self.log();
            let start = log.len().saturating_sub(LOG_TAIL_BYTES);
            let tail = log.get(log.ceil_char_boundary(start)..).unwrap_or_default();
            eprintln!("--- {} ---\n{tail}", self.log.display());
        }
    }
}
