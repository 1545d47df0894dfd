//! The project's own tasks: `cargo xtask test | check | fix | sdl | bench | screenshots`.
//!
//! Nothing to install first: what a task needs and Debian has, it installs when it may, and names when it may not.
#![expect(clippy::print_stdout, reason = "telling what was done is the purpose of these tasks")]

mod bench;
mod check;
mod configuration;
mod counterparts;
mod generated;
mod packages;
mod postgres;
mod process;
mod progress;
mod project;
mod redis;
mod screenshots;
mod servers;
mod suite;
mod tidy;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(bin_name = "cargo xtask", about = "The project's own tasks")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// The whole suite: on `SQLite` + local bus, then on `PostgreSQL` + Redis
    Test(suite::Args),
    /// What must hold of the code itself: format, lints, documentation, dependencies, generated files
    Check(check::Args),
    /// Puts right what a program can: format, simple lints, generated files
    Fix,
    /// Writes schema/schema.graphql from the code
    Sdl,
    /// Measures beside a comparison, in one run
    Bench(bench::Args),
    /// Pictures of the pages, phone and desktop, light and dark, held against axe's accessibility rules
    Screenshots,
}

fn main() -> ExitCode {
    let outcome = process::stop_on_signals().and_then(|()| Cli::parse().task.perform());
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

impl Task {
    fn perform(self) -> Result<()> {
        match self {
            Self::Test(args) => suite::run(&args),
            Self::Check(args) => check::run(&args),
            Self::Fix => check::fix(),
            Self::Sdl => generated::write(),
            Self::Bench(args) => bench::run(&args),
            Self::Screenshots => screenshots::run(),
        }
    }
}
