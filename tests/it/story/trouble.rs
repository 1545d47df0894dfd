//! Networks that refuse, and what staff are told of it.

use beffroi_sandbox::{Fault, Operation};
use beffroi_schema::{
    store::machine,
    value::{AccountRules, AccountState, AttemptOutcome, DeliveryState, Network, Scope},
};
use beffroi_tests::{City, scene};
use chrono::Duration;
use secrecy::SecretString;

#[tokio::test]
async fn an_account_that_is_refused_is_locked_and_its_posts_wait_for_a_new_secret() {
    for network in Network::with_api() {
        let city = City::new().await;
        let account = city.account(network, AccountRules::default()).await;
        city.miniature(network).next(Operation::Create, Fault::TokenRevoked);
        if network == Network::Bluesky {
            // Its sessions end all the time: only a password that opens no other one locks the account.
            city.miniature(network).next(Operation::SignIn, Fault::TokenRevoked);
            city.miniature(network).next(Operation::SignIn, Fault::TokenRevoked);
        }
        let item = city.publish(scene::tram_stopped()).await;
        city.settle().await;
        let locked = city.account_now(account.id).await;
        assert_eq!(locked.state, AccountState::Locked, "{network}");
        assert!(
            locked.reason.is_some_and(|reason| !reason.is_empty()),
            "{network}: people are told why"
        );
        assert!(city.posts(&account).is_empty(), "{network}");
        let [delivery] = city.deliveries(item, &account).await.try_into().unwrap();
        assert_eq!(delivery.state, DeliveryState::Waiting, "{network}");

        let fresh = SecretString::from(city.remote_account(&account).secret);
        let renewed = city
            .store
            .set_account_secret(&Scope::Instance, account.id, &fresh, &machine("test"))
            .await;
        renewed.unwrap();
        city.settle().await;
        assert_eq!(
            city.account_now(account.id).await.state,
            AccountState::Active,
            "{network}"
        );
        assert_eq!(city.posts(&account).len(), 1, "{network}");
    }
}

#[tokio::test]
async fn when_a_network_asks_to_wait_the_whole_account_waits() {
    for network in Network::with_api() {
        let city = City::new().await;
        let account = city.account(network, AccountRules::default()).await;
        let fault = Fault::RateLimited { retry_after_s: 90 };
        city.miniature(network).next(Operation::Create, fault);
        let first = city.publish(scene::tram_stopped()).await;
        city.settle().await;
        let second = city.publish(scene::article("Rue barrée")).await;
        city.settle().await;
        assert!(
            city.posts(&account).is_empty(),
            "{network}: nothing goes there meanwhile"
        );
        assert_eq!(city.attempts(second, &account).await.len(), 0, "{network}");
        let [attempt] = city.attempts(first, &account).await.try_into().unwrap();
        assert_eq!(attempt.outcome, Some(AttemptOutcome::Retry), "{network}");
        let until = city.account_now(account.id).await.not_before;
        let wait = until.unwrap() - city.clock.now();
        city.later(wait - Duration::seconds(1)).await;
        assert!(city.posts(&account).is_empty(), "{network}");
        city.later(Duration::seconds(1)).await;
        assert_eq!(city.posts(&account).len(), 2, "{network}");
    }
}

#[tokio::test]
async fn a_refusal_is_told_in_the_networks_own_words_and_a_person_can_try_again() {
    for network in Network::with_api() {
        let city = City::new().await;
        let account = city.account(network, AccountRules::default()).await;
        let sentence = "This text has been used too often";
        city.miniature(network)
            .next(Operation::Create, Fault::Refused(sentence.to_owned()));
        let item = city.publish(scene::tram_stopped()).await;
        city.settle().await;
        let [delivery] = city.deliveries(item, &account).await.try_into().unwrap();
        assert_eq!(delivery.state, DeliveryState::Refused, "{network}");
        let [attempt] = city.attempts(item, &account).await.try_into().unwrap();
        assert_eq!(attempt.outcome, Some(AttemptOutcome::Refused), "{network}");
        let told = attempt.reason.unwrap_or_default();
        assert!(told.contains(sentence), "{network}: {told}");

        let retried = city
            .store
            .retry_delivery(&Scope::Instance, delivery.id, &machine("test"))
            .await;
        retried.unwrap();
        city.settle().await;
        assert_eq!(city.posts(&account).len(), 1, "{network}");
        assert_eq!(city.attempts(item, &account).await.len(), 2, "{network}");
    }
}

#[tokio::test]
async fn a_doubtful_post_is_looked_for_and_found() {
    for network in Network::with_api() {
        let city = City::new().await;
        let account = city.account(network, AccountRules::default()).await;
        city.miniature(network).next(Operation::Create, Fault::CommitThenCut);
        let item = city.publish(scene::tram_stopped()).await;
        city.settle().await;
        let [delivery] = city.deliveries(item, &account).await.try_into().unwrap();
        assert_eq!(delivery.state, DeliveryState::Unknown, "{network}");
        city.later(Duration::minutes(2)).await;
        let [delivery] = city.deliveries(item, &account).await.try_into().unwrap();
        assert_eq!(delivery.state, DeliveryState::Done, "{network}");
        let [post] = city.posts(&account).try_into().unwrap();
        let receipt = city.store.receipt(item, account.id).await.unwrap().unwrap();
        assert_eq!(receipt.remote.id, post.remote_id, "{network}");
    }
}

#[tokio::test]
async fn signing_in_again_does_not_send_a_doubtful_post_a_second_time() {
    for network in Network::with_api() {
        let city = City::new().await;
        let account = city.account(network, AccountRules::default()).await;
        let miniature = city.miniature(network);
        miniature.next(Operation::Create, Fault::CommitThenCut);
        let item = city.publish(scene::tram_stopped()).await;
        city.settle().await;
        miniature.next_any(Fault::TokenRevoked);
        city.later(Duration::minutes(1)).await;
        if city.account_now(account.id).await.state == AccountState::Locked {
            let [delivery] = city.deliveries(item, &account).await.try_into().unwrap();
            assert_eq!(delivery.state, DeliveryState::Unknown, "{network}: the doubt stays");
        } else {
            assert_eq!(network, Network::Bluesky, "only its sessions are renewed by themselves");
        }
        let resumed = city
            .store
            .resume_account(&Scope::Instance, account.id, &machine("test"))
            .await;
        resumed.unwrap();
        city.settle().await;
        city.later(Duration::minutes(10)).await;
        assert_eq!(city.posts(&account).len(), 1, "{network}");
        let deliveries = city.deliveries(item, &account).await;
        assert_eq!(deliveries[0].state, DeliveryState::Done, "{network}");
    }
}
