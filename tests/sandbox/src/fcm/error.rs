//! Errors as Google writes them.
//!
//! <https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode>

use http::StatusCode;
use serde_json::{Value, json};

use crate::reply::Reply;

const FCM_ERROR: &str = "type.googleapis.com/google.firebase.fcm.v1.FcmError";
const BAD_REQUEST: &str = "type.googleapis.com/google.rpc.BadRequest";
const QUOTA_FAILURE: &str = "type.googleapis.com/google.rpc.QuotaFailure";

/// What is wrong with one field of the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FieldViolation {
    pub(super) field: String,
    pub(super) description: String,
}

/// `canonical` is the `google.rpc.Code` that goes with the HTTP status.
pub(super) fn error(status: StatusCode, canonical: &str, message: &str, details: &[Value]) -> Reply {
    let mut error = json!({"code": status.as_u16(), "message": message, "status": canonical});
    if !details.is_empty() {
        error["details"] = Value::from(details);
    }
    Reply::json(status, &json!({"error": error}))
}

/// An error FCM itself reports, with its own code in the details.
pub(super) fn fcm_error(status: StatusCode, canonical: &str, code: &str, message: &str) -> Reply {
    error(
        status,
        canonical,
        message,
        &[json!({"@type": FCM_ERROR, "errorCode": code})],
    )
}

pub(super) fn quota(message: &str) -> Reply {
    let details = [
        json!({"@type": FCM_ERROR, "errorCode": "QUOTA_EXCEEDED"}),
        json!({"@type": QUOTA_FAILURE, "violations": [{
            "subject": "project:valbourg-demo",
            "description": "Message rate quota for this project",
        }]}),
    ];
    error(StatusCode::TOO_MANY_REQUESTS, "RESOURCE_EXHAUSTED", message, &details)
}

/// The request itself is wrong: the caller's bug.
pub(super) fn bad_request(violations: &[FieldViolation]) -> Reply {
    let message = violations
        .iter()
        .map(|violation| violation.description.as_str())
        .collect::<Vec<_>>()
        .join("\n");
    let fields: Vec<_> = violations
        .iter()
        .map(|violation| json!({"field": violation.field, "description": violation.description}))
        .collect();
    let details = [json!({"@type": BAD_REQUEST, "fieldViolations": fields})];
    error(StatusCode::BAD_REQUEST, "INVALID_ARGUMENT", &message, &details).violation(message)
}

pub(super) fn unauthenticated() -> Reply {
    let message = "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or \
                   other valid authentication credential. See \
                   https://developers.google.com/identity/sign-in/web/devconsole-project.";
    error(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", message, &[])
}

pub(super) fn permission_denied(project: &str) -> Reply {
    let message = format!(
        "Permission 'cloudmessaging.messages.create' denied on resource \
         '//cloudresourcemanager.googleapis.com/projects/{project}' (or it may not exist)."
    );
    error(StatusCode::FORBIDDEN, "PERMISSION_DENIED", &message, &[])
}
