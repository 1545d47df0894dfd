//! `cargo xtask test`: the whole suite, on both databases and both buses, beside real counterparts.

use std::path::PathBuf;
use std::process::Command;
use std::thread;
use std::time::Duration;

use anyhow::{Result, anyhow, bail};
use clap::ValueEnum;

use crate::counterparts::{Counterpart, FOR_TESTS};
use crate::progress::Summary;
use crate::project::{BUILD_LIMIT, cargo};
use crate::servers::Servers;
use crate::{packages, process, project, servers};

/// One run of the suite; a test that hangs does not hold a machine for ever.
const RUN_LIMIT: Duration = Duration::from_mins(30);
/// Where third-party sample data is, with its ground truth.
const SAMPLE_DATA: &str = "BEFFROI_DATA";

#[derive(clap::Args)]
pub struct Args {
    /// One of the two runs only
    #[arg(long)]
    only: Option<Backend>,
    /// Only the tests whose path contains one of these
    filters: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Backend {
    /// Embedded: `SQLite` and the local bus; unit tests run here
    Sqlite,
    /// Grown-up: `PostgreSQL` and Redis; integration tests only, the others know no database
    Postgres,
}

impl Backend {
    fn title(self) -> &'static str {
        match self {
            Self::Sqlite => "Test on SQLite + local bus",
            Self::Postgres => "Test on PostgreSQL + Redis",
        }
    }
}

pub fn run(args: &Args) -> Result<()> {
    let mut summary = Summary::default();
    let wanted = |backend| args.only.is_none_or(|only| only == backend);
    let servers = || packages::provide(&[packages::POSTGRES, packages::REDIS]);
    if wanted(Backend::Postgres) && summary.step("Find PostgreSQL and Redis", servers).is_none() {
        return summary.close();
    }
    // The counterparts wait for the network, the build for the processor: together they take the time of one.
    let (built, counterparts) = thread::scope(|scope| {
        let installing = scope.spawn(|| FOR_TESTS.iter().map(Counterpart::install).collect::<Vec<_>>());
        let built = summary.step("Build the program and the tests", build);
        (built, installing.join())
    });
    if std::env::var_os(SAMPLE_DATA).is_none() {
        summary.leave_out(
            "formats against third-party samples and the networks' own contracts",
            format!("{SAMPLE_DATA} names no folder"),
        );
    }
    let counterparts = counterparts.map_err(|_| anyhow!("the installation of the counterparts broke off"))?;
    let counterparts = told(&mut summary, counterparts);
    let Some(()) = built else { return summary.close() };
    let run = Run {
        args,
        counterparts: &counterparts,
        beffroi: project::target_dir()?.join("debug/beffroi"),
    };
    let mut count = Count::default();
    if wanted(Backend::Sqlite) {
        summary.step(Backend::Sqlite.title(), || run.test(Backend::Sqlite, None, &mut count));
    }
    if wanted(Backend::Postgres)
        && let Some(servers) = summary.step("Start a private PostgreSQL and Redis", Servers::start)
    {
        summary.step(Backend::Postgres.title(), || {
            run.test(Backend::Postgres, Some(&servers), &mut count)
        });
    }
    let outcome = summary.close();
    println!("\n{} passed, {} failed", count.passed, count.failed);
    outcome
}

/// Everything both runs need, in one build: the packages and features are the same, so nothing is built twice.
fn build() -> Result<()> {
    process::run(
        &mut cargo(["build", "--workspace", "--bin", "beffroi", "--tests"]),
        BUILD_LIMIT,
    )
}

/// Says what could not be installed; answers the variables of what could.
fn told(summary: &mut Summary, installed: Vec<Result<PathBuf>>) -> Vec<(&'static str, PathBuf)> {
    let mut variables = Vec::new();
    for (counterpart, outcome) in FOR_TESTS.iter().zip(installed) {
        match outcome {
            Ok(value) => variables.push((counterpart.variable, value)),
            Err(error) => {
                variables.push((counterpart.variable, PathBuf::new()));
                summary.leave_out(
                    counterpart.proves,
                    format!("{error:#}").lines().last().unwrap_or_default(),
                );
            }
        }
    }
    variables
}

/// What both runs share.
struct Run<'a> {
    args: &'a Args,
    counterparts: &'a [(&'static str, PathBuf)],
    beffroi: PathBuf,
}

impl Run<'_> {
    fn test(&self, backend: Backend, servers: Option<&Servers>, count: &mut Count) -> Result<()> {
        let mut command = match backend {
            Backend::Sqlite => cargo(["test", "--workspace", "--no-fail-fast"]),
            // By the test's name, not the package's: another choice of packages is another build.
            Backend::Postgres => cargo(["test", "--workspace", "--no-fail-fast", "--test", "it"]),
        };
        command.arg("--").args(&self.args.filters);
        self.announce(&mut command, backend);
        if let Some(servers) = servers {
            servers.announce(&mut command);
        }
        let before = count.passed;
        process::run_by_line(&mut command, RUN_LIMIT, |line| {
            println!("{line}");
            count.add(line);
        })?;
        if count.passed == before && self.args.filters.is_empty() {
            bail!("no test ran");
        }
        Ok(())
    }

    fn announce(&self, command: &mut Command, backend: Backend) {
        let name = match backend {
            Backend::Sqlite => "sqlite",
            Backend::Postgres => "postgres",
        };
        command
            .env("BEFFROI_TEST_DATABASE", name)
            .env("BEFFROI_BIN", &self.beffroi);
        command.envs(self.counterparts.iter().map(|(variable, value)| (variable, value)));
        servers::announce_redis_program(command);
    }
}

/// The tests of all runs, read from libtest's closing lines.
#[derive(Default)]
struct Count {
    passed: usize,
    failed: usize,
}

impl Count {
    /// Reads `test result: ok. 12 passed; 0 failed; …`.
    fn add(&mut self, line: &str) {
        let Some(rest) = line.strip_prefix("test result: ") else {
            return;
        };
        let words: Vec<&str> = rest.split_whitespace().collect();
        for pair in words.windows(2) {
            let number = pair[0].parse().unwrap_or(0);
            match pair[1] {
                "passed;" => self.passed += number,
                "failed;" => self.failed += number,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Count;

    #[test]
    fn the_closing_lines_of_libtest_are_added_up() {
        let mut count = Count::default();
        count.add("running 15 tests");
        count.add("test result: FAILED. 12 passed; 3 failed; 0 ignored; 0 measured; 7 filtered out; finished in 0.01s");
        count.add("test result: ok. 4 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s");
        assert_eq!((count.passed, count.failed), (16, 3));
    }
}
