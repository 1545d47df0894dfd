//! What an answer, or none, means for the delivery: what all networks have in common. Each network's file asks its own
//! error codes first.

use beffroi_schema::{
    clock::Timestamp,
    id::DeliveryId,
    value::{RemotePost, Rendered},
};
use chrono::TimeDelta;

use super::{DeliveryError, SocialNetwork};
use crate::http::{Answer, CallError};

/// Longest answer read. A list of forty posts is the longest asked for.
pub(super) const MAX_ANSWER: usize = 2 * 1024 * 1024;

/// Longest sentence of a network that is kept, in characters.
const MAX_REASON: usize = 300;

/// From when on a post that is not listed is not there.
const LISTED_AFTER: TimeDelta = TimeDelta::minutes(10);

/// What happens when a call is made a second time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Twice {
    /// The same as once: a read, an upload nobody sees, an edit to the same text, a deletion.
    Harmless,
    /// Something is there twice: a new post.
    Harmful,
}

/// A network that refuses to say the same thing twice: either an earlier try of this delivery is there after all, or an
/// older post says the same, and a person has to find other words.
pub(super) async fn said_before(
    network: &dyn SocialNetwork,
    post: &Rendered,
    key: DeliveryId,
    now: Timestamp,
    reason: String,
) -> Result<RemotePost, DeliveryError> {
    if let Some(ours) = network.find(post, key, post.at).await? {
        return Ok(ours);
    }
    Err(if now > post.at + LISTED_AFTER {
        DeliveryError::Refused(reason)
    } else {
        DeliveryError::Doubtful(reason)
    })
}

/// Nothing came back.
pub(super) fn unanswered(error: CallError, twice: Twice) -> DeliveryError {
    match error {
        CallError::Forbidden(reason) => DeliveryError::Locked(reason),
        CallError::NotSent(_) => DeliveryError::Retry {
            after: None,
            reason: error.to_string(),
        },
        CallError::Lost(_) | CallError::TooLong(_) => unsettled(error.to_string(), twice),
    }
}

/// It was received, and what became of it is not known.
pub(super) fn unsettled(reason: String, twice: Twice) -> DeliveryError {
    match twice {
        Twice::Harmless => DeliveryError::Retry { after: None, reason },
        Twice::Harmful => DeliveryError::Doubtful(reason),
    }
}

/// An answer that is no success, by its status alone.
pub(super) fn by_status(answer: &Answer, reason: String, twice: Twice) -> DeliveryError {
    match answer.status.as_u16() {
        429 => DeliveryError::Retry {
            after: answer.wait,
            reason,
        },
        408 | 500.. if twice == Twice::Harmless => DeliveryError::Retry {
            after: answer.wait,
            reason,
        },
        408 | 500.. => DeliveryError::Doubtful(reason),
        404 | 410 => DeliveryError::Gone(reason),
        // A redirect: the server has moved, and a token is not carried to where it points.
        300..=399 | 401 | 403 => DeliveryError::Locked(reason),
        _ => DeliveryError::Refused(reason),
    }
}

/// Where no post was aimed at, what is not there is the server: the address is wrong, and a person corrects it.
pub(super) fn no_server(error: DeliveryError) -> DeliveryError {
    match error {
        DeliveryError::Gone(reason) => DeliveryError::Locked(reason),
        DeliveryError::Retry { .. }
        | DeliveryError::Doubtful(_)
        | DeliveryError::Refused(_)
        | DeliveryError::Locked(_) => error,
    }
}

/// The network's own sentence, or the status where it says none.
pub(super) fn reason(answer: &Answer, sentence: Option<&str>) -> String {
    let sentence = sentence.map(str::trim).filter(|sentence| !sentence.is_empty());
    sentence.map_or_else(
        || format!("HTTP {}", answer.status),
        |sentence| sentence.chars().take(MAX_REASON).collect(),
    )
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use reqwest::header::HeaderMap;

    use super::*;

    fn verdict(status: u16, twice: Twice) -> DeliveryError {
        let status = reqwest::StatusCode::from_u16(status).unwrap_or_default();
        let answer = Answer {
            status,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            wait: None,
        };
        by_status(&answer, String::new(), twice)
    }

    #[test]
    fn a_status_says_what_to_do_next() {
        let none = String::new;
        for (status, once, again) in [
            (302, DeliveryError::Locked(none()), DeliveryError::Locked(none())),
            (401, DeliveryError::Locked(none()), DeliveryError::Locked(none())),
            (404, DeliveryError::Gone(none()), DeliveryError::Gone(none())),
            (422, DeliveryError::Refused(none()), DeliveryError::Refused(none())),
            (
                429,
                DeliveryError::Retry {
                    after: None,
                    reason: none(),
                },
                DeliveryError::Retry {
                    after: None,
                    reason: none(),
                },
            ),
            (
                500,
                DeliveryError::Doubtful(none()),
                DeliveryError::Retry {
                    after: None,
                    reason: none(),
                },
            ),
            (
                503,
                DeliveryError::Doubtful(none()),
                DeliveryError::Retry {
                    after: None,
                    reason: none(),
                },
            ),
        ] {
            assert_eq!(verdict(status, Twice::Harmful), once, "{status}");
            assert_eq!(verdict(status, Twice::Harmless), again, "{status}");
        }
    }

    #[test]
    fn only_what_did_not_leave_is_simply_sent_again() {
        let sent = |error| unanswered(error, Twice::Harmful);
        assert!(matches!(
            sent(CallError::NotSent(String::new())),
            DeliveryError::Retry { .. }
        ));
        assert!(matches!(
            sent(CallError::Lost(String::new())),
            DeliveryError::Doubtful(_)
        ));
        assert!(matches!(sent(CallError::TooLong(1)), DeliveryError::Doubtful(_)));
        assert!(matches!(
            sent(CallError::Forbidden(String::new())),
            DeliveryError::Locked(_)
        ));
    }
}
