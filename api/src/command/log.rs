//! Where log lines go: standard error, for people or as JSON.

use std::{
    fs::File,
    io::{IsTerminal as _, stderr},
    path::Path,
    sync::Mutex,
};

use anyhow::Context as _;
use beffroi_api::config::LogFormat;
use tracing_subscriber::{EnvFilter, fmt};

/// What is logged when `RUST_LOG` says nothing.
const DEFAULT_FILTER: &str = "info";

/// Starts logging, once.
pub fn start(format: LogFormat) -> anyhow::Result<()> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT_FILTER));
    let lines = fmt().with_env_filter(filter).with_writer(stderr);
    let human = match format {
        LogFormat::Auto => stderr().is_terminal(),
        LogFormat::Human => true,
        LogFormat::Json => false,
    };
    let started = if human {
        lines.try_init()
    } else {
        lines.json().flatten_event(true).try_init()
    };
    started.map_err(|error| anyhow::anyhow!("logging cannot start: {error}"))
}

/// Starts logging into a file, for a command whose output people watch.
pub fn to_file(path: &Path) -> anyhow::Result<()> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT_FILTER));
    let file = File::create(path).with_context(|| format!("the log {} cannot be written", path.display()))?;
    let lines = fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_writer(Mutex::new(file));
    lines
        .try_init()
        .map_err(|error| anyhow::anyhow!("logging cannot start: {error}"))
}
