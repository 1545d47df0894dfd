//! Accounts and their timelines.

use serde_json::{Value, json};

use super::{Holder, Instance, invalid, iso, not_found, signed_in};
use crate::account::Account;
use crate::call::Call;
use crate::reply::Reply;

const PAGE: usize = 20;
const LARGEST_PAGE: usize = 40;

pub(super) fn verify(instance: &mut Instance, call: &Call) -> Reply {
    signed_in(instance, call, |instance, account| {
        let Some(holder) = instance.account(&account.id) else {
            return not_found();
        };
        let mut account = instance.account_json(holder);
        account["source"] = json!({
            "privacy": "public", "sensitive": false, "language": "fr", "note": "", "fields": [],
            "follow_requests_count": 0, "indexable": true, "discoverable": true, "hide_collections": false,
            "attribution_domains": [], "quote_policy": "public",
        });
        account["role"] = json!({"id": "-99", "name": "", "permissions": "65536", "color": "", "highlighted": false});
        Reply::ok(&account)
    })
}

pub(super) fn show(instance: &mut Instance, call: &Call) -> Reply {
    match instance.account(call.segment(3)) {
        Some(holder) => Reply::ok(&instance.account_json(holder)),
        None => not_found(),
    }
}

pub(super) fn lookup(instance: &mut Instance, call: &Call) -> Reply {
    let wanted = call.param("acct").unwrap_or_default();
    let handle = wanted.trim_start_matches('@').split('@').next().unwrap_or_default();
    match instance.accounts.iter().find(|holder| holder.account.handle == handle) {
        Some(holder) => Reply::ok(&instance.account_json(holder)),
        None => not_found(),
    }
}

/// Newest first, as the network lists them.
pub(super) fn statuses(instance: &mut Instance, call: &Call) -> Reply {
    let owner = call.segment(3).to_owned();
    if instance.account(&owner).is_none() {
        return not_found();
    }
    let bound = |name: &str| call.param(name).map(|id| id.parse::<u64>());
    let (since, min, max) = (bound("since_id"), bound("min_id"), bound("max_id"));
    if [&since, &min, &max].into_iter().flatten().any(Result::is_err) {
        return invalid("Validation failed: ids are numeric");
    }
    let after = since.or(min).and_then(Result::ok).unwrap_or(0);
    let before = max.and_then(Result::ok).unwrap_or(u64::MAX);
    let limit = call
        .param("limit")
        .and_then(|limit| limit.parse().ok())
        .unwrap_or(PAGE)
        .clamp(1, LARGEST_PAGE);
    let wanted = |id: u64| after < id && id < before;
    let timeline: Vec<Value> = instance
        .statuses
        .iter()
        .rev()
        .filter(|(id, status)| wanted(**id) && status.post.account == owner && !status.post.deleted())
        .take(limit)
        .map(|(_, status)| instance.status_json(status))
        .collect();
    Reply::ok(&Value::from(timeline))
}

impl Instance {
    pub(super) fn account_json(&self, holder: &Holder) -> Value {
        let Account { id, handle, name, .. } = &holder.account;
        let url = &self.url;
        let mut own = self
            .statuses
            .values()
            .filter(|status| status.post.account == *id && !status.post.deleted());
        let (avatar, header) = (
            format!("{url}/avatars/{handle}.png"),
            format!("{url}/headers/{handle}.png"),
        );
        let last = own.next_back();
        json!({
            "id": id, "username": handle, "acct": handle, "display_name": name, "locked": false, "bot": false,
            "discoverable": true, "indexable": true, "group": false, "noindex": false, "emojis": [], "fields": [],
            "created_at": iso(holder.created_at), "note": "", "url": format!("{url}/@{handle}"),
            "uri": format!("{url}/users/{handle}"), "avatar": avatar, "avatar_static": avatar,
            "header": header, "header_static": header, "followers_count": 0, "following_count": 0,
            "statuses_count": own.count() + usize::from(last.is_some()), "hide_collections": false,
            "last_status_at": last.map(|status| status.post.created_at.date_naive().to_string()), "roles": [],
        })
    }
}
