//! What Slack answers: the fields read, and what its errors mean.
//!
//! A refusal has the status 200, and says `"ok": false`. <https://docs.slack.dev/apis/web-api/#responses>

use beffroi_schema::value::Metrics;
use serde::{Deserialize, de::DeserializeOwned};

use super::super::{
    DeliveryError,
    answer::{Twice, by_status, reason, unsettled},
};
use crate::http::Answer;

/// The message is not there.
const LOST: [&str; 2] = ["message_not_found", "thread_not_found"];
/// The bot, its token or its channel, not what it says.
const NOT_HERE: [&str; 16] = [
    "accesslimited",
    "account_inactive",
    "channel_not_found",
    "ekm_access_denied",
    "invalid_auth",
    "is_archived",
    "missing_scope",
    "no_permission",
    "not_allowed_token_type",
    "not_authed",
    "not_in_channel",
    "org_login_required",
    "restricted_action",
    "team_access_not_granted",
    "token_expired",
    "token_revoked",
];
/// Slack's own trouble: "some aspect of the operation" may have succeeded.
const TROUBLE: [&str; 4] = [
    "fatal_error",
    "internal_error",
    "request_timeout",
    "service_unavailable",
];

#[derive(Debug, Deserialize)]
pub(super) struct Identity {
    /// The workspace, with a final slash.
    pub(super) url: String,
    pub(super) user: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Conversation {
    pub(super) channel: Channel,
}

#[derive(Debug, Deserialize)]
pub(super) struct Channel {
    pub(super) name: String,
    #[serde(default)]
    pub(super) is_member: bool,
    pub(super) num_members: Option<u64>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Posted {
    /// When it was posted: a message's id within its channel.
    pub(super) ts: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Permalink {
    pub(super) permalink: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct History {
    pub(super) messages: Vec<Message>,
    #[serde(default)]
    pub(super) response_metadata: Next,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Next {
    #[serde(default)]
    pub(super) next_cursor: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Message {
    pub(super) ts: String,
    metadata: Option<Metadata>,
    #[serde(default)]
    reactions: Vec<Reaction>,
    #[serde(default)]
    reply_count: u64,
}

#[derive(Debug, Deserialize)]
struct Reaction {
    count: u64,
}

#[derive(Debug, Deserialize)]
struct Metadata {
    event_type: String,
    #[serde(default)]
    event_payload: serde_json::Value,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Outcome {
    ok: bool,
    error: String,
}

impl Message {
    /// What is not there was not done.
    pub(super) fn metrics(self) -> Metrics {
        Metrics {
            likes: Some(self.reactions.iter().map(|reaction| reaction.count).sum()),
            replies: Some(self.reply_count),
            ..Metrics::default()
        }
    }

    /// Whether it carries this delivery.
    pub(super) fn is(&self, event: &str, key: &str) -> bool {
        let carried = self.metadata.as_ref();
        carried.is_some_and(|metadata| metadata.event_type == event && metadata.event_payload["key"] == key)
    }
}

pub(super) fn read<T: DeserializeOwned>(answer: &Answer, twice: Twice) -> Result<T, DeliveryError> {
    let unreadable = || unsettled("the answer is not what Slack answers".to_owned(), twice);
    if !answer.status.is_success() {
        let Outcome { error, .. } = answer.json().unwrap_or_default();
        return Err(by_status(answer, reason(answer, Some(&error)), twice));
    }
    let Outcome { ok, error } = answer.json().ok_or_else(unreadable)?;
    if !ok {
        return Err(verdict(answer, &error, twice));
    }
    answer.json().ok_or_else(unreadable)
}

fn verdict(answer: &Answer, error: &str, twice: Twice) -> DeliveryError {
    let reason = reason(answer, Some(error));
    match error {
        "ratelimited" => DeliveryError::Retry {
            after: answer.wait,
            reason,
        },
        error if LOST.contains(&error) => DeliveryError::Gone(reason),
        error if NOT_HERE.contains(&error) => DeliveryError::Locked(reason),
        error if TROUBLE.contains(&error) => unsettled(reason, twice),
        _ => DeliveryError::Refused(reason),
    }
}
