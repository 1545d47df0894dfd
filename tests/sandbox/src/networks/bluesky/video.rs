//! The service that works on videos, at the same address: it writes on the server in an account's name, by a letter that
//! the server gave to it.
//!
//! <https://docs.bsky.app/docs/tutorials/video>

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use http::StatusCode;
use serde_json::{Value, json};

use super::session::signed_in;
use super::{Pds, cid, failure, invalid, server};
use crate::call::{Body, Call};
use crate::reply::Reply;

/// What letters are given for here.
const PERMITTED: &str = "com.atproto.repo.uploadBlob";
/// The longest that a letter for one method may hold.
const LONGEST: TimeDelta = TimeDelta::hours(1);

/// Videos that were sent, and who may send them.
#[derive(Debug, Default)]
pub(super) struct Videos {
    letters: HashMap<String, Letter>,
    jobs: HashMap<String, Job>,
    /// The next one is asked about so often before it is ready.
    pub(super) polls_of_next: u32,
}

#[derive(Debug)]
struct Letter {
    did: String,
    expires: DateTime<Utc>,
}

#[derive(Debug)]
struct Job {
    did: String,
    blob: Value,
    polls_left: u32,
}

impl Job {
    fn status(&self, id: &str) -> Value {
        let mut status = json!({"jobId": id, "did": self.did, "state": "JOB_STATE_ENCODING", "progress": 40});
        if self.polls_left == 0 {
            status["state"] = "JOB_STATE_COMPLETED".into();
            status["progress"] = 100.into();
            status["blob"] = self.blob.clone();
        }
        status
    }
}

/// A token for somebody else, for one method on one server, and for a while.
pub(super) fn letter(pds: &mut Pds, call: &Call) -> Reply {
    signed_in(pds, call, |pds, account| {
        let part = |name: &str| call.param(name).unwrap_or_default();
        if part("aud") != server::did(&pds.url) || part("lxm") != PERMITTED {
            return invalid("The service takes videos for this server, to upload blobs");
        }
        let expires = part("exp")
            .parse()
            .ok()
            .and_then(|exp| DateTime::from_timestamp(exp, 0));
        let Some(expires) = expires.filter(|at| (call.at..=call.at + LONGEST).contains(at)) else {
            let message = "cannot request a token with an expiration more than an hour in the future";
            return failure(StatusCode::BAD_REQUEST, "BadExpiration", message).violation(message);
        };
        pds.counter += 1;
        let token = format!("letter.{}.{}", account.id, pds.counter);
        let letter = Letter {
            did: account.id.clone(),
            expires,
        };
        pds.videos.letters.insert(token.clone(), letter);
        Reply::ok(&json!({"token": token}))
    })
}

/// The same video is worked on once.
pub(super) fn upload(pds: &mut Pds, call: &Call) -> Reply {
    let letter = call.bearer().and_then(|token| pds.videos.letters.get(token));
    let did = call.param("did").unwrap_or_default();
    if letter.is_none_or(|letter| letter.did != did || letter.expires < call.at) {
        let message = "no letter of this account lets the service write";
        return failure(StatusCode::UNAUTHORIZED, "AuthenticationRequired", message).violation(message);
    }
    if call.param("name").is_none() || call.header("content-type") != Some("video/mp4") {
        return invalid("A video is sent as video/mp4, with its name");
    }
    let Body::Raw(bytes) = &call.body else {
        return invalid("A video is sent as it is");
    };
    let id = cid::of_blob(bytes);
    if let Some(job) = pds.videos.jobs.get(&id) {
        let mut status = job.status(&id);
        status["error"] = "already_exists".into();
        status["message"] = "Video already processed".into();
        return Reply::json(StatusCode::CONFLICT, &status).by(&did);
    }
    let blob = pds.keep_blob(bytes, "video/mp4");
    let job = Job {
        did: did.clone(),
        blob,
        polls_left: std::mem::take(&mut pds.videos.polls_of_next).max(1),
    };
    let status = job.status(&id);
    pds.videos.jobs.insert(id, job);
    Reply::ok(&status).by(&did)
}

/// Anybody may ask.
pub(super) fn status(pds: &mut Pds, call: &Call) -> Reply {
    let id = call.param("jobId").unwrap_or_default();
    let Some(job) = pds.videos.jobs.get_mut(&id) else {
        return invalid("There is no such job");
    };
    job.polls_left = job.polls_left.saturating_sub(1);
    Reply::ok(&json!({"jobStatus": job.status(&id)}))
}
