//! From a network's answer to what the row says next, and when.

use std::time::Duration;

use crate::networks::DeliveryError;
use beffroi_schema::{
    clock::Timestamp,
    store::{Job, Settlement, Store},
    value::{Action, Capabilities, DeliveryState, Detail, Errand, HandOver, RemotePost, Severity},
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
/// Longest wait that a network is granted: a wrong clock over there must not silence a town for weeks.
const LONGEST_WAIT: Duration = Duration::from_hours(24);
/// A post of which it cannot be found out for so long whether it is there is looked for by a person.
const LONGEST_DOUBT: TimeDelta = TimeDelta::hours(24);
/// Tries after which a doubtful post is looked for even where it may be sent again.
const MOST_REPEATS: i32 = 5;
/// By when a person does what is theirs to do: a severe disruption is news for as long as a tram is late…
const AT_ONCE: TimeDelta = TimeDelta::minutes(15);
/// …and anything else can wait until after a meeting.
const SOON: TimeDelta = TimeDelta::hours(2);
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

/// Whether to look for a doubtful post rather than to send it again.
pub(super) fn to_look_for(job: &Job, abilities: &Capabilities, now: Timestamp) -> bool {
    job.delivery.state == DeliveryState::Unknown
        && (job.delivery.attempts >= MOST_REPEATS || !repeatable(job, abilities, now))
}

pub(super) fn of_publish(answer: Result<RemotePost, DeliveryError>, job: &Job, store: &Store) -> Settlement {
    match answer {
        Ok(remote) => Settlement::Posted(remote),
        Err(error) => failed(error, job, store),
    }
}

/// An edit can be made twice: a doubtful one is simply made again. Answers to the post before it was edited stay.
pub(super) fn of_change(
    answer: Result<RemotePost, DeliveryError>,
    before: &RemotePost,
    job: &Job,
    store: &Store,
) -> Settlement {
    match answer {
        Ok(remote) => Settlement::Posted(RemotePost {
            replies: before.replies.clone(),
            ..remote
        }),
        Err(DeliveryError::Doubtful(reason)) => later(None, reason, job, store),
        Err(error) => failed(error, job, store),
    }
}

/// A reply cannot. The receipt goes on naming our first post, and the reply as one that goes with it.
pub(super) fn of_reply(
    answer: Result<RemotePost, DeliveryError>,
    first: &RemotePost,
    job: &Job,
    store: &Store,
) -> Settlement {
    match answer {
        Ok(reply) => {
            let mut first = first.clone();
            first.replies.push(reply.id);
            Settlement::Posted(first)
        }
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

/// A post that others took down before we touched it is not put there again; after a try of ours, it was we.
pub(super) fn of_clearing(answer: Result<(), DeliveryError>, job: &Job, store: &Store) -> Settlement {
    match answer {
        Err(DeliveryError::Gone(reason)) if job.delivery.attempts == 0 => Settlement::Gone(reason),
        Ok(()) | Err(DeliveryError::Gone(_)) => Settlement::Cleared,
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
            if look_at.is_none() && job.delivery.attempts >= MAX_TRIES {
                return given_up("it never arrives");
            }
            Settlement::NotFound { look_at }
        }
        Err(DeliveryError::Locked(reason)) => locked(reason, job),
        Err(DeliveryError::Retry { after, reason }) => later(after, reason, job, store),
        Err(DeliveryError::Doubtful(reason) | DeliveryError::Refused(reason) | DeliveryError::Gone(reason)) => {
            later(None, reason, job, store)
        }
    }
}

fn failed(error: DeliveryError, job: &Job, store: &Store) -> Settlement {
    match error {
        DeliveryError::Retry { after, reason } => later(after, reason, job, store),
        DeliveryError::Doubtful(reason) => never_known(&reason, job, store).unwrap_or_else(|| Settlement::Doubtful {
            look_at: store.clock().now() + search_pause(job),
            reason,
        }),
        DeliveryError::Refused(reason) => Settlement::Refused(reason),
        DeliveryError::Gone(reason) => Settlement::Gone(reason),
        DeliveryError::Locked(reason) => locked(reason, job),
    }
}

/// The loop finds out whether a check sees it too.
pub(super) fn locked(reason: String, job: &Job) -> Settlement {
    Settlement::Locked {
        reason,
        version: job.account.version,
        reopens: false,
    }
}

fn given_up(reason: &str) -> Settlement {
    Settlement::Refused(format!("given up after {MAX_TRIES} tries: {reason}"))
}

/// What a person is to do, and by when.
pub(super) fn by_hand(errand: Errand, reason: String, job: &Job, now: Timestamp) -> HandOver {
    let severe = matches!(
        &job.revision.content.detail,
        Detail::Disruption(disruption) if disruption.severity == Severity::Severe
    );
    HandOver {
        errand,
        reason,
        composer: None,
        due_at: now + if severe { AT_ONCE } else { SOON },
    }
}

/// What is doubtful for too long is a person's to look for; what may have been corrected or deleted, to do.
fn never_known(reason: &str, job: &Job, store: &Store) -> Option<Settlement> {
    let since = job
        .delivery
        .attempting_since
        .filter(|_| job.delivery.state == DeliveryState::Unknown)?;
    let now = store.clock().now();
    let (errand, what) = match job.delivery.action {
        Action::Publish => (Errand::Look, "the post may be there"),
        Action::Amend => (Errand::Correct, "the correction may be there"),
        Action::Withdraw => (Errand::Delete, "the post may be there still"),
    };
    let handed = || Settlement::ByHand(by_hand(errand, format!("{what} ({reason})"), job, now));
    (now - since > LONGEST_DOUBT).then(handed)
}

fn later(after: Option<Duration>, reason: String, job: &Job, store: &Store) -> Settlement {
    if let Some(settlement) = never_known(&reason, job, store) {
        return settlement;
    }
    if job.delivery.attempts >= MAX_TRIES && job.delivery.state != DeliveryState::Unknown {
        return given_up(&reason);
    }
    let now = store.clock().now();
    let pause = after.map_or_else(
        || own_pause(job, now).mul_f64(store.ids().jitter(JITTER)),
        |asked| asked.clamp(LEAST_PAUSE, LONGEST_WAIT),
    );
    Settlement::Later {
        at: now + pause,
        reason,
        account_waits: after.is_some(),
    }
}

/// Doubles with each try. Looking is no try: then it doubles with the time that has passed.
fn own_pause(job: &Job, now: Timestamp) -> Duration {
    let doubtful_since = job
        .delivery
        .attempting_since
        .filter(|_| job.delivery.state == DeliveryState::Unknown);
    let tries = u32::try_from(job.delivery.attempts).unwrap_or_default();
    let doubled = || FIRST_PAUSE * 2_u32.saturating_pow(tries.min(MAX_DOUBLINGS));
    let passed = doubtful_since.and_then(|since| (now - since).to_std().ok());
    passed.unwrap_or_else(doubled).clamp(FIRST_PAUSE, LONGEST_PAUSE)
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
        Settlement::GoesOn(_) => "goes_on",
        Settlement::Removed => "removed",
        Settlement::Cleared => "cleared",
        Settlement::Later { .. } => "later",
        Settlement::Doubtful { .. } => "doubtful",
        Settlement::NotFound { .. } => "not_found",
        Settlement::Refused(_) => "refused",
        Settlement::Gone(_) => "gone",
        Settlement::ByHand(_) => "by_hand",
        Settlement::Locked { .. } => "locked",
        Settlement::Skipped(_) => "skipped",
    }
}
