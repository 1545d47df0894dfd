//! What a person sends again, what is looked for in vain, and what came too late.

use beffroi_sandbox::{Fault, Operation};
use beffroi_schema::{
    entity::{account, delivery},
    id::ItemId,
    store::{StoreError, StoreResult, machine},
    value::{AccountRules, AttemptOutcome, DeliveryState, Language, Network, ProblemCode, Scope},
};
use beffroi_tests::{City, scene};
use chrono::Duration;

use super::texts;

async fn retry(city: &City, row: &delivery::Model) -> StoreResult<delivery::Model> {
    city.store
        .retry_delivery(&Scope::Instance, row.id, &machine("test"))
        .await
}

/// A person is told why not, and nothing was posted.
async fn refused(city: &City, row: &delivery::Model) {
    let done = retry(city, row).await;
    assert!(
        matches!(&done, Err(StoreError::Problems(problems)) if problems[0].code == ProblemCode::WrongState),
        "{done:?}"
    );
}

async fn retitle(city: &City, item: ItemId, title: &str) {
    city.amend(item, |content| {
        title.clone_into(&mut content.texts.0.get_mut(&Language::french()).unwrap().title);
    })
    .await;
    city.settle().await;
}

async fn last(city: &City, item: ItemId, account: &account::Model) -> delivery::Model {
    city.deliveries(item, account).await.pop().unwrap()
}

#[tokio::test]
async fn what_is_sent_again_says_what_the_item_says_now() {
    for network in Network::with_api() {
        let city = City::new().await;
        let account = city.account(network, AccountRules::default()).await;
        city.miniature(network)
            .next(Operation::Create, Fault::Refused("Not these words".to_owned()));
        let item = city.publish(scene::article("Place fermée samedi")).await;
        city.settle().await;
        retitle(&city, item, "Place fermée dimanche").await;
        let row = last(&city, item, &account).await;
        assert_eq!((row.state, row.version), (DeliveryState::Refused, 2), "{network}");
        retry(&city, &row).await.unwrap();
        city.settle().await;
        let [text] = texts(&city, &account).try_into().unwrap();
        assert!(text.starts_with("Place fermée dimanche"), "nobody saw another: {text}");
    }
}

#[tokio::test]
async fn what_was_withdrawn_is_not_sent_again() {
    let city = City::new().await;
    let account = city.account(Network::Facebook, AccountRules::default()).await;
    city.miniature(Network::Facebook)
        .next(Operation::Create, Fault::Refused("Not these words".to_owned()));
    let item = city.publish(scene::article("Place fermée samedi")).await;
    city.settle().await;
    city.withdraw(item).await;
    city.settle().await;
    let [row] = city.deliveries(item, &account).await.try_into().unwrap();
    refused(&city, &row).await;
    city.settle().await;
    assert!(city.posts(&account).is_empty());
}

#[tokio::test]
async fn an_older_correction_is_not_sent_beside_a_newer_one() {
    let city = City::new().await;
    let account = city.account(Network::Mastodon, AccountRules::default()).await;
    let item = city.publish(scene::article("Place fermée samedi")).await;
    city.settle().await;
    let miniature = city.miniature(Network::Mastodon);
    miniature.next(Operation::Edit, Fault::Refused("Not these words".to_owned()));
    retitle(&city, item, "Place fermée dimanche").await;
    let older = last(&city, item, &account).await;
    assert_eq!(older.state, DeliveryState::Refused);
    miniature.next(Operation::Edit, Fault::ServerError);
    retitle(&city, item, "Place fermée lundi").await;
    assert_eq!(last(&city, item, &account).await.state, DeliveryState::Waiting);
    refused(&city, &older).await;
    city.later(Duration::minutes(1)).await;
    assert_eq!(texts(&city, &account).len(), 1);
    assert!(texts(&city, &account)[0].contains("lundi"));
}

#[tokio::test]
async fn a_question_that_was_not_answered_is_no_answer() {
    let city = City::new().await;
    let account = city.account(Network::Facebook, AccountRules::default()).await;
    let miniature = city.miniature(Network::Facebook);
    miniature.next(Operation::Create, Fault::Cut);
    let item = city.publish(scene::article("Place fermée samedi")).await;
    city.settle().await;
    for _ in 0..4 {
        miniature.next(Operation::Read, Fault::ServerError);
        city.later(Duration::hours(2)).await;
    }
    assert_eq!(miniature.faults_left(), 0);
    for asked in 1..=2 {
        city.later(Duration::hours(2)).await;
        let row = last(&city, item, &account).await;
        assert_eq!(row.state, DeliveryState::Unknown, "asked {asked} times");
    }
    city.later(Duration::hours(2)).await;
    let row = last(&city, item, &account).await;
    assert_eq!((row.state, row.attempts), (DeliveryState::Done, 2));
    assert_eq!(city.posts(&account).len(), 1);
}

#[tokio::test]
async fn a_doubt_that_never_ends_is_a_persons() {
    for network in Network::with_api() {
        let city = City::new().await;
        let account = city.account(network, AccountRules::default()).await;
        let miniature = city.miniature(network);
        miniature.next(Operation::Create, Fault::CommitThenCut);
        let item = city.publish(scene::article("Place fermée samedi")).await;
        city.settle().await;
        for _ in 0..30 {
            while miniature.faults_left() < 3 {
                miniature.next_any(Fault::ServerError);
            }
            city.later(Duration::hours(1)).await;
        }
        let row = last(&city, item, &account).await;
        assert_eq!(row.state, DeliveryState::ByHand, "{network}: {:?}", row.reason);
        assert_eq!(city.posts(&account).len(), 1, "{network}");
        assert!(row.attempts < 8, "{network}: {}", row.attempts);
    }
}

#[tokio::test]
async fn on_bluesky_a_post_that_is_there_otherwise_is_taken_for_ours() {
    let city = City::new().await;
    let account = city.account(Network::Bluesky, AccountRules::default()).await;
    city.miniature(Network::Bluesky)
        .next(Operation::Create, Fault::CommitThenCut);
    let item = city.publish(scene::article("Place fermée samedi")).await;
    city.settle().await;
    let row = last(&city, item, &account).await;
    // What would be sent now is not what was sent: `putRecord` refuses it.
    let mut sent = row.rendered.clone().unwrap();
    sent.text = "Place fermée dimanche".to_owned();
    let changed = delivery::ActiveModel {
        id: sea_orm::Set(row.id),
        rendered: sea_orm::Set(Some(sent)),
        ..Default::default()
    };
    sea_orm::ActiveModelTrait::update(changed, city.database())
        .await
        .unwrap();
    city.later(Duration::minutes(3)).await;
    let row = last(&city, item, &account).await;
    assert_eq!(row.state, DeliveryState::Done, "{:?}", row.reason);
    assert_eq!(city.posts(&account).len(), 1);
    city.sandbox.account_for(|line| line.status == Some(400));
}

#[tokio::test]
async fn what_ended_before_anybody_was_told_is_not_told() {
    // From 11:00 to 18:00; it is 10:00.
    let rules = AccountRules {
        hours: Some((11 * 60, 18 * 60)),
        ..AccountRules::default()
    };
    let city = City::new().await;
    let account = city.account(Network::Mastodon, rules).await;
    let minor = scene::disruption("Bus 67 dévié", beffroi_schema::value::Severity::Warning);
    let item = city.publish(minor).await;
    city.settle().await;
    city.resolve(item).await;
    city.later(Duration::hours(2)).await;
    assert_eq!(texts(&city, &account), Vec::<String>::new());
    let row = last(&city, item, &account).await;
    assert_eq!(row.state, DeliveryState::Skipped);
    assert!(row.reason.unwrap().contains("over before"));
    let outcomes: Vec<_> = city.attempts(item, &account).await;
    assert!(
        outcomes
            .iter()
            .all(|attempt| attempt.outcome != Some(AttemptOutcome::Done))
    );
}
