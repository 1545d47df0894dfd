//! What FCM's answer means for the device
//! (<https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode>).

use std::{collections::HashSet, hash::Hash, time::Duration};

use beffroi_schema::value::Outcome;
use fcm::{FieldViolation, SendError};

/// When FCM says that there were too many, and not how long to wait.
pub const QUOTA_PAUSE: Duration = Duration::from_mins(1);

/// Fields of a message that only name its device.
const DEVICE_FIELDS: [&str; 2] = ["message.token", "message.fid"];

/// The groups of devices of which one at least was sent the same bytes with success: what another of them is refused
/// for is its address.
pub fn known_good<'a, G: Eq + Hash>(results: impl Iterator<Item = (G, &'a Result<(), SendError>)>) -> HashSet<G> {
    results
        .filter(|(_, result)| result.is_ok())
        .map(|(group, _)| group)
        .collect()
}

/// What becomes of a device whose message was not accepted. `known_good`: others received the same bytes.
pub fn outcome(error: &SendError, known_good: bool) -> Outcome {
    match error {
        SendError::Unregistered => Outcome::Gone,
        SendError::InvalidArgument {
            field_violations,
            fcm_error,
            ..
        } => invalid(error, field_violations, *fcm_error, known_good),
        SendError::Quota { retry_after, .. } => Outcome::Retry(Some(retry_after.unwrap_or(QUOTA_PAUSE))),
        SendError::Unavailable { retry_after } | SendError::Internal { retry_after } => Outcome::Retry(*retry_after),
        SendError::Timeout | SendError::Interrupted { .. } | SendError::NotSent { .. } => Outcome::Retry(None),
        SendError::PayloadTooLarge { .. } => Outcome::Refused(error.to_string()),
        SendError::SenderIdMismatch
        | SendError::PermissionDenied { .. }
        | SendError::ThirdPartyAuth
        | SendError::Unauthenticated { .. }
        | SendError::Protocol(_) => Outcome::Halt(error.to_string()),
    }
}

/// FCM has one code for a malformed message and for a malformed address.
fn invalid(error: &SendError, violations: &[FieldViolation], fcm_error: bool, known_good: bool) -> Outcome {
    let of_device = violations
        .iter()
        .all(|violation| DEVICE_FIELDS.contains(&violation.field.as_str()));
    match (violations.is_empty(), of_device) {
        (false, true) => Outcome::Gone,
        (true, _) if fcm_error && known_good => Outcome::Gone,
        (true, _) if fcm_error => Outcome::Refused(error.to_string()),
        (false, false) | (true, _) => Outcome::Halt(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invalid_argument(field: Option<&str>, fcm_error: bool) -> SendError {
        SendError::InvalidArgument {
            reason: "no".to_owned(),
            field_violations: field
                .map(|field| FieldViolation {
                    field: field.to_owned(),
                    description: String::new(),
                })
                .into_iter()
                .collect(),
            fcm_error,
        }
    }

    #[test]
    fn an_invalid_address_is_told_from_an_invalid_message() {
        let of = |field, fcm_error, known_good| outcome(&invalid_argument(field, fcm_error), known_good);
        assert_eq!(of(Some("message.token"), true, false), Outcome::Gone);
        assert_eq!(of(None, true, true), Outcome::Gone);
        assert!(matches!(of(None, true, false), Outcome::Refused(_)));
        assert!(matches!(of(Some("message.android.ttl"), false, true), Outcome::Halt(_)));
        assert!(matches!(of(None, false, true), Outcome::Halt(_)));
    }

    #[test]
    fn a_wait_is_kept_and_a_quota_without_one_is_a_minute() {
        let wait = Some(Duration::from_secs(7));
        assert_eq!(
            outcome(&SendError::Unavailable { retry_after: wait }, true),
            Outcome::Retry(wait)
        );
        let quota = SendError::Quota {
            scope: None,
            retry_after: None,
        };
        assert_eq!(outcome(&quota, true), Outcome::Retry(Some(Duration::from_mins(1))));
        assert_eq!(outcome(&SendError::Timeout, true), Outcome::Retry(None));
    }

    #[test]
    fn faults_of_ours_retire_nobody() {
        for error in [
            SendError::SenderIdMismatch,
            SendError::ThirdPartyAuth,
            SendError::Unauthenticated { reason: String::new() },
            SendError::PermissionDenied { reason: String::new() },
            SendError::Protocol("502".to_owned()),
        ] {
            assert!(matches!(outcome(&error, true), Outcome::Halt(_)), "{error}");
        }
        assert_eq!(outcome(&SendError::Unregistered, false), Outcome::Gone);
    }
}
