//! Workers that die at every single point at which they wait: for the database, for the network, for anything.

use beffroi_schema::{
    store::{FanOut, Push, StoreError, campaigns::Waiting},
    value::{AccountRules, FollowKind, Language, Network, SourceFormat},
};
use beffroi_tests::{
    City, die_after,
    scene::{self, TRANSPORT},
};
use chrono::Duration;
use serde_json::json;

use super::{MOST_TURNS, Share, assert_once, go_on};

/// A step waits at least so often: fewer points would prove nothing.
const LEAST_TURNS: usize = 3;
/// More than the lease of a line of the outbox, of a page, or of a poll.
const OTHER_LEASE: Duration = Duration::minutes(4);

on_every_network!(a_delivery_survives_death_at_any_point);

async fn a_delivery_survives_death_at_any_point(network: Network) {
    let city = City::new().await;
    let account = city.account(network, AccountRules::default()).await;
    for turns in Share::of_posts(network).points() {
        let news = city.article(network, &format!("Mort au point {turns}.")).await;
        let item = city.publish(news).await;
        while city.worker.fan_out().await.unwrap() {}
        let worker = city.another_worker().await;
        let ended = die_after(turns, worker.deliver()).await;
        worker.die().await;
        go_on(&city).await;
        assert_once(&city, &account, item, &format!("{network}, at {turns}")).await;
        if ended {
            assert!(turns > LEAST_TURNS, "{network}: only {turns} points");
            return;
        }
    }
}

#[tokio::test]
async fn fan_out_survives_death_at_any_point() {
    let city = City::new().await;
    let account = city.account(Network::Mastodon, AccountRules::default()).await;
    city.phone("marie", &[(FollowKind::Topic, TRANSPORT)]).await;
    for turns in 0..MOST_TURNS {
        let item = city.publish(scene::tram_stopped()).await;
        let worker = city.another_worker().await;
        let ended = die_after(turns, worker.fan_out()).await;
        worker.die().await;
        city.later(OTHER_LEASE).await;
        assert_eq!(city.deliveries(item, &account).await.len(), 1, "at {turns}");
        assert_eq!(city.campaigns(item).await.len(), 1, "at {turns}");
        if ended {
            assert!(turns > LEAST_TURNS, "only {turns} points");
            return;
        }
    }
}

#[tokio::test]
async fn a_campaign_survives_death_at_any_point() {
    let city = City::new().await;
    for name in ["marie", "paul", "jeanne"] {
        city.phone(name, &[(FollowKind::Topic, TRANSPORT)]).await;
    }
    for turns in 0..MOST_TURNS {
        let item = city.publish(scene::tram_stopped()).await;
        while city.worker.fan_out().await.unwrap() {}
        let worker = city.another_worker().await;
        let pushing = async { while worker.push().await.unwrap() {} };
        let ended = die_after(turns, pushing).await;
        worker.die().await;
        city.later(OTHER_LEASE).await;
        city.later(OTHER_LEASE).await;
        let id = item.to_string();
        for name in ["marie", "paul", "jeanne"] {
            let shown = city.screen(name);
            let mine = shown
                .iter()
                .filter(|shown| shown.data.values().any(|value| value.contains(&id)));
            assert_eq!(mine.count(), 1, "at {turns}: {name} sees {shown:?}");
        }
        let [campaign] = city.campaigns(item).await.try_into().unwrap();
        assert_eq!(campaign.sent, 3, "at {turns}: {campaign:?}");
        if ended {
            assert!(turns > LEAST_TURNS, "only {turns} points");
            return;
        }
    }
}

#[tokio::test]
async fn a_poll_survives_death_at_any_point() {
    let city = City::new().await;
    let source = city.source(SourceFormat::GtfsRtAlerts, "alerts").await;
    for turns in 0..MOST_TURNS {
        let title = format!("Ligne B interrompue, bus toutes les {} minutes", turns + 10);
        city.operator.says("alerts", feed(&city, &title));
        city.clock.advance(Duration::minutes(2));
        let worker = city.another_worker().await;
        let ended = die_after(turns, worker.import()).await;
        worker.die().await;
        city.later(OTHER_LEASE).await;
        let [item] = city.items().await.try_into().unwrap();
        assert_eq!(item.content.texts.0[&Language::french()].title, title, "at {turns}");
        let version = i32::try_from(turns).unwrap() + 2;
        assert_eq!(item.row.version, version, "at {turns}: each change is made once");
        if ended {
            assert!(turns > LEAST_TURNS, "only {turns} points");
            assert!(city.last_poll(source.id).await.reason.is_none());
            return;
        }
    }
}

/// One worker reads what is to be told, is slow, and another tells it together with what came after.
#[tokio::test]
async fn two_workers_who_tell_the_same_item_tell_it_once() {
    let city = City::new().await;
    let account = city.account(Network::Mastodon, AccountRules::default()).await;
    let lease = std::time::Duration::from_mins(1);
    let item = city.publish(scene::article("Rue barrée")).await;
    let slow = city.store.claim_outbox("slow", 16, lease).await.unwrap();
    let slow = slow.iter().find(|line| line.item_id == Some(item)).unwrap();
    let known = city.store.news(slow).await.unwrap().unwrap();

    city.amend(item, |content| {
        content.link = Some("https://valbourg.example/rue".to_owned());
    })
    .await;
    assert!(city.worker.fan_out().await.unwrap());
    let facts = city.store.facts(known.revision.id).await.unwrap();
    let late = FanOut {
        news: &known,
        facts: &facts,
        push: Push::Waiting(Waiting::Stopped),
        sayings: Vec::new(),
    };
    let refused = city.store.fan_out(slow.seq, "slow", late).await;
    assert!(matches!(refused, Err(StoreError::NotFound)), "{refused:?}");
    city.settle().await;
    assert_once(&city, &account, item, "told by two").await;
}

/// One incident.
fn feed(city: &City, title: &str) -> Vec<u8> {
    let alert = json!({
        "informedEntity": [{ "routeId": "B" }],
        "headerText": { "translation": [{ "text": title, "language": "fr" }] },
    });
    let header = json!({
        "gtfsRealtimeVersion": "2.0",
        "timestamp": city.clock.now().timestamp().to_string(),
    });
    json!({ "header": header, "entity": [{ "id": "1", "alert": alert }] })
        .to_string()
        .into_bytes()
}

#[tokio::test]
async fn what_is_scheduled_goes_out_once_whenever_the_clockwork_dies() {
    let city = City::new().await;
    let account = city.account(Network::Mastodon, AccountRules::default()).await;
    for turns in 0..MOST_TURNS {
        let draft = city
            .draft(scene::article(&format!("Programmé au point {turns}.")))
            .await
            .row;
        let at = city.clock.now() + Duration::minutes(1);
        let scope = beffroi_schema::value::Scope::Instance;
        let scheduled = city
            .store
            .schedule(&scope, draft.id, draft.version, at, &city.editor())
            .await;
        scheduled.unwrap();
        city.clock.advance(Duration::minutes(1));
        let worker = city.another_worker().await;
        let ended = die_after(turns, worker.upkeep()).await;
        worker.die().await;
        city.later(OTHER_LEASE).await;
        assert_once(&city, &account, draft.id, &format!("at {turns}")).await;
        if ended {
            assert!(turns > LEAST_TURNS, "only {turns} points");
            return;
        }
    }
}
