//! What posts cost, and what an account may spend in a month.

use beffroi_schema::{
    entity::account,
    store::{NewAccount, machine},
    value::{AccountRules, DeliveryState, Network, Severity},
};
use beffroi_tests::{City, scene};
use chrono::Duration;
use secrecy::SecretString;
use serde_json::json;

/// An account on X that may spend so many cents a month.
async fn account(city: &City, cents: u32) -> account::Model {
    let miniature = city.miniature(Network::X);
    let remote = miniature.open_account("valbourg0", "Ville de Valbourg");
    let mut settings = miniature.settings(&remote);
    settings["network"] = json!(Network::X);
    settings["monthly_budget_cents"] = json!(cents);
    let new = NewAccount {
        authority: city.authority,
        network: Network::X,
        name: "x valbourg0".to_owned(),
        settings,
        secret: Some(SecretString::from(remote.secret)),
        rules: AccountRules::default(),
    };
    let account = city.store.create_account(new, &machine("test")).await.unwrap();
    city.settle().await;
    city.account_now(account.id).await
}

#[tokio::test]
async fn what_a_months_budget_does_not_allow_is_a_persons_to_post() {
    let city = City::new().await;
    // Two posts of 1.5 cents, and not a third.
    let account = account(&city, 4).await;
    let mut items = Vec::new();
    for title in ["Un", "Deux", "Trois"] {
        items.push(city.publish(scene::article(title)).await);
        city.settle().await;
    }
    assert_eq!(city.posts(&account).len(), 2);
    let costs: Vec<_> = city
        .attempts(items[0], &account)
        .await
        .iter()
        .map(|row| row.cost)
        .collect();
    assert_eq!(costs, [Some(15_000)]);
    let [third] = city.deliveries(items[2], &account).await.try_into().unwrap();
    assert_eq!(third.state, DeliveryState::ByHand);
    let reason = third.reason.unwrap();
    assert!(
        reason.contains("$0.040") && reason.contains("$0.030") && reason.contains("$0.015"),
        "{reason}"
    );

    let urgent = city.publish(scene::disruption("Tram B arrêté", Severity::Severe)).await;
    city.settle().await;
    let [urgent] = city.deliveries(urgent, &account).await.try_into().unwrap();
    assert_eq!(urgent.state, DeliveryState::ByHand, "what is urgent counts too");
    assert!(urgent.reason.unwrap().starts_with("URGENT"), "and it is said");

    city.later(Duration::days(31)).await;
    city.publish(scene::article("Quatre")).await;
    city.settle().await;
    assert_eq!(city.posts(&account).len(), 3, "a new month is a new budget");
}

#[tokio::test]
async fn what_was_refused_cost_nothing() {
    let city = City::new().await;
    let account = account(&city, 2).await;
    let accident = beffroi_sandbox::Fault::Refused("Not here".to_owned());
    city.miniature(Network::X)
        .next(beffroi_sandbox::Operation::Create, accident);
    let refused = city.publish(scene::article("Un")).await;
    city.settle().await;
    assert_eq!(city.attempts(refused, &account).await[0].cost, None);
    city.publish(scene::article("Deux")).await;
    city.settle().await;
    assert_eq!(city.posts(&account).len(), 1, "the budget is whole");
}
