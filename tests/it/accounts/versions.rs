//! Versions of interfaces that end: told in time, and nothing is lost when one has.

use beffroi_schema::{
    entity::account,
    value::{AccountRules, AccountState, Network, Role},
};
use beffroi_tests::City;
use chrono::Duration;
use sea_orm::{ActiveModelTrait as _, IntoActiveModel as _, Set};
use serde_json::{Value, json};

use super::browser::Browser;

/// The account, with other settings.
async fn with(city: &City, account: &account::Model, change: impl FnOnce(&mut Value)) -> account::Model {
    let row = city.account_now(account.id).await;
    let (mut settings, version) = (row.settings.clone(), row.version);
    change(&mut settings);
    let mut active = row.into_active_model();
    active.settings = Set(settings);
    active.version = Set(version + 1);
    active.next_check_at = Set(city.clock.now());
    active.update(city.database()).await.unwrap()
}

#[tokio::test]
async fn a_version_that_another_answers_for_is_told_wherever_accounts_are_seen() {
    for network in [Network::Facebook, Network::Instagram] {
        let city = City::new().await;
        let odile = Browser::of(&city, Role::Admin, "Odile").await;
        let account = city.account(network, AccountRules::default()).await;
        city.settle().await;
        let ask = "{ desk { accounts { health { warning } } } }";
        let told = odile.ask(ask).await;
        assert_eq!(
            told["desk"]["accounts"],
            json!([{ "health": { "warning": null } }]),
            "{network}"
        );

        with(&city, &account, |settings| {
            let graph = settings["graph"].as_str().unwrap().replace("v25.0", "v24.0");
            settings["graph"] = json!(graph);
        })
        .await;
        city.settle().await;
        let sentence = "La version v24.0 de l’interface n’est plus servie\u{202f}: c’est la version v25.0 qui répond. \
                        Mettez Beffroi à jour.";
        let told = odile.ask(ask).await;
        assert_eq!(
            told["desk"]["accounts"],
            json!([{ "health": { "warning": sentence } }]),
            "{network}"
        );
        let english = "no longer served: v25.0 answers. Upgrade Beffroi.";
        assert!(odile.open("/accounts").await.body.contains(english), "{network}");
        let page = odile.french().open("/accounts").await;
        assert!(page.body.contains(sentence), "{}", page.body);

        let content = city.article(network, "La piscine rouvre").await;
        city.publish(content).await;
        city.settle().await;
        assert_eq!(city.posts(&account).len(), 1, "{network}: posts go out meanwhile");
    }
}

#[tokio::test]
async fn a_version_that_has_ended_says_what_to_do_and_what_waits_goes_out_then() {
    let city = City::new().await;
    let account = city.account(Network::Linkedin, AccountRules::default()).await;
    city.settle().await;
    with(&city, &account, |settings| settings["version"] = json!("202505")).await;
    city.settle().await;
    let locked = city.account_now(account.id).await;
    assert_eq!(locked.state, AccountState::Locked);
    let reason = locked.reason.unwrap();
    assert!(
        reason.contains("202505") && reason.contains("upgrade Beffroi"),
        "{reason}"
    );

    let content = city.article(Network::Linkedin, "La piscine rouvre").await;
    city.publish(content).await;
    city.settle().await;
    assert_eq!(city.posts(&account), []);
    with(&city, &account, |settings| settings["version"] = json!("202606")).await;
    city.settle().await;
    city.later(Duration::minutes(1)).await;
    assert_eq!(city.account_now(account.id).await.state, AccountState::Active);
    assert_eq!(city.posts(&account).len(), 1, "nothing was lost");
}
