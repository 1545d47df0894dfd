//! What networks give for an account's secret: kept sealed, by one process at a time, and forgotten with the secret.

use std::time::Duration as Lease;

use beffroi_schema::{
    entity::{account, account_access},
    store::{Access, StoreError, machine},
    value::{AccountRules, Network, Scope},
};
use beffroi_tests::{City, scene};
use chrono::Duration;
use sea_orm::EntityTrait as _;
use secrecy::{ExposeSecret as _, SecretString};

const LEASE: Lease = Lease::from_mins(2);

async fn row(city: &City, account: &account::Model) -> account_access::Model {
    let found = account_access::Entity::find_by_id(account.id).one(city.database());
    found.await.unwrap().unwrap()
}

/// The token and the refresh token that are kept.
async fn kept(city: &City, account: &account::Model) -> Option<(String, Option<String>)> {
    let access = city.store.access(account).await.unwrap()?;
    let open = |secret: &SecretString| secret.expose_secret().to_owned();
    Some((open(&access.token), access.refresh.as_ref().map(open)))
}

fn access(city: &City, token: &str) -> Access {
    let now = city.clock.now();
    Access {
        token: token.to_owned().into(),
        until: now + Duration::hours(2),
        renew_from: now + Duration::hours(1),
        refresh: Some(format!("{token}-refresh").into()),
        consent: None,
    }
}

#[tokio::test]
async fn a_process_that_starts_anew_goes_on_with_a_refresh_token_that_is_taken_once() {
    let city = City::new().await;
    let account = city.account(Network::X, AccountRules::default()).await;
    for title in ["Le matin", "Le midi", "Le soir"] {
        city.publish(scene::article(title)).await;
        let restarted = city.another_worker().await;
        while restarted.step().await.unwrap() {}
        restarted.die().await;
        city.clock.advance(Duration::hours(5));
    }
    city.settle().await;
    assert_eq!(city.posts(&account).len(), 3);
    let (token, refresh) = kept(&city, &account).await.unwrap();
    let sealed = row(&city, &account).await.sealed.unwrap();
    for part in [token, refresh.unwrap()] {
        let plain = sealed.windows(part.len()).any(|bytes| bytes == part.as_bytes());
        assert!(!plain, "it is sealed");
    }
}

#[tokio::test]
async fn two_processes_never_ask_at_once() {
    let city = City::new().await;
    let account = city.account(Network::Mastodon, AccountRules::default()).await;
    let (store, id) = (&city.store, account.id);
    let (one, two) = tokio::join!(
        store.claim_access(id, "one", LEASE),
        store.claim_access(id, "two", LEASE)
    );
    assert_ne!(one.unwrap(), two.unwrap(), "one of them");
    assert!(!store.claim_access(id, "three", LEASE).await.unwrap());
    city.clock.advance(Duration::seconds(121));
    assert!(
        store.claim_access(id, "three", LEASE).await.unwrap(),
        "who died asks no more"
    );

    for late in ["one", "two"] {
        let given = access(&city, late);
        let settled = store.settle_access(&account, late, Some(&given)).await;
        assert!(matches!(settled, Err(StoreError::NotFound)), "{late}: {settled:?}");
    }
    assert_eq!(kept(&city, &account).await, None);
    store
        .settle_access(&account, "three", Some(&access(&city, "third")))
        .await
        .unwrap();
    let third = Some(("third".to_owned(), Some("third-refresh".to_owned())));
    assert_eq!(kept(&city, &account).await, third);

    assert!(store.claim_access(id, "four", LEASE).await.unwrap());
    store.settle_access(&account, "four", None).await.unwrap();
    assert_eq!(kept(&city, &account).await, third, "nothing takes the place of nothing");
}

#[tokio::test]
async fn what_was_given_for_a_secret_is_forgotten_with_it() {
    let city = City::new().await;
    let account = city.account(Network::Mastodon, AccountRules::default()).await;
    let other = city.account(Network::Mastodon, AccountRules::default()).await;
    assert!(city.store.claim_access(account.id, "one", LEASE).await.unwrap());
    let given = access(&city, "former");
    let settled = city.store.settle_access(&account, "one", Some(&given));
    settled.await.unwrap();
    assert!(kept(&city, &account).await.is_some());
    assert_eq!(kept(&city, &other).await, None, "each account has its own");

    let secret = city.store.account_secret(&account).unwrap();
    let changed = city
        .store
        .set_account_secret(&Scope::Instance, account.id, &secret, &machine("test"))
        .await
        .unwrap();
    assert_eq!(kept(&city, &changed).await, None, "even when it reads the same");
}
