//! How many messages a second of processor time sends, over TLS on loopback, to a stand-in that accepts everything.
//!
//! `cargo run --release -p fcm --example throughput -- [messages] [connections]`
//!
//! Client and stand-in run on a thread each; only the client's processor time counts (Linux: `/proc/thread-self`).
#![expect(clippy::cast_precision_loss, reason = "message counts are far below 2^52")]
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measuring tool for a terminal"
)]

use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use bytes::Bytes;
use fcm::{
    AndroidConfig, AndroidNotification, ApnsConfig, Client, Config, MAX_STREAMS, Message, Notification, Prepared,
    ServiceAccount, Target,
};
use futures_util::StreamExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

const KEY_PEM: &str = include_str!("../tests/fixtures/test-only-rsa-key.pem");
/// As long as Google's access tokens may be, and as a registration token is.
const ACCESS_TOKEN_CHARS: usize = 1024;
const TARGET_CHARS: usize = 163;
const ANSWER: &str = r#"{"name":"projects/valbourg/messages/0:1700000000000000%0123456789abcdef"}"#;

fn main() {
    let mut arguments = std::env::args()
        .skip(1)
        .map(|argument| argument.parse::<usize>().unwrap());
    let messages = arguments.next().unwrap_or(200_000);
    let connections = arguments.next().unwrap_or(4);
    let (ready, started) = channel();
    std::thread::spawn(move || runtime().block_on(stand_in(&ready)));
    let (endpoint, token_uri, root_pem) = started.recv().unwrap();
    let mut config = Config::new(ServiceAccount::from_json(&key_file(&token_uri)).unwrap()).unwrap();
    config.endpoint = endpoint.parse().unwrap();
    config.extra_roots_pem = Some(root_pem);
    config.connections = connections;
    runtime().block_on(async move {
        let client = Client::new(config).unwrap();
        client.warm_up(connections).await.unwrap();
        let targets: Vec<Target> = (0..messages)
            .map(|nth| Target::Token(format!("{nth:0TARGET_CHARS$}")))
            .collect();
        let (clock, processor) = (Instant::now(), processor_time());
        send_all(&client, &targets, connections * MAX_STREAMS).await;
        let (wall, processor) = (clock.elapsed(), processor_time().saturating_sub(processor));
        assert_eq!(client.stats().sent, messages as u64);
        let per_100k = |time: Duration| time.as_secs_f64() * 100_000.0 / messages as f64;
        println!("{messages} messages on {connections} connections in {wall:.2?}");
        println!(
            "{:.2} CPU-s and {:.2} s for 100,000 messages",
            per_100k(processor),
            per_100k(wall)
        );
    });
}

async fn send_all(client: &Client, targets: &[Target], at_once: usize) {
    let prepared = Prepared::new(&message()).unwrap();
    futures_util::stream::iter(targets)
        .for_each_concurrent(at_once, |target| {
            let prepared = &prepared;
            async move { drop(client.send_prepared(prepared, target).await.unwrap()) }
        })
        .await;
}

fn message() -> Message {
    Message {
        notification: Some(Notification::new(
            "Tram B: interrupted",
            "No service between Gare and Centre until 18:00",
        )),
        data: [("id", "d-7f3a"), ("rev", "2"), ("kind", "disruption")]
            .map(|(k, v)| (k.into(), v.into()))
            .into(),
        android: Some(AndroidConfig {
            collapse_key: Some("d-7f3a".to_owned()),
            ttl: Some(Duration::from_hours(1)),
            notification: Some(AndroidNotification {
                tag: Some("d-7f3a".to_owned()),
                ..Default::default()
            }),
            ..AndroidConfig::default()
        }),
        apns: Some(ApnsConfig {
            headers: [("apns-collapse-id".to_owned(), "d-7f3a".to_owned())].into(),
            payload: Some(serde_json::json!({ "aps": { "sound": "default", "interruption-level": "time-sensitive" } })),
            ..ApnsConfig::default()
        }),
        ..Message::default()
    }
}

fn key_file(token_uri: &str) -> String {
    serde_json::json!({
        "type": "service_account", "project_id": "valbourg", "private_key": KEY_PEM,
        "client_email": "sender@valbourg.example", "token_uri": token_uri,
    })
    .to_string()
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

/// What the scheduler gave this thread so far.
fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(stat.split_whitespace().next().unwrap().parse().unwrap())
}

async fn stand_in(ready: &Sender<(String, String, String)>) {
    let (fcm, tokens) = (bind().await, bind().await);
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let mut tls = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    tls.alpn_protocols = vec![b"h2".to_vec()];
    let acceptor = TlsAcceptor::from(Arc::new(tls));
    let port = |listener: &TcpListener| listener.local_addr().unwrap().port();
    let endpoint = format!("https://localhost:{}", port(&fcm));
    ready
        .send((
            endpoint,
            format!("http://127.0.0.1:{}/token", port(&tokens)),
            made.cert.pem(),
        ))
        .unwrap();
    grant_one_token(tokens.accept().await.unwrap().0).await;
    futures_util::stream::unfold(fcm, |fcm| async { Some((fcm.accept().await.unwrap().0, fcm)) })
        .for_each_concurrent(None, |tcp| accept_everything(acceptor.clone(), tcp))
        .await;
}

async fn bind() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.unwrap()
}

async fn grant_one_token(mut tcp: TcpStream) {
    // One request, one answer: what it asks does not matter here.
    assert!(tcp.read(&mut [0; 8192]).await.unwrap() > 0);
    let json = format!(
        r#"{{"access_token":"{}","expires_in":3600}}"#,
        "t".repeat(ACCESS_TOKEN_CHARS)
    );
    let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{json}", json.len());
    tcp.write_all(answer.as_bytes()).await.unwrap();
}

async fn accept_everything(acceptor: TlsAcceptor, tcp: TcpStream) {
    tcp.set_nodelay(true).unwrap();
    let mut http2 = h2::server::handshake(acceptor.accept(tcp).await.unwrap())
        .await
        .unwrap();
    let mut bodies = futures_util::stream::FuturesUnordered::new();
    loop {
        tokio::select! {
            accepted = http2.accept() => {
                let Some(Ok((request, respond))) = accepted else { return };
                bodies.push(accept_one(request.into_body(), respond));
            }
            Some(()) = bodies.next() => {}
        }
    }
}

async fn accept_one(mut body: h2::RecvStream, mut respond: h2::server::SendResponse<Bytes>) {
    while let Some(chunk) = body.data().await {
        body.flow_control().release_capacity(chunk.unwrap().len()).unwrap();
    }
    let mut stream = respond.send_response(http::Response::new(()), false).unwrap();
    stream.send_data(Bytes::from_static(ANSWER.as_bytes()), true).unwrap();
}
