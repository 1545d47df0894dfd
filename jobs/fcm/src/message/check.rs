//! What FCM would refuse, found before anything is sent.

use std::time::Duration;

use serde::Serialize;

use super::Message;
use crate::error::{FieldViolation, SendError};

/// Keys and values that one device is sent, together, as JSON.
pub const MAX_PAYLOAD_BYTES: usize = 4096;
/// How long FCM keeps a message at most: four weeks.
pub const MAX_TTL: Duration = Duration::from_hours(4 * 7 * 24);

/// Data keys that FCM keeps for itself.
const RESERVED_KEYS: [&str; 2] = ["from", "message_type"];
/// Beginnings of data keys that FCM keeps for itself.
const RESERVED_PREFIXES: [&str; 2] = ["google.", "gcm.notification."];

/// Why a message can never be sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// The payload is over [`MAX_PAYLOAD_BYTES`] for one of its platforms.
    #[error("a payload of {0} bytes; FCM takes {MAX_PAYLOAD_BYTES}")]
    PayloadTooLarge(usize),
    /// A data key is FCM's own.
    #[error("{0} is a data key that FCM keeps for itself")]
    ReservedKey(String),
    /// Android's time to live is over [`MAX_TTL`].
    #[error("a time to live of {} s; FCM takes up to {} s", .0.as_secs(), MAX_TTL.as_secs())]
    TtlTooLong(Duration),
    /// A payload of raw JSON cannot be written.
    #[error("the message cannot be written as JSON: {0}")]
    Json(String),
}

impl From<MessageError> for SendError {
    fn from(error: MessageError) -> Self {
        let field = match &error {
            MessageError::PayloadTooLarge(bytes) => return Self::PayloadTooLarge { bytes: *bytes },
            MessageError::ReservedKey(key) => format!("message.data.{key}"),
            MessageError::TtlTooLong(_) => "message.android.ttl".to_owned(),
            MessageError::Json(_) => "message".to_owned(),
        };
        let reason = error.to_string();
        let violation = FieldViolation {
            field,
            description: reason.clone(),
        };
        Self::InvalidArgument {
            reason,
            field_violations: vec![violation],
            fcm_error: false,
        }
    }
}

/// Checks what can be known without asking FCM.
pub(crate) fn check(message: &Message) -> Result<(), MessageError> {
    let android = message.android.as_ref();
    let android_data = android.into_iter().flat_map(|android| android.data.keys());
    if let Some(key) = message.data.keys().chain(android_data).find(|key| is_reserved(key)) {
        return Err(MessageError::ReservedKey(key.clone()));
    }
    if let Some(ttl) = android.and_then(|android| android.ttl).filter(|ttl| *ttl > MAX_TTL) {
        return Err(MessageError::TtlTooLong(ttl));
    }
    let bytes = payload_bytes(message)?;
    if bytes > MAX_PAYLOAD_BYTES {
        return Err(MessageError::PayloadTooLarge(bytes));
    }
    Ok(())
}

/// What the platform with the most to read is sent: the common part and its own. A device never sees the others'.
fn payload_bytes(message: &Message) -> Result<usize, MessageError> {
    let common = json_bytes(message.notification.as_ref())? + json_bytes(Some(&message.data))?;
    let android = json_bytes(message.android.as_ref())?;
    let apns = json_bytes(message.apns.as_ref().and_then(|apns| apns.payload.as_ref()))?;
    let webpush = json_bytes(message.webpush.as_ref())?;
    Ok(common + android.max(apns).max(webpush))
}

fn json_bytes(part: Option<&impl Serialize>) -> Result<usize, MessageError> {
    let Some(part) = part else { return Ok(0) };
    serde_json::to_vec(part)
        .map(|json| json.len())
        .map_err(|error| MessageError::Json(error.to_string()))
}

fn is_reserved(key: &str) -> bool {
    RESERVED_KEYS.contains(&key) || RESERVED_PREFIXES.iter().any(|prefix| key.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{AndroidConfig, ApnsConfig, Notification};

    fn with_data(key: &str, value: &str) -> Message {
        Message {
            data: [(key.to_owned(), value.to_owned())].into(),
            ..Message::default()
        }
    }

    #[test]
    fn reserved_keys_are_refused_wherever_they_stand() {
        for key in ["from", "message_type", "google.c.a", "gcm.notification.title"] {
            assert_eq!(
                check(&with_data(key, "")),
                Err(MessageError::ReservedKey(key.to_owned()))
            );
            let android = AndroidConfig {
                data: with_data(key, "").data,
                ..AndroidConfig::default()
            };
            let message = Message {
                android: Some(android),
                ..Message::default()
            };
            assert_eq!(check(&message), Err(MessageError::ReservedKey(key.to_owned())));
        }
        for key in ["from_line", "googly", "gcm", "kind"] {
            assert_eq!(check(&with_data(key, "")), Ok(()));
        }
    }

    #[test]
    fn a_time_to_live_ends_after_four_weeks() {
        let of = |ttl| Message {
            android: Some(AndroidConfig {
                ttl: Some(ttl),
                ..AndroidConfig::default()
            }),
            ..Message::default()
        };
        assert_eq!(check(&of(Duration::ZERO)), Ok(()));
        assert_eq!(check(&of(MAX_TTL)), Ok(()));
        let longer = MAX_TTL + Duration::from_secs(1);
        assert_eq!(check(&of(longer)), Err(MessageError::TtlTooLong(longer)));
    }

    #[test]
    fn the_payload_of_one_platform_is_bounded() {
        let overhead = r#"{"k":""}"#.len();
        assert_eq!(
            check(&with_data("k", &"x".repeat(MAX_PAYLOAD_BYTES - overhead))),
            Ok(())
        );
        let error = check(&with_data("k", &"x".repeat(MAX_PAYLOAD_BYTES - overhead + 1)));
        assert_eq!(error, Err(MessageError::PayloadTooLarge(MAX_PAYLOAD_BYTES + 1)));
    }

    #[test]
    fn platforms_do_not_count_against_each_other() {
        let text = "x".repeat(MAX_PAYLOAD_BYTES / 2);
        let message = Message {
            notification: Some(Notification::new("Tram B", "Stopped")),
            android: Some(AndroidConfig {
                data: with_data("k", &text).data,
                ..AndroidConfig::default()
            }),
            apns: Some(ApnsConfig {
                payload: Some(serde_json::json!({ "k": text })),
                ..ApnsConfig::default()
            }),
            ..Message::default()
        };
        assert_eq!(check(&message), Ok(()));
    }
}
