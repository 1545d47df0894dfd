//! `beffroi work`: the loops without the requests.

use std::sync::Arc;

use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Configured, migrate, stop, worker};

pub async fn work(configured: &Configured) -> anyhow::Result<()> {
    migrate::ready(&configured.instance).await?;
    let store = configured.open().await?;
    let halt = CancellationToken::new();
    let worker = worker::of(configured, &store, &halt).await?;
    let running = TaskTracker::new();
    running.spawn(Arc::new(worker).run());
    running.close();
    stop::asked().await?;
    halt.cancel();
    if tokio::time::timeout(stop::DRAIN, running.wait()).await.is_err() {
        tracing::warn!(
            "some steps did not end within {:?}; their leases will expire",
            stop::DRAIN
        );
    }
    Ok(())
}
