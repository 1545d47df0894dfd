//! The pool: how many connections, how full, and what becomes of messages when one ends.

use std::sync::atomic::Ordering;
use std::time::Duration;

use fcm::{Client, MAX_STREAMS, Message, SendError};
use futures_util::future::{join, join_all};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::raw::Raw;
use crate::sending::token;
use crate::stub::{Reply, Stub, config, soon};
use crate::token_endpoint::TokenEndpoint;

async fn send(client: &Client) -> Result<String, SendError> {
    client
        .send(&Message::default(), &token())
        .await
        .map(|name| name.as_str().to_owned())
}

/// A stub that answers nothing before the gate is opened.
async fn gated() -> (Stub, watch::Sender<bool>) {
    let (gate, closed) = watch::channel(false);
    (Stub::plain(move |_| Reply::Gate(closed.clone())).await, gate)
}

#[tokio::test]
async fn the_hundred_and_first_message_opens_a_second_connection() {
    let (stub, gate) = gated().await;
    let client = stub.client();
    let all = join_all((0..=MAX_STREAMS).map(|_| send(&client)));
    let watch = async {
        stub.seen.requests(MAX_STREAMS + 1).await;
        let stats = client.stats();
        assert_eq!((stats.in_flight, stats.open_connections), (MAX_STREAMS + 1, 2));
        gate.send_replace(true);
    };
    let (sent, ()) = join(all, watch).await;
    assert!(sent.iter().all(Result::is_ok));
    assert_eq!(stub.seen.connections.load(Ordering::SeqCst), 2);
    assert_eq!(stub.seen.peak.load(Ordering::SeqCst), 100);
    assert_eq!(client.stats().in_flight, 0);
}

#[tokio::test]
async fn no_connection_ever_carries_more_than_a_hundred() {
    let stub = Stub::plain(|_| Reply::accepted()).await;
    let mut config = stub.config();
    config.connections = 2;
    let client = Client::new(config).unwrap();
    let sent = join_all((0..2000).map(|_| send(&client))).await;
    assert!(sent.iter().all(Result::is_ok));
    assert_eq!(stub.seen.asks().len(), 2000);
    assert_eq!(stub.seen.connections.load(Ordering::SeqCst), 2);
    assert!(stub.seen.peak.load(Ordering::SeqCst) <= MAX_STREAMS);
    assert_eq!(client.stats().sent, 2000);
}

#[tokio::test]
async fn the_number_of_connections_can_change_under_load() {
    let (stub, gate) = gated().await;
    let client = stub.client();
    let all = join_all((0..450).map(|_| send(&client)));
    let watch = async {
        stub.seen.requests(400).await;
        client.set_connections(1).unwrap();
        assert_eq!(client.stats().in_flight, 400, "what is in flight is not disturbed");
        client.set_connections(5).unwrap();
        // The fifty that waited fit now: four connections were given up, and four new ones may be opened.
        stub.seen.requests(450).await;
        client.set_connections(2).unwrap();
        gate.send_replace(true);
    };
    let (sent, ()) = join(all, watch).await;
    assert!(sent.iter().all(Result::is_ok));
    assert_eq!(client.stats().in_flight, 0);
    assert!(stub.seen.peak.load(Ordering::SeqCst) <= MAX_STREAMS);
    // All streams are back, and none too many: a thousand messages find two connections enough.
    let sent = join_all((0..1000).map(|_| send(&client))).await;
    assert!(sent.iter().all(Result::is_ok));
    assert!(client.stats().open_connections <= 2);
}

#[tokio::test]
async fn a_warm_client_has_its_token_and_its_connections() {
    let stub = Stub::tls(|_| Reply::accepted()).await;
    let client = stub.client();
    assert_eq!(client.warm_up(3).await.unwrap(), 3);
    assert_eq!(
        (stub.tokens.calls(), stub.seen.connections.load(Ordering::SeqCst)),
        (1, 3)
    );
    assert_eq!(client.warm_up(99).await.unwrap(), 4, "never more than are allowed");
}

#[tokio::test]
async fn refused_streams_are_sent_again_at_once() {
    let stub = Stub::plain(|ask| if ask.nth < 3 { Reply::Refuse } else { Reply::accepted() }).await;
    send(&stub.client()).await.unwrap();
    assert_eq!(stub.seen.asks().len(), 4);
    assert_eq!(
        stub.seen.connections.load(Ordering::SeqCst),
        1,
        "the connection is good"
    );
}

#[tokio::test]
async fn streams_refused_again_and_again_are_given_back() {
    let stub = Stub::plain(|_| Reply::Refuse).await;
    let error = send(&stub.client()).await.unwrap_err();
    assert!(matches!(error, SendError::NotSent { .. }), "{error}");
    assert_eq!(stub.seen.asks().len(), 4);
}

/// A client of a server that a test plays by hand.
async fn by_hand() -> (TcpListener, Client) {
    let tokens = TokenEndpoint::start().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut config = config(&tokens);
    config.endpoint = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    (listener, Client::new(config).unwrap())
}

#[tokio::test]
async fn goaway_resends_what_was_not_looked_at_and_only_that() {
    let (listener, client) = by_hand().await;
    let server = async {
        let mut first = Raw::handshake(listener.accept().await.unwrap().0).await;
        let streams = first.requests(3).await;
        first.go_away(streams[0]).await;
        let mut second = Raw::handshake(listener.accept().await.unwrap().0).await;
        for stream in second.requests(2).await {
            second.accept(stream, "second").await;
        }
        // The stream that was looked at is answered on the old connection, after the others.
        first.accept(streams[0], "first").await;
        (first, second)
    };
    let (sent, _open) = soon(join(join_all((0..3).map(|_| send(&client))), server)).await;
    let mut names: Vec<String> = sent.into_iter().map(Result::unwrap).collect();
    names.sort();
    assert_eq!(names, ["first", "second", "second"]);
    assert_eq!(client.stats().open_connections, 1);
}

#[tokio::test]
async fn a_cut_connection_leaves_the_outcome_unknown() {
    let (listener, client) = by_hand().await;
    let server = async {
        let mut raw = Raw::handshake(listener.accept().await.unwrap().0).await;
        raw.requests(1).await;
    };
    let (sent, ()) = soon(join(send(&client), server)).await;
    let error = sent.unwrap_err();
    assert!(
        matches!(error, SendError::Interrupted { .. }) && error.outcome_unknown(),
        "{error}"
    );
}

#[tokio::test]
async fn an_idle_connection_is_closed_and_a_new_one_opened_on_demand() {
    let stub = Stub::plain(|_| Reply::accepted()).await;
    let mut config = stub.config();
    config.idle_timeout = Duration::from_millis(20);
    let client = Client::new(config).unwrap();
    send(&client).await.unwrap();
    stub.seen.ended(1).await;
    assert_eq!(client.stats().open_connections, 0);
    send(&client).await.unwrap();
    assert_eq!(stub.seen.connections.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn dropping_the_client_closes_its_connections() {
    let stub = Stub::plain(|_| Reply::accepted()).await;
    let client = stub.client();
    client.warm_up(2).await.unwrap();
    send(&client).await.unwrap();
    drop(client);
    stub.seen.ended(2).await;
}

#[tokio::test]
async fn a_dropped_send_gives_its_stream_back() {
    let (stub, gate) = gated().await;
    let mut config = stub.config();
    config.connections = 1;
    let client = Client::new(config).unwrap();
    {
        let all = join_all((0..MAX_STREAMS).map(|_| send(&client)));
        tokio::select! {
            _ = all => unreachable!("the gate is closed"),
            () = stub.seen.requests(MAX_STREAMS) => {}
        }
    }
    assert_eq!(client.stats().in_flight, 0);
    gate.send_replace(true);
    assert_eq!(
        send(&client).await,
        Ok(json!("projects/valbourg/messages/0:2").as_str().unwrap().to_owned())
    );
}
