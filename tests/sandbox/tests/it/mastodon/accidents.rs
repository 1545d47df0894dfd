//! Scripted accidents, before and after the commit.

use std::time::Duration;

use beffroi_sandbox::{Fault, Kind, Operation};
use reqwest::Method;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::world::{World, answer, no_answer};

#[tokio::test]
async fn faults_before_the_commit_leave_no_post() {
    let world = World::new().await;
    let mastodon = &world.sandbox.network(Kind::Mastodon).clone();
    let refused = [
        (Fault::RateLimited { retry_after_s: 30 }, 429),
        (Fault::ServerError, 500),
        (Fault::TokenRevoked, 401),
        (Fault::ExpiredToken, 401),
        (Fault::Refused("Interdit".to_owned()), 422),
    ];
    for (fault, status) in refused {
        mastodon.next(Operation::Create, fault.clone());
        // Another operation does not meet it.
        answer(world.toot(Method::GET, "/api/v2/instance")).await.expect(200);
        let refused = world.post(&json!({"status": "x"})).await.expect(status);
        if let Fault::RateLimited { .. } = fault {
            assert_eq!(refused.header("x-ratelimit-reset"), "2026-11-02T10:00:30.000000Z");
        }
        if let Fault::Refused(_) = fault {
            assert_eq!(refused.text("/error"), "Validation failed: Interdit");
        }
    }
    for (fault, times_out) in [(Fault::Hang, true), (Fault::Cut, false)] {
        mastodon.next_any(fault.clone());
        let error = no_answer(
            world
                .toot(Method::POST, "/api/v1/statuses")
                .json(&json!({"status": "x"})),
        )
        .await;
        assert_eq!(error.is_timeout(), times_out, "{fault:?}");
    }
    assert_eq!((mastodon.faults_left(), world.toots()), (0, Vec::new()));
    assert_eq!(world.sandbox.unaccounted(), []);
}

#[tokio::test]
async fn who_leaves_in_the_middle_of_a_request_has_asked_nothing() {
    let world = World::new().await;
    let mastodon = world.sandbox.network(Kind::Mastodon);
    let mut wire = TcpStream::connect(mastodon.url().trim_start_matches("http://"))
        .await
        .unwrap();
    let half =
        "POST /api/v1/statuses HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{";
    wire.write_all(half.as_bytes()).await.unwrap();
    wire.shutdown().await.unwrap();
    let mut heard = Vec::new();
    wire.read_to_end(&mut heard).await.unwrap();
    assert_eq!(String::from_utf8_lossy(&heard), "");
    assert_eq!((world.sandbox.unaccounted(), world.toots()), (Vec::new(), Vec::new()));
}

#[tokio::test]
async fn faults_after_the_commit_leave_the_post() {
    let world = World::new().await;
    let mastodon = &world.sandbox.network(Kind::Mastodon).clone();
    let post = || {
        world
            .toot(Method::POST, "/api/v1/statuses")
            .json(&json!({"status": "x"}))
    };
    mastodon.next(Operation::Create, Fault::CommitThenServerError);
    answer(post()).await.expect(500);
    assert_eq!(world.toots().len(), 1);
    mastodon.next(Operation::Create, Fault::CommitThenHang);
    assert!(no_answer(post()).await.is_timeout());
    assert_eq!(world.toots().len(), 2);
    mastodon.next(Operation::Create, Fault::CommitThenCut);
    assert!(!no_answer(post()).await.is_timeout());
    assert_eq!(world.toots().len(), 3);
    assert_eq!(
        world
            .sandbox
            .requests()
            .iter()
            .filter(|line| line.status.is_none())
            .count(),
        2
    );

    let slow = Duration::from_millis(30);
    mastodon.next(Operation::Create, Fault::Slow(slow));
    let before = std::time::Instant::now();
    answer(post()).await.expect(200);
    assert!(before.elapsed() >= slow);
}
