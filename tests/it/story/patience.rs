//! Accounts that are stopped, by a person or by their network, and when they go on.

use std::time::Duration as Lease;

use beffroi_sandbox::{Fault, Operation};
use beffroi_schema::{
    entity::account,
    store::{CheckResult, Settlement, machine},
    value::{AccountRules, AccountState, DeliveryState, Network, Scope},
};
use beffroi_tests::{City, scene};
use chrono::Duration;
use secrecy::SecretString;

use super::{WHOLE, texts};

const OWNER: &str = "test";
const LEASE: Lease = Lease::from_mins(5);

fn locked(version: i32) -> Settlement {
    Settlement::Locked {
        reason: "not this account".to_owned(),
        version,
        reopens: true,
    }
}

/// What a person does to an account while a worker speaks to it.
async fn act(city: &City, account: &account::Model, pauses: bool) {
    let (scope, by) = (Scope::Instance, machine("test"));
    if pauses {
        city.store.pause_account(&scope, account.id, &by).await.unwrap();
    } else {
        let fresh = SecretString::from(city.remote_account(account).secret);
        let done = city.store.set_account_secret(&scope, account.id, &fresh, &by);
        done.await.unwrap();
    }
}

#[tokio::test]
async fn what_a_person_does_to_an_account_stands_whatever_a_worker_finds() {
    for (pauses, state) in [(true, AccountState::Paused), (false, AccountState::Active)] {
        let city = City::new().await;
        let account = city.account(Network::Mastodon, AccountRules::default()).await;
        city.publish(scene::article("Rue barrée")).await;
        while city.worker.fan_out().await.unwrap() {}
        let jobs = city.store.claim_deliveries(OWNER, 1, LEASE, &[]).await.unwrap();
        city.clock.advance(Duration::hours(7));
        let checks = city.store.claim_checks(OWNER, 1, LEASE, &[]).await.unwrap();
        assert_eq!((jobs.len(), checks.len()), (1, 1));
        act(&city, &account, pauses).await;

        let settled = city
            .store
            .settle_delivery(jobs[0].delivery.id, OWNER, None, locked(jobs[0].account.version))
            .await;
        settled.unwrap();
        assert_eq!(city.account_now(account.id).await.state, state, "after a delivery");
        let found = CheckResult::Locked("not this account".to_owned());
        let next = city.clock.now() + Duration::hours(6);
        city.store.settle_check(&checks[0], found, next).await.unwrap();
        let now = city.account_now(account.id).await;
        assert_eq!((now.state, now.lease_owner), (state, None), "after a check");
        city.settle().await;
        assert_eq!(texts(&city, &account).len(), usize::from(!pauses));
    }
}

#[tokio::test]
async fn an_account_that_may_read_but_not_write_waits_for_a_person() {
    for network in [Network::Mastodon, Network::Facebook] {
        let city = City::new().await;
        let account = city.account(network, AccountRules::default()).await;
        city.miniature(network).next(Operation::Create, Fault::TokenRevoked);
        let item = city.publish(scene::article("Rue barrée")).await;
        city.settle().await;
        for _ in 0..4 {
            city.later(Duration::hours(6)).await;
        }
        assert_eq!(
            city.account_now(account.id).await.state,
            AccountState::Locked,
            "{network}"
        );
        assert_eq!(city.attempts(item, &account).await.len(), 1, "{network}");
        let resumed = city
            .store
            .resume_account(&Scope::Instance, account.id, &machine("test"))
            .await;
        resumed.unwrap();
        city.settle().await;
        assert_eq!(texts(&city, &account).len(), 1, "{network}");
    }
}

#[tokio::test]
async fn an_account_whose_sign_in_was_lost_goes_on_when_a_check_finds_it_well() {
    for network in [Network::Mastodon, Network::Facebook] {
        let city = City::new().await;
        let account = city.account(network, AccountRules::default()).await;
        city.miniature(network).next(Operation::Create, Fault::TokenRevoked);
        city.miniature(network).next_any(Fault::TokenRevoked);
        city.publish(scene::article("Rue barrée")).await;
        city.settle().await;
        assert_eq!(
            city.account_now(account.id).await.state,
            AccountState::Locked,
            "{network}"
        );
        city.later(Duration::hours(7)).await;
        assert_eq!(
            city.account_now(account.id).await.state,
            AccountState::Active,
            "{network}"
        );
        assert_eq!(texts(&city, &account).len(), 1, "{network}");
    }
}

#[tokio::test]
async fn of_two_waits_the_longer_one_holds() {
    let city = City::new().await;
    let account = city.account(Network::Mastodon, AccountRules::default()).await;
    let now = city.clock.now();
    for minutes in [30, 10] {
        let until = now + Duration::minutes(minutes);
        city.store.rest_account(account.id, until).await.unwrap();
    }
    let until = city.account_now(account.id).await.not_before;
    assert_eq!(until, Some(now + Duration::minutes(30)));
}

#[tokio::test]
async fn nobody_is_waited_for_longer_than_a_day() {
    for network in WHOLE {
        let city = City::new().await;
        let account = city.account(network, AccountRules::default()).await;
        let month = Fault::RateLimited {
            retry_after_s: 30 * 24 * 3600,
        };
        city.miniature(network).next(Operation::Create, month);
        city.publish(scene::article("Rue barrée")).await;
        city.settle().await;
        city.later(Duration::hours(24)).await;
        assert_eq!(texts(&city, &account).len(), 1, "{network}");
    }
}

#[tokio::test]
async fn an_account_that_has_spent_its_calls_rests_before_it_is_refused() {
    let city = City::new().await;
    let account = city.account(Network::Mastodon, AccountRules::default()).await;
    // A server takes thirty deletions in half an hour.
    for number in 0..30 {
        let item = city.publish(scene::article(&format!("Message {number}"))).await;
        city.settle().await;
        city.withdraw(item).await;
        city.settle().await;
    }
    let until = city.account_now(account.id).await.not_before.unwrap();
    assert!(until > city.clock.now());
    city.publish(scene::article("Rue barrée")).await;
    city.settle().await;
    assert_eq!(texts(&city, &account), Vec::<String>::new(), "it rests");
    let rest = until - city.clock.now();
    city.later(rest).await;
    assert_eq!(texts(&city, &account).len(), 1);
    let refusals = city.sandbox.requests();
    assert!(refusals.iter().all(|line| line.status != Some(429)));
}

#[tokio::test]
async fn a_post_that_waited_for_its_account_waits_for_its_hours_too() {
    // From 8:00 to 18:00; it is 10:00.
    let rules = AccountRules {
        hours: Some((8 * 60, 18 * 60)),
        ..AccountRules::default()
    };
    let city = City::new().await;
    let account = city.account(Network::Mastodon, rules).await;
    act(&city, &account, true).await;
    let item = city.publish(scene::article("Rue barrée")).await;
    city.settle().await;
    city.later(Duration::hours(12)).await;
    let resumed = city
        .store
        .resume_account(&Scope::Instance, account.id, &machine("test"))
        .await;
    resumed.unwrap();
    city.settle().await;
    assert_eq!(texts(&city, &account), Vec::<String>::new(), "it is 22:00");
    let [row] = city.deliveries(item, &account).await.try_into().unwrap();
    assert_eq!((row.state, row.attempts), (DeliveryState::Waiting, 0));
    city.later(Duration::hours(10)).await;
    assert_eq!(texts(&city, &account).len(), 1, "it is 8:00");
}
