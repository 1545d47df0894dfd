//! Other programs: run with a time limit, stopped with their children when we are.
//!
//! Every program gets its own process group, so that a signal reaches what it started too (cargo's test binaries,
//! npm's compilers). Ctrl-C and SIGTERM only raise a flag: the waiting loops see it, end their program and return an
//! error, and the guards of the databases are dropped on the way out.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use signal_hook::consts::{SIGINT, SIGTERM};

/// How often a waiting loop looks at its program and at the flag.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// How long a program has to end by itself after SIGTERM.
const GRACE: Duration = Duration::from_secs(5);
/// How much of a quiet program's output is shown when it fails.
const SHOWN_LINES: usize = 60;

static STOP: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// From here on Ctrl-C and SIGTERM end the running program and unwind, instead of ending us on the spot.
pub fn stop_on_signals() -> Result<()> {
    let flag = STOP.get_or_init(Arc::default);
    for signal in [SIGINT, SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(flag))?;
    }
    Ok(())
}

fn stop_asked() -> bool {
    STOP.get().is_some_and(|flag| flag.load(Ordering::Relaxed))
}

/// Runs a program to its end, its output shown as it comes.
pub fn run(command: &mut Command, limit: Duration) -> Result<()> {
    let mut running = Running::start(command.stdin(Stdio::null()))?;
    running.succeed(limit)
}

/// Runs a program to its end and hands over each line of its standard output as it comes.
pub fn run_by_line(command: &mut Command, limit: Duration, mut line: impl FnMut(&str) + Send) -> Result<()> {
    let mut running = Running::start(command.stdin(Stdio::null()).stdout(Stdio::piped()))?;
    let output = running.child.stdout.take().context("the output was not piped")?;
    thread::scope(|scope| {
        scope.spawn(move || {
            for text in BufReader::new(output).lines().map_while(Result::ok) {
                line(&text);
            }
        });
        running.succeed(limit)
    })
}

/// Runs a program to its end in silence and returns its standard output; shows the end of its words when it fails.
pub fn output(command: &mut Command, limit: Duration) -> Result<String> {
    let (mut out, mut err) = (tempfile::tempfile()?, tempfile::tempfile()?);
    command
        .stdin(Stdio::null())
        .stdout(out.try_clone()?)
        .stderr(err.try_clone()?);
    let outcome = Running::start(command)?.succeed(limit);
    let text = read_back(&mut out)?;
    outcome.with_context(|| last_lines(&format!("{text}{}", read_back(&mut err).unwrap_or_default())))?;
    Ok(text)
}

/// A program started by us and still running; dropping it ends it and its children.
pub struct Running {
    child: Child,
    name: String,
}

impl Running {
    pub fn start(command: &mut Command) -> Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        let child = command
            .process_group(0)
            .spawn()
            .with_context(|| format!("{name} could not be started"))?;
        Ok(Self { child, name })
    }

    /// The exit status when the program has ended.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Waits until `ready` answers true; an error when the program ends first or the time is over.
    pub fn until(&mut self, limit: Duration, ready: impl Fn() -> bool) -> Result<()> {
        let start = Instant::now();
        while !ready() {
            if let Some(status) = self.ended()? {
                bail!("{} ended early: {status}", self.name);
            }
            self.go_on(start, limit)?;
        }
        Ok(())
    }

    fn succeed(&mut self, limit: Duration) -> Result<()> {
        let start = Instant::now();
        let status = loop {
            if let Some(status) = self.ended()? {
                break status;
            }
            self.go_on(start, limit)?;
        };
        if !status.success() {
            bail!("{} failed: {status}", self.name);
        }
        Ok(())
    }

    /// Waits one look; an error, with the program ended, when a stop was asked or the time is over.
    fn go_on(&mut self, start: Instant, limit: Duration) -> Result<()> {
        let over = start.elapsed() > limit;
        if over || stop_asked() {
            self.stop();
            bail!(
                "{} was {}",
                self.name,
                if over {
                    format!("still running after {limit:?}")
                } else {
                    "interrupted".into()
                }
            );
        }
        thread::sleep(LOOK_EVERY);
        Ok(())
    }

    fn stop(&mut self) {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        self.signal_group("TERM");
        let start = Instant::now();
        while start.elapsed() < GRACE && !matches!(self.child.try_wait(), Ok(Some(_))) {
            thread::sleep(LOOK_EVERY);
        }
        // A child may outlive the program that started it.
        self.signal_group("KILL");
        let _ = self.child.wait();
    }

    /// The standard library can signal one process, not a group; every shell can.
    fn signal_group(&self, signal: &str) {
        let _ = Command::new("sh")
            .args(["-c", &format!("kill -{signal} -{}", self.child.id())])
            .stderr(Stdio::null())
            .status();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}

fn read_back(file: &mut File) -> Result<String> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(SHOWN_LINES)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn the_words_of_a_quiet_program_are_shown_when_it_fails() {
        let error = output(
            &mut shell("echo first; echo second >&2; exit 3"),
            Duration::from_secs(10),
        )
        .unwrap_err();
        let shown = format!("{error:#}");
        assert!(shown.contains("first\nsecond"), "{shown}");
        assert!(shown.contains("exit status: 3"), "{shown}");
    }

    #[test]
    fn a_program_is_ended_with_its_children_when_its_time_is_over() {
        let folder = tempfile::tempdir().unwrap();
        let mut parent = shell("sleep 600 & echo $! > child; wait");
        let mut running = Running::start(parent.current_dir(&folder)).unwrap();
        let child = || {
            std::fs::read_to_string(folder.path().join("child"))
                .ok()
                .filter(|id| id.ends_with('\n'))
        };
        running.until(Duration::from_secs(10), || child().is_some()).unwrap();
        let error = running.succeed(Duration::ZERO).unwrap_err();
        assert!(error.to_string().contains("still running"), "{error}");
        let state = format!("/proc/{}/stat", child().unwrap().trim());
        // Gone, or ended and waiting to be collected by whoever adopted it; the system may take its time.
        let ended = || std::fs::read_to_string(&state).map_or(true, |stat| stat.contains(") Z "));
        let mut patience = shell("sleep 10");
        let mut patience = Running::start(&mut patience).unwrap();
        patience.until(Duration::from_secs(10), ended).unwrap();
    }

    #[test]
    fn lines_are_handed_over_as_they_come() {
        let mut lines = Vec::new();
        run_by_line(&mut shell("echo a; echo b"), Duration::from_secs(10), |line| {
            lines.push(line.to_owned());
        })
        .unwrap();
        assert_eq!(lines, ["a", "b"]);
    }
}
