//! What a Mastodon server answers: the fields read, and what its errors mean.

use beffroi_schema::{
    clock::Timestamp,
    value::{Capabilities, Metrics, RemotePost, VideoLimit},
};
use serde::Deserialize;
use url::Url;

use super::{
    super::{
        answer::{Twice, by_status, reason},
        film,
    },
    DeliveryError,
    media::Attached,
};
use crate::http::Answer;

/// <https://docs.joinmastodon.org/entities/Account/>
#[derive(Debug, Deserialize)]
pub(super) struct Account {
    pub(super) id: String,
    acct: String,
    pub(super) url: Option<String>,
    pub(super) followers_count: Option<u64>,
}

/// <https://docs.joinmastodon.org/entities/Status/>
#[derive(Debug, Deserialize)]
pub(super) struct Status {
    pub(super) id: String,
    url: Option<String>,
    pub(super) created_at: Timestamp,
    pub(super) content: String,
}

/// What is counted of a status: <https://docs.joinmastodon.org/entities/Status/>. How often it was shown is not.
#[derive(Debug, Deserialize)]
pub(super) struct Counted {
    #[serde(rename = "favourites_count")]
    likes: Option<u64>,
    #[serde(rename = "reblogs_count")]
    shares: Option<u64>,
    #[serde(rename = "replies_count")]
    replies: Option<u64>,
}

/// <https://docs.joinmastodon.org/entities/Instance/>: only its limits, each of which other servers may leave out.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Instance {
    configuration: Configuration,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Configuration {
    statuses: Statuses,
    media_attachments: MediaAttachments,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Statuses {
    max_characters: Option<u32>,
    max_media_attachments: Option<u32>,
    characters_reserved_per_url: Option<u32>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct MediaAttachments {
    image_size_limit: Option<u64>,
    video_size_limit: Option<u64>,
    supported_mime_types: Option<Vec<String>>,
    description_limit: Option<u32>,
}

#[derive(Debug, Deserialize)]
struct Failure {
    error: String,
}

impl Account {
    /// `@town@mastodon.example`.
    pub(super) fn handle(&self, instance: &Url) -> String {
        format!("@{}@{}", self.acct, instance.host_str().unwrap_or_default())
    }
}

impl Status {
    pub(super) fn remote(&self, attached: &Attached) -> RemotePost {
        RemotePost {
            id: self.id.clone(),
            url: self.url.clone(),
            extra: attached.extra(),
            replies: Vec::new(),
        }
    }
}

impl Counted {
    pub(super) fn metrics(self) -> Metrics {
        Metrics {
            likes: self.likes,
            shares: self.shares,
            replies: self.replies,
            views: None,
        }
    }
}

impl Instance {
    /// The network's rules with what this server says of itself.
    pub(super) fn refine(self, mut rules: Capabilities) -> Capabilities {
        let Configuration {
            statuses,
            media_attachments,
        } = self.configuration;
        rules.text.units = statuses.max_characters.unwrap_or(rules.text.units);
        rules.text.url_units = statuses.characters_reserved_per_url.or(rules.text.url_units);
        rules.images = statuses.max_media_attachments.unwrap_or(rules.images);
        rules.image_bytes = media_attachments.image_size_limit.unwrap_or(rules.image_bytes);
        let media_takes = |mime: &str| {
            let kinds = media_attachments.supported_mime_types.as_ref();
            kinds.is_none_or(|kinds| kinds.iter().any(|kind| kind == mime))
        };
        rules.video = rules.video.filter(|_| media_takes(film::MIME)).map(|limit| VideoLimit {
            bytes: media_attachments.video_size_limit.unwrap_or(limit.bytes),
            ..limit
        });
        rules.alt_text = media_attachments.description_limit.or(rules.alt_text);
        rules
    }
}

/// What a refusal means.
pub(super) fn verdict(answer: &Answer, twice: Twice) -> DeliveryError {
    let failure: Option<Failure> = answer.json();
    let reason = reason(answer, failure.as_ref().map(|failure| failure.error.as_str()));
    // A 422 like any other, but for its sentence: the picture is not ready.
    if answer.status.as_u16() == 422 && reason.contains("not finished processing") {
        return DeliveryError::Retry { after: None, reason };
    }
    by_status(answer, reason, twice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_refines_what_it_says_and_leaves_the_rest() {
        let said =
            r#"{"configuration":{"statuses":{"max_characters":5000},"media_attachments":{"description_limit":420}}}"#;
        let rules = super::super::capabilities();
        let refined = serde_json::from_str::<Instance>(said).unwrap().refine(rules.clone());
        assert_eq!((refined.text.units, refined.alt_text), (5000, Some(420)));
        assert_eq!(
            (refined.images, refined.text.url_units),
            (rules.images, rules.text.url_units)
        );
    }

    #[test]
    fn a_server_says_which_videos_it_takes() {
        for (said, bytes) in [
            (r#"{"video_size_limit":1000}"#, Some(1_000)),
            (
                r#"{"video_size_limit":1000,"supported_mime_types":["video/mp4"]}"#,
                Some(1_000),
            ),
            (
                r#"{"video_size_limit":1000,"supported_mime_types":["image/png"]}"#,
                None,
            ),
        ] {
            let said = format!(r#"{{"configuration":{{"media_attachments":{said}}}}}"#);
            let refined = serde_json::from_str::<Instance>(&said).unwrap();
            let refined = refined.refine(super::super::capabilities());
            assert_eq!(refined.video.map(|limit| limit.bytes), bytes, "{said}");
        }
    }

    #[test]
    fn a_picture_that_is_not_ready_is_waited_for() {
        let verdict = |error: &str| {
            let body = format!(r#"{{"error":"{error}"}}"#).into();
            let status = reqwest::StatusCode::UNPROCESSABLE_ENTITY;
            verdict(
                &Answer {
                    status,
                    headers: reqwest::header::HeaderMap::new(),
                    body,
                    wait: None,
                },
                Twice::Harmful,
            )
        };
        assert!(matches!(
            verdict("Cannot attach files that have not finished processing."),
            DeliveryError::Retry { .. }
        ));
        assert_eq!(
            verdict("Validation failed: Text"),
            DeliveryError::Refused("Validation failed: Text".to_owned())
        );
    }
}
