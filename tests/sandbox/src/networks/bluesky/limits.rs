//! Rate limits and their headers.
//!
//! <https://docs.bsky.app/docs/advanced-guides/rate-limits>

use chrono::{DateTime, TimeDelta, Utc};
use http::StatusCode;

use super::{Pds, failure};
use crate::call::Call;
use crate::limits::{Budget, Spent};
use crate::reply::Reply;

pub(super) const SIGN_IN: [Budget; 2] = [
    Budget {
        name: "sign-in-5min",
        limit: 30,
        window_s: 5 * 60,
    },
    Budget {
        name: "sign-in-day",
        limit: 300,
        window_s: 24 * 3600,
    },
];
pub(super) const WRITES: [Budget; 2] = [
    Budget {
        name: "writes-hour",
        limit: 5000,
        window_s: 3600,
    },
    Budget {
        name: "writes-day",
        limit: 35_000,
        window_s: 24 * 3600,
    },
];
pub(super) const BLOBS: [Budget; 1] = [Budget {
    name: "blobs-day",
    limit: 1000,
    window_s: 24 * 3600,
}];
pub(super) const EVERYTHING: [Budget; 1] = [Budget {
    name: "all-5min",
    limit: 3000,
    window_s: 5 * 60,
}];

/// Runs a handler within its budgets and says what is left of the tightest.
pub(super) fn within(
    pds: &mut Pds,
    call: &Call,
    budgets: &[Budget],
    spender: &str,
    points: u32,
    handle: impl FnOnce(&mut Pds) -> Reply,
) -> Reply {
    let spent: Vec<Spent> = budgets
        .iter()
        .map(|budget| pds.windows.spend(*budget, spender, points, call.at))
        .collect();
    let exceeded = spent.iter().any(|spent| spent.exceeded);
    let reply = if exceeded { rate_limit_exceeded() } else { handle(pds) };
    match spent.iter().min_by_key(|spent| spent.remaining) {
        Some(tightest) => tell(reply, tightest.budget, tightest.remaining, tightest.reset),
        None => reply,
    }
}

/// A 429 that no counter caused.
pub(super) fn too_many(now: DateTime<Utc>, retry_after_s: u64) -> Reply {
    let wait = TimeDelta::seconds(i64::try_from(retry_after_s).unwrap_or(i64::MAX / 1000));
    tell(rate_limit_exceeded(), EVERYTHING[0], 0, now + wait).header("retry-after", retry_after_s.to_string())
}

fn rate_limit_exceeded() -> Reply {
    failure(
        StatusCode::TOO_MANY_REQUESTS,
        "RateLimitExceeded",
        "Rate Limit Exceeded",
    )
}

/// Of several budgets the tightest is told.
fn tell(reply: Reply, budget: Budget, remaining: u32, reset: DateTime<Utc>) -> Reply {
    let told = reply
        .told("ratelimit-remaining")
        .and_then(|told| told.parse::<u32>().ok());
    if told.is_some_and(|told| told <= remaining) {
        return reply;
    }
    reply
        .header("ratelimit-limit", budget.limit.to_string())
        .header("ratelimit-remaining", remaining.to_string())
        .header("ratelimit-reset", reset.timestamp().to_string())
        .header("ratelimit-policy", format!("{};w={}", budget.limit, budget.window_s))
}
