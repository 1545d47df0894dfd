//! The one binary. It alone joins what the libraries may not know of each other: the API, the loops, the migrations.

mod command;

use clap::Parser as _;

fn main() -> anyhow::Result<std::process::ExitCode> {
    // Before anything that may open a TLS connection: without a provider, rustls panics at the first handshake.
    rustls::crypto::ring::default_provider().install_default().ok();
    let cli = command::Cli::parse();
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(command::run(cli))
}
