//! What happens to a message, scripted.

use std::collections::{HashMap, VecDeque};

use http::StatusCode;

use super::error::{fcm_error, quota, unauthenticated};
use crate::reply::Reply;

/// How FCM answers one message, when not with 200.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// 404: the app is gone from the phone. Holds for good.
    Unregistered,
    /// 429.
    Quota { retry_after_s: Option<u64> },
    /// 503.
    Unavailable { retry_after_s: Option<u64> },
    /// 500; nothing happened.
    Internal,
    /// 400 with `FcmError` only: the token is malformed.
    InvalidArgument,
    /// 403: the token belongs to another project. Holds for good.
    SenderIdMismatch,
    /// 401: the project's APNs or VAPID credential is bad.
    ThirdPartyAuth,
    /// 401 without details: the access token is refused.
    Unauthenticated,
    /// Never answered; nothing happened.
    Hang,
    /// The connection closes without an answer; nothing happened.
    Cut,
    /// The phone gets it, and the sender a 500.
    AcceptedThenInternal,
    /// The phone gets it, and the sender never an answer.
    AcceptedThenHang,
    /// The phone gets it, and the sender's connection closes.
    AcceptedThenCut,
}

impl Outcome {
    pub(super) fn accepts(self) -> bool {
        matches!(
            self,
            Self::AcceptedThenInternal | Self::AcceptedThenHang | Self::AcceptedThenCut
        )
    }

    /// The words on the wire; `None` when there are none.
    pub(super) fn reply(self) -> Option<Reply> {
        let reply = match self {
            Self::Unregistered => fcm_error(
                StatusCode::NOT_FOUND,
                "NOT_FOUND",
                "UNREGISTERED",
                "Requested entity was not found.",
            ),
            Self::Quota { retry_after_s } => retry_after(quota("Quota exceeded for quota metric."), retry_after_s),
            Self::Unavailable { retry_after_s } => {
                let message = "The service is currently unavailable.";
                let reply = fcm_error(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", "UNAVAILABLE", message);
                retry_after(reply, retry_after_s)
            }
            Self::Internal | Self::AcceptedThenInternal => {
                let message = "Internal error encountered.";
                fcm_error(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", "INTERNAL", message)
            }
            Self::InvalidArgument => invalid_token(),
            Self::SenderIdMismatch => fcm_error(
                StatusCode::FORBIDDEN,
                "PERMISSION_DENIED",
                "SENDER_ID_MISMATCH",
                "SenderId mismatch",
            ),
            Self::ThirdPartyAuth => {
                let message = "Request is missing required authentication credential.";
                fcm_error(
                    StatusCode::UNAUTHORIZED,
                    "UNAUTHENTICATED",
                    "THIRD_PARTY_AUTH_ERROR",
                    message,
                )
            }
            Self::Unauthenticated => unauthenticated(),
            Self::Hang | Self::Cut | Self::AcceptedThenHang | Self::AcceptedThenCut => return None,
        };
        Some(reply)
    }
}

pub(super) fn invalid_token() -> Reply {
    let message = "The registration token is not a valid FCM registration token";
    fcm_error(StatusCode::BAD_REQUEST, "INVALID_ARGUMENT", "INVALID_ARGUMENT", message)
}

fn retry_after(reply: Reply, seconds: Option<u64>) -> Reply {
    match seconds {
        Some(seconds) => reply.header("retry-after", seconds.to_string()),
        None => reply,
    }
}

/// Outcomes to come.
#[derive(Debug, Default)]
pub(super) struct Scripts {
    by_token: HashMap<String, VecDeque<Outcome>>,
    any: VecDeque<Outcome>,
}

impl Scripts {
    pub(super) fn push(&mut self, token: &str, outcome: Outcome) {
        self.by_token.entry(token.to_owned()).or_default().push_back(outcome);
    }

    pub(super) fn push_any(&mut self, n: usize, outcome: Outcome) {
        self.any.extend(std::iter::repeat_n(outcome, n));
    }

    pub(super) fn take(&mut self, token: &str) -> Option<Outcome> {
        let Some(script) = self.by_token.get_mut(token) else {
            return self.any.pop_front();
        };
        match script.front() {
            Some(lasting @ (Outcome::Unregistered | Outcome::SenderIdMismatch)) => Some(*lasting),
            Some(_) => script.pop_front(),
            None => self.any.pop_front(),
        }
    }
}
