//! What becomes of a subscriber after it was worked on.

use std::time::Duration;

use crate::{clock::Timestamp, entity::subscriber, value::HubMode};

/// Failed tries in a row after which a subscriber is given up: about a day.
const MAX_FAILURES: i32 = 30;
/// Failed tries after which a request that nobody confirms is forgotten.
const MAX_UNCONFIRMED_FAILURES: i32 = 5;
/// Pause after a first failure; doubled each time.
const FIRST_PAUSE: chrono::Duration = chrono::Duration::seconds(15);
/// Longest pause.
const LONGEST_PAUSE: chrono::Duration = chrono::Duration::hours(1);
/// Doublings after which the pause is the longest anyway.
const MOST_DOUBLINGS: u32 = 8;

/// What came of working on a subscriber.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Telling {
    /// It meant what was asked in its name. From now on it knows the feed as it is.
    Confirmed(Known),
    /// It was sent the feed, or knew it already.
    Told(Known),
    /// It does not want what was asked in its name.
    Declined,
    /// It did not answer, or not well: later.
    Failed {
        /// It asked to be left alone for so long.
        wait: Option<Duration>,
    },
    /// It is not there any more, or must not be called; or its feed is not there.
    Gone,
}

/// What a subscriber knows of its feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The line of the outbox that the feed followed.
    pub seq: i64,
    /// Hash of the feed.
    pub hash: String,
}

/// The row after it was worked on; none: it goes.
pub(super) fn after(
    mut row: subscriber::Model,
    claimed: &subscriber::Model,
    telling: Telling,
    now: Timestamp,
) -> Option<subscriber::Model> {
    row.lease_owner = None;
    row.lease_until = None;
    let asked_meanwhile = asked(&row) != asked(claimed);
    match telling {
        // It was not there, and has just asked: it begins anew.
        Telling::Gone if asked_meanwhile => (row.ends_at, row.secret, row.told) = (None, None, None),
        Telling::Gone => return None,
        Telling::Told(Known { seq, hash }) => {
            (row.seq, row.told) = (seq, Some(hash));
            (row.failures, row.due_at) = (0, now);
        }
        // It is asked about what it asked last.
        Telling::Confirmed(_) | Telling::Declined | Telling::Failed { .. } if asked_meanwhile => {}
        Telling::Confirmed(_) if row.asked == Some(HubMode::Unsubscribe) => return None,
        Telling::Confirmed(Known { seq, hash }) => {
            row.ends_at = Some(now + chrono::Duration::seconds(row.asked_lease_s.into()));
            row.secret = row.asked_secret.take();
            row.asked = None;
            (row.failures, row.due_at) = (0, now);
            // Who only asked for more time has not been told what it still waits for.
            if row.told.is_none() {
                (row.seq, row.told) = (seq, Some(hash));
            }
        }
        Telling::Declined => return unasked(row, now),
        Telling::Failed { wait } => {
            row.failures += 1;
            if row.asked.is_some() && row.failures >= MAX_UNCONFIRMED_FAILURES {
                return unasked(row, now);
            }
            if row.failures >= MAX_FAILURES {
                return None;
            }
            row.due_at = now + pause(row.failures, wait);
        }
    }
    Some(row)
}

/// What was asked, all of it: two requests are told apart even within one moment.
fn asked(row: &subscriber::Model) -> (Option<HubMode>, Option<Timestamp>, Option<&[u8]>, i32) {
    let secret = row.asked_secret.as_deref();
    (row.asked, row.asked_at, secret, row.asked_lease_s)
}

/// As if nothing had been asked: what was subscribed before still is.
fn unasked(mut row: subscriber::Model, now: Timestamp) -> Option<subscriber::Model> {
    row.ends_at?;
    (row.asked, row.asked_secret) = (None, None);
    (row.failures, row.due_at) = (0, now);
    Some(row)
}

fn pause(failures: i32, wait: Option<Duration>) -> chrono::Duration {
    let doublings = u32::try_from(failures.saturating_sub(1)).unwrap_or_default();
    let own = (FIRST_PAUSE * 2_i32.pow(doublings.min(MOST_DOUBLINGS))).min(LONGEST_PAUSE);
    let asked = wait.and_then(|wait| chrono::Duration::from_std(wait).ok());
    asked.map_or(own, |asked| asked.clamp(own, LONGEST_PAUSE))
}
