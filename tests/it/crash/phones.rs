//! FCM loses answers, asks to wait, and workers die of its silence: each phone shows an alert once.

use beffroi_sandbox::Outcome;
use beffroi_schema::value::FollowKind;
use beffroi_tests::{
    City, die_when,
    scene::{self, TRANSPORT},
};
use chrono::Duration;

/// What may happen to one message.
const ACCIDENTS: [Outcome; 6] = [
    Outcome::AcceptedThenInternal,
    Outcome::AcceptedThenCut,
    Outcome::Internal,
    Outcome::Cut,
    Outcome::Unavailable {
        retry_after_s: Some(60),
    },
    Outcome::Quota {
        retry_after_s: Some(60),
    },
];
/// More than the lease of a page.
const PAGE_LEASE: Duration = Duration::minutes(3);
/// Looks after an accident: more than a page has tries.
const LOOKS: u32 = 8;

#[tokio::test]
async fn after_two_accidents_in_any_order_each_phone_shows_the_alert_once() {
    let city = city().await;
    for first in ACCIDENTS {
        for second in ACCIDENTS {
            city.sandbox.fcm.script("marie", first);
            city.sandbox.fcm.script("marie", second);
            shown_once(&city, &format!("{first:?}, then {second:?}")).await;
        }
    }
}

#[tokio::test]
async fn a_worker_that_dies_of_a_lost_answer_rings_nobody_twice() {
    let city = city().await;
    city.sandbox.fcm.script("marie", Outcome::AcceptedThenHang);
    let item = city.publish(scene::tram_stopped()).await;
    while city.worker.fan_out().await.unwrap() {}
    let worker = city.another_worker().await;
    let pushing = async { while worker.push().await.unwrap() {} };
    assert!(!die_when(pushing, || city.sandbox.fcm.accepted() == 2).await);
    worker.die().await;
    city.later(PAGE_LEASE).await;
    // The page is sent again, and the same tag replaces what is there.
    for name in ["marie", "paul"] {
        assert_eq!(city.screen(name).len(), 1, "{name}");
    }
    let [campaign] = city.campaigns(item).await.try_into().unwrap();
    assert_eq!((campaign.sent, campaign.refused), (2, 0));
}

async fn city() -> City {
    let city = City::new().await;
    for name in ["marie", "paul"] {
        city.phone(name, &[(FollowKind::Topic, TRANSPORT)]).await;
    }
    city
}

/// An alert, and all the time that its tries take.
async fn shown_once(city: &City, case: &str) {
    let item = city.publish(scene::tram_stopped()).await;
    city.settle().await;
    for _ in 0..LOOKS {
        city.later(PAGE_LEASE).await;
    }
    let id = item.to_string();
    for name in ["marie", "paul"] {
        let shown = city.screen(name);
        let mine = shown
            .iter()
            .filter(|shown| shown.data.values().any(|value| value.contains(&id)));
        assert_eq!(mine.count(), 1, "{case}: {name}");
    }
    let [campaign] = city.campaigns(item).await.try_into().unwrap();
    assert_eq!(campaign.sent, 2, "{case}: {campaign:?}");
}
