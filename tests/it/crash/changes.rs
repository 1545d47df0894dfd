//! Corrections, answers and withdrawals: whatever happens to workers and answers, the last state wins, and nothing is
//! there twice.

use beffroi_jobs::networks::registry::capabilities;
use beffroi_sandbox::{Operation, Post};
use beffroi_schema::{
    entity::account,
    id::ItemId,
    store::CheckResult,
    value::{AccountRules, DeliveryState, Language, Network},
};
use beffroi_tests::{City, die_after};
use chrono::Duration;

use super::{
    Share,
    faults::{live_through, two_accidents},
    go_on,
};

/// A change waits at least so often: fewer points would prove nothing.
const LEAST_TURNS: usize = 3;
/// What a corrected post says and the first did not.
const CORRECTED: &str = "corrigé";

/// What happens to a post that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    Edited,
    /// Corrected where it cannot be edited.
    Answered,
    /// Corrected where it can be neither edited nor answered.
    Replaced,
    Withdrawn,
}

const TURNS: [Turn; 4] = [Turn::Edited, Turn::Answered, Turn::Replaced, Turn::Withdrawn];

impl Turn {
    /// One network lives through every case of it.
    fn share(self, network: Network) -> Share {
        let thorough = match self {
            Self::Edited | Self::Withdrawn => Network::Mastodon,
            Self::Answered => Network::Bluesky,
            Self::Replaced => Network::Facebook,
        };
        Share::of(network, network == thorough)
    }

    /// The calls that meet accidents.
    fn operations(self) -> [Operation; 2] {
        match self {
            Self::Edited => [Operation::Edit; 2],
            Self::Answered => [Operation::Create; 2],
            Self::Replaced => [Operation::Delete, Operation::Create],
            Self::Withdrawn => [Operation::Delete; 2],
        }
    }
}

on_every_network!(a_change_survives_death_at_any_point);

async fn a_change_survives_death_at_any_point(network: Network) {
    for turn in TURNS {
        // Answers are repeated as edits are, and cost as long: one network shows them.
        if can(network, turn) && (turn != Turn::Answered || network == Network::Bluesky) {
            every_point(network, turn).await;
        }
    }
}

async fn every_point(network: Network, turn: Turn) {
    let (city, account) = town(network).await;
    for turns in turn.share(network).points() {
        let item = changed(&city, &account, turn, turns).await;
        let worker = city.another_worker().await;
        let working = async { while worker.deliver().await.unwrap() {} };
        let ended = die_after(turns, working).await;
        worker.die().await;
        go_on(&city).await;
        let case = format!("{network}, {turn:?}, dead at {turns}");
        assert_settled(&city, &account, item, turn, &case).await;
        if ended {
            assert!(turns > LEAST_TURNS, "{network}, {turn:?}: only {turns} points");
            return;
        }
    }
}

on_every_network!(a_change_survives_two_accidents_in_any_order);

/// Every change meets two accidents, or as many of them as its calls meet.
async fn a_change_survives_two_accidents_in_any_order(network: Network) {
    for turn in TURNS.into_iter().filter(|turn| can(network, *turn)) {
        let (city, account) = town(network).await;
        let mut number = 0;
        for (first, second) in two_accidents(turn.share(network)) {
            let case = format!("{network}, {turn:?}: {first:?}, then {second:?}");
            number += 1;
            let item = changed(&city, &account, turn, number).await;
            for (operation, accident) in turn.operations().into_iter().zip([first, second]) {
                city.miniature(network).next(operation, accident.fault());
            }
            live_through(&city).await;
            // What this change did not meet must not wait for the next.
            while city.miniature(network).faults_left() > 0 {
                number += 1;
                if matches!(turn, Turn::Answered | Turn::Replaced) {
                    let next = city.article(network, &format!("Avis {number}.")).await;
                    city.publish(next).await;
                } else {
                    changed(&city, &account, turn, number).await;
                }
                live_through(&city).await;
                go_on(&city).await;
            }
            go_on(&city).await;
            assert_settled(&city, &account, item, turn, &case).await;
        }
        city.sandbox.account_for(|line| line.status.is_none());
    }
}

/// Whether the network lets us. Bluesky's servers differ in whether they show edits, the receivers of webhooks in
/// whether they take more than messages.
fn can(network: Network, turn: Turn) -> bool {
    let abilities = capabilities(network);
    match turn {
        Turn::Edited => abilities.edit || matches!(network, Network::Bluesky | Network::Webhook),
        Turn::Answered => abilities.reply,
        // One that is lost on the way is a person's where the network cannot be asked, as is one that is paid for again.
        Turn::Replaced => abilities.delete && abilities.find && abilities.price.is_none(),
        Turn::Withdrawn => abilities.delete || network == Network::Webhook,
    }
}

async fn town(network: Network) -> (City, account::Model) {
    let city = City::new().await;
    let account = city.account(network, AccountRules::default()).await;
    (city, account)
}

/// A post that is there, and a change of it that no worker has begun with.
async fn changed(city: &City, account: &account::Model, turn: Turn, number: usize) -> ItemId {
    let news = city.article(account.network, &format!("Avis {number}.")).await;
    let item = city.publish(news).await;
    city.settle().await;
    assert_eq!(posts(city, account, item).await.len(), 1, "before {number}");
    able(city, account, turn).await;
    match turn {
        Turn::Edited | Turn::Answered | Turn::Replaced => {
            city.amend(item, |content| {
                let text = content.texts.0.get_mut(&Language::french()).unwrap();
                text.title = format!("{} ({CORRECTED})", text.title);
            })
            .await;
        }
        Turn::Withdrawn => city.withdraw(item).await,
    }
    while city.worker.fan_out().await.unwrap() {}
    item
}

/// What the server lets us do with posts.
async fn able(city: &City, account: &account::Model, turn: Turn) {
    let row = city.account_now(account.id).await;
    let mut abilities = row.capabilities.clone().unwrap();
    abilities.edit = turn == Turn::Edited;
    abilities.reply = turn == Turn::Answered;
    let well = CheckResult::Well(Box::new(row.health.clone().unwrap()), abilities);
    let next = city.clock.now() + Duration::hours(6);
    city.store.settle_check(&row, well, next).await.unwrap();
}

/// What readers see of an item, oldest first.
async fn posts(city: &City, account: &account::Model, item: ItemId) -> Vec<Post> {
    let title = city.item(item).await.content.texts.0[&Language::french()].title.clone();
    let first = title.split_inclusive('.').next().unwrap_or_default();
    let all = city.posts(account).into_iter();
    all.filter(|post| post.text.contains(first)).collect()
}

async fn assert_settled(city: &City, account: &account::Model, item: ItemId, turn: Turn, case: &str) {
    let last = city.deliveries(item, account).await.pop().unwrap();
    let receipt = city.store.receipt(item, account.id).await.unwrap().unwrap();
    let seen = posts(city, account, item).await;
    let (done, reason) = (last.state == DeliveryState::Done, last.reason);
    match turn {
        Turn::Edited => {
            assert!(done, "{case}: {reason:?}");
            assert_eq!(seen.len(), 1, "{case}: {seen:?}");
            assert!(seen[0].text.contains(CORRECTED), "{case}: {seen:?}");
            assert_eq!(receipt.remote.id, seen[0].remote_id, "{case}");
        }
        Turn::Answered => {
            let answers: Vec<_> = seen.iter().filter(|post| post.reply_to.is_some()).collect();
            assert!(
                seen.len() - answers.len() == 1 && answers.len() <= 1,
                "{case}: {seen:?}"
            );
            if done {
                assert_eq!(answers.len(), 1, "{case}: {reason:?}");
                assert_eq!(receipt.remote.replies, [answers[0].remote_id.clone()], "{case}");
            } else {
                // An answer cannot be asked for; where it cannot be given twice either, a person looks.
                let repeatable = capabilities(account.network).idempotent_s > 0;
                assert_eq!(
                    (repeatable, last.state),
                    (false, DeliveryState::ByHand),
                    "{case}: {reason:?}"
                );
            }
        }
        Turn::Replaced => {
            assert!(done, "{case}: {reason:?}");
            let [new] = &seen[..] else { panic!("{case}: {seen:?}") };
            assert!(
                new.text.contains(CORRECTED) && new.history.is_empty(),
                "{case}: {new:?}"
            );
            assert_eq!(new.reply_to, None, "{case}");
            assert_eq!(
                (receipt.remote.id, receipt.withdrawn_at),
                (new.remote_id.clone(), None),
                "{case}"
            );
        }
        Turn::Withdrawn => {
            assert!(done, "{case}: {reason:?}");
            assert_eq!(seen, [], "{case}");
            assert!(receipt.withdrawn_at.is_some(), "{case}");
        }
    }
}
