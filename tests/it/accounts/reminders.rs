//! Authorisations that end: who must agree again is told in time, once at each distance.

use beffroi_sandbox::{Fault, Operation};
use beffroi_schema::{
    entity::account,
    store::machine,
    value::{AccountRules, Network, Role, Scope},
};
use beffroi_tests::City;
use chrono::Duration;
use sea_orm::{ActiveModelTrait as _, IntoActiveModel as _, Set};
use serde_json::json;

use super::browser::Browser;

/// An account whose authorisation ends in so many days.
async fn ending_in(city: &City, days: i64) -> account::Model {
    let account = city.account(Network::Mastodon, AccountRules::default()).await;
    let mut active = account.into_active_model();
    active.authorised_until = Set(Some(city.clock.now() + Duration::days(days)));
    active.update(city.database()).await.unwrap()
}

/// The reminders so far, oldest first: how many days before the end, and who was named.
async fn reminders(city: &City) -> Vec<(i64, serde_json::Value)> {
    let lines = city.store.audit_log(&Scope::Instance, 100, None).await.unwrap();
    let mut given: Vec<_> = lines
        .into_iter()
        .filter(|line| line.action == "account.remind")
        .map(|line| (line.detail["days"].as_i64().unwrap(), line.detail["people"].clone()))
        .collect();
    given.reverse();
    given
}

#[tokio::test]
async fn a_reminder_comes_thirty_seven_and_one_days_before_the_end() {
    let city = City::new().await;
    Browser::of(&city, Role::Admin, "Odile").await;
    Browser::of(&city, Role::Editor, "Yann").await;
    let account = ending_in(&city, 40).await;
    for (left, given) in [
        (31, 0),
        (30, 1),
        (29, 1),
        (8, 1),
        (7, 2),
        (6, 2),
        (2, 2),
        (1, 3),
        (0, 3),
        (-1, 3),
    ] {
        let day = account.authorised_until.unwrap() - Duration::days(left);
        city.later(day - city.clock.now()).await;
        assert_eq!(reminders(&city).await.len(), given, "{left} days before");
    }
    let odile = json!(["Odile"]);
    let all: Vec<_> = [30, 7, 1].map(|days| (days, odile.clone())).into();
    assert_eq!(
        reminders(&city).await,
        all,
        "who administers is named, who edits is not"
    );
}

#[tokio::test]
async fn of_reminders_that_were_missed_the_nearest_is_given() {
    for (days, nearest) in [(20, 30), (5, 7), (1, 1)] {
        let city = City::new().await;
        ending_in(&city, days).await;
        city.settle().await;
        let given: Vec<_> = reminders(&city).await.into_iter().map(|(days, _)| days).collect();
        assert_eq!(given, [nearest], "{days} days before");
    }
}

#[tokio::test]
async fn who_need_not_agree_again_is_reminded_of_nothing() {
    let city = City::new().await;
    city.account(Network::Threads, AccountRules::default()).await;
    city.settle().await;
    city.later(Duration::hours(25)).await;
    city.later(Duration::days(30)).await;
    assert_eq!(reminders(&city).await, [], "its token was exchanged for a younger one");
    for _ in 0..2 {
        city.miniature(Network::Threads)
            .next(Operation::SignIn, Fault::ServerError);
    }
    city.later(Duration::days(30)).await;
    assert_eq!(reminders(&city).await, [], "it is tried again");
    city.later(Duration::hours(25)).await;
    assert_eq!(
        reminders(&city).await,
        [(30, json!([]))],
        "nothing came of it for a day"
    );
    city.later(Duration::hours(7)).await;
    city.later(Duration::days(10)).await;
    assert_eq!(reminders(&city).await.len(), 1, "it came at last");
}

#[tokio::test]
async fn who_agreed_is_named_and_a_new_secret_ends_the_matter() {
    let city = City::new().await;
    let odile = Browser::of(&city, Role::Admin, "Odile").await;
    let yann = Browser::of(&city, Role::Editor, "Yann").await;
    let (_, viewer) = yann.session(&city).await;
    let account = ending_in(&city, 6).await;
    let mut active = account.clone().into_active_model();
    active.connected_by = Set(viewer.staff);
    active.update(city.database()).await.unwrap();
    city.settle().await;
    assert_eq!(reminders(&city).await, [(7, json!(["Yann"]))]);
    let told = odile
        .ask("{ desk { accounts { authorisation { daysLeft people page } } } }")
        .await;
    let page = format!("https://valbourg.example/accounts/{}/again", account.id);
    assert_eq!(
        told["desk"]["accounts"],
        json!([{ "authorisation": { "daysLeft": 6, "people": ["Yann"], "page": page } }])
    );

    let secret = city.store.account_secret(&account).unwrap();
    city.store
        .set_account_secret(&Scope::Instance, account.id, &secret, &machine("test"))
        .await
        .unwrap();
    city.later(Duration::days(5)).await;
    assert_eq!(
        reminders(&city).await.len(),
        1,
        "nobody says until when a pasted one holds"
    );
    let told = odile.ask("{ desk { accounts { authorisation { daysLeft } } } }").await;
    assert_eq!(told["desk"]["accounts"], json!([{ "authorisation": null }]));
}
