//! `beffroi serve`: answers requests and, unless told otherwise, does the work.

use std::{io, net::SocketAddr, sync::Arc};

use anyhow::Context as _;
use axum::Router;
use beffroi_api::{AppState, follow::follow, router};
use beffroi_schema::{board::Boards, config::Instance, store::Store};
use futures_util::future::BoxFuture;
use secrecy::ExposeSecret as _;
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use url::Url;

use super::{Configured, migrate, say, stop, worker};

pub async fn serve(configured: &Configured, no_work: bool) -> anyhow::Result<()> {
    migrate::ready(&configured.instance).await?;
    let store = configured.open().await?;
    let listen = configured.api.listen;
    let listener = TcpListener::bind(listen)
        .await
        .with_context(|| format!("`api.listen`: {listen} cannot be used"))?;
    if let Some(link) = first_invitation(&configured.instance, &store).await? {
        say(&format!(
            "Personne n'administre encore cette instance. Ouvrez ce lien dans les 24 heures (il ne sert qu'une fois) :\n\
             Nobody administers this instance yet. Open this link within 24 hours (it works once):\n\n  {link}\n"
        ));
    }
    let running = Running::start(configured, &store, listener, Router::new(), !no_work).await?;
    running.until_stopped().await
}

/// The process while it serves.
pub struct Running {
    server: BoxFuture<'static, io::Result<()>>,
    /// What residents read.
    pub boards: Boards,
    /// Cancelled as soon as somebody asks the process to stop.
    pub halt: CancellationToken,
    tasks: TaskTracker,
}

impl Running {
    /// Starts to follow the outbox and, if wanted, to work; requests are answered once it is driven by
    /// [`Running::until_stopped`]. `beside`: further pages.
    pub async fn start(
        configured: &Configured,
        store: &Store,
        listener: TcpListener,
        beside: Router,
        work: bool,
    ) -> anyhow::Result<Self> {
        let boards = Boards::open(store.clone()).await?;
        let state = AppState::new(boards.clone(), &configured.instance, &configured.api)?;
        let (halt, tasks) = (CancellationToken::new(), TaskTracker::new());
        tasks.spawn(follow(boards.clone(), halt.clone()));
        if work {
            let worker = worker::of(configured, store, &halt).await?;
            tasks.spawn(Arc::new(worker).run());
        }
        tasks.close();
        let listen = listener.local_addr()?;
        let app = router(state)
            .merge(beside)
            .into_make_service_with_connect_info::<SocketAddr>();
        let server = axum::serve(listener, app).with_graceful_shutdown(halt.clone().cancelled_owned());
        tracing::info!(%listen, url = %configured.instance.public_url, "listening on {listen}");
        Ok(Self {
            server: Box::pin(server.into_future()),
            boards,
            halt,
            tasks,
        })
    }

    /// Serves until asked to stop; then accepts nobody, lets what runs end, and gives up after the drain time.
    pub async fn until_stopped(mut self) -> anyhow::Result<()> {
        tokio::select! {
            ended = &mut self.server => return Ok(ended?),
            asked = stop::asked() => asked?,
        }
        self.halt.cancel();
        let drained = async { tokio::join!(self.server, self.tasks.wait()).0 };
        if let Ok(ended) = tokio::time::timeout(stop::DRAIN, drained).await {
            ended?;
        } else {
            tracing::warn!("some requests or steps did not end within {:?}", stop::DRAIN);
        }
        Ok(())
    }
}

/// While nobody is operator: the link by which the first person joins, which is shown this once.
pub async fn first_invitation(instance: &Instance, store: &Store) -> anyhow::Result<Option<Url>> {
    let Some(secret) = store.first_invitation().await? else {
        return Ok(None);
    };
    let path = format!("invitation/{}", secret.expose_secret());
    Ok(Some(instance.public_url.join(&path)?))
}
