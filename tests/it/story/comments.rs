//! First comments: what readers need not read in the post stands below it, and goes with it.

use beffroi_sandbox::{Fault, Operation, Post};
use beffroi_schema::{
    entity::account,
    id::ItemId,
    store::{About, TaskFilter, TaskOutcome},
    value::{AccountRules, DeliveryState, Errand, Label, Language, Network, Scope},
};
use beffroi_tests::{City, scene};
use chrono::Duration;

/// Networks whose posts have comments below them.
const COMMENTED: [Network; 3] = [Network::Facebook, Network::Linkedin, Network::Instagram];
/// What the account adds to every post.
const TAG: &str = "#Valbourg";

fn rules() -> AccountRules {
    AccountRules {
        hashtags: vec!["Valbourg".to_owned()],
        first_comment: true,
        ..AccountRules::default()
    }
}

async fn published(city: &City, network: Network) -> (account::Model, ItemId) {
    let account = city.account(network, rules()).await;
    let item = city.publish(scene::article("Place fermée samedi")).await;
    city.settle().await;
    (account, item)
}

/// The post, and what stands below it.
fn below(city: &City, account: &account::Model) -> (Post, Vec<Post>) {
    let mut posts = city.posts(account).into_iter();
    (posts.next().unwrap(), posts.collect())
}

#[tokio::test]
async fn hashtags_stand_in_the_first_comment_and_go_with_the_post() {
    for network in COMMENTED {
        let city = City::new().await;
        let (account, item) = published(&city, network).await;
        let (post, comments) = below(&city, &account);
        assert!(!post.text.contains(TAG), "{network}: {}", post.text);
        let [comment] = &comments[..] else {
            panic!("{network}: {comments:?}")
        };
        assert!(comment.text.contains(TAG), "{network}: {}", comment.text);
        assert_eq!(comment.reply_to.as_ref(), Some(&post.remote_id), "{network}");
        let receipt = city.store.receipt(item, account.id).await.unwrap().unwrap();
        assert_eq!(
            receipt.remote.parts(),
            std::slice::from_ref(&comment.remote_id),
            "{network}"
        );
    }
}

#[tokio::test]
async fn a_link_that_is_no_card_stands_there_too_and_not_in_the_post() {
    let city = City::new().await;
    let account = city.account(Network::Facebook, rules()).await;
    let mut content = scene::article("Place fermée samedi");
    let about = About {
        alt: Label::only(Language::french(), "La place"),
        ..About::default()
    };
    let by = city.editor();
    let put = city
        .store
        .put_picture(city.authority, scene::photograph(40, 30), about, &by);
    content.pictures = vec![put.await.unwrap().id];
    let item = city.publish(content).await;
    city.settle().await;
    let (post, comments) = below(&city, &account);
    let [comment] = &comments[..] else {
        panic!("{comments:?}")
    };
    assert!(comment.text.contains(&item.to_string()), "{}", comment.text);
    assert!(!post.text.contains(&item.to_string()), "{}", post.text);
}

#[tokio::test]
async fn a_post_that_goes_takes_its_comment_along() {
    for network in [Network::Facebook, Network::Linkedin] {
        let city = City::new().await;
        let (account, item) = published(&city, network).await;
        assert_eq!(city.posts(&account).len(), 2, "{network}");
        city.withdraw(item).await;
        city.settle().await;
        assert_eq!(city.posts(&account).len(), 0, "{network}");
    }
}

#[tokio::test]
async fn a_correction_says_everything_in_the_post() {
    for network in [Network::Facebook, Network::Linkedin] {
        let city = City::new().await;
        let (account, item) = published(&city, network).await;
        city.amend(item, |content| {
            let text = content.texts.0.get_mut(&Language::french()).unwrap();
            text.title = "Place fermée dimanche".to_owned();
        })
        .await;
        city.settle().await;
        let (post, comments) = below(&city, &account);
        assert!(
            post.text.contains(TAG) && post.text.contains("dimanche"),
            "{network}: {}",
            post.text
        );
        assert_eq!(comments.len(), 0, "{network}");
    }
}

/// Comments are not found among posts, and have no keys.
#[tokio::test]
async fn a_comment_of_which_nobody_knows_is_looked_for_by_a_person() {
    for there in [true, false] {
        let city = City::new().await;
        let account = city.account(Network::Facebook, rules()).await;
        let item = city.publish(scene::article("Place fermée samedi")).await;
        while city.worker.fan_out().await.unwrap() {}
        let fault = if there { Fault::CommitThenCut } else { Fault::Cut };
        let miniature = city.miniature(Network::Facebook);
        miniature.next(Operation::Create, Fault::Slow(std::time::Duration::ZERO));
        miniature.next(Operation::Create, fault);
        city.settle().await;
        city.later(Duration::minutes(6)).await;
        let filter = TaskFilter::default();
        let by = city.editor();
        let [task] = city
            .store
            .tasks(&Scope::Instance, &filter, 9, &by)
            .await
            .unwrap()
            .try_into()
            .unwrap();
        assert_eq!(task.handover.errand, Errand::Look);
        let outcome = match below(&city, &account).1.first() {
            Some(comment) => TaskOutcome::Posted {
                url: None,
                id: Some(comment.remote_id.clone()),
            },
            None => TaskOutcome::Absent,
        };
        let settled = city
            .store
            .settle_task(&Scope::Instance, task.handover.id, outcome, &by)
            .await;
        settled.unwrap();
        city.settle().await;
        let (_, comments) = below(&city, &account);
        assert_eq!(comments.len(), 1, "there {there}: {comments:?}");
        let [delivery] = city.deliveries(item, &account).await.try_into().unwrap();
        assert_eq!(delivery.state, DeliveryState::Done, "{:?}", delivery.reason);
    }
}
