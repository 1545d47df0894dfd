//! `beffroi serve`: answers requests and, unless told otherwise, does the work.

use std::{net::SocketAddr, sync::Arc};

use anyhow::Context as _;
use beffroi_api::{AppState, follow::follow, router};
use beffroi_schema::{board::Boards, store::Store};
use secrecy::ExposeSecret as _;
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Configured, migrate, say, stop, worker};

pub async fn serve(configured: &Configured, no_work: bool) -> anyhow::Result<()> {
    migrate::ready(&configured.instance).await?;
    let store = configured.open().await?;
    let boards = Boards::open(store.clone()).await?;
    let state = AppState::new(boards.clone(), &configured.instance, &configured.api)?;
    let listen = configured.api.listen;
    let listener = TcpListener::bind(listen)
        .await
        .with_context(|| format!("`api.listen`: {listen} cannot be used"))?;
    invite_first_operator(configured, &store).await?;

    let halt = CancellationToken::new();
    let running = TaskTracker::new();
    running.spawn(follow(boards, halt.clone()));
    if !no_work {
        let worker = worker::of(configured, &store).await?;
        running.spawn(Arc::new(worker).run(halt.clone()));
    }
    running.close();
    let app = router(state).into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(listener, app).with_graceful_shutdown(halt.clone().cancelled_owned());
    tracing::info!(%listen, url = %configured.instance.public_url, "listening on {listen}");
    until_stopped(server.into_future(), &halt, &running).await
}

/// Serves until asked to stop; then accepts nobody, lets what runs end, and gives up after the drain time.
async fn until_stopped(
    server: impl Future<Output = std::io::Result<()>>,
    halt: &CancellationToken,
    running: &TaskTracker,
) -> anyhow::Result<()> {
    tokio::pin!(server);
    tokio::select! {
        ended = &mut server => return Ok(ended?),
        asked = stop::asked() => asked?,
    }
    halt.cancel();
    let drained = async { tokio::join!(server, running.wait()).0 };
    match tokio::time::timeout(stop::DRAIN, drained).await {
        Ok(ended) => Ok(ended?),
        Err(_) => {
            tracing::warn!("some requests or steps did not end within {:?}", stop::DRAIN);
            Ok(())
        }
    }
}

/// Prints, this once, the link by which the first person joins.
async fn invite_first_operator(configured: &Configured, store: &Store) -> anyhow::Result<()> {
    let Some(secret) = store.first_invitation().await? else {
        return Ok(());
    };
    let link = configured
        .instance
        .public_url
        .join(&format!("invitation/{}", secret.expose_secret()))?;
    say(&format!(
        "Personne n'administre encore cette instance. Ouvrez ce lien dans les 24 heures (il ne sert qu'une fois) :\n\
         Nobody administers this instance yet. Open this link within 24 hours (it works once):\n\n  {link}\n"
    ));
    Ok(())
}
