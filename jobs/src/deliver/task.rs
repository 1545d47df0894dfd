//! What is to be done, given what is asked and what is on the network now.

use beffroi_schema::{
    clock::Timestamp,
    entity::receipt,
    store::Job,
    value::{Action, Capabilities, Change, Errand, RemotePost},
};
use chrono::TimeDelta;

/// What a delivery comes down to, given what is on the network now.
pub(super) enum Task {
    Publish,
    Change(RemotePost, Way),
    Withdraw(RemotePost),
    ByHand(Errand, &'static str),
    Nothing(&'static str),
}

/// How a post is made to say something else.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Edit,
    Reply,
}

pub(super) fn task(job: &Job, abilities: &Capabilities, now: Timestamp) -> Task {
    let there = job.receipt.as_ref().filter(|receipt| receipt.withdrawn_at.is_none());
    let doubted = job.task.as_ref().is_some_and(|task| task.errand == Errand::Look);
    match (job.delivery.action, there) {
        (_, None) if doubted => Task::ByHand(
            Errand::Look,
            "an earlier version may have been posted: look before anything else is",
        ),
        (Action::Withdraw, None) => Task::Nothing("it never reached this account"),
        (Action::Withdraw, Some(receipt)) => withdrawal(receipt, abilities, now),
        (Action::Publish | Action::Amend, None) if job.delivery.change == Change::Resolved => {
            Task::Nothing("it was over before it reached this account")
        }
        (Action::Publish | Action::Amend, None) if abilities.by_hand => {
            Task::ByHand(Errand::Post, "this network takes no posts from programs")
        }
        (Action::Publish | Action::Amend, None) => Task::Publish,
        (Action::Publish | Action::Amend, Some(receipt)) if receipt.version >= job.delivery.version => {
            Task::Nothing("the post says this, or something newer, already")
        }
        (Action::Publish | Action::Amend, Some(receipt)) => correction(receipt, abilities, now),
    }
}

fn withdrawal(receipt: &receipt::Model, abilities: &Capabilities, now: Timestamp) -> Task {
    if receipt.remote.only_by_address() {
        return Task::ByHand(Errand::Delete, "a person made this post: only its address is known");
    }
    match (abilities.delete, within(receipt, abilities.delete_within_s, now)) {
        (true, true) => Task::Withdraw(receipt.remote.clone()),
        (true, false) => Task::ByHand(Errand::Delete, "this network does not let us delete a post of that age"),
        (false, _) => Task::ByHand(Errand::Delete, "this network does not let us delete the post"),
    }
}

fn correction(receipt: &receipt::Model, abilities: &Capabilities, now: Timestamp) -> Task {
    if receipt.remote.only_by_address() {
        return Task::ByHand(Errand::Correct, "a person made this post: only its address is known");
    }
    if abilities.edit && within(receipt, abilities.edit_within_s, now) {
        Task::Change(receipt.remote.clone(), Way::Edit)
    } else if abilities.reply {
        Task::Change(receipt.remote.clone(), Way::Reply)
    } else {
        let reason = "this network lets us neither edit nor answer the post";
        Task::ByHand(Errand::Correct, reason)
    }
}

/// Whether a post is young enough for what a network allows only so long.
fn within(receipt: &receipt::Model, seconds: Option<u32>, now: Timestamp) -> bool {
    seconds.is_none_or(|seconds| now - receipt.posted_at <= TimeDelta::seconds(seconds.into()))
}
