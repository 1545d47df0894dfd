//! What an AT Protocol server answers: the fields read, and what its errors mean.

use beffroi_schema::value::Metrics;
use serde::Deserialize;
use serde_json::Value;

use super::super::{
    DeliveryError,
    answer::{Twice, by_status, reason},
};
use crate::http::Answer;

/// `com.atproto.server.getSession`.
#[derive(Debug, Deserialize)]
pub(super) struct Identity {
    pub(super) handle: String,
    pub(super) active: Option<bool>,
    /// Why it is not active: `takendown`, `suspended`, `deactivated`.
    pub(super) status: Option<String>,
}

/// `com.atproto.identity.resolveHandle`.
#[derive(Debug, Deserialize)]
pub(super) struct Resolved {
    pub(super) did: String,
}

/// `app.bsky.actor.getProfile`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Profile {
    pub(super) followers_count: Option<u64>,
}

/// `app.bsky.feed.getPosts`.
#[derive(Debug, Deserialize)]
pub(super) struct Posts {
    pub(super) posts: Vec<Counted>,
}

/// What is counted of a post. How often it was shown is not.
#[derive(Debug, Deserialize)]
pub(super) struct Counted {
    #[serde(rename = "likeCount")]
    likes: Option<u64>,
    #[serde(rename = "repostCount")]
    shares: Option<u64>,
    #[serde(rename = "replyCount")]
    replies: Option<u64>,
}

impl Counted {
    pub(super) fn metrics(self) -> Metrics {
        Metrics {
            likes: self.likes,
            shares: self.shares,
            replies: self.replies,
            views: None,
        }
    }
}

/// `com.atproto.repo.uploadBlob`: the blob is named in records just as it was answered.
#[derive(Debug, Deserialize)]
pub(super) struct Blob {
    pub(super) blob: Value,
}

/// `com.atproto.repo.putRecord`.
#[derive(Debug, Deserialize)]
pub(super) struct Written {
    pub(super) uri: String,
    pub(super) cid: String,
}

/// `com.atproto.repo.getRecord`.
#[derive(Debug, Deserialize)]
pub(super) struct Record {
    pub(super) uri: String,
    pub(super) cid: String,
    pub(super) value: Value,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Failure {
    error: String,
    message: String,
}

/// Whether the access token is not taken (any more). Servers say so with 400 or with 401.
pub(super) fn is_dead_token(answer: &Answer) -> bool {
    let failure: Failure = answer.json().unwrap_or_default();
    answer.status.is_client_error() && matches!(failure.error.as_str(), "ExpiredToken" | "InvalidToken")
}

/// Whether something else stands where this delivery writes.
pub(super) fn is_taken(answer: &Answer) -> bool {
    let failure: Failure = answer.json().unwrap_or_default();
    answer.status.is_client_error() && failure.error == "InvalidSwap"
}

/// What a refusal means.
pub(super) fn verdict(answer: &Answer, twice: Twice) -> DeliveryError {
    let Failure { error, message } = answer.json().unwrap_or_default();
    let sentence = if message.is_empty() { error.clone() } else { message };
    let reason = reason(answer, Some(&sentence));
    match error.as_str() {
        "ExpiredToken"
        | "InvalidToken"
        | "AuthMissing"
        | "AuthenticationRequired"
        | "AuthFactorTokenRequired"
        | "AccountTakedown"
        | "AccountSuspended"
        | "AccountDeactivated"
        | "RepoTakendown"
        | "RepoSuspended"
        | "RepoDeactivated"
        | "RepoNotFound"
        // The method is not there: the address is not that of a server that holds accounts.
        | "XRPCNotSupported"
        | "MethodNotImplemented" => DeliveryError::Locked(reason),
        "RecordNotFound" => DeliveryError::Gone(reason),
        "RateLimitExceeded" => DeliveryError::Retry {
            after: answer.wait,
            reason,
        },
        _ => by_status(answer, reason, twice),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_known_by_name_before_status() {
        let verdict = |status: u16, error: &str| {
            let body = format!(r#"{{"error":"{error}","message":"m"}}"#).into();
            let status = reqwest::StatusCode::from_u16(status).unwrap_or_default();
            verdict(
                &Answer {
                    status,
                    headers: reqwest::header::HeaderMap::new(),
                    body,
                    wait: None,
                },
                Twice::Harmful,
            )
        };
        let m = || "m".to_owned();
        assert_eq!(verdict(400, "InvalidToken"), DeliveryError::Locked(m()));
        assert_eq!(verdict(400, "AccountTakedown"), DeliveryError::Locked(m()));
        assert_eq!(verdict(400, "RecordNotFound"), DeliveryError::Gone(m()));
        assert_eq!(verdict(400, "InvalidRequest"), DeliveryError::Refused(m()));
        assert_eq!(verdict(502, "UpstreamFailure"), DeliveryError::Doubtful(m()));
        assert_eq!(
            verdict(429, "RateLimitExceeded"),
            DeliveryError::Retry {
                after: None,
                reason: m()
            }
        );
    }
}
