//! What is done next when a network says no.

use beffroi_jobs::networks::DeliveryError;
use beffroi_sandbox::{Fault, Kind, Operation};

use crate::town::{Town, key};

#[tokio::test]
async fn a_network_that_asks_us_to_wait_is_waited_for() {
    for kind in Kind::ALL {
        let town = Town::on(kind).await;
        let post = town.post("Le tram B est à l’arrêt");
        town.network()
            .next(Operation::Create, Fault::RateLimited { retry_after_s: 30 });
        let limited = town.account.publish(&post, key(1)).await;
        let Err(DeliveryError::Retry { after: Some(after), .. }) = limited else {
            panic!("{kind:?}: {limited:?}")
        };
        // Facebook says it in minutes.
        assert!((30..=60).contains(&after.as_secs()), "{kind:?}: {after:?}");
        assert_eq!(town.posts(), [], "{kind:?}");
        town.later(chrono::Duration::from_std(after).unwrap());
        town.account.publish(&post, key(1)).await.unwrap();
        assert_eq!(town.posts().len(), 1, "{kind:?}");
        town.assert_correct();
    }
}

#[tokio::test]
async fn whoever_has_spent_the_last_call_of_a_window_rests_until_the_next() {
    let town = Town::on(Kind::Mastodon).await;
    let remote = town.deliver(&town.post("Le tram B est à l’arrêt"), key(1)).await;
    // A server takes thirty deletions in half an hour.
    for left in (0..30).rev() {
        assert_eq!(town.account.rests_until(), None, "{left}");
        town.account.withdraw(&remote).await.unwrap();
    }
    let until = town.account.rests_until().unwrap();
    assert!(until > town.now() && until <= town.now() + chrono::Duration::minutes(30));
    assert_eq!(town.account.rests_until(), None, "it is told once");
    town.assert_correct();
}

#[tokio::test]
async fn a_revoked_account_is_locked() {
    for kind in Kind::ALL {
        let town = Town::on(kind).await;
        let post = town.post("Le tram B est à l’arrêt");
        let remote = town.account.publish(&post, key(1)).await.unwrap();
        town.network().revoke(&town.network().account().id);
        let again = town.account.publish(&town.post("Le tram C aussi"), key(2)).await;
        assert!(matches!(again, Err(DeliveryError::Locked(_))), "{kind:?}: {again:?}");
        let checked = town.account.check().await;
        assert!(
            matches!(checked, Err(DeliveryError::Locked(_))),
            "{kind:?}: {checked:?}"
        );
        if town.capabilities().delete {
            let withdrawn = town.account.withdraw(&remote).await;
            assert!(
                matches!(withdrawn, Err(DeliveryError::Locked(_))),
                "{kind:?}: {withdrawn:?}"
            );
        }
        town.assert_correct();
    }
}

#[tokio::test]
async fn a_text_that_is_too_long_is_refused_with_the_networks_own_words() {
    for kind in Kind::ALL {
        let town = Town::on(kind).await;
        let mut post = town.post("Le tram B est à l’arrêt");
        post.text = "a".repeat(70_000);
        let refused = town.account.publish(&post, key(1)).await;
        let Err(DeliveryError::Refused(reason)) = refused else {
            panic!("{kind:?}: {refused:?}")
        };
        assert!(
            ["limit", "maximum", "long", "fewer", "invalid video description"]
                .iter()
                .any(|word| reason.contains(word)),
            "{kind:?}: {reason}"
        );
        assert_eq!(
            town.sandbox.account_for(|line| line.violation.is_some()),
            1,
            "{kind:?}: sent once"
        );
        assert_eq!(town.posts(), [], "{kind:?}");
    }
}

#[tokio::test]
async fn content_that_is_against_the_rules_is_refused() {
    for kind in Kind::ALL {
        let town = Town::on(kind).await;
        town.network()
            .next(Operation::Create, Fault::Refused("Not here".to_owned()));
        let refused = town.account.publish(&town.post("Le tram B"), key(1)).await;
        let Err(DeliveryError::Refused(reason)) = refused else {
            panic!("{kind:?}: {refused:?}")
        };
        assert!(reason.contains("Not here"), "{kind:?}: {reason}");
    }
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_tried_later() {
    for kind in Kind::ALL {
        let mut town = Town::on(kind).await;
        let post = town.post("Le tram B est à l’arrêt");
        // Its port closes with it.
        town.sandbox = Town::on(kind).await.sandbox;
        tokio::task::yield_now().await;
        let unreached = town.account.publish(&post, key(1)).await;
        assert!(
            matches!(unreached, Err(DeliveryError::Retry { after: None, .. })),
            "{kind:?}: {unreached:?}"
        );
    }
}

#[tokio::test]
async fn a_check_tells_who_we_are_and_what_we_may() {
    for kind in Kind::ALL {
        let town = Town::on(kind).await;
        let (health, capabilities) = town.account.check().await.unwrap();
        assert!(
            health.handle.to_lowercase().contains("valbourg"),
            "{kind:?}: {health:?}"
        );
        assert_eq!(
            (health.checked_at, health.followers.unwrap_or_default()),
            (town.now(), 0),
            "{kind:?}"
        );
        assert_eq!(capabilities, town.capabilities(), "{kind:?}");
        town.assert_correct();
    }
}

#[tokio::test]
async fn no_secret_shows() {
    for kind in Kind::ALL {
        let town = Town::on(kind).await;
        town.account
            .publish(&town.post("Le tram B est à l’arrêt"), key(1))
            .await
            .unwrap();
        let secret = town.network().account().secret;
        let shown = format!("{:?}", town.account);
        assert!(!shown.contains(&secret) && !shown.contains("eyJ"), "{kind:?}: {shown}");
    }
}
