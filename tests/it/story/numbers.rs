//! What readers did with posts: asked of networks, kept, and told.

use beffroi_sandbox::{Fault, Operation};
use beffroi_schema::{
    entity::{account, receipt},
    id::ItemId,
    store::{NewAccount, machine},
    value::{AccountRules, Metrics, Network},
};
use beffroi_tests::{City, scene};
use chrono::Duration;
use secrecy::SecretString;
use serde_json::json;

use super::accounts;

async fn post(city: &City, item: ItemId, account: &account::Model) -> receipt::Model {
    city.store.receipt(item, account.id).await.unwrap().unwrap()
}

fn readings(city: &City, path: &str) -> usize {
    let requests = city.sandbox.requests();
    requests.iter().filter(|line| line.path.contains(path)).count()
}

#[tokio::test]
async fn what_readers_did_is_asked_less_and_less_often() {
    let city = City::new().await;
    let accounts = accounts(&city).await;
    let item = city.publish(scene::article("Le marché est ouvert")).await;
    city.settle().await;
    for account in &accounts {
        let post = post(&city, item, account).await;
        assert_eq!((post.metrics, post.read_at), (None, None), "{}", account.network);
    }
    city.later(Duration::minutes(59)).await;
    assert_eq!(post(&city, item, &accounts[0]).await.metrics, None, "it is too early");
    city.later(Duration::minutes(1)).await;
    let told = Metrics {
        likes: Some(2),
        shares: Some(1),
        replies: Some(0),
        views: None,
    };
    for account in &accounts {
        let post = post(&city, item, account).await;
        assert_eq!(
            (post.metrics, post.read_at),
            (Some(told), Some(city.clock.now())),
            "{}",
            account.network
        );
    }
    let first = readings(&city, ".getPosts");
    for days in [1, 1, 2, 4, 25, 60] {
        city.later(Duration::days(days)).await;
    }
    assert_eq!(
        (first, readings(&city, ".getPosts")),
        (1, 5),
        "after a day, three, seven, thirty: then no more"
    );
    let last = post(&city, item, &accounts[1]).await;
    assert_eq!((last.next_read_at, last.metrics), (None, Some(told)));
}

#[tokio::test]
async fn who_does_not_answer_is_asked_at_the_next_age_and_what_was_told_stays() {
    let city = City::new().await;
    let account = city.account(Network::Mastodon, AccountRules::default()).await;
    let item = city.publish(scene::article("Le marché est ouvert")).await;
    city.settle().await;
    city.later(Duration::hours(1)).await;
    let told = post(&city, item, &account).await;
    city.miniature(Network::Mastodon)
        .next(Operation::Read, Fault::ServerError);
    city.later(Duration::hours(5)).await;
    let silent = post(&city, item, &account).await;
    assert_eq!((silent.metrics, silent.read_at), (told.metrics, told.read_at));
    assert_eq!(silent.next_read_at, Some(silent.posted_at + Duration::days(1)));
    city.later(Duration::hours(18)).await;
    assert_eq!(post(&city, item, &account).await.read_at, Some(city.clock.now()));
}

#[tokio::test]
async fn what_is_not_there_any_more_or_costs_is_not_asked_about() {
    let city = City::new().await;
    let bluesky = city.account(Network::Bluesky, AccountRules::default()).await;
    let free = city.account(Network::X, AccountRules::default()).await;
    let miniature = city.miniature(Network::X);
    let remote = miniature.open_account("valbourg_presse", "Valbourg");
    let mut settings = miniature.settings(&remote);
    settings["network"] = json!(Network::X);
    settings["metrics"] = json!(true);
    let new = NewAccount {
        authority: city.authority,
        network: Network::X,
        name: "X, mesuré".to_owned(),
        settings,
        secret: Some(SecretString::from(remote.secret)),
        rules: AccountRules::default(),
    };
    let paying = city.store.create_account(new, &machine("test")).await.unwrap();
    city.settle().await;
    let item = city.publish(scene::article("Le marché est ouvert")).await;
    city.settle().await;
    let other = city.publish(scene::article("Le marché est annulé")).await;
    city.settle().await;
    city.withdraw(other).await;
    city.settle().await;
    city.later(Duration::hours(1)).await;
    assert_eq!(readings(&city, ".getPosts"), 1, "of one post, not of the other");
    assert_eq!(post(&city, other, &bluesky).await.next_read_at, None);
    let (unread, read) = (post(&city, item, &free).await, post(&city, item, &paying).await);
    assert_eq!((unread.metrics, unread.next_read_at), (None, None));
    assert_eq!(read.metrics.unwrap().likes, Some(2), "{read:?}");
}
