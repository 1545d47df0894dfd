//! Refusals.

use http::StatusCode;
use serde_json::json;

use crate::reply::Reply;

/// An error as the Graph API writes it.
pub(crate) struct Failure {
    pub(super) status: u16,
    pub(super) code: u32,
    pub(super) subcode: Option<u32>,
    pub(super) message: String,
    pub(super) violation: bool,
}

impl Failure {
    pub(super) fn new(code: u32, message: &str) -> Self {
        Self {
            status: 400,
            code,
            subcode: None,
            message: message.to_owned(),
            violation: false,
        }
    }

    pub(crate) fn parameter(message: &str) -> Self {
        let violation = true;
        Self {
            violation,
            ..Self::new(100, message)
        }
    }

    pub(crate) fn missing(id: &str) -> Self {
        let message = format!("Unsupported request. Object with ID '{id}' does not exist");
        Self {
            subcode: Some(33),
            ..Self::new(100, &message)
        }
    }

    pub(crate) fn token() -> Self {
        Self {
            subcode: Some(460),
            ..Self::new(190, "Error validating access token: The session has been invalidated")
        }
    }
}

impl From<Failure> for Reply {
    fn from(failure: Failure) -> Self {
        let mut error = json!({ "message": failure.message, "type": "OAuthException", "code": failure.code,
            "fbtrace_id": "AminiatureTraceId" });
        if let Some(subcode) = failure.subcode {
            error["error_subcode"] = subcode.into();
        }
        let status = StatusCode::from_u16(failure.status).unwrap_or_default();
        let reply = Self::json(status, &json!({ "error": error }));
        if failure.violation {
            reply.violation(failure.message)
        } else {
            reply
        }
    }
}
