use beffroi_sandbox::{Kind, Operation};
use serde_json::json;

use crate::world::{World, answer};

#[tokio::test]
async fn an_unknown_route_is_unaccounted_on_every_network() {
    let world = World::new().await;
    for kind in Kind::ALL {
        let url = format!(
            "{}/no/such/route?access_token=secret",
            world.sandbox.network(kind).url()
        );
        let refused = answer(world.http.post(url).json(&json!({}))).await;
        // These answer 200, and say in the body that they refuse.
        let polite = [Kind::Slack, Kind::Flickr].contains(&kind);
        assert!(refused.status.is_client_error() || polite, "{kind:?}");
    }
    let lines = world.sandbox.unaccounted();
    assert_eq!(
        lines.iter().map(|line| line.server).collect::<Vec<_>>(),
        Kind::ALL.map(Kind::name)
    );
    assert!(
        lines
            .iter()
            .all(|line| line.violation.as_deref() == Some("no such route") && line.operation.is_none())
    );
    assert!(!format!("{lines:?}").contains("secret"), "queries may carry tokens");
}

#[tokio::test]
async fn dropping_the_sandbox_closes_its_ports() {
    let world = World::new().await;
    let url = format!("{}/api/v2/instance", world.sandbox.network(Kind::Mastodon).url());
    answer(world.http.get(&url)).await.expect(200);
    let http = world.http.clone();
    drop(world);
    tokio::task::yield_now().await;
    assert!(http.get(&url).send().await.is_err());
}

#[tokio::test]
async fn accounts_do_not_print_their_secrets() {
    let world = World::new().await;
    for kind in Kind::ALL {
        let account = world.sandbox.network(kind).account();
        assert!(!account.secret.is_empty(), "{kind:?}");
        assert!(!format!("{account:?}").contains(&account.secret));
    }
}

#[tokio::test]
async fn the_journal_says_who_did_what() {
    let world = World::new().await;
    let account = world.sandbox.network(Kind::Mastodon).account();
    let url = format!("{}/api/v1/statuses", world.sandbox.network(Kind::Mastodon).url());
    answer(
        world
            .http
            .post(url)
            .bearer_auth(&account.secret)
            .json(&json!({"status": "x"})),
    )
    .await
    .expect(200);
    let line = world.sandbox.requests().pop().unwrap();
    assert_eq!(
        (line.server, line.method.as_str(), line.path.as_str()),
        ("mastodon", "POST", "/api/v1/statuses")
    );
    assert_eq!((line.operation, line.status), (Some(Operation::Create), Some(200)));
    assert_eq!(line.account, Some(account.id));
    assert_eq!(line.at.timestamp().cast_unsigned(), world.now_s());
}
