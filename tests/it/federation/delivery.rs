//! What we bring to others, whatever happens on the way.

use beffroi_sandbox::PeerFault;
use beffroi_schema::{entity::federated_delivery, id::ItemId, value::FederatedState};
use beffroi_tests::{City, scene};
use chrono::Duration;
use sea_orm::EntityTrait as _;
use serde_json::json;

async fn town(servers: usize) -> City {
    let city = City::new().await;
    city.actor("actualites", None).await;
    for server in 0..servers {
        city.followed_by(server, "lea", "actualites").await;
    }
    city
}

async fn news(city: &City, title: &str) -> ItemId {
    let item = city.publish(scene::article(title)).await;
    city.settle().await;
    item
}

async fn titled(city: &City, item: ItemId, title: &str) {
    let title = title.to_owned();
    city.amend(item, |content| {
        for text in content.texts.0.values_mut() {
            text.title.clone_from(&title);
        }
    })
    .await;
    city.settle().await;
}

async fn rows(city: &City) -> Vec<federated_delivery::Model> {
    federated_delivery::Entity::find().all(city.database()).await.unwrap()
}

#[tokio::test]
async fn a_life_is_told_to_each_server_once() {
    let city = town(2).await;
    // A second follower there is reached by the same inbox.
    city.followed_by(0, "max", "actualites").await;
    let item = news(&city, "Le pont ferme").await;
    let before = city.peers[0].deliveries();
    city.clock.advance(Duration::minutes(5));
    titled(&city, item, "Le pont ferme demain").await;
    assert_eq!(city.peers[0].deliveries(), before + 1);
    for peer in &city.peers[..2] {
        let object = peer.objects().remove(0);
        assert_eq!(object["id"], json!(city.told("actualites", item)));
        assert!(
            object["content"].as_str().unwrap().contains("ferme demain"),
            "{object:#}"
        );
        assert_eq!(
            (&object["published"], &object["updated"]),
            (&json!("2026-06-01T08:00:00Z"), &json!("2026-06-01T08:05:00Z"))
        );
    }
    city.withdraw(item).await;
    city.settle().await;
    for peer in &city.peers[..2] {
        assert_eq!(peer.objects(), [] as [serde_json::Value; 0]);
        assert_eq!(peer.kinds().last().unwrap(), "Delete");
    }
    assert_eq!(city.peers[2].deliveries(), 0, "nobody follows from there");
}

#[tokio::test]
async fn an_actor_tells_what_it_is_about() {
    let city = City::new().await;
    city.actor("travaux", Some("voirie")).await;
    city.actor("transports", Some(scene::TRANSPORT)).await;
    city.followed_by(0, "lea", "travaux").await;
    city.followed_by(1, "lea", "transports").await;
    let bridge = news(&city, "Le pont ferme").await;
    let tram = city.publish(scene::tram_stopped()).await;
    city.settle().await;
    let told = |peer: usize| {
        city.peers[peer]
            .objects()
            .iter()
            .map(|object| object["id"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(told(0), [json!(city.told("travaux", bridge))]);
    assert_eq!(told(1), [json!(city.told("transports", tram))]);
    city.resolve(tram).await;
    city.settle().await;
    let over = &city.peers[1].objects()[0];
    assert!(over["content"].as_str().unwrap().contains('✅'), "{over:#}");
}

#[tokio::test]
async fn an_answer_that_is_lost_does_no_harm() {
    for fault in [
        PeerFault::TakenThen(500),
        PeerFault::TakenThenCut,
        PeerFault::Cut,
        PeerFault::Status(503),
    ] {
        let city = town(1).await;
        city.peers[0].next(fault);
        let item = news(&city, "Le pont ferme").await;
        titled(&city, item, "Le pont ferme demain").await;
        city.later(Duration::minutes(2)).await;
        city.later(Duration::minutes(5)).await;
        // The peer complains of an update that comes before what it updates, and of a second creation.
        assert_eq!(city.peers[0].kinds(), ["Accept", "Create", "Update"], "{fault:?}");
        assert!(
            rows(&city).await.iter().all(|row| row.state == FederatedState::Done),
            "{fault:?}"
        );
    }
}

#[tokio::test]
async fn what_belongs_together_keeps_its_order_and_the_rest_does_not_wait() {
    let city = town(1).await;
    // The server fails at this one thing, again and again.
    for _ in 0..3 {
        city.peers[0].next(PeerFault::Status(500));
    }
    let item = news(&city, "Premier").await;
    titled(&city, item, "Premier, corrigé").await;
    assert_eq!(city.peers[0].kinds(), ["Accept"]);
    city.later(Duration::minutes(2)).await;
    city.later(Duration::minutes(5)).await;
    assert_eq!(city.peers[0].kinds(), ["Accept"]);
    news(&city, "Second").await;
    assert_eq!(
        city.peers[0].kinds(),
        ["Accept", "Create"],
        "another item does not wait for the first"
    );
    city.later(Duration::minutes(30)).await;
    assert_eq!(city.peers[0].kinds(), ["Accept", "Create", "Create", "Update"]);
}

#[tokio::test]
async fn a_slow_server_delays_itself_alone() {
    let city = town(3).await;
    city.peers[0].next(PeerFault::Slow(std::time::Duration::from_secs(3)));
    city.publish(scene::article("Le pont ferme")).await;
    city.worker.fan_out().await.unwrap();
    // Whoever was asked after the slow one has it while the slow one still thinks.
    let others_have_it = || city.peers[1..].iter().all(|peer| peer.objects().len() == 1);
    let ended = beffroi_tests::die_when(city.worker.federate(), others_have_it).await;
    assert!(!ended && city.peers[0].objects().is_empty());
    // The worker died while it waited: after its lease another one asks again, and it changes nothing there.
    city.later(Duration::minutes(6)).await;
    assert_eq!(city.peers[0].objects().len(), 1);
}

#[tokio::test]
async fn who_is_gone_is_told_nothing_any_more() {
    for answer in [404, 410] {
        let city = town(2).await;
        city.peers[0].next(PeerFault::Status(answer));
        let item = news(&city, "Le pont ferme").await;
        titled(&city, item, "Le pont ferme demain").await;
        let actor = city.store.federated_actor("actualites").await.unwrap().unwrap();
        assert_eq!(city.store.federated_standing(actor.id).await.unwrap().followers, 1);
        assert_eq!(city.peers[0].kinds(), ["Accept"], "{answer}");
        assert_eq!(city.peers[1].kinds(), ["Accept", "Create", "Update"]);
    }
}

#[tokio::test]
async fn a_server_that_refuses_us_is_left_alone_until_it_speaks_to_us() {
    for answer in [401, 403] {
        let city = town(1).await;
        let before = city.peers[0].deliveries();
        city.peers[0].next(PeerFault::Status(answer));
        news(&city, "Un").await;
        news(&city, "Deux").await;
        city.later(Duration::hours(5)).await;
        assert_eq!(city.peers[0].deliveries(), before + 1, "{answer}");
        // Somebody there follows: it does speak with us, and has what waited for a day.
        city.followed_by_again(0, "max", "actualites").await;
        city.later(Duration::hours(20)).await;
        assert_eq!(city.peers[0].objects().len(), 2, "{answer}");
    }
}

#[tokio::test]
async fn a_dead_server_is_asked_ever_more_rarely_and_given_up_after_two_days() {
    let city = town(2).await;
    for _ in 0..60 {
        city.peers[0].next(PeerFault::Cut);
    }
    let before = city.peers[0].deliveries();
    news(&city, "Le pont ferme").await;
    for _ in 0..60 {
        city.later(Duration::hours(1)).await;
    }
    let tries = city.peers[0].deliveries() - before;
    assert!((8..=25).contains(&tries), "{tries} tries in two days");
    let dropped: Vec<_> = rows(&city)
        .await
        .into_iter()
        .filter(|row| row.state == FederatedState::Dropped)
        .collect();
    assert_eq!(dropped.len(), 1);
    assert!(
        dropped[0].reason.as_ref().unwrap().starts_with("given up"),
        "{dropped:?}"
    );
    assert_eq!(city.peers[1].kinds(), ["Accept", "Create"]);
}

#[tokio::test]
async fn two_workers_deliver_each_thing_once() {
    let city = town(3).await;
    let other = city.another_worker().await;
    let item = city.publish(scene::article("Le pont ferme")).await;
    city.worker.fan_out().await.unwrap();
    let before: usize = city.peers.iter().map(beffroi_sandbox::Peer::deliveries).sum();
    let (one, two) = tokio::join!(city.worker.federate(), other.federate());
    one.unwrap();
    two.unwrap();
    city.settle().await;
    let after: usize = city.peers.iter().map(beffroi_sandbox::Peer::deliveries).sum();
    assert_eq!(after - before, 3);
    assert_eq!(city.store.federated_notes(item).await.unwrap().len(), 1);
    other.die().await;
}
