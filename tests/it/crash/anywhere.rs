//! Workers that die at every single point at which they wait: for the database, for the network, for anything.

use beffroi_schema::value::{AccountRules, FollowKind, SourceFormat};
use beffroi_tests::{
    City, die_after,
    scene::{self, TRANSPORT},
};
use chrono::Duration;
use serde_json::json;

use super::{NETWORKS, assert_once, go_on};

/// No step waits so often.
const MOST_TURNS: usize = 400;
/// A step waits at least so often: fewer points would prove nothing.
const LEAST_TURNS: usize = 3;
/// More than the lease of a line of the outbox, of a page, or of a poll.
const OTHER_LEASE: Duration = Duration::minutes(4);

#[tokio::test]
async fn a_delivery_survives_death_at_any_point() {
    for network in NETWORKS {
        let city = City::new().await;
        let account = city.account(network, AccountRules::default()).await;
        for turns in 0..MOST_TURNS {
            let item = city.publish(scene::article(&format!("Mort au point {turns}."))).await;
            while city.worker.fan_out().await.unwrap() {}
            let worker = city.another_worker().await;
            let ended = die_after(turns, worker.deliver()).await;
            go_on(&city).await;
            assert_once(&city, &account, item, &format!("{network}, at {turns}")).await;
            if ended {
                assert!(turns > LEAST_TURNS, "{network}: only {turns} points");
                break;
            }
        }
    }
}

#[tokio::test]
async fn fan_out_survives_death_at_any_point() {
    let city = City::new().await;
    let account = city.account(NETWORKS[0], AccountRules::default()).await;
    city.phone("marie", &[(FollowKind::Topic, TRANSPORT)]).await;
    for turns in 0..MOST_TURNS {
        let item = city.publish(scene::tram_stopped()).await;
        let ended = die_after(turns, city.worker.fan_out()).await;
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
    let mut expected = 0;
    for turns in 0..MOST_TURNS {
        expected += 1;
        city.operator.says("alerts", feed(&city, expected));
        city.clock.advance(Duration::minutes(2));
        let ended = die_after(turns, city.worker.import()).await;
        city.later(OTHER_LEASE).await;
        assert_eq!(city.items().await.len(), expected.min(100), "at {turns}");
        let known = city.last_poll(source.id).await;
        assert_eq!(known.entries, i32::try_from(expected).unwrap(), "at {turns}");
        if ended {
            assert!(turns > LEAST_TURNS, "only {turns} points");
            return;
        }
    }
}

/// So many incidents, each on a line of its own.
fn feed(city: &City, count: usize) -> Vec<u8> {
    let alert = |number: usize| {
        let text = format!("Ligne {number} interrompue, bus de remplacement {}", number * 7);
        json!({ "id": format!("incident-{number}"), "alert": {
            "informedEntity": [{ "routeId": format!("L{number}") }],
            "headerText": { "translation": [{ "text": text, "language": "fr" }] },
        }})
    };
    let header = json!({
        "gtfsRealtimeVersion": "2.0",
        "timestamp": city.clock.now().timestamp().to_string(),
    });
    let entity: Vec<_> = (0..count).map(alert).collect();
    json!({ "header": header, "entity": entity }).to_string().into_bytes()
}

#[tokio::test]
async fn what_is_scheduled_goes_out_once_whenever_the_clockwork_dies() {
    let city = City::new().await;
    let account = city.account(NETWORKS[0], AccountRules::default()).await;
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
        let ended = die_after(turns, city.worker.upkeep()).await;
        city.later(OTHER_LEASE).await;
        assert_once(&city, &account, draft.id, &format!("at {turns}")).await;
        if ended {
            assert!(turns > LEAST_TURNS, "only {turns} points");
            return;
        }
    }
}
