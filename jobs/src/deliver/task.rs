//! What is to be done, given what is asked and what is on the network now.

use beffroi_schema::{
    clock::Timestamp,
    copies::{Case, Copy, Plan, plan, told_as},
    store::Job,
    value::{Capabilities, Change, Errand, RemotePost},
};

/// What a delivery comes down to: the plan that staff may have seen before.
pub(super) fn task(job: &Job, abilities: &Capabilities, now: Timestamp) -> Plan {
    let copy = there(job).map(|receipt| Copy {
        version: receipt.version,
        posted_at: receipt.posted_at,
        by_address: receipt.remote.only_by_address(),
    });
    plan(&Case {
        action: job.delivery.action,
        change: job.delivery.change,
        version: job.delivery.version,
        copy,
        cleared: job.delivery.cleared_at.is_some(),
        doubted: job.task.as_ref().is_some_and(|task| task.errand == Errand::Look),
        abilities,
        rules: &job.account.rules,
        now,
    })
}

/// Our post, where it is there.
pub(super) fn post(job: &Job) -> Option<&RemotePost> {
    there(job).map(|receipt| &receipt.remote)
}

/// Our post, where it says already what this delivery tells.
pub(super) fn said(job: &Job) -> Option<&RemotePost> {
    let receipt = there(job).filter(|receipt| receipt.version == job.delivery.version)?;
    Some(&receipt.remote)
}

/// What happened, for the readers of this account.
pub(super) fn change(job: &Job) -> Change {
    told_as(
        job.delivery.change,
        there(job).is_some() || job.delivery.cleared_at.is_some(),
    )
}

fn there(job: &Job) -> Option<&beffroi_schema::entity::receipt::Model> {
    job.receipt.as_ref().filter(|receipt| receipt.withdrawn_at.is_none())
}
