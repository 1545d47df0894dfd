//! Rate limits and their headers.
//!
//! <https://docs.joinmastodon.org/api/rate-limits/>

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use http::{Method, StatusCode};

use super::failure;
use crate::call::Call;
use crate::limits::{Budget, Spent, Windows};
use crate::reply::Reply;

const ALL: Budget = Budget {
    name: "all",
    limit: 300,
    window_s: 5 * 60,
};
const MEDIA: Budget = Budget {
    name: "media",
    limit: 30,
    window_s: 30 * 60,
};
const DELETE: Budget = Budget {
    name: "delete",
    limit: 30,
    window_s: 30 * 60,
};

/// Spends one request of the account's; the narrowest budget is the one told.
pub(super) fn spend(windows: &mut Windows, call: &Call, account: &str) -> Spent {
    let general = windows.spend(ALL, account, 1, call.at);
    let narrow = match (&call.method, &*call.segments()) {
        (&Method::POST, ["api", _, "media"]) => MEDIA,
        (&Method::DELETE, ["api", "v1", "statuses", _]) => DELETE,
        _ => return general,
    };
    let narrow = windows.spend(narrow, account, 1, call.at);
    if general.exceeded { general } else { narrow }
}

pub(super) fn tell(reply: Reply, spent: &Spent) -> Reply {
    with_headers(reply, spent.budget.limit, spent.remaining, spent.reset)
}

pub(super) fn exceeded() -> Reply {
    failure(StatusCode::TOO_MANY_REQUESTS, "Too many requests")
}

/// A 429 that no counter caused.
pub(super) fn too_many(now: DateTime<Utc>, retry_after_s: u64) -> Reply {
    let wait = TimeDelta::seconds(i64::try_from(retry_after_s).unwrap_or(i64::MAX / 1000));
    with_headers(exceeded(), ALL.limit, 0, now + wait).header("retry-after", retry_after_s.to_string())
}

fn with_headers(reply: Reply, limit: u32, remaining: u32, reset: DateTime<Utc>) -> Reply {
    reply
        .header("x-ratelimit-limit", limit.to_string())
        .header("x-ratelimit-remaining", remaining.to_string())
        .header("x-ratelimit-reset", reset.to_rfc3339_opts(SecondsFormat::Micros, true))
}
