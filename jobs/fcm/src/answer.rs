//! FCM's answers, and what each means.

use std::borrow::Cow;
use std::fmt;
use std::time::SystemTime;

use http::{HeaderMap, StatusCode};
use serde::Deserialize;

use crate::error::{FieldViolation, QuotaScope, SendError};
use crate::retry_after::retry_after;

/// How much of the other side's sentence is kept.
const MAX_REASON_CHARS: usize = 300;

/// FCM's name for an accepted message, `projects/*/messages/*`. Accepted means that FCM will try, not that a device
/// has it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MessageName(String);

impl MessageName {
    /// The name as FCM wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MessageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[derive(Deserialize)]
struct Accepted<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Refusal {
    error: Status,
}

/// `google.rpc.Status`, with what FCM puts into its details.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Status {
    message: String,
    #[serde(rename = "status")]
    name: String,
    details: Vec<Detail>,
}

/// One of `FcmError`, `BadRequest` and `QuotaFailure`, told apart by which member is there.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Detail {
    error_code: Option<String>,
    field_violations: Vec<FieldViolation>,
    violations: Vec<QuotaViolation>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct QuotaViolation {
    subject: String,
    description: String,
}

#[derive(Clone, Copy)]
enum Code {
    InvalidArgument,
    ThirdPartyAuth,
    Unauthenticated,
    SenderIdMismatch,
    PermissionDenied,
    Unregistered,
    Quota,
    Internal,
    Unavailable,
}

/// Reads one answer.
pub(crate) fn read(
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    now: SystemTime,
) -> Result<MessageName, SendError> {
    if status == StatusCode::OK {
        return match serde_json::from_slice::<Accepted>(body) {
            Ok(accepted) => Ok(MessageName(accepted.name.into_owned())),
            Err(_) => Err(SendError::Protocol("200 without a message name".to_owned())),
        };
    }
    let refusal = serde_json::from_slice::<Refusal>(body)
        .map(|refusal| refusal.error)
        .unwrap_or_default();
    let Some(code) = refusal.code(status) else {
        return Err(SendError::Protocol(format!("HTTP status {}", status.as_u16())));
    };
    Err(refusal.error(code, headers, now))
}

impl Status {
    /// FCM's own code first, then Google's status, then HTTP's. A 404 without either says nothing about the target: it
    /// is a wrong address of ours, and must not cost a device.
    fn code(&self, status: StatusCode) -> Option<Code> {
        let of_fcm = self
            .details
            .iter()
            .find_map(|detail| detail.error_code.as_deref())
            .and_then(code_named);
        of_fcm.or_else(|| code_named(&self.name)).or(match status.as_u16() {
            400 => Some(Code::InvalidArgument),
            401 => Some(Code::Unauthenticated),
            403 => Some(Code::PermissionDenied),
            429 => Some(Code::Quota),
            500 => Some(Code::Internal),
            502..=504 => Some(Code::Unavailable),
            _ => None,
        })
    }

    fn error(self, code: Code, headers: &HeaderMap, now: SystemTime) -> SendError {
        let retry_after = retry_after(headers, now);
        match code {
            Code::InvalidArgument => SendError::InvalidArgument {
                reason: clip(&self.message),
                fcm_error: self.details.iter().any(|detail| detail.error_code.is_some()),
                field_violations: self
                    .details
                    .into_iter()
                    .flat_map(|detail| detail.field_violations)
                    .collect(),
            },
            Code::ThirdPartyAuth => SendError::ThirdPartyAuth,
            Code::Unauthenticated => SendError::Unauthenticated {
                reason: clip(&self.message),
            },
            Code::SenderIdMismatch => SendError::SenderIdMismatch,
            Code::PermissionDenied => SendError::PermissionDenied {
                reason: clip(&self.message),
            },
            Code::Unregistered => SendError::Unregistered,
            Code::Quota => SendError::Quota {
                scope: self.quota_scope(),
                retry_after,
            },
            Code::Internal => SendError::Internal { retry_after },
            Code::Unavailable => SendError::Unavailable { retry_after },
        }
    }

    /// The narrowest scope named: a device's violation also names its project.
    fn quota_scope(&self) -> Option<QuotaScope> {
        let violations = self.details.iter().flat_map(|detail| &detail.violations);
        let said: Vec<&str> = violations
            .flat_map(|v| [v.subject.as_str(), v.description.as_str()])
            .collect();
        let said = said.join(" ").to_lowercase();
        [
            ("device", QuotaScope::Device),
            ("topic", QuotaScope::Topic),
            ("project", QuotaScope::Project),
        ]
        .into_iter()
        .find_map(|(word, scope)| said.contains(word).then_some(scope))
    }
}

/// FCM's error codes and Google's canonical statuses share one spelling.
fn code_named(name: &str) -> Option<Code> {
    Some(match name {
        "INVALID_ARGUMENT" => Code::InvalidArgument,
        "THIRD_PARTY_AUTH_ERROR" => Code::ThirdPartyAuth,
        "UNAUTHENTICATED" => Code::Unauthenticated,
        "SENDER_ID_MISMATCH" => Code::SenderIdMismatch,
        "PERMISSION_DENIED" => Code::PermissionDenied,
        "UNREGISTERED" | "NOT_FOUND" => Code::Unregistered,
        "QUOTA_EXCEEDED" | "RESOURCE_EXHAUSTED" => Code::Quota,
        "INTERNAL" | "UNKNOWN" | "UNSPECIFIED_ERROR" => Code::Internal,
        "UNAVAILABLE" | "DEADLINE_EXCEEDED" => Code::Unavailable,
        _ => return None,
    })
}

/// The start of what the other side said.
pub(crate) fn clip(reason: &str) -> String {
    reason.chars().take(MAX_REASON_CHARS).collect()
}
