//! At most one post, and none lost, whatever happens to the answer.

use std::time::Duration as Late;

use beffroi_jobs::networks::DeliveryError;
use beffroi_sandbox::{Fault, Kind, Operation};
use chrono::Duration;

use crate::town::{Town, key, kinds};

#[tokio::test]
async fn the_same_delivery_twice_is_one_post() {
    // Facebook and X keep no keys, and refuse to say the same thing twice.
    for kind in kinds(|can| can.idempotent_s > 0)
        .into_iter()
        .chain([Kind::Facebook, Kind::X])
    {
        let town = Town::on(kind).await;
        let post = town.post("Le tram B est à l’arrêt");
        let first = town.deliver(&post, key(1)).await;
        town.later(Duration::minutes(1));
        let second = town.deliver(&post, key(1)).await;
        assert_eq!(first, second, "{kind:?}");
        assert_eq!(town.posts().len(), 1, "{kind:?}");
        town.assert_correct();
    }
}

#[tokio::test]
async fn two_deliveries_of_one_moment_are_two_posts() {
    for kind in Kind::ALL {
        let town = Town::on(kind).await;
        let first = town.deliver(&town.post("Le tram B est à l’arrêt"), key(1)).await;
        let second = town.deliver(&town.post("Le tram C est à l’arrêt"), key(2)).await;
        assert_ne!(first.id, second.id, "{kind:?}");
        assert_eq!(town.posts().len(), 2, "{kind:?}");
    }
}

#[tokio::test]
async fn a_post_whose_answer_was_lost_is_found() {
    for kind in kinds(|can| can.find) {
        for fault in [Fault::CommitThenCut, Fault::CommitThenServerError] {
            let town = Town::on(kind).await;
            // Something else of ours stands before and after it.
            town.deliver(&town.post("Le marché est ouvert"), key(8)).await;
            let (post, started) = (town.post("Le tram B est à l’arrêt"), town.now());
            town.network().next(Operation::Create, fault.clone());
            let lost = town.account.publish(&post, key(1)).await;
            assert!(
                matches!(lost, Err(DeliveryError::Doubtful(_))),
                "{kind:?}, {fault:?}: {lost:?}"
            );
            town.later(Duration::minutes(1));
            town.deliver(&town.post("La piscine est fermée"), key(9)).await;
            let found = town.account.find(&post, key(1), started).await.unwrap().unwrap();
            assert_eq!(found.id, town.posts()[1].remote_id, "{kind:?}, {fault:?}");
            assert!(found.url.is_some(), "{kind:?}, {fault:?}");
            assert_eq!(town.posts().len(), 3, "{kind:?}, {fault:?}");
            town.assert_correct();
        }
    }
}

#[tokio::test]
async fn a_post_is_found_where_the_clock_is_behind_ours() {
    for kind in kinds(|can| can.find) {
        let town = Town::behind(kind, Late::from_secs(90)).await;
        let (post, started) = (town.post("Le tram B est à l’arrêt"), town.now());
        town.network().next(Operation::Create, Fault::CommitThenCut);
        town.account.publish(&post, key(1)).await.unwrap_err();
        let found = town.account.find(&post, key(1), started).await.unwrap();
        assert_eq!(found.unwrap().id, town.posts()[0].remote_id, "{kind:?}");
    }
}

#[tokio::test]
async fn a_post_that_never_arrived_is_not_found_and_can_be_sent_again() {
    for kind in kinds(|can| can.find) {
        for fault in [Fault::Cut, Fault::ServerError] {
            let town = Town::on(kind).await;
            let (post, started) = (town.post("Le tram B est à l’arrêt"), town.now());
            town.network().next(Operation::Create, fault.clone());
            let lost = town.account.publish(&post, key(1)).await;
            assert!(
                matches!(lost, Err(DeliveryError::Doubtful(_))),
                "{kind:?}, {fault:?}: {lost:?}"
            );
            assert_eq!(
                town.account.find(&post, key(1), started).await,
                Ok(None),
                "{kind:?}, {fault:?}"
            );
            town.account.publish(&post, key(1)).await.unwrap();
            assert_eq!(town.posts().len(), 1, "{kind:?}, {fault:?}");
            town.assert_correct();
        }
    }
}

#[tokio::test]
async fn an_older_post_with_the_same_words_is_not_taken_for_ours() {
    for kind in kinds(|can| can.find && can.idempotent_s < u32::MAX) {
        let town = Town::on(kind).await;
        let post = town.post("Le tram B est à l’arrêt");
        town.deliver(&post, key(1)).await;
        town.later(Duration::days(1));
        assert_eq!(town.account.find(&post, key(2), town.now()).await, Ok(None), "{kind:?}");
    }
}

#[tokio::test]
async fn what_can_be_repeated_is_never_in_doubt() {
    for kind in kinds(|can| can.edit || can.delete) {
        let town = Town::on(kind).await;
        let post = town.post("Le tram B est à l’arrêt");
        let remote = town.deliver(&post, key(1)).await;
        if town.capabilities().edit {
            town.network().next(Operation::Edit, Fault::CommitThenCut);
            let other = town.post("Le tram B repart");
            let amended = town.account.amend(&remote, &other, key(2)).await;
            assert!(
                matches!(amended, Err(DeliveryError::Retry { .. })),
                "{kind:?}: {amended:?}"
            );
        }
        if !town.capabilities().delete {
            continue;
        }
        town.network().next(Operation::Delete, Fault::CommitThenCut);
        let withdrawn = town.account.withdraw(&remote).await;
        assert!(
            matches!(withdrawn, Err(DeliveryError::Retry { .. })),
            "{kind:?}: {withdrawn:?}"
        );
        assert_eq!(town.account.withdraw(&remote).await, Ok(()), "{kind:?}");
        town.assert_correct();
    }
}

#[tokio::test]
async fn words_that_an_older_post_has_said_are_refused_once_it_is_sure() {
    for kind in [Kind::Facebook, Kind::X] {
        let town = Town::on(kind).await;
        town.deliver(&town.post("Le tram B est à l’arrêt"), key(1)).await;
        town.later(Duration::days(1));
        let post = town.post("Le tram B est à l’arrêt");
        let at_once = town.account.publish(&post, key(2)).await;
        assert!(
            matches!(at_once, Err(DeliveryError::Doubtful(_))),
            "{kind:?}: {at_once:?}"
        );
        town.later(Duration::minutes(11));
        let later = town.account.publish(&post, key(2)).await;
        assert!(matches!(later, Err(DeliveryError::Refused(_))), "{kind:?}: {later:?}");
    }
}

#[tokio::test]
async fn on_bluesky_what_stands_in_the_place_of_a_delivery_is_its_post() {
    let town = Town::on(Kind::Bluesky).await;
    let mut post = town.post("Le tram B est à l’arrêt");
    let first = town.deliver(&post, key(1)).await;
    post.text = "Autre chose".to_owned();
    assert_eq!(town.account.publish(&post, key(1)).await, Ok(first));
    assert_eq!(town.posts().len(), 1);
    town.sandbox.account_for(|line| line.status == Some(400));
}
