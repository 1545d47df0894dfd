//! A network that does not answer keeps only itself waiting.

use beffroi_sandbox::{Fault, Operation};
use beffroi_schema::{
    entity::delivery,
    store::{NewAccount, machine},
    value::{AccountRules, DeliveryState, Kind, Network, Severity},
};
use beffroi_tests::{City, die_when, scene};
use chrono::Duration;
use sea_orm::{ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _};
use secrecy::SecretString;
use serde_json::json;

/// More than a worker works on at once, of all networks together.
const WAITING: usize = 30;
/// The most of one network that a worker works on: five, and two that were taken together.
const OF_ONE: u64 = 7;

fn only(kind: Kind) -> AccountRules {
    AccountRules {
        kinds: vec![kind],
        ..AccountRules::default()
    }
}

#[tokio::test]
async fn a_dead_network_delays_no_other() {
    let city = City::new().await;
    let dead = city.account(Network::Mastodon, only(Kind::Article)).await;
    let well = city.account(Network::Telegram, only(Kind::Disruption)).await;
    for number in 0..WAITING {
        city.miniature(Network::Mastodon).next(Operation::Create, Fault::Hang);
        city.publish(scene::article(&format!("Article {number}"))).await;
    }
    while city.worker.fan_out().await.unwrap() {}
    let asked = || {
        city.sandbox
            .requests()
            .iter()
            .any(|line| line.path == "/api/v1/statuses")
    };
    let news = async {
        while !asked() {
            tokio::task::yield_now().await;
        }
        city.publish(scene::disruption("Le tram B est à l’arrêt", Severity::Info))
            .await;
        while city.worker.fan_out().await.unwrap() {}
        std::future::pending::<()>().await;
    };
    let working = async {
        tokio::select! {
            worked = city.worker.deliver() => assert!(worked.unwrap()),
            () = news => {}
        }
    };
    let ended = die_when(Box::pin(working), || city.posts(&well).len() == 1).await;
    assert!(
        !ended,
        "what is published while another network does not answer is posted meanwhile"
    );
    let waiting = delivery::Entity::find()
        .filter(delivery::Column::AccountId.eq(dead.id))
        .filter(delivery::Column::State.eq(DeliveryState::Attempting));
    let waiting = waiting.count(city.database()).await.unwrap();
    assert!((1..=OF_ONE).contains(&waiting), "{waiting}");
    assert_eq!(city.posts(&dead).len(), 0);
    city.expect_left_over();
}

#[tokio::test]
async fn a_network_that_answers_no_check_delays_no_other_check_and_nothing_that_is_due() {
    let city = City::new().await;
    for (network, number) in [(Network::Mastodon, 10), (Network::Bluesky, 1)] {
        let miniature = city.miniature(network);
        for handle in (0..number).map(|number| format!("quartier{number}")) {
            let remote = miniature.open_account(&handle, "Valbourg");
            let mut settings = miniature.settings(&remote);
            settings["network"] = json!(network);
            if network == Network::Mastodon {
                miniature.next(Operation::SignIn, Fault::Hang);
            }
            let new = NewAccount {
                authority: city.authority,
                network,
                name: format!("{network} {handle}"),
                settings,
                secret: Some(SecretString::from(remote.secret)),
                rules: AccountRules::default(),
            };
            city.store.create_account(new, &machine("test")).await.unwrap();
        }
        city.clock.advance(Duration::seconds(10));
    }
    let asked = || {
        city.sandbox
            .requests()
            .iter()
            .any(|line| line.path.ends_with("getSession"))
    };
    assert!(!asked());
    let ended = die_when(city.worker.check(), asked).await;
    assert!(!ended, "it is asked while the others do not answer");
    city.expect_left_over();
}
