//! Records: created, put, deleted, read.

use chrono::{DateTime, Utc};
use http::StatusCode;
use serde_json::{Value, json};

use super::limits::{self, WRITES};
use super::record::{self, POST};
use super::session::signed_in;
use super::{Pds, cid, failure, invalid, text};
use crate::account::Account;
use crate::call::Call;
use crate::reply::Reply;

const CREATE_POINTS: u32 = 3;
const PUT_POINTS: u32 = 2;
const DELETE_POINTS: u32 = 1;
const PAGE: usize = 50;
const LARGEST_PAGE: usize = 100;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct RecordKey {
    pub(super) did: String,
    pub(super) collection: String,
    pub(super) rkey: String,
}

#[derive(Debug, Clone)]
pub(super) struct Record {
    pub(super) value: Value,
    pub(super) cid: String,
    pub(super) indexed_at: DateTime<Utc>,
}

impl RecordKey {
    pub(super) fn uri(&self) -> String {
        format!("at://{}/{}/{}", self.did, self.collection, self.rkey)
    }

    /// From `at://did/collection/rkey`.
    pub(super) fn parse(uri: &str) -> Option<Self> {
        let mut parts = uri.strip_prefix("at://")?.splitn(3, '/').map(str::to_owned);
        Some(Self {
            did: parts.next()?,
            collection: parts.next()?,
            rkey: parts.next()?,
        })
    }
}

pub(super) fn create(pds: &mut Pds, call: &Call) -> Reply {
    write(pds, call, CREATE_POINTS, |pds, mut key, body| {
        if key.rkey.is_empty() {
            pds.counter += 1;
            key.rkey = cid::tid(call.at, pds.counter);
        } else if pds.records.contains_key(&key) {
            // The reference server has no better answer either.
            return failure(
                StatusCode::INTERNAL_SERVER_ERROR,
                "InternalServerError",
                "Internal Server Error",
            )
            .violation("createRecord over an existing record");
        }
        pds.keep(key, body["record"].clone(), call)
    })
}

pub(super) fn put(pds: &mut Pds, call: &Call) -> Reply {
    write(pds, call, PUT_POINTS, |pds, key, body| {
        let value = body["record"].clone();
        let current = pds.records.get(&key).map(|record| record.cid.clone());
        if current.as_ref() == Some(&cid::of_record(&value)) {
            // Nothing to commit.
            return Reply::ok(&json!({"uri": key.uri(), "cid": current, "validationStatus": "valid"}));
        }
        // `swapRecord`: absent, anything goes; null, nothing may be there; a cid, exactly that.
        if body
            .get("swapRecord")
            .is_some_and(|swap| swap.as_str() != current.as_deref())
        {
            let message = current.map_or("Record was at null".to_owned(), |cid| format!("Record was at {cid}"));
            return failure(StatusCode::BAD_REQUEST, "InvalidSwap", &message);
        }
        pds.keep(key, value, call)
    })
}

/// Deleting what is not there succeeds.
pub(super) fn delete(pds: &mut Pds, call: &Call) -> Reply {
    write(pds, call, DELETE_POINTS, |pds, key, _| {
        if pds.records.remove(&key).is_none() {
            return Reply::ok(&json!({}));
        }
        pds.withdraw_post(&key, call.at);
        let commit = pds.commit(&key.uri(), call);
        Reply::ok(&json!({"commit": commit}))
    })
}

pub(super) fn show(pds: &mut Pds, call: &Call) -> Reply {
    let Some(key) = pds.key_of(call) else {
        return invalid("Could not find repo");
    };
    let Some(record) = pds.records.get(&key) else {
        let message = format!("Could not locate record: {}", key.uri());
        return failure(StatusCode::BAD_REQUEST, "RecordNotFound", &message);
    };
    Reply::ok(&json!({"uri": key.uri(), "cid": record.cid, "value": record.value}))
}

/// Newest key first, unless reversed.
pub(super) fn list(pds: &mut Pds, call: &Call) -> Reply {
    let Some(wanted) = pds.key_of(call) else {
        return invalid("Could not find repo");
    };
    let limit = call
        .param("limit")
        .and_then(|limit| limit.parse().ok())
        .unwrap_or(PAGE)
        .clamp(1, LARGEST_PAGE);
    let cursor = call.param("cursor");
    let reversed = call.param("reverse").as_deref() == Some("true");
    let of_collection = pds.records.iter().filter(|(key, _)| {
        let beyond = |cursor: &String| {
            if reversed {
                key.rkey > *cursor
            } else {
                key.rkey < *cursor
            }
        };
        key.did == wanted.did && key.collection == wanted.collection && cursor.as_ref().is_none_or(beyond)
    });
    let mut found: Vec<_> = of_collection.collect();
    if !reversed {
        found.reverse();
    }
    found.truncate(limit);
    let records: Vec<_> = found
        .iter()
        .map(|(key, record)| json!({"uri": key.uri(), "cid": record.cid, "value": record.value}))
        .collect();
    let mut body = json!({"records": records});
    if let Some((last, _)) = found.last() {
        body["cursor"] = Value::from(last.rkey.as_str());
    }
    Reply::ok(&body)
}

/// Checks who writes, where and what, then lets `commit` do it.
fn write(pds: &mut Pds, call: &Call, points: u32, commit: impl FnOnce(&mut Pds, RecordKey, &Value) -> Reply) -> Reply {
    signed_in(pds, call, |pds, account| {
        limits::within(pds, call, &WRITES, &account.id, points, |pds| {
            let Some(body) = call.json() else {
                return invalid("Request encoding (Content-Type) must be application/json");
            };
            match pds.target(call, body, account) {
                Ok(key) => commit(pds, key, body),
                Err(reply) => reply,
            }
        })
    })
}

impl Pds {
    /// Whether the record the call names is there already.
    pub(super) fn exists(&self, call: &Call) -> bool {
        self.key_of(call).is_some_and(|key| self.records.contains_key(&key))
    }

    fn key_of(&self, call: &Call) -> Option<RecordKey> {
        let part = |name: &str| call.param(name).unwrap_or_default();
        let did = self.account(&part("repo"))?.id.clone();
        Some(RecordKey {
            did,
            collection: part("collection"),
            rkey: part("rkey"),
        })
    }

    /// The record to write, once the request is known to be sound.
    fn target(&self, call: &Call, body: &Value, account: &Account) -> Result<RecordKey, Reply> {
        let Some(key) = self.key_of(call) else {
            return Err(invalid(&format!("Could not find repo: {}", text(body, "repo"))));
        };
        if key.did != account.id {
            let message = "Invalid repo";
            return Err(failure(StatusCode::FORBIDDEN, "InvalidRequest", message).violation(message));
        }
        if key.collection.is_empty() {
            return Err(invalid("Input must have the property \"collection\""));
        }
        let needs_tid = key.collection.starts_with("app.bsky.feed.") && !key.rkey.is_empty();
        if needs_tid && !cid::is_tid(&key.rkey) {
            return Err(invalid(&format!(
                "Invalid record key for {}: {:?} is no TID",
                key.collection, key.rkey
            )));
        }
        if let Some(value) = body.get("record") {
            if text(value, "$type") != key.collection {
                let got = text(value, "$type");
                return Err(invalid(&format!(
                    "Invalid $type: expected {}, got {got}",
                    key.collection
                )));
            }
            if key.collection == POST {
                record::check(self, value)?;
            }
        }
        Ok(key)
    }

    fn keep(&mut self, key: RecordKey, value: Value, call: &Call) -> Reply {
        let misplaced = record::misplaced_facet(&value);
        let (uri, cid) = (key.uri(), cid::of_record(&value));
        self.show_post(&key, &value, call.at);
        self.records.insert(
            key,
            Record {
                value,
                cid: cid.clone(),
                indexed_at: call.at,
            },
        );
        let commit = self.commit(&cid, call);
        let reply = Reply::ok(&json!({"uri": uri, "cid": cid, "commit": commit, "validationStatus": "valid"}));
        match misplaced {
            Some(why) => reply.violation(why),
            None => reply,
        }
    }

    fn commit(&mut self, of: &str, call: &Call) -> Value {
        self.counter += 1;
        let rev = cid::tid(call.at, self.counter);
        json!({"cid": cid::of_record(&json!([of, rev])), "rev": rev})
    }
}
