//! Errors as the Graph API writes them.
//!
//! <https://developers.facebook.com/docs/graph-api/guides/error-handling>

use http::StatusCode;
use serde_json::json;

use crate::reply::Reply;

/// Where Facebook would put the trace of the request; every miniature error has the same.
const TRACE: &str = "AminiatureTraceId0000000";

#[derive(Debug)]
pub(super) struct GraphError {
    status: StatusCode,
    message: String,
    kind: &'static str,
    code: u32,
    subcode: Option<u32>,
    transient: bool,
    violation: bool,
}

impl GraphError {
    fn new(code: u32, message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            message: message.into(),
            kind: "OAuthException",
            code,
            subcode: None,
            transient: false,
            violation: false,
        }
    }

    pub(super) fn no_token() -> Self {
        Self::new(104, "An access token is required to request this resource.").violation()
    }

    pub(super) fn unreadable_token() -> Self {
        let status = StatusCode::UNAUTHORIZED;
        Self {
            status,
            ..Self::new(190, "Invalid OAuth access token - Cannot parse access token")
        }
        .violation()
    }

    pub(super) fn revoked_token() -> Self {
        let message = "Error validating access token: The session has been invalidated because the user changed their \
                       password or Facebook has changed the session for security reasons.";
        Self {
            subcode: Some(460),
            ..Self::new(190, message)
        }
    }

    pub(super) fn expired_token() -> Self {
        Self {
            subcode: Some(463),
            ..Self::new(190, "Error validating access token: Session has expired.")
        }
    }

    pub(super) fn unknown() -> Self {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Self {
            status,
            transient: true,
            ..Self::new(1, "An unknown error has occurred.")
        }
    }

    pub(super) fn too_many_calls() -> Self {
        let message = "There have been too many calls to this Page account. Wait a bit and try again.";
        Self {
            transient: true,
            ..Self::new(80_001, message)
        }
    }

    /// Blocked for what it says.
    pub(super) fn refused(message: &str) -> Self {
        Self {
            subcode: Some(1_346_003),
            ..Self::new(368, message)
        }
    }

    pub(super) fn duplicate() -> Self {
        Self {
            kind: "FacebookApiException",
            ..Self::new(506, "(#506) Duplicate status message")
        }
    }

    pub(super) fn parameter(message: &str) -> Self {
        Self::new(100, format!("(#100) {message}")).violation()
    }

    pub(super) fn permission(message: &str) -> Self {
        Self {
            status: StatusCode::FORBIDDEN,
            ..Self::new(200, format!("(#200) {message}"))
        }
        .violation()
    }

    pub(super) fn photo() -> Self {
        let message = "Your photos couldn't be uploaded. Photos should be smaller than 4 MB and saved as JPG, PNG, \
                       GIF, TIFF, HEIF or WebP files.";
        Self {
            subcode: Some(1_366_046),
            ..Self::new(324, message)
        }
        .violation()
    }

    /// Deleted, never there, or somebody else's.
    pub(super) fn no_such_object(method: &http::Method, id: &str) -> Self {
        let message = format!(
            "Unsupported {} request. Object with ID '{id}' does not exist, cannot be loaded due to missing \
             permissions, or does not support this operation. Please read the Graph API documentation at \
             https://developers.facebook.com/docs/graph-api",
            method.as_str().to_ascii_lowercase()
        );
        Self {
            kind: "GraphMethodException",
            subcode: Some(33),
            ..Self::new(100, message)
        }
    }

    pub(super) fn unknown_path() -> Self {
        Self::new(2500, "Unknown path components").violation()
    }

    fn violation(mut self) -> Self {
        self.violation = true;
        self
    }
}

impl From<GraphError> for Reply {
    fn from(error: GraphError) -> Self {
        let mut body = json!({
            "message": error.message, "type": error.kind, "code": error.code,
            "is_transient": error.transient, "fbtrace_id": TRACE,
        });
        if let Some(subcode) = error.subcode {
            body["error_subcode"] = json!(subcode);
        }
        let reply = Self::json(error.status, &json!({"error": body}));
        if error.violation {
            reply.violation(error.message)
        } else {
            reply
        }
    }
}
