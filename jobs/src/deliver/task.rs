//! What is to be done, given what is asked and what is on the network now.

use beffroi_schema::{
    clock::Timestamp,
    entity::receipt,
    store::Job,
    value::{Action, Capabilities, Change, RemotePost},
};
use chrono::TimeDelta;

/// What a delivery comes down to, given what is on the network now.
pub(super) enum Task {
    Publish,
    Change(RemotePost, Way),
    Withdraw(RemotePost),
    ByHand(&'static str),
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
    match (job.delivery.action, there) {
        (Action::Withdraw, None) => Task::Nothing("it never reached this account"),
        (Action::Withdraw, Some(receipt)) if abilities.delete => {
            if within(receipt, abilities.delete_within_s, now) {
                Task::Withdraw(receipt.remote.clone())
            } else {
                Task::ByHand(
                    "this network lets a program delete a post only for a while, which is over: delete it by hand",
                )
            }
        }
        (Action::Withdraw, Some(_)) => Task::ByHand("this network does not let us delete the post"),
        (Action::Publish | Action::Amend, None) if job.delivery.change == Change::Resolved => {
            Task::Nothing("it was over before it reached this account")
        }
        (Action::Publish | Action::Amend, None) => Task::Publish,
        (Action::Publish | Action::Amend, Some(receipt)) if receipt.version >= job.delivery.version => {
            Task::Nothing("the post says this, or something newer, already")
        }
        (Action::Publish | Action::Amend, Some(receipt))
            if abilities.edit && within(receipt, abilities.edit_within_s, now) =>
        {
            Task::Change(receipt.remote.clone(), Way::Edit)
        }
        (Action::Publish | Action::Amend, Some(receipt)) if abilities.reply => {
            Task::Change(receipt.remote.clone(), Way::Reply)
        }
        (Action::Publish | Action::Amend, Some(_)) => {
            Task::ByHand("this network lets us neither edit nor answer the post")
        }
    }
}

/// Whether a post is young enough for what a network allows only so long.
fn within(receipt: &receipt::Model, seconds: Option<u32>, now: Timestamp) -> bool {
    seconds.is_none_or(|seconds| now - receipt.posted_at <= TimeDelta::seconds(seconds.into()))
}
