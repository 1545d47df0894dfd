//! From a network's answer to what the row says next, and when.

use std::time::Duration;

use crate::networks::DeliveryError;
use beffroi_schema::{
    clock::Timestamp,
    store::{Job, Settlement, Store},
    value::{Capabilities, DeliveryState, RemotePost},
};
use chrono::TimeDelta;

/// Pause before the second try; it doubles at each further one.
const FIRST_PAUSE: Duration = Duration::from_secs(15);
/// After so many tries it does not double any more.
const MAX_DOUBLINGS: u32 = 12;
/// Longest pause between two tries of our own choice.
const LONGEST_PAUSE: Duration = Duration::from_hours(1);
/// Shortest pause when a network says how long to wait.
const LEAST_PAUSE: Duration = Duration::from_secs(1);
/// Pauses are stretched or shortened by so much, so that deliveries that failed together do not come back together.
const JITTER: std::ops::Range<f64> = 0.8..1.2;
/// Tries after which a person must look.
const MAX_TRIES: i32 = 24;
/// Pauses between two questions whether a doubtful post is there.
const SEARCH_PAUSES: [Duration; 3] = [Duration::from_secs(30), Duration::from_mins(2), Duration::from_mins(3)];
/// A post is believed absent after so many questions…
const SEARCHES: i32 = 3;
/// …and so long after the call that may have made it.
const SEARCH_FOR: TimeDelta = TimeDelta::minutes(5);
/// Margin kept at the end of a network's idempotency window.
const WINDOW_MARGIN: TimeDelta = TimeDelta::minutes(1);

/// Whether the same call may be made again although it may have left: the network knows the key.
pub(super) fn repeatable(job: &Job, abilities: &Capabilities, now: Timestamp) -> bool {
    let Some(since) = job.delivery.attempting_since else {
        return false;
    };
    match abilities.idempotent_s {
        0 => false,
        u32::MAX => true,
        window => now - since < TimeDelta::seconds(window.into()) - WINDOW_MARGIN,
    }
}

pub(super) fn of_publish(answer: Result<RemotePost, DeliveryError>, job: &Job, store: &Store) -> Settlement {
    match answer {
        Ok(remote) => Settlement::Posted(remote),
        Err(error) => failed(error, job, store),
    }
}

/// An edit can be made twice: a doubtful one is simply made again.
pub(super) fn of_change(answer: Result<RemotePost, DeliveryError>, job: &Job, store: &Store) -> Settlement {
    match answer {
        Ok(remote) => Settlement::Posted(remote),
        Err(DeliveryError::Doubtful(reason)) => later(None, reason, job, store),
        Err(error) => failed(error, job, store),
    }
}

/// A reply cannot. The receipt goes on naming our first post.
pub(super) fn of_reply(
    answer: Result<RemotePost, DeliveryError>,
    first: &RemotePost,
    job: &Job,
    store: &Store,
) -> Settlement {
    match answer {
        Ok(_) => Settlement::Posted(first.clone()),
        Err(error) => failed(error, job, store),
    }
}

/// Nor does it matter how often a post is deleted.
pub(super) fn of_withdrawal(answer: Result<(), DeliveryError>, job: &Job, store: &Store) -> Settlement {
    match answer {
        Ok(()) | Err(DeliveryError::Gone(_)) => Settlement::Removed,
        Err(DeliveryError::Doubtful(reason)) => later(None, reason, job, store),
        Err(error) => failed(error, job, store),
    }
}

/// What the search for a doubtful post found.
pub(super) fn of_search(answer: Result<Option<RemotePost>, DeliveryError>, job: &Job, store: &Store) -> Settlement {
    let now = store.clock().now();
    match answer {
        Ok(Some(remote)) => Settlement::Posted(remote),
        Ok(None) => {
            let long_enough = job
                .delivery
                .attempting_since
                .is_none_or(|since| now - since >= SEARCH_FOR);
            let look_at = (job.delivery.searches < SEARCHES || !long_enough).then(|| now + search_pause(job));
            Settlement::NotFound { look_at }
        }
        Err(DeliveryError::Locked(reason)) => Settlement::Locked(reason),
        Err(DeliveryError::Retry { after, reason }) => later(after, reason, job, store),
        Err(DeliveryError::Doubtful(reason) | DeliveryError::Refused(reason) | DeliveryError::Gone(reason)) => {
            later(None, reason, job, store)
        }
    }
}

fn failed(error: DeliveryError, job: &Job, store: &Store) -> Settlement {
    match error {
        DeliveryError::Retry { after, reason } => later(after, reason, job, store),
        DeliveryError::Doubtful(reason) => Settlement::Doubtful {
            look_at: store.clock().now() + search_pause(job),
            reason,
        },
        DeliveryError::Refused(reason) => Settlement::Refused(reason),
        DeliveryError::Gone(reason) => Settlement::Gone(reason),
        DeliveryError::Locked(reason) => Settlement::Locked(reason),
    }
}

fn later(after: Option<Duration>, reason: String, job: &Job, store: &Store) -> Settlement {
    let doubtful = job.delivery.state == DeliveryState::Unknown;
    if job.delivery.attempts >= MAX_TRIES && !doubtful {
        return Settlement::Refused(format!("given up after {MAX_TRIES} tries: {reason}"));
    }
    let tries = u32::try_from(job.delivery.attempts).unwrap_or_default();
    let own = (FIRST_PAUSE * 2_u32.saturating_pow(tries.min(MAX_DOUBLINGS))).min(LONGEST_PAUSE);
    let pause = after.map_or_else(
        || own.mul_f64(store.ids().jitter(JITTER)),
        |asked| asked.max(LEAST_PAUSE),
    );
    Settlement::Later {
        at: store.clock().now() + pause,
        reason,
        account_waits: after.is_some(),
    }
}

fn search_pause(job: &Job) -> Duration {
    let searches = usize::try_from(job.delivery.searches).unwrap_or_default();
    SEARCH_PAUSES
        .get(searches)
        .or(SEARCH_PAUSES.last())
        .copied()
        .unwrap_or(FIRST_PAUSE)
}

/// For logs and measures.
pub(super) fn name(settlement: &Settlement) -> &'static str {
    match settlement {
        Settlement::Posted(_) => "posted",
        Settlement::Removed => "removed",
        Settlement::Later { .. } => "later",
        Settlement::Doubtful { .. } => "doubtful",
        Settlement::NotFound { .. } => "not_found",
        Settlement::Refused(_) => "refused",
        Settlement::Gone(_) => "gone",
        Settlement::ByHand(_) => "by_hand",
        Settlement::Locked(_) => "locked",
        Settlement::Skipped(_) => "skipped",
    }
}
