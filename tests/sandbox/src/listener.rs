//! One loopback port: HTTP/1 and HTTP/2, in clear or over TLS, with connections that can be cut.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;

/// FCM allows this many requests at once on one HTTP/2 connection; the others never reach it.
const CONCURRENT_STREAMS: u32 = 100;
const TLS_HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// Asks that the connection be closed without an answer.
#[derive(Debug)]
pub(crate) struct Cut;

pub(crate) type Answer = BoxFuture<'static, Result<Response<Body>, Cut>>;
pub(crate) type Handler = Arc<dyn Fn(Request<Incoming>) -> Answer + Send + Sync>;

pub(crate) struct Listener {
    tcp: TcpListener,
    address: SocketAddr,
    tls: Option<TlsAcceptor>,
}

impl Listener {
    /// Port 0 asks the system for a free one.
    pub(crate) async fn bind(port: u16, tls: Option<TlsAcceptor>) -> io::Result<Self> {
        let tcp = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        Ok(Self {
            address: tcp.local_addr()?,
            tcp,
            tls,
        })
    }

    /// Without a final slash.
    pub(crate) fn url(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }

    /// Serves until dropped; each change of `goaway` asks every open connection to finish and leave.
    pub(crate) async fn serve(self, handler: Handler, goaway: watch::Receiver<()>) {
        let mut connections = JoinSet::new();
        loop {
            let Ok((stream, _)) = self.tcp.accept().await else {
                continue;
            };
            while connections.try_join_next().is_some() {}
            connections.spawn(welcome(stream, self.tls.clone(), Arc::clone(&handler), goaway.clone()));
        }
    }
}

/// A handler that asks a router.
pub(crate) fn serve_router(router: Router) -> Handler {
    Arc::new(move |request| {
        let router = router.clone();
        async move {
            match router.oneshot(request.map(Body::new)).await {
                Ok(response) => Ok(response),
                Err(never) => match never {},
            }
        }
        .boxed()
    })
}

async fn welcome(stream: TcpStream, tls: Option<TlsAcceptor>, handler: Handler, goaway: watch::Receiver<()>) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "the connection left before it was served");
    }
    let Some(tls) = tls else {
        return converse(stream, handler, goaway).await;
    };
    match tokio::time::timeout(TLS_HANDSHAKE_TIMEOUT, tls.accept(stream)).await {
        Ok(Ok(stream)) => converse(stream, handler, goaway).await,
        Ok(Err(error)) => tracing::debug!(%error, "TLS handshake failed"),
        Err(_) => tracing::debug!("TLS handshake took too long"),
    }
}

async fn converse<S>(stream: S, handler: Handler, mut goaway: watch::Receiver<()>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let cut = Arc::new(Notify::new());
    let service = service_fn({
        let cut = Arc::clone(&cut);
        move |request| {
            let (answer, cut) = (handler(request), Arc::clone(&cut));
            async move {
                if let Ok(response) = answer.await {
                    return Ok::<_, std::convert::Infallible>(response);
                }
                cut.notify_one();
                std::future::pending().await
            }
        }
    });
    let mut server = auto::Builder::new(TokioExecutor::new());
    server.http1().timer(TokioTimer::new());
    server
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(CONCURRENT_STREAMS);
    goaway.mark_unchanged();
    let mut connection = pin!(server.serve_connection(TokioIo::new(stream), service));
    loop {
        tokio::select! {
            _ = connection.as_mut() => return,
            () = cut.notified() => return,
            Ok(()) = goaway.changed() => connection.as_mut().graceful_shutdown(),
        }
    }
}
