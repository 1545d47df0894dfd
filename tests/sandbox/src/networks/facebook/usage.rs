//! How much of its calls a page has used, told on every answer.
//!
//! <https://developers.facebook.com/docs/graph-api/overview/rate-limiting>

use serde_json::json;

use super::error::GraphError;
use crate::account::Account;
use crate::call::Call;
use crate::limits::{Budget, Spent, Windows};
use crate::reply::Reply;

/// 4800 calls for each engaged user in 24 hours, and nobody is engaged in a miniature but its owner.
const CALLS: Budget = Budget {
    name: "calls",
    limit: 4800,
    window_s: 24 * 3600,
};
const FULL: u32 = 100;

pub(super) fn spend(windows: &mut Windows, page: &Account, call: &Call) -> Spent {
    windows.spend(CALLS, &page.id, 1, call.at)
}

pub(super) fn tell(reply: Reply, page: &Account, spent: &Spent, call: &Call) -> Reply {
    let percent = (CALLS.limit - spent.remaining) * FULL / CALLS.limit;
    let minutes = if spent.exceeded {
        (spent.reset - call.at).num_minutes().unsigned_abs()
    } else {
        0
    };
    with_headers(reply, page, percent, minutes)
}

/// Throttled, whatever the counter says.
pub(super) fn too_many(retry_after_s: u64, page: Option<&Account>) -> Reply {
    let reply = Reply::from(GraphError::too_many_calls());
    match page {
        Some(page) => with_headers(reply, page, FULL, retry_after_s.div_ceil(60)),
        None => reply,
    }
}

fn with_headers(reply: Reply, page: &Account, percent: u32, minutes_to_regain: u64) -> Reply {
    let app = json!({"call_count": percent, "total_time": 0, "total_cputime": 0});
    let page = json!({page.id.as_str(): [{
        "type": "pages", "call_count": percent, "total_cputime": 0, "total_time": 0,
        "estimated_time_to_regain_access": minutes_to_regain,
    }]});
    reply
        .header("x-app-usage", app.to_string())
        .header("x-business-use-case-usage", page.to_string())
}
