use base64::{Engine as _, prelude::BASE64_STANDARD};
use beffroi_schema::clock::Clock;
use reqwest::StatusCode;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use super::*;

/// Answers one connection after another with these bytes, and hands back its port.
#[expect(clippy::disallowed_methods, reason = "a server of one test, gone with its runtime")]
async fn server(answers: Vec<impl AsRef<[u8]> + Send + 'static>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    let port = listener.local_addr().map_or(0, |address| address.port());
    tokio::spawn(async move {
        for answer in answers {
            let Ok((mut stream, _)) = listener.accept().await else {
                return;
            };
            let mut asked = [0; 2048];
            let _read = stream.read(&mut asked).await;
            let _written = stream.write_all(answer.as_ref()).await;
        }
    });
    port
}

fn door(ports: &[u16]) -> Http {
    rustls::crypto::ring::default_provider().install_default().ok();
    let allow_private = ports.iter().map(|port| format!("127.0.0.1:{port}")).collect();
    let config = OutboundConfig {
        allow_private,
        ..OutboundConfig::default()
    };
    Http::new(&config, Clock::system()).unwrap_or_else(|error| panic!("{error}"))
}

fn url(port: u16) -> Url {
    format!("http://127.0.0.1:{port}/")
        .parse()
        .unwrap_or_else(|error| panic!("{error}"))
}

fn ok(body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

fn moved(to: &str) -> String {
    format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
}

#[tokio::test]
async fn no_more_is_read_than_was_asked_for() {
    let port = server(vec![ok("12345"), ok("123456")]).await;
    let http = door(&[port]);
    assert_eq!(
        http.read(url(port)).send(5).await.map(|answer| answer.body).unwrap(),
        "12345"
    );
    assert_eq!(
        http.read(url(port)).send(5).await.map(|answer| answer.body),
        Err(CallError::TooLong(5))
    );
}

/// 100,000 times the letter a, in 133 bytes: `printf 'a%.0s' {1..100000} | gzip -9`.
const BOMB: [&str; 2] = [
    "H4sIAAAAAAACA+3BMQEAAADCoKzrX8IaHkABAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAArwaH+uIboIYBAA==",
];

#[tokio::test]
async fn what_a_body_unpacks_to_is_what_counts() {
    let packed = BASE64_STANDARD.decode(BOMB.concat()).unwrap();
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n",
        packed.len()
    );
    let answer = [head.into_bytes(), packed].concat();
    let port = server(vec![answer.clone(), answer]).await;
    let http = door(&[port]);
    let read = http.read(url(port)).send(99_999).await.map(|answer| answer.body);
    assert_eq!(read, Err(CallError::TooLong(99_999)));
    assert_eq!(http.read(url(port)).send(100_000).await.unwrap().body.len(), 100_000);
}

#[tokio::test]
async fn a_private_address_is_refused_directly_and_behind_a_redirect() {
    let hidden = server(vec![ok("secret")]).await;
    let port = server(vec![moved(url(hidden).as_str()), moved("http://localhost:1/")]).await;
    let http = door(&[port]);
    for (target, name) in [(hidden, "127.0.0.1"), (port, "127.0.0.1"), (port, "localhost")] {
        let refused = http.read(url(target)).send(100).await.map(|answer| answer.status);
        let Err(CallError::Forbidden(reason)) = refused else {
            panic!("{refused:?}")
        };
        assert!(reason.contains(name), "{reason}");
    }
}

#[tokio::test]
async fn redirects_are_followed_when_reading_and_only_then() {
    let end = server(vec![ok("there")]).await;
    let start = server(vec![moved(url(end).as_str()), moved(url(end).as_str())]).await;
    let http = door(&[start, end]);
    assert_eq!(
        http.call(Method::GET, url(start)).send(100).await.unwrap().status,
        StatusCode::FOUND
    );
    assert_eq!(http.read(url(start)).send(100).await.unwrap().body, "there");
}

#[tokio::test]
async fn what_did_not_leave_and_what_may_have_are_told_apart() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = free.local_addr().unwrap().port();
    drop(free);
    let refused = door(&[closed])
        .call(Method::POST, url(closed))
        .send(10)
        .await
        .map(|answer| answer.status);
    assert!(matches!(refused, Err(CallError::NotSent(_))), "{refused:?}");
    let port = server(vec![String::new()]).await;
    let cut = door(&[port])
        .call(Method::POST, url(port))
        .send(10)
        .await
        .map(|answer| answer.status);
    assert!(matches!(cut, Err(CallError::Lost(_))), "{cut:?}");
}
