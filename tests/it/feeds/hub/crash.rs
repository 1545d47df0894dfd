//! Workers that die anywhere: nothing is lost.

use beffroi_schema::store::Telling;
use beffroi_tests::{City, die_after, scene};
use chrono::Duration;

use super::{NEWS, asked, means, rows, sent, subscribed};

/// More than the lease of a subscriber.
const LEASES: Duration = Duration::minutes(4);

/// Has a worker die at one point after the other of its work for subscribers, until it comes to its end.
async fn dying_everywhere(prepare: impl AsyncFn(&City), check: impl AsyncFn(&City, usize)) {
    let mut turns = 0;
    loop {
        let city = City::new().await;
        prepare(&city).await;
        let mortal = city.another_worker().await;
        let ended = die_after(turns, async { while mortal.tell_subscribers().await.unwrap() {} }).await;
        mortal.die().await;
        city.later(LEASES).await;
        city.later(LEASES).await;
        check(&city, turns).await;
        if ended {
            return;
        }
        turns += 1 + turns / 6;
    }
}

#[tokio::test]
async fn who_asks_is_subscribed_wherever_a_worker_dies() {
    let ask = async |city: &City| {
        means(city, "a", "subscribe", NEWS);
        asked(city, "a", "subscribe", NEWS).await;
    };
    dying_everywhere(ask, async |city, turns| {
        let row = rows(city).await.remove(0);
        assert!(row.ends_at.is_some() && row.asked.is_none(), "died after {turns} turns");
        city.publish(scene::article("Un")).await;
        city.settle().await;
        assert_eq!(sent(city, "a").len(), 1, "died after {turns} turns");
    })
    .await;
}

#[tokio::test]
async fn what_is_published_is_told_wherever_a_worker_dies() {
    let publish = async |city: &City| {
        subscribed(city, "a", NEWS).await;
        city.publish(scene::article("Un")).await;
    };
    dying_everywhere(publish, async |city, turns| {
        let mut sent = sent(city, "a");
        assert!((1..=2).contains(&sent.len()), "died after {turns} turns");
        sent.dedup();
        assert_eq!(sent.len(), 1, "the same again: died after {turns} turns");
        assert_eq!(rows(city).await[0].failures, 0, "died after {turns} turns");
    })
    .await;
}

#[tokio::test]
async fn a_lease_holds_until_it_runs_out_and_not_longer() {
    let city = City::new().await;
    subscribed(&city, "a", NEWS).await;
    city.publish(scene::article("Un")).await;
    // It claims, and is slow.
    let lease = std::time::Duration::from_mins(3);
    let held = city.store.claim_subscribers("slow", 16, lease).await.unwrap();
    assert_eq!(held.len(), 1);
    city.settle().await;
    assert_eq!(sent(&city, "a").len(), 0, "the lease still holds");
    city.later(LEASES).await;
    assert_eq!(sent(&city, "a").len(), 1);
    let late = city.store.settle_subscriber(&held[0], "slow", Telling::Gone);
    assert!(
        late.await.is_err(),
        "who was only slow finds that it is not its own any more"
    );
    assert_eq!(rows(&city).await.len(), 1);
}

#[tokio::test]
async fn what_is_asked_while_a_worker_is_busy_is_not_answered_with_what_came_before() {
    let city = City::new().await;
    subscribed(&city, "a", NEWS).await;
    city.publish(scene::article("Un")).await;
    let lease = std::time::Duration::from_mins(3);
    let held = city.store.claim_subscribers("slow", 16, lease).await.unwrap();
    asked(&city, "a", "subscribe", NEWS).await;
    let gone = city.store.settle_subscriber(&held[0], "slow", Telling::Gone);
    gone.await.unwrap();
    city.settle().await;
    let row = rows(&city).await.remove(0);
    assert!(row.ends_at.is_some(), "it was gone, and came back");
    assert_eq!(city.subscriber.questions().len(), 2);
}
