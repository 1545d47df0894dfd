//! What readers see: the `AppView`'s part, at once instead of a little later.

use http::StatusCode;
use serde_json::{Value, json};

use super::super::readers::{LIKES, SHARES};
use super::record::POST;
use super::repo::{Record, RecordKey};
use super::session::signed_in;
use super::{Pds, failure};
use crate::call::Call;
use crate::reply::Reply;

const POSTS_AT_ONCE: usize = 25;

pub(super) fn posts(pds: &mut Pds, call: &Call) -> Reply {
    signed_in(pds, call, |pds, _| {
        let uris: Vec<_> = call
            .query
            .iter()
            .filter(|(key, _)| key == "uris")
            .map(|(_, uri)| uri)
            .collect();
        if uris.is_empty() || uris.len() > POSTS_AT_ONCE {
            return super::invalid("Error: uris must have between 1 and 25 elements");
        }
        let found = uris.iter().filter_map(|uri| RecordKey::parse(uri));
        let views = found.filter_map(|key| pds.records.get(&key).map(|record| pds.view(&key, record)));
        Reply::ok(&json!({"posts": views.collect::<Vec<_>>()}))
    })
}

pub(super) fn thread(pds: &mut Pds, call: &Call) -> Reply {
    let uri = call.param("uri").unwrap_or_default();
    let found = RecordKey::parse(&uri).and_then(|key| pds.records.get(&key).map(|record| (key, record)));
    match found {
        Some((key, record)) => Reply::ok(&json!({"thread": pds.thread(&key, record)})),
        None => failure(StatusCode::BAD_REQUEST, "NotFound", &format!("Post not found: {uri}")),
    }
}

/// The public page of a post, its author named by handle or by DID.
pub(super) fn page(pds: &mut Pds, call: &Call) -> Reply {
    let author = pds.account(call.segment(1)).map(|account| account.id.as_str());
    let rkey = format!("/{}", call.segment(3));
    let post = pds
        .posts
        .iter()
        .rfind(|post| Some(post.account.as_str()) == author && post.remote_id.ends_with(&rkey) && !post.deleted());
    let Some(post) = post else {
        return failure(StatusCode::NOT_FOUND, "NotFound", "Post not found");
    };
    let author = pds
        .account(&post.account)
        .map(|account| account.name.as_str())
        .unwrap_or_default();
    Reply::permalink(author, post)
}

impl Pds {
    fn view(&self, key: &RecordKey, record: &Record) -> Value {
        let author = self.account(&key.did);
        let uri = key.uri();
        json!({
            "uri": uri, "cid": record.cid, "record": record.value,
            "author": author.map(|author| json!({
                "did": author.id, "handle": author.handle, "displayName": author.name,
            })),
            "replyCount": self.replies(&uri).count(), "repostCount": SHARES, "likeCount": LIKES, "quoteCount": 0,
            "indexedAt": record.indexed_at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true), "labels": [],
        })
    }

    fn thread(&self, key: &RecordKey, record: &Record) -> Value {
        let uri = key.uri();
        let replies: Vec<_> = self
            .replies(&uri)
            .map(|(key, record)| self.thread(key, record))
            .collect();
        json!({"$type": "app.bsky.feed.defs#threadViewPost", "post": self.view(key, record), "replies": replies})
    }

    fn replies<'a>(&'a self, uri: &'a str) -> impl Iterator<Item = (&'a RecordKey, &'a Record)> {
        self.records.iter().filter(move |(key, record)| {
            key.collection == POST && record.value["reply"]["parent"]["uri"].as_str() == Some(uri)
        })
    }
}
