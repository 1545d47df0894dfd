//! Two at once, and workers that die.

use beffroi_schema::value::{AccountRules, DeliveryState, Errand, Network, Scope};
use beffroi_tests::{City, DELIVERY_LEASE, die_after, meet, scene};

use super::{THERE, anne, bruno, last, only, open, posted, settle};

/// So that a test that never ends is a failed one.
const MOST_TURNS: usize = 400;

#[tokio::test]
async fn of_two_who_take_a_task_at_once_one_has_it() {
    let city = City::new().await;
    city.account_by_hand(Network::Nextdoor, AccountRules::default()).await;
    let (anne, bruno) = (anne(&city), bruno(&city));
    for turns in 0..MOST_TURNS {
        city.publish(scene::article(&format!("Nouvelle {turns}"))).await;
        city.settle().await;
        let task = only(&city).await;
        let (scope, id) = (Scope::Instance, task.handover.id);
        let (first, second) = (
            city.store.claim_task(&scope, id, &anne),
            city.store.claim_task(&scope, id, &bruno),
        );
        let (ended, hers, his) = meet(turns, first, second).await;
        assert!(hers.is_ok() != his.is_ok(), "after {turns} turns: {hers:?}, {his:?}");
        let by = if hers.is_ok() { &anne } else { &bruno };
        let done = city.store.settle_task(&scope, id, posted(THERE), by);
        done.await.unwrap();
        if ended {
            return;
        }
    }
    panic!("it never came to its end");
}

#[tokio::test]
async fn a_task_is_handed_over_once_wherever_the_worker_dies() {
    let city = City::new().await;
    let account = city
        .account_by_hand(Network::WhatsappChannel, AccountRules::default())
        .await;
    for turns in 0..MOST_TURNS {
        let item = city.publish(scene::article(&format!("Mort au point {turns}."))).await;
        while city.worker.fan_out().await.unwrap() {}
        let worker = city.another_worker().await;
        let ended = die_after(turns, worker.deliver()).await;
        worker.die().await;
        city.later(DELIVERY_LEASE).await;
        let task = only(&city).await;
        assert_eq!(
            (task.handover.errand, task.delivery.item_id),
            (Errand::Post, item),
            "at {turns}"
        );
        assert_eq!(
            last(&city, item, &account).await.state,
            DeliveryState::ByHand,
            "at {turns}"
        );
        settle(&city, &task, posted(THERE)).await.unwrap();
        if ended {
            assert!(turns > 3, "only {turns} points");
            return;
        }
    }
    panic!("it never came to its end");
}

#[tokio::test]
async fn what_a_person_said_is_kept_wherever_the_server_dies() {
    let city = City::new().await;
    let account = city
        .account_by_hand(Network::WhatsappChannel, AccountRules::default())
        .await;
    for turns in 0..MOST_TURNS {
        let item = city.publish(scene::article(&format!("Mort au point {turns}."))).await;
        city.settle().await;
        let task = only(&city).await;
        let (by, server) = (anne(&city), city.another_worker().await);
        let said = server.store();
        let done = said.settle_task(&Scope::Instance, task.handover.id, posted(THERE), &by);
        let ended = die_after(turns, done).await;
        server.die().await;
        let (row, receipt) = (
            last(&city, item, &account).await,
            city.store.receipt(item, account.id).await.unwrap(),
        );
        let open = open(&city).await.len();
        let whole = (DeliveryState::Done, true, 0);
        let nothing = (DeliveryState::ByHand, false, 1);
        let now = (row.state, receipt.is_some(), open);
        assert!(now == whole || now == nothing, "at {turns}: {now:?}");
        if now == nothing {
            settle(&city, &task, posted(THERE)).await.unwrap();
        }
        if ended {
            assert_eq!(now, whole);
            return;
        }
    }
    panic!("it never came to its end");
}
