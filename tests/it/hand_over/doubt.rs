//! Networks that take posts from programs, and what they leave to people.

use beffroi_sandbox::{Fault, Operation};
use beffroi_schema::{
    entity::account,
    id::ItemId,
    store::TaskOutcome,
    value::{AccountRules, DeliveryState, Errand, Network},
};
use beffroi_tests::{City, scene};
use chrono::Duration;

use super::{THERE, last, only, open, posted, retitle, settle};

/// A post on Telegram, which cannot be asked, of which nobody knows whether it is there.
async fn doubtful(fault: Fault) -> (City, account::Model, ItemId) {
    let city = City::new().await;
    let account = city.account(Network::Telegram, AccountRules::default()).await;
    city.miniature(Network::Telegram).next(Operation::Create, fault);
    let item = city.publish(scene::article("Place fermée samedi")).await;
    city.settle().await;
    city.later(Duration::minutes(1)).await;
    assert_eq!(only(&city).await.handover.errand, Errand::Look);
    (city, account, item)
}

#[tokio::test]
async fn what_is_found_by_a_person_is_theirs_to_correct() {
    let (city, account, item) = doubtful(Fault::CommitThenCut).await;
    settle(&city, &only(&city).await, posted(THERE)).await.unwrap();
    assert_eq!(last(&city, item, &account).await.state, DeliveryState::Done);
    assert_eq!(city.posts(&account).len(), 1);
    retitle(&city, item, "Place fermée dimanche").await;
    assert_eq!(only(&city).await.handover.errand, Errand::Correct);
    city.withdraw(item).await;
    city.settle().await;
    assert_eq!(only(&city).await.handover.errand, Errand::Delete);
}

#[tokio::test]
async fn what_is_found_with_its_number_is_corrected_by_programs() {
    let (city, account, item) = doubtful(Fault::CommitThenCut).await;
    let [post] = city.posts(&account).try_into().unwrap();
    let found = TaskOutcome::Posted {
        url: Some(post.url),
        id: Some(post.remote_id),
    };
    settle(&city, &only(&city).await, found).await.unwrap();
    retitle(&city, item, "Place fermée dimanche").await;
    assert_eq!(open(&city).await.len(), 0);
    let posts = city.posts(&account);
    let [post] = &posts[..] else { panic!("{posts:?}") };
    assert!(
        post.text.contains("Place fermée dimanche"),
        "{}: {:?}",
        post.text,
        last(&city, item, &account).await.reason
    );
}

#[tokio::test]
async fn what_is_looked_for_in_vain_is_sent_again() {
    let (city, account, item) = doubtful(Fault::Cut).await;
    settle(&city, &only(&city).await, TaskOutcome::Absent).await.unwrap();
    assert_eq!(last(&city, item, &account).await.state, DeliveryState::Done);
    assert_eq!(city.posts(&account).len(), 1);
    assert_eq!(open(&city).await.len(), 0);
}

#[tokio::test]
async fn nothing_newer_goes_past_a_post_that_may_be_there() {
    let (city, account, item) = doubtful(Fault::CommitThenCut).await;
    retitle(&city, item, "Place fermée dimanche").await;
    let task = only(&city).await;
    assert_eq!((task.handover.errand, task.delivery.version), (Errand::Look, 3));
    assert_eq!(city.posts(&account).len(), 1, "not a second one");
    let [post] = city.posts(&account).try_into().unwrap();
    let found = TaskOutcome::Posted {
        url: Some(post.url),
        id: Some(post.remote_id),
    };
    settle(&city, &task, found).await.unwrap();
    let [post] = city.posts(&account).try_into().unwrap();
    assert!(
        post.text.contains("Place fermée dimanche"),
        "it was corrected: {}",
        post.text
    );
    let receipt = city.store.receipt(item, account.id).await.unwrap().unwrap();
    assert_eq!(receipt.version, 3);
}

#[tokio::test]
async fn what_may_be_there_is_looked_for_before_it_is_taken_back() {
    for (fault, there) in [(Fault::CommitThenCut, true), (Fault::Cut, false)] {
        let (city, account, item) = doubtful(fault).await;
        city.withdraw(item).await;
        city.settle().await;
        let task = only(&city).await;
        assert_eq!((task.handover.errand, task.delivery.version), (Errand::Look, 3));
        let outcome = if there { posted(THERE) } else { TaskOutcome::Absent };
        settle(&city, &task, outcome).await.unwrap();
        let left: Vec<_> = open(&city).await.iter().map(|task| task.handover.errand).collect();
        assert_eq!(left, if there { vec![Errand::Delete] } else { vec![] });
        assert_eq!(city.posts(&account).len(), usize::from(there));
    }
}

#[tokio::test]
async fn a_post_too_old_for_a_program_to_delete_is_deleted_by_a_person() {
    let city = City::new().await;
    let account = city.account(Network::Telegram, AccountRules::default()).await;
    let item = city.publish(scene::article("Place fermée samedi")).await;
    city.settle().await;
    city.later(Duration::hours(48)).await;
    city.withdraw(item).await;
    city.settle().await;
    let task = only(&city).await;
    assert_eq!(task.handover.errand, Errand::Delete);
    let [post] = city.posts(&account).try_into().unwrap();
    assert_eq!(task.receipt.clone().unwrap().remote.url, Some(post.url));
    settle(&city, &task, TaskOutcome::Absent).await.unwrap();
    assert_eq!(last(&city, item, &account).await.state, DeliveryState::Done);
}
