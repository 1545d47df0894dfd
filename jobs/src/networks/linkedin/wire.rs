//! What LinkedIn reads and answers: its little format, its fields, its refusals.
//!
//! <https://learn.microsoft.com/linkedin/marketing/community-management/shares/little-text-format>

use std::time::Duration;

use beffroi_schema::{clock::Timestamp, text::count, value::Metrics};
use chrono::{Days, NaiveTime};
use serde::Deserialize;
use url::Url;

use super::super::{
    DeliveryError,
    answer::{Twice, by_status, reason},
    versions::REMEDY,
};
use crate::http::Answer;

/// What has a meaning in the little format: unescaped, the text ends there without a word.
const RESERVED: [char; 15] = [
    '\\', '|', '{', '}', '@', '[', ']', '(', ')', '<', '>', '#', '*', '_', '~',
];
/// What LinkedIn says when it refuses words because they are there already; the post's name follows.
const DUPLICATE: &str = "duplicate of ";
/// How a post's name begins.
const URN: &str = "urn:li:";

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Organisation {
    pub(super) localized_name: String,
    pub(super) vanity_name: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Started<T> {
    pub(super) value: T,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ImageUpload {
    pub(super) upload_url: Url,
    pub(super) image: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FilmUpload {
    pub(super) video: String,
    #[serde(default)]
    pub(super) upload_token: String,
    pub(super) upload_instructions: Vec<FilmPart>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FilmPart {
    pub(super) upload_url: Url,
    pub(super) first_byte: u64,
    pub(super) last_byte: u64,
}

/// How far a picture or a video is.
#[derive(Debug, Deserialize)]
pub(super) struct Progress {
    #[serde(default)]
    pub(super) status: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Comment {
    pub(super) comment_urn: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Page {
    pub(super) elements: Vec<Listed>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Listed {
    pub(super) id: String,
    #[serde(default)]
    pub(super) commentary: String,
    /// Milliseconds since 1970.
    #[serde(default)]
    pub(super) created_at: i64,
}

#[derive(Debug, Deserialize)]
pub(super) struct Statistics {
    pub(super) elements: Vec<OfPost>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OfPost {
    pub(super) total_share_statistics: Counts,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Counts {
    #[serde(rename = "likeCount")]
    likes: Option<u64>,
    #[serde(rename = "shareCount")]
    shares: Option<u64>,
    #[serde(rename = "commentCount")]
    comments: Option<u64>,
    #[serde(rename = "impressionCount")]
    impressions: Option<u64>,
}

impl From<Counts> for Metrics {
    fn from(counts: Counts) -> Self {
        Self {
            likes: counts.likes,
            shares: counts.shares,
            replies: counts.comments,
            views: counts.impressions,
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Failure {
    message: String,
    code: String,
}

/// `text` in the little format: hashtags as such, everything else as it stands.
pub(super) fn little(text: &str) -> String {
    let (mut written, mut from) = (String::with_capacity(text.len()), 0);
    for tag in count::hashtags(text) {
        escape(&mut written, &text[from..tag.start]);
        written.push_str("{hashtag|\\#|");
        escape(&mut written, &text[tag.start + 1..tag.end]);
        written.push('}');
        from = tag.end;
    }
    escape(&mut written, &text[from..]);
    written
}

fn escape(written: &mut String, text: &str) {
    for letter in text.chars() {
        if RESERVED.contains(&letter) {
            written.push('\\');
        }
        written.push(letter);
    }
}

/// The post that is there already, when the answer refuses to make it again.
pub(super) fn duplicate_of(answer: &Answer) -> Option<String> {
    if answer.status.as_u16() != 422 {
        return None;
    }
    let failure: Failure = answer.json()?;
    let named = failure.message.split_once(DUPLICATE)?.1;
    let end = named
        .find(|c: char| c.is_whitespace() || "\"'".contains(c))
        .unwrap_or(named.len());
    let urn = named[..end].trim_end_matches('.');
    urn.starts_with(URN).then(|| urn.to_owned())
}

/// What a refusal means.
pub(super) fn verdict(answer: &Answer, twice: Twice, now: Timestamp) -> DeliveryError {
    let failure: Failure = answer.json().unwrap_or_default();
    let reason = reason(answer, Some(&failure.message));
    match answer.status.as_u16() {
        // The version of the API has ended.
        426 => DeliveryError::Locked(format!("{reason} — {REMEDY}")),
        _ if failure.code == "NONEXISTENT_VERSION" => DeliveryError::Locked(format!("{reason} — {REMEDY}")),
        // What may be called in a day is used up.
        429 => DeliveryError::Retry {
            after: answer.wait.or_else(|| until_midnight(now)),
            reason,
        },
        _ => by_status(answer, reason, twice),
    }
}

/// Quotas begin again at midnight, UTC.
fn until_midnight(now: Timestamp) -> Option<Duration> {
    let midnight = (now.date_naive() + Days::new(1)).and_time(NaiveTime::MIN).and_utc();
    (midnight - now).to_std().ok()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use chrono::DateTime;
    use reqwest::{StatusCode, header::HeaderMap};

    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        Answer {
            status: StatusCode::from_u16(status).unwrap(),
            headers: HeaderMap::new(),
            body: Bytes::copy_from_slice(body.as_bytes()),
            wait: None,
        }
    }

    #[test]
    fn nothing_but_hashtags_has_a_meaning() {
        for (text, written) in [
            ("Été (gratuit) à 20 h", "Été \\(gratuit\\) à 20 h"),
            (
                "a_b <c> [d] {e} ~f*|g\\@h",
                "a\\_b \\<c\\> \\[d\\] \\{e\\} \\~f\\*\\|g\\\\\\@h",
            ),
            ("Fin #TramB.", "Fin {hashtag|\\#|TramB}."),
            ("# seul, n° 5", "\\# seul, n° 5"),
        ] {
            assert_eq!(little(text), written);
        }
    }

    #[test]
    fn a_duplicate_names_the_post_that_is_there() {
        let said = r#"{"message":"Content is a duplicate of urn:li:share:17","code":"DUPLICATE_POST","status":422}"#;
        assert_eq!(duplicate_of(&answer(422, said)).as_deref(), Some("urn:li:share:17"));
        assert_eq!(duplicate_of(&answer(422, r#"{"message":"Too long"}"#)), None);
        assert_eq!(duplicate_of(&answer(400, said)), None);
    }

    #[test]
    fn a_refusal_says_what_to_do_next() {
        let now = DateTime::from_timestamp(1_780_000_000, 0).unwrap();
        let told = |status, body| verdict(&answer(status, body), Twice::Harmful, now);
        assert!(matches!(told(426, "{}"), DeliveryError::Locked(_)));
        assert!(matches!(
            told(400, r#"{"code":"NONEXISTENT_VERSION"}"#),
            DeliveryError::Locked(_)
        ));
        assert!(matches!(told(422, "{}"), DeliveryError::Refused(_)));
        assert!(matches!(told(504, "{}"), DeliveryError::Doubtful(_)));
        // 20:26:40, UTC.
        let DeliveryError::Retry { after, .. } = told(429, "{}") else {
            panic!("it waits")
        };
        assert_eq!(after, Some(Duration::from_secs(12_800)));
    }
}
