//! `cargo xtask bench NAME [--json]`: our figure beside a comparison, both taken in one run.
//!
//! A benchmark is `tests/bench/NAME.rs`, declared in `tests/Cargo.toml` as a `[[bench]]` with `harness = false`:
//! built optimised, never part of the suite. It prints one [`Row`] as JSON per line on its standard output, and
//! whatever else it has to say on standard error.

mod record;
mod row;

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::counterparts::{Counterpart, FOR_BENCHMARKS};
use crate::progress::Summary;
use crate::servers::{self, Servers};
use crate::{packages, process, project};
use row::Row;

/// A campaign of a million devices at the quota takes two minutes; its comparison, ten times that.
const RUN_LIMIT: Duration = Duration::from_mins(40);
/// The name that stands for every benchmark.
const ALL: &str = "all";

#[derive(clap::Args)]
pub struct Args {
    /// A benchmark of tests/bench, or `all`
    name: String,
    /// One JSON object per row instead of a table
    #[arg(long)]
    json: bool,
    /// Writes its tables of docs/benchmarks.md again
    #[arg(long)]
    write: bool,
}

/// A benchmark and its rows.
type Measured = (String, Vec<Row>);

pub fn run(args: &Args) -> Result<()> {
    let names = chosen(&args.name)?;
    let measured = if args.json { quietly(&names)? } else { aloud(&names)? };
    let rows: Vec<&Row> = measured.iter().flat_map(|(_, rows)| rows).collect();
    if args.json {
        rows.iter()
            .try_for_each(|row| serde_json::to_string(row).map(|line| println!("{line}")))?;
    } else {
        println!("\n{}", row::table(&rows));
    }
    if args.write { record::write(&measured) } else { Ok(()) }
}

/// Nothing but the rows on standard output, for programs.
fn quietly(names: &[String]) -> Result<Vec<Measured>> {
    let bench = Bench {
        servers: start_servers()?,
        counterparts: installed()
            .filter_map(|(one, value)| Some((one.variable, value.ok()?)))
            .collect(),
    };
    let measured = names.iter().map(|name| Ok((name.clone(), bench.measure(name)?)));
    measured.collect()
}

/// With the steps said, and an optional tool that is missing named.
fn aloud(names: &[String]) -> Result<Vec<Measured>> {
    let mut summary = Summary::default();
    if let Err(error) = packages::provide(&[packages::H2LOAD, packages::WRK]) {
        summary.leave_out("comparisons with h2load and wrk", error);
    }
    if let Err(error) = packages::provide_postgis() {
        summary.leave_out("the audience beside PostGIS", error);
    }
    let mut counterparts = Vec::new();
    for (one, value) in installed() {
        match value {
            Ok(value) => counterparts.push((one.variable, value)),
            Err(error) => summary.leave_out(one.proves, format!("{error:#}").lines().last().unwrap_or_default()),
        }
    }
    let mut measured = Vec::new();
    if let Some(servers) = summary.step("Start a private PostgreSQL and Redis", start_servers) {
        let bench = Bench { servers, counterparts };
        for name in names {
            let rows = summary.step(&format!("Measure {name}"), || bench.measure(name));
            measured.extend(rows.map(|rows| (name.clone(), rows)));
        }
    }
    summary.close().map(|()| measured)
}

fn start_servers() -> Result<Servers> {
    packages::provide(&[packages::POSTGRES, packages::REDIS])?;
    Servers::start()
}

/// What ours is measured beside; a benchmark leaves the comparison out without it.
fn installed() -> impl Iterator<Item = (&'static Counterpart, Result<PathBuf>)> {
    FOR_BENCHMARKS.iter().map(|one| (one, one.install()))
}

fn chosen(name: &str) -> Result<Vec<String>> {
    let known = known()?;
    match name {
        ALL => Ok(known),
        _ if known.iter().any(|one| one == name) => Ok(vec![name.to_owned()]),
        _ => bail!("no benchmark `{name}`; there are: {}, {ALL}", known.join(", ")),
    }
}

/// The `[[bench]]` targets of the workspace.
fn known() -> Result<Vec<String>> {
    let metadata = project::metadata()?;
    let packages = metadata["packages"]
        .as_array()
        .context("cargo metadata names no packages")?;
    let targets = packages
        .iter()
        .filter_map(|package| package["targets"].as_array())
        .flatten();
    let benches = targets.filter(|target| target["kind"] == serde_json::json!(["bench"]));
    Ok(benches
        .filter_map(|target| target["name"].as_str().map(str::to_owned))
        .collect())
}

/// What every benchmark may use.
struct Bench {
    servers: Servers,
    counterparts: Vec<(&'static str, PathBuf)>,
}

impl Bench {
    fn measure(&self, name: &str) -> Result<Vec<Row>> {
        let mut command = Command::new(build(name)?);
        command
            .current_dir(project::root())
            .env("BEFFROI_BIN", project::target_dir()?.join("perf/beffroi"));
        command.envs(self.counterparts.iter().map(|(variable, value)| (variable, value)));
        self.servers.announce(&mut command);
        servers::announce_redis_program(&mut command);
        let mut printed = Vec::new();
        process::run_by_line(&mut command, RUN_LIMIT, |line| printed.push(line.to_owned()))?;
        let rows: Vec<Row> = printed.iter().map(|line| Row::read(line)).collect::<Result<_>>()?;
        if rows.is_empty() {
            bail!("{name} printed no row");
        }
        Ok(rows)
    }
}

/// Builds one benchmark and the program it may start, and says where the benchmark is.
fn build(name: &str) -> Result<PathBuf> {
    let mut cargo = project::cargo([
        "build",
        "--profile",
        "perf",
        "--workspace",
        "--bin",
        "beffroi",
        "--bench",
        name,
    ]);
    cargo.arg("--message-format=json-render-diagnostics");
    let mut messages = Vec::new();
    process::run_by_line(&mut cargo, project::BUILD_LIMIT, |line| {
        messages.push(serde_json::from_str::<Value>(line));
    })?;
    let mut executables = messages
        .into_iter()
        .flatten()
        .filter(|message| message["target"]["name"] == name && message["target"]["kind"][0] == "bench")
        .filter_map(|message| message["executable"].as_str().map(PathBuf::from));
    executables.next().context("cargo built no such benchmark")
}
