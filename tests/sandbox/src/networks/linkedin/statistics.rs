//! What readers did with a post.
//!
//! <https://learn.microsoft.com/linkedin/marketing/community-management/organizations/share-statistics>

use serde_json::{Value, json};

use super::super::readers::{LIKES, SHARES, VIEWS};
use super::{Organisations, Refused, urn};
use crate::account::Account;
use crate::call::Call;
use crate::reply::Reply;

pub(super) fn tell(it: &mut Organisations, call: &Call, account: &Account) -> Result<Reply, Refused> {
    let named = |name: &str| call.param(name).unwrap_or_default();
    if named("q") != "organizationalEntity" || named("organizationalEntity") != urn(account) {
        return Err(Refused::invalid("organizationalEntity is not the page"));
    }
    let list = named("shares");
    let asked = list.strip_prefix("List(").and_then(|list| list.strip_suffix(')'));
    let asked = asked.ok_or_else(|| Refused::invalid("shares is no List(...)"))?;
    let of_post = |id: &str| -> Option<Value> {
        it.line.live(id)?;
        let comments = it.line.posts.iter();
        let comments = comments.filter(|post| post.reply_to.as_deref() == Some(id) && !post.deleted());
        Some(
            json!({ "share": id, "organizationalEntity": urn(account), "totalShareStatistics": { "likeCount": LIKES,
            "shareCount": SHARES, "commentCount": comments.count(), "impressionCount": VIEWS } }),
        )
    };
    let elements: Vec<_> = asked.split(',').filter_map(of_post).collect();
    Ok(Reply::ok(&json!({ "elements": elements })))
}
