//! The access token: signed for, shared, renewed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use fcm::{Client, Clock, Message, SendError};
use futures_util::future::join_all;
use serde_json::json;

use crate::sending::token;
use crate::stub::{Reply, Stub};
use crate::token_endpoint::SECRET;

const START: u64 = 1_700_000_000;

/// A clock that stands until it is moved.
#[derive(Clone)]
struct Hands(Arc<AtomicU64>);

impl Hands {
    fn client(stub: &Stub) -> (Client, Self) {
        let hands = Self(Arc::new(AtomicU64::new(START)));
        let shown = hands.clone();
        let mut config = stub.config();
        config.clock = Clock::new(move || SystemTime::UNIX_EPOCH + Duration::from_secs(shown.0.load(Ordering::SeqCst)));
        (Client::new(config).unwrap(), hands)
    }

    fn later(&self, seconds: u64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

async fn send(client: &Client) -> Result<(), SendError> {
    client.send(&Message::default(), &token()).await.map(drop)
}

fn unauthenticated() -> Reply {
    Reply::Answer(
        401,
        vec![],
        json!({ "error": { "status": "UNAUTHENTICATED", "message": "no" } }),
    )
}

#[tokio::test]
async fn the_jwt_asks_for_one_hour_of_messaging_and_no_more() {
    let stub = Stub::plain(|_| Reply::accepted()).await;
    let (client, _) = Hands::client(&stub);
    send(&client).await.unwrap();
    // The endpoint has verified the signature and the header.
    let expected = json!({
        "iss": "sender@valbourg.example", "scope": "https://www.googleapis.com/auth/firebase.messaging",
        "aud": stub.tokens.url, "iat": START, "exp": START + 3600,
    });
    assert_eq!(stub.tokens.claims(), [expected]);
}

#[tokio::test]
async fn the_token_uri_of_the_configuration_wins() {
    let (stub, other) = (
        Stub::plain(|_| Reply::accepted()).await,
        Stub::plain(|_| Reply::accepted()).await,
    );
    let mut config = stub.config();
    config.token_uri = Some(other.tokens.url.parse().unwrap());
    send(&Client::new(config).unwrap()).await.unwrap();
    assert_eq!((stub.tokens.calls(), other.tokens.calls()), (0, 1));
    assert_eq!(other.tokens.claims()[0]["aud"], other.tokens.url);
}

#[tokio::test]
async fn two_hundred_sends_share_one_token() {
    let stub = Stub::plain(|_| Reply::accepted()).await;
    let client = stub.client();
    let sent = join_all((0..200).map(|_| send(&client))).await;
    assert!(sent.iter().all(Result::is_ok));
    assert_eq!((stub.tokens.calls(), stub.seen.asks().len()), (1, 200));
}

#[tokio::test]
async fn two_hundred_sends_share_one_failure() {
    let stub = Stub::plain(|_| Reply::accepted()).await;
    stub.tokens.refuse_with(
        400,
        json!({ "error": "invalid_grant", "error_description": "account not found" }),
    );
    let (client, hands) = Hands::client(&stub);
    for sent in join_all((0..200).map(|_| send(&client))).await {
        let reason = "400 invalid_grant account not found".to_owned();
        assert_eq!(sent, Err(SendError::Unauthenticated { reason }));
    }
    assert_eq!(stub.tokens.calls(), 1);
    stub.tokens.accept_again();
    send(&client).await.unwrap_err();
    hands.later(6);
    send(&client).await.unwrap();
    assert_eq!(stub.tokens.calls(), 2, "asked again only after the pause");
}

#[tokio::test]
async fn an_unwell_token_endpoint_is_worth_a_retry() {
    let stub = Stub::plain(|_| Reply::accepted()).await;
    stub.tokens.refuse_with(503, json!({}));
    let error = send(&stub.client()).await.unwrap_err();
    assert!(matches!(error, SendError::NotSent { .. }), "{error}");
}

#[tokio::test]
async fn a_token_is_renewed_in_the_background_before_it_ends() {
    let stub = Stub::plain(|_| Reply::accepted()).await;
    let (client, hands) = Hands::client(&stub);
    send(&client).await.unwrap();
    hands.later(3600 * 74 / 100);
    send(&client).await.unwrap();
    assert_eq!(stub.tokens.calls(), 1, "three quarters of its life are not over");
    hands.later(3600 * 12 / 100);
    send(&client).await.unwrap();
    let old = format!("Bearer {SECRET}-1");
    assert_eq!(stub.seen.asks()[2].authorization, old, "nobody waits for the renewal");
    // The new token is in use some sends later, without any wait.
    while stub.seen.asks().last().unwrap().authorization == old {
        send(&client).await.unwrap();
    }
    assert_eq!(stub.tokens.calls(), 2);
    hands.later(7200);
    send(&client).await.unwrap();
    assert_eq!(stub.tokens.calls(), 3);
    let last = stub.seen.asks().pop().unwrap().authorization;
    assert_eq!(last, format!("Bearer {SECRET}-3"), "an ended token is never used");
}

#[tokio::test]
async fn a_refused_token_is_renewed_once_for_all() {
    let refused = format!("Bearer {SECRET}-1");
    let stub = Stub::plain(move |ask| {
        if ask.authorization == refused {
            unauthenticated()
        } else {
            Reply::accepted()
        }
    })
    .await;
    let client = stub.client();
    let sent = join_all((0..50).map(|_| send(&client))).await;
    assert!(sent.iter().all(Result::is_ok));
    assert_eq!(stub.tokens.calls(), 2);
}

#[tokio::test]
async fn an_account_that_stays_refused_does_not_hammer_the_token_endpoint() {
    let stub = Stub::plain(|_| unauthenticated()).await;
    let (client, hands) = Hands::client(&stub);
    for _ in 0..5 {
        let reason = "no".to_owned();
        assert_eq!(send(&client).await, Err(SendError::Unauthenticated { reason }));
    }
    assert_eq!(
        (stub.tokens.calls(), stub.seen.asks().len()),
        (2, 6),
        "one renewal, one resend"
    );
    hands.later(61);
    send(&client).await.unwrap_err();
    assert_eq!(stub.tokens.calls(), 3);
}
