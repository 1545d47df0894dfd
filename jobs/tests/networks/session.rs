//! Bluesky's sessions: servers allow few sign-ins.

use beffroi_sandbox::{Fault, Kind, Operation};
use chrono::Duration;

use crate::town::{Town, key};

fn sign_ins(town: &Town, nsid: &str) -> usize {
    town.sandbox
        .requests()
        .iter()
        .filter(|line| line.path.ends_with(nsid))
        .count()
}

#[tokio::test]
async fn one_session_serves_every_call() {
    let town = Town::on(Kind::Bluesky).await;
    for number in 0..3 {
        town.account
            .publish(&town.post(&format!("Message {number}")), key(number))
            .await
            .unwrap();
    }
    assert_eq!(sign_ins(&town, "createSession"), 1);
    town.assert_correct();
}

#[tokio::test]
async fn a_session_that_ran_out_is_renewed_and_the_call_made_once_more() {
    let town = Town::on(Kind::Bluesky).await;
    town.account.publish(&town.post("Le matin"), key(1)).await.unwrap();
    town.later(Duration::hours(3));
    town.account.publish(&town.post("Le midi"), key(2)).await.unwrap();
    assert_eq!(
        (sign_ins(&town, "createSession"), sign_ins(&town, "refreshSession")),
        (1, 1)
    );
    assert_eq!(town.posts().len(), 2);
    town.assert_correct();
}

#[tokio::test]
async fn when_even_the_renewal_has_run_out_we_sign_in_again() {
    let town = Town::on(Kind::Bluesky).await;
    town.account.publish(&town.post("Le printemps"), key(1)).await.unwrap();
    town.later(Duration::days(100));
    town.account.publish(&town.post("L’été"), key(2)).await.unwrap();
    assert_eq!(
        (sign_ins(&town, "createSession"), sign_ins(&town, "refreshSession")),
        (2, 1)
    );
    assert_eq!(town.posts().len(), 2);
}

#[tokio::test]
async fn a_token_refused_twice_is_not_tried_a_third_time() {
    let town = Town::on(Kind::Bluesky).await;
    for _ in 0..2 {
        town.network().next(Operation::Create, Fault::ExpiredToken);
    }
    let refused = town.account.publish(&town.post("Le tram B"), key(1)).await;
    assert!(
        matches!(refused, Err(beffroi_jobs::networks::DeliveryError::Locked(_))),
        "{refused:?}"
    );
    assert_eq!(town.network().faults_left(), 0);
}
