//! FCM in miniature: HTTP/2 with or without TLS, answering what the test says.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use fcm::{Client, Config, ServiceAccount};
use h2::server::SendResponse;
use http::{Request, Response};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use crate::token_endpoint::TokenEndpoint;

const KEY_PEM: &str = include_str!("../fixtures/test-only-rsa-key.pem");

/// A request as the stub saw it.
#[derive(Clone, Debug)]
pub struct Ask {
    /// Its place among all requests, from 0.
    pub nth: usize,
    pub path: String,
    pub authorization: String,
    pub body: Value,
}

pub enum Reply {
    Answer(u16, Vec<(&'static str, String)>, Value),
    /// Answers as accepted once the gate opens.
    Gate(watch::Receiver<bool>),
    /// `RST_STREAM` with `REFUSED_STREAM`.
    Refuse,
    /// Never answers.
    Hang,
}

impl Reply {
    pub fn accepted() -> Self {
        Self::Answer(200, vec![], json!({ "name": "projects/valbourg/messages/0:1" }))
    }
}

type Script = dyn Fn(&Ask) -> Reply + Send + Sync;

/// What the stub saw.
#[derive(Default)]
pub struct Seen {
    pub asks: Mutex<Vec<Ask>>,
    pub count: watch::Sender<usize>,
    pub connections: AtomicUsize,
    pub closed: watch::Sender<usize>,
    /// The most streams that one connection carried at once.
    pub peak: AtomicUsize,
}

impl Seen {
    pub fn asks(&self) -> Vec<Ask> {
        self.asks.lock().unwrap().clone()
    }

    /// Returns when `count` requests have come.
    pub async fn requests(&self, count: usize) {
        soon(self.count.subscribe().wait_for(|seen| *seen >= count))
            .await
            .unwrap();
    }

    /// Returns when `count` connections have ended.
    pub async fn ended(&self, count: usize) {
        soon(self.closed.subscribe().wait_for(|closed| *closed >= count))
            .await
            .unwrap();
    }
}

pub struct Stub {
    pub seen: Arc<Seen>,
    pub tokens: TokenEndpoint,
    endpoint: String,
    root_pem: Option<String>,
}

impl Stub {
    /// HTTP/2 without TLS.
    pub async fn plain(script: impl Fn(&Ask) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        Self::start(listener, endpoint, None, None, Arc::new(script)).await
    }

    /// HTTP/2 over TLS, with a certificate nobody knows.
    pub async fn tls(script: impl Fn(&Ask) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        let (acceptor, pem) = certificate();
        Self::start(listener, endpoint, Some(acceptor), Some(pem), Arc::new(script)).await
    }

    async fn start(
        listener: TcpListener,
        endpoint: String,
        acceptor: Option<TlsAcceptor>,
        root_pem: Option<String>,
        script: Arc<Script>,
    ) -> Self {
        let seen = Arc::new(Seen::default());
        start(accept(listener, acceptor, Arc::clone(&seen), script));
        Self {
            seen,
            tokens: TokenEndpoint::start().await,
            endpoint,
            root_pem,
        }
    }

    /// A configuration that reaches this stub and nothing else.
    pub fn config(&self) -> Config {
        let mut config = config(&self.tokens);
        config.endpoint = self.endpoint.parse().unwrap();
        config.extra_roots_pem.clone_from(&self.root_pem);
        config
    }

    pub fn client(&self) -> Client {
        Client::new(self.config()).unwrap()
    }
}

/// Long enough for any machine, so that a failure is not a wait for ever.
const SOON: Duration = Duration::from_secs(20);

pub async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(SOON, future).await.unwrap()
}

/// A configuration with `tokens` and Google's own endpoint.
pub fn config(tokens: &TokenEndpoint) -> Config {
    Config::new(ServiceAccount::from_json(&key_file(&tokens.url)).unwrap()).unwrap()
}

pub fn key_file(token_uri: &str) -> String {
    json!({
        "type": "service_account", "project_id": "valbourg", "private_key_id": "key-1", "private_key": KEY_PEM,
        "client_email": "sender@valbourg.example", "token_uri": token_uri,
    })
    .to_string()
}

#[expect(clippy::disallowed_methods, reason = "ends with the test's runtime")]
pub fn start(task: impl Future<Output = ()> + Send + 'static) {
    tokio::spawn(task);
}

fn certificate() -> (TlsAcceptor, String) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let mut config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec()];
    (TlsAcceptor::from(Arc::new(config)), made.cert.pem())
}

async fn accept(listener: TcpListener, acceptor: Option<TlsAcceptor>, seen: Arc<Seen>, script: Arc<Script>) {
    while let Ok((tcp, _)) = listener.accept().await {
        start(connection(
            tcp,
            acceptor.clone(),
            Arc::clone(&seen),
            Arc::clone(&script),
        ));
    }
}

async fn connection(tcp: TcpStream, acceptor: Option<TlsAcceptor>, seen: Arc<Seen>, script: Arc<Script>) {
    seen.connections.fetch_add(1, Ordering::SeqCst);
    match acceptor {
        // A client that does not trust the certificate hangs up.
        Some(acceptor) => match acceptor.accept(tcp).await {
            Ok(stream) => serve(stream, &seen, script).await,
            Err(_) => return,
        },
        None => serve(tcp, &seen, script).await,
    }
    seen.closed.send_modify(|closed| *closed += 1);
}

async fn serve(io: impl AsyncRead + AsyncWrite + Unpin, seen: &Arc<Seen>, script: Arc<Script>) {
    let mut http2 = h2::server::handshake(io).await.unwrap();
    let load = Arc::new(AtomicUsize::new(0));
    while let Some(Ok((request, respond))) = http2.accept().await {
        seen.peak
            .fetch_max(load.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        let (seen, script, load) = (Arc::clone(seen), Arc::clone(&script), Arc::clone(&load));
        start(async move {
            let reply = script(&read(request, &seen).await);
            answer(reply, respond, &load).await;
        });
    }
}

async fn read(request: Request<h2::RecvStream>, seen: &Seen) -> Ask {
    let (head, mut stream) = request.into_parts();
    let mut body = Vec::new();
    while let Some(chunk) = stream.data().await {
        body.extend_from_slice(&chunk.unwrap());
    }
    let mut asks = seen.asks.lock().unwrap();
    let ask = Ask {
        nth: asks.len(),
        path: head.uri.path().to_owned(),
        authorization: head.headers["authorization"].to_str().unwrap().to_owned(),
        body: serde_json::from_slice(&body).unwrap(),
    };
    asks.push(ask.clone());
    seen.count.send_replace(asks.len());
    ask
}

async fn answer(reply: Reply, mut respond: SendResponse<Bytes>, load: &AtomicUsize) {
    let (status, headers, body) = match reply {
        Reply::Answer(status, headers, body) => (status, headers, body),
        Reply::Gate(mut gate) => {
            gate.wait_for(|open| *open).await.unwrap();
            (200, vec![], json!({ "name": "projects/valbourg/messages/0:2" }))
        }
        Reply::Refuse => {
            load.fetch_sub(1, Ordering::SeqCst);
            return respond.send_reset(h2::Reason::REFUSED_STREAM);
        }
        Reply::Hang => std::future::pending().await,
    };
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(name, value);
    }
    // Before the answer leaves: its arrival lets the client open the next stream.
    load.fetch_sub(1, Ordering::SeqCst);
    let mut stream = respond.send_response(response.body(()).unwrap(), false).unwrap();
    stream.send_data(Bytes::from(body.to_string()), true).unwrap();
}
