//! What can become of a message that FCM did not accept, named by what the caller does next.

use std::time::Duration;

use serde::Deserialize;

/// Why a message was not accepted.
///
/// Google's rules for all of them: wait at least ten seconds before any retry, with growing, jittered pauses; give up
/// after an hour, or as soon as the message is no longer of use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The app was removed, or the target expired. **Forget this target for good.**
    #[error("the target is no longer registered")]
    Unregistered,
    /// The target belongs to another project. Never retry. When many targets say so, the service account is the wrong
    /// one: **pause, and delete nothing**.
    #[error("the target belongs to another sender")]
    SenderIdMismatch,
    /// The account may not send for this project. **Pause everything and tell a person**; targets are innocent.
    #[error("the service account may not send for this project: {reason}")]
    PermissionDenied {
        /// FCM's own sentence.
        reason: String,
    },
    /// FCM refused the content or the target. **Never retry.** With field violations the message is malformed: stop the
    /// whole job. With `fcm_error` alone, and the same message accepted for others, the target is malformed: forget it.
    #[error("refused as invalid: {reason}")]
    InvalidArgument {
        /// FCM's own sentence.
        reason: String,
        /// The fields that are wrong, when FCM (or this crate, before sending) named them.
        field_violations: Vec<FieldViolation>,
        /// Whether FCM itself, rather than Google's JSON front door, refused it.
        fcm_error: bool,
    },
    /// Too many messages. **Wait `retry_after`, or a minute.** With [`QuotaScope::Device`] postpone this device only;
    /// otherwise slow the whole project down. Targets stay good.
    #[error("quota exceeded")]
    Quota {
        /// Whose quota, when FCM said.
        scope: Option<QuotaScope>,
        /// How long FCM asks to wait.
        retry_after: Option<Duration>,
    },
    /// FCM is overloaded or away. **Wait `retry_after`, else back off**, then send again.
    #[error("FCM is unavailable")]
    Unavailable {
        /// How long FCM asks to wait.
        retry_after: Option<Duration>,
    },
    /// FCM failed. **Back off, then send again.** Also stands for an unspecified error.
    #[error("FCM failed inside")]
    Internal {
        /// How long FCM asks to wait.
        retry_after: Option<Duration>,
    },
    /// The project's APNs or Web Push credential is wrong. **Pause that platform and tell a person**; targets are
    /// innocent.
    #[error("the APNs or Web Push credential of the project was refused")]
    ThirdPartyAuth,
    /// The account was refused, even with a new token. **Pause everything and tell a person**; targets are innocent.
    #[error("the service account was refused: {reason}")]
    Unauthenticated {
        /// The refusing side's own sentence.
        reason: String,
    },
    /// No answer in time. **The message may have been delivered**: send again only with a collapse key that makes a
    /// repeat invisible.
    #[error("no answer in time; the outcome is unknown")]
    Timeout,
    /// The connection broke after the message was written. **As for [`SendError::Timeout`]**: it may have been
    /// delivered.
    #[error("the connection broke before the answer; the outcome is unknown: {reason}")]
    Interrupted {
        /// What broke.
        reason: String,
    },
    /// The message did not leave, or FCM said that it did not look at it. **Send again after a pause**, without fear of
    /// a repeat.
    #[error("the message was not sent: {reason}")]
    NotSent {
        /// What stood in the way.
        reason: String,
    },
    /// The message is larger than FCM takes; nothing was sent. **Shorten it.**
    #[error("a payload of {bytes} bytes is larger than FCM takes")]
    PayloadTooLarge {
        /// Its size, for the largest of its platforms.
        bytes: usize,
    },
    /// The answer is not one that FCM gives: a proxy, a wrong endpoint. **Pause and tell a person**; conclude nothing
    /// about the target.
    #[error("not an answer of FCM: {0}")]
    Protocol(String),
}

impl SendError {
    /// How long the other side asked to wait, if it did.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Quota { retry_after, .. } | Self::Unavailable { retry_after } | Self::Internal { retry_after } => {
                *retry_after
            }
            Self::Unregistered
            | Self::SenderIdMismatch
            | Self::PermissionDenied { .. }
            | Self::InvalidArgument { .. }
            | Self::ThirdPartyAuth
            | Self::Unauthenticated { .. }
            | Self::Timeout
            | Self::Interrupted { .. }
            | Self::NotSent { .. }
            | Self::PayloadTooLarge { .. }
            | Self::Protocol(_) => None,
        }
    }

    /// Whether the message may have been delivered all the same.
    pub fn outcome_unknown(&self) -> bool {
        matches!(self, Self::Timeout | Self::Interrupted { .. })
    }
}

/// One field that FCM does not accept.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct FieldViolation {
    /// Its path, such as `message.android.ttl`.
    #[serde(default)]
    pub field: String,
    /// What is wrong with it.
    #[serde(default)]
    pub description: String,
}

/// Whose quota is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuotaScope {
    /// The project's messages a minute: all senders wait.
    Project,
    /// One device's messages: only this device waits.
    Device,
    /// One topic's messages.
    Topic,
}
