//! How the process is asked to stop, and how long it may take.

use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};

/// Longest time for running requests and steps of the loops to end.
pub const DRAIN: Duration = Duration::from_secs(20);

/// Returns when somebody presses Ctrl-C or the system asks the process to end.
pub async fn asked() -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => pressed?,
        _ = terminate.recv() => {}
    }
    tracing::info!("asked to stop");
    Ok(())
}
