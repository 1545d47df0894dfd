//! Access tokens that live for hours: asked for at half of their life, by one process, and kept.

use std::sync::Arc;

use async_trait::async_trait;
use beffroi_jobs::networks::{DeliveryError, Keyring};
use beffroi_sandbox::{Fault, Kind, Operation};
use beffroi_schema::store::Access;
use chrono::Duration;

use crate::town::{Town, key};

/// Networks whose tokens are asked for, and what lets half of the life of one pass.
const ASKED_FOR: [(Kind, Duration); 5] = [
    (Kind::GoogleBusiness, Duration::minutes(30)),
    (Kind::Youtube, Duration::minutes(30)),
    (Kind::Dailymotion, Duration::hours(5)),
    (Kind::Tiktok, Duration::hours(12)),
    (Kind::X, Duration::hours(1)),
];

fn sign_ins(town: &Town) -> usize {
    let requests = town.sandbox.requests();
    requests
        .iter()
        .filter(|line| line.path.trim_end_matches('/').ends_with("/token"))
        .count()
}

#[tokio::test]
async fn a_token_serves_for_half_of_its_life() {
    for (kind, half) in ASKED_FOR {
        let town = Town::on(kind).await;
        for number in 0..3 {
            let post = town.post(&format!("Message {number}"));
            town.account.publish(&post, key(number)).await.unwrap();
        }
        assert_eq!(sign_ins(&town), 1, "{kind:?}");
        town.later(half - Duration::minutes(1));
        town.account.publish(&town.post("À midi"), key(4)).await.unwrap();
        assert_eq!(sign_ins(&town), 1, "{kind:?}: it is not half of its life yet");
        town.later(Duration::minutes(1));
        town.account.publish(&town.post("Le soir"), key(5)).await.unwrap();
        assert_eq!(
            sign_ins(&town),
            2,
            "{kind:?}: there is time to ask again if this one had failed"
        );
        assert_eq!(town.posts().len(), 5, "{kind:?}");
        town.assert_correct();
    }
}

#[tokio::test]
async fn while_nobody_gives_a_new_one_the_token_serves_to_its_end() {
    for (kind, half) in ASKED_FOR {
        let town = Town::on(kind).await;
        town.account.publish(&town.post("Le matin"), key(1)).await.unwrap();
        town.later(half);
        town.network().next(Operation::SignIn, Fault::ServerError);
        town.account.check().await.unwrap();
        assert_eq!(sign_ins(&town), 2, "{kind:?}: it was asked for");
        town.later(half);
        town.network().next(Operation::SignIn, Fault::ServerError);
        let ended = town.account.check().await;
        assert!(matches!(ended, Err(DeliveryError::Retry { .. })), "{kind:?}: {ended:?}");
        town.account.publish(&town.post("Le soir"), key(2)).await.unwrap();
        assert_eq!(town.posts().len(), 2, "{kind:?}");
        town.assert_correct();
    }
}

#[tokio::test]
async fn a_token_that_lasts_is_exchanged_for_a_younger_one_at_half_of_its_life() {
    for kind in [Kind::Threads, Kind::Instagram] {
        let town = Town::on(kind).await;
        let renewed = async |later: Duration, times: usize| {
            town.later(later);
            town.account.renew().await.unwrap();
            let requests = town.sandbox.requests();
            let asked = requests.iter().filter(|line| line.path == "/refresh_access_token");
            assert_eq!(asked.count(), times, "{kind:?} after {later}");
        };
        renewed(Duration::zero(), 0).await;
        renewed(Duration::hours(23), 0).await;
        renewed(Duration::hours(1), 1).await;
        renewed(Duration::days(29), 1).await;
        town.network().next(Operation::SignIn, Fault::ServerError);
        renewed(Duration::days(1), 2).await;
        let held = town.keyring().held().await.unwrap();
        assert!(held.is_some(), "{kind:?}: nothing took the place of nothing");
        town.account.publish(&town.post("Le matin"), key(1)).await.unwrap();
        renewed(Duration::zero(), 3).await;
        town.later(Duration::days(59));
        town.account.publish(&town.post("Le soir"), key(2)).await.unwrap();
        town.later(Duration::days(1));
        let ended = town.account.check().await;
        assert!(
            matches!(ended, Err(DeliveryError::Locked(_))),
            "{kind:?}: calls carry the youngest"
        );
        assert_eq!(town.posts().len(), 2, "{kind:?}");
        town.assert_correct();
    }
}

#[tokio::test]
async fn a_process_goes_on_with_what_another_was_given() {
    // X takes each refresh token once: what is in the secret serves the first time alone.
    let town = Town::on(Kind::X).await;
    for hour in 0..4 {
        let another = town.opened_with(town.keyring());
        another
            .publish(&town.post(&format!("{hour} h")), key(hour))
            .await
            .unwrap();
        assert_eq!(sign_ins(&town), usize::try_from(hour).unwrap() + 1);
        let second = town.opened_with(town.keyring());
        second.check().await.unwrap();
        assert_eq!(
            sign_ins(&town),
            usize::try_from(hour).unwrap() + 1,
            "what it was given serves here too"
        );
        town.later(Duration::hours(3));
    }
    assert_eq!(town.posts().len(), 4);
    town.assert_correct();
}

/// Another process asks at this moment.
#[derive(Debug)]
struct Taken(Arc<dyn Keyring>);

#[async_trait]
impl Keyring for Taken {
    async fn held(&self) -> Result<Option<Access>, String> {
        self.0.held().await
    }

    async fn claim(&self) -> Result<bool, String> {
        Ok(false)
    }

    async fn settle(&self, _: Option<&Access>) -> Result<(), String> {
        Err("nothing was claimed".to_owned())
    }
}

#[tokio::test]
async fn one_process_asks_and_the_others_wait_or_use_what_they_have() {
    let town = Town::on(Kind::X).await;
    let waiting = town.opened_with(Arc::new(Taken(town.keyring())));
    let nothing = waiting.publish(&town.post("Rien"), key(1)).await;
    assert!(matches!(nothing, Err(DeliveryError::Retry { .. })), "{nothing:?}");
    assert_eq!(sign_ins(&town), 0);

    town.account.check().await.unwrap();
    town.later(Duration::minutes(90));
    waiting.publish(&town.post("Le tram B"), key(2)).await.unwrap();
    assert_eq!(
        (sign_ins(&town), town.posts().len()),
        (1, 1),
        "the old one still serves"
    );
    town.assert_correct();
}
