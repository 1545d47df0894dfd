//! `beffroi work`: the loops without the requests.

use tokio_util::sync::CancellationToken;

use super::{Configured, loops, migrate, stop};

pub async fn work(configured: &Configured) -> anyhow::Result<()> {
    migrate::ready(&configured.instance).await?;
    let store = configured.open().await?;
    let halt = CancellationToken::new();
    let running = loops::start(&store, &halt);
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
