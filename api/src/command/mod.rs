//! The sub-commands.

mod check;
mod demo;
mod log;
mod migrate;
mod serve;
mod stop;
mod work;
mod worker;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context as _;
use beffroi_api::{config::ApiConfig, graphql::schema};
use beffroi_jobs::{http::OutboundConfig, push::fcm::PushConfig};
use beffroi_schema::{
    clock::Clock,
    config::{Instance, Section as _, Settings},
    id::Ids,
    store::Store,
};
use clap::{Parser, Subcommand};

/// The information backend of a town: one place to say it, every channel to hear it.
#[derive(Debug, Parser)]
#[command(name = "beffroi", version)]
pub struct Cli {
    /// The configuration file; `BEFFROI_…` variables go before it.
    #[arg(long, global = true, default_value = "beffroi.toml")]
    config: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answers requests, and does the work that follows from them.
    Serve {
        /// Only answer requests: other processes run `beffroi work`.
        #[arg(long)]
        no_work: bool,
    },
    /// Only does the work: fan-out, deliveries, pushes, imports.
    Work,
    /// Brings the database's tables up to date.
    Migrate(migrate::Migrate),
    /// Tries everything the configuration names, and says how it went, one line each.
    Check,
    /// Prints the GraphQL contract.
    Sdl,
    /// Plays an invented town on this machine, with phones and networks in miniature.
    Demo(demo::Demo),
}

/// The configuration, read and checked.
struct Configured {
    instance: Instance,
    api: ApiConfig,
    outbound: OutboundConfig,
    push: PushConfig,
}

impl Configured {
    fn load(file: &Path) -> anyhow::Result<Self> {
        let settings = Settings::load(file)?;
        Ok(Self {
            instance: settings.instance(&[ApiConfig::NAME, OutboundConfig::NAME, PushConfig::NAME])?,
            api: settings.section()?,
            outbound: settings.section()?,
            push: settings.section()?,
        })
    }

    async fn open(&self) -> anyhow::Result<Store> {
        let clock = Clock::system();
        Ok(self.instance.open(clock.clone(), Ids::random(clock)).await?)
    }
}

/// Runs the command to its end.
pub async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    match cli.command {
        Command::Sdl => say(schema::sdl().trim_end()),
        Command::Demo(demo) => demo.run().await?,
        configured @ (Command::Serve { .. } | Command::Work | Command::Migrate(_) | Command::Check) => {
            return run_configured(configured, &cli.config).await;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Runs a command that works on the instance that is configured.
async fn run_configured(command: Command, file: &Path) -> anyhow::Result<ExitCode> {
    let configured = Configured::load(file).with_context(|| format!("see {} and BEFFROI_…", file.display()))?;
    log::start(configured.api.log)?;
    match command {
        Command::Serve { no_work } => serve::serve(&configured, no_work).await?,
        Command::Work => work::work(&configured).await?,
        Command::Migrate(migrate) => migrate.run(&configured.instance).await?,
        Command::Check => return check::check(&configured).await,
        Command::Sdl | Command::Demo(_) => {}
    }
    Ok(ExitCode::SUCCESS)
}

/// Says something to whoever started the command. Logs go to standard error, so that this can be read alone.
#[expect(clippy::print_stdout, reason = "the output of the command")]
fn say(line: &str) {
    println!("{line}");
}
