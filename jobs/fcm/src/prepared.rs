//! A message rendered once, for any number of targets.

use std::fmt;

use bytes::Bytes;

use crate::message::check::{MessageError, check};
use crate::message::{Message, Target};

const BEFORE_TARGET: &str = r#"{"message":{"#;
const BEFORE_TARGET_VALIDATING: &str = r#"{"validate_only":true,"message":{"#;
/// Bytes around a target's value, at most: `"token":"…",`.
const AROUND_TARGET: usize = 12;

/// A checked and rendered message that lacks only its target. Cloning it copies no text, so one for each language and
/// platform serves a whole campaign.
#[derive(Clone)]
pub struct Prepared {
    /// The members of the message and both closing braces.
    rest: Bytes,
    has_members: bool,
}

impl Prepared {
    /// Checks and renders `message`.
    pub fn new(message: &Message) -> Result<Self, MessageError> {
        check(message)?;
        let mut json = serde_json::to_vec(message).map_err(|error| MessageError::Json(error.to_string()))?;
        json.push(b'}');
        let has_members = json.get(1) != Some(&b'}');
        Ok(Self {
            rest: Bytes::from(json).slice(1..),
            has_members,
        })
    }

    /// The body of a request that sends the message to `target`.
    pub(crate) fn body(&self, target: &Target) -> Bytes {
        self.splice(BEFORE_TARGET, target)
    }

    /// The body of a request that only asks whether FCM would take it.
    pub(crate) fn validating_body(&self, target: &Target) -> Bytes {
        self.splice(BEFORE_TARGET_VALIDATING, target)
    }

    fn splice(&self, before: &str, target: &Target) -> Bytes {
        let (name, value) = match target {
            Target::Token(token) => (r#""token":"#, token),
            Target::Fid(fid) => (r#""fid":"#, fid),
        };
        let mut body = Vec::with_capacity(before.len() + AROUND_TARGET + value.len() + self.rest.len());
        body.extend_from_slice(before.as_bytes());
        body.extend_from_slice(name.as_bytes());
        write_json_string(value, &mut body);
        if self.has_members {
            body.push(b',');
        }
        body.extend_from_slice(&self.rest);
        Bytes::from(body)
    }
}

/// Targets are made of characters that JSON leaves alone; anything else is escaped, so that no stored target can add
/// members to a message.
fn write_json_string(value: &str, out: &mut Vec<u8>) {
    let plain = |byte: u8| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\';
    if value.bytes().all(plain) {
        out.push(b'"');
        out.extend_from_slice(value.as_bytes());
        out.push(b'"');
    } else {
        out.extend_from_slice(serde_json::Value::from(value).to_string().as_bytes());
    }
}

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Prepared({} bytes)", self.rest.len())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::message::Notification;

    fn parse(body: &[u8]) -> Value {
        serde_json::from_slice(body).unwrap()
    }

    fn notice() -> Prepared {
        let notification = Some(Notification::new("Tram B", "Arrêté à « Gare »"));
        Prepared::new(&Message {
            notification,
            ..Message::default()
        })
        .unwrap()
    }

    #[test]
    fn the_target_is_spliced_into_the_message() {
        let shown = json!({ "title": "Tram B", "body": "Arrêté à « Gare »" });
        let expected = json!({ "message": { "token": "abc:-_1", "notification": shown } });
        assert_eq!(parse(&notice().body(&Target::Token("abc:-_1".into()))), expected);
        let expected = json!({ "validate_only": true, "message": { "fid": "f1", "notification": shown } });
        assert_eq!(parse(&notice().validating_body(&Target::Fid("f1".into()))), expected);
    }

    #[test]
    fn an_empty_message_is_still_json() {
        let empty = Prepared::new(&Message::default()).unwrap();
        assert_eq!(
            parse(&empty.body(&Target::Fid("f1".into()))),
            json!({ "message": { "fid": "f1" } })
        );
    }

    #[test]
    fn a_hostile_target_stays_a_string() {
        for hostile in [r#"x","topic":"all"#, "line\nbreak", r"back\slash", "é"] {
            let body = parse(&notice().body(&Target::Token(hostile.into())));
            assert_eq!(body["message"]["token"], hostile);
            assert_eq!(body["message"].as_object().unwrap().len(), 2);
        }
    }
}
