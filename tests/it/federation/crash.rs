//! Workers that die anywhere: nothing is lost, nothing is done twice.

use beffroi_tests::{City, die_after, scene};
use chrono::Duration;

/// More than the lease of a request or of a delivery.
const LEASES: Duration = Duration::minutes(6);

/// Has a worker die at one point after the other of `work`, until it comes to its end.
async fn dying_everywhere(prepare: impl AsyncFn(&City), check: impl AsyncFn(&City, usize)) {
    let mut turns = 0;
    loop {
        let city = City::new().await;
        city.actor("actualites", None).await;
        prepare(&city).await;
        let mortal = city.another_worker().await;
        let ended = die_after(turns, async {
            mortal.fan_out().await.unwrap();
            while mortal.federate().await.unwrap() {}
        })
        .await;
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
async fn a_follow_is_answered_wherever_a_worker_dies() {
    let follow = async |city: &City| {
        let actor = city.addresses().actor("actualites");
        assert_eq!(city.peers[0].follow("lea", &actor).await, 202);
    };
    dying_everywhere(follow, async |city, turns| {
        assert_eq!(city.peers[0].kinds(), ["Accept"], "died after {turns} turns");
        let actor = city.store.federated_actor("actualites").await.unwrap().unwrap();
        assert_eq!(city.store.federated_standing(actor.id).await.unwrap().followers, 1);
    })
    .await;
}

#[tokio::test]
async fn what_is_published_is_told_wherever_a_worker_dies() {
    let publish = async |city: &City| {
        city.followed_by(0, "lea", "actualites").await;
        city.followed_by(1, "lea", "actualites").await;
        city.publish(scene::article("Le pont ferme")).await;
    };
    dying_everywhere(publish, async |city, turns| {
        for peer in &city.peers[..2] {
            assert_eq!(peer.kinds(), ["Accept", "Create"], "died after {turns} turns");
        }
    })
    .await;
}
