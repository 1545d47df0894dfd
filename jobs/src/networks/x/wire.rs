//! What X answers: the fields read, and what its problems mean.
//!
//! <https://docs.x.com/x-api/fundamentals/response-codes-and-errors>

use beffroi_schema::value::Metrics;
use serde::Deserialize;

use super::super::{
    DeliveryError,
    answer::{Twice, by_status, reason, unsettled},
    likeness::words_of_html,
};
use crate::http::Answer;

/// What X says when it refuses words because they are there already.
const REPEATED: &str = "duplicate content";

/// Words of sentences about the account, the app or their standing, which a person settles on X.
const STANDING: [&str; 5] = ["suspended", "temporarily locked", "credits", "oauth", "scope"];

/// What every method answers.
#[derive(Debug, Deserialize)]
pub(super) struct Outcome<T> {
    pub(super) data: Option<T>,
    meta: Option<Meta>,
}

#[derive(Debug, Deserialize)]
struct Meta {
    result_count: Option<u32>,
}

impl<T> Outcome<Vec<T>> {
    /// A list; an empty one has no data at all, and says so.
    pub(super) fn list(self) -> Option<Vec<T>> {
        let empty = self.meta.is_some_and(|meta| meta.result_count == Some(0));
        self.data.or_else(|| empty.then(Vec::new))
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Me {
    pub(super) id: String,
    #[serde(default)]
    pub(super) username: String,
    #[serde(default)]
    pub(super) public_metrics: Followed,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Followed {
    pub(super) followers_count: Option<u64>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Uploaded {
    pub(super) id: String,
    /// None: there is nothing left to do.
    pub(super) processing_info: Option<Processing>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Processing {
    pub(super) state: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Created {
    pub(super) id: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Deleted {
    pub(super) deleted: bool,
}

/// A post that is there.
#[derive(Debug, Deserialize)]
pub(super) struct Listed {
    pub(super) id: String,
    #[serde(flatten)]
    short: Note,
    /// The whole of a text of which `text` is only the beginning.
    note_post: Option<Note>,
    #[serde(default)]
    public_metrics: Counted,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Note {
    text: String,
    entities: Entities,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Entities {
    urls: Option<Vec<Shortened>>,
}

/// X puts an address of its own in the place of each.
#[derive(Debug, Deserialize)]
struct Shortened {
    url: String,
    #[serde(default)]
    expanded_url: String,
    /// It stands for a picture, and nobody wrote it.
    media_key: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Counted {
    #[serde(rename = "like_count")]
    likes: Option<u64>,
    /// Older answers name it otherwise.
    #[serde(rename = "repost_count", alias = "retweet_count")]
    reposts: Option<u64>,
    #[serde(rename = "reply_count")]
    replies: Option<u64>,
    #[serde(rename = "impression_count")]
    views: Option<u64>,
}

/// RFC 7807, with a list of further ones; older refusals have a `message`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Problem {
    #[serde(rename = "type")]
    kind: String,
    title: String,
    detail: String,
    message: String,
    errors: Vec<Problem>,
}

impl Listed {
    /// The words as they were sent: addresses put back, entities read.
    pub(super) fn words(&self) -> String {
        let note = self.note_post.as_ref().unwrap_or(&self.short);
        let text = note.text.clone();
        let text = note.entities.urls.iter().flatten().fold(text, |text, url| {
            let written = if url.media_key.is_some() { "" } else { &url.expanded_url };
            text.replace(&url.url, written)
        });
        words_of_html(&text)
    }

    pub(super) fn metrics(&self) -> Metrics {
        let counted = &self.public_metrics;
        Metrics {
            likes: counted.likes,
            shares: counted.reposts,
            replies: counted.replies,
            views: counted.views,
        }
    }
}

impl Problem {
    /// The one that says most: of a success without data, the first in its list.
    fn read(answer: &Answer) -> Self {
        let mut problem: Self = answer.json().unwrap_or_default();
        if problem.kind.is_empty() && !problem.errors.is_empty() {
            problem = problem.errors.swap_remove(0);
        } else if problem.detail.is_empty() && !problem.errors.is_empty() {
            problem.message.clone_from(&problem.errors[0].message);
        }
        problem
    }

    fn sentence(&self) -> &str {
        let sentences = [&self.detail, &self.message, &self.title];
        sentences
            .into_iter()
            .find(|text| !text.is_empty())
            .map_or("", String::as_str)
    }
}

/// What X says when it refuses words because they are there already.
pub(super) fn repetition(answer: &Answer) -> Option<String> {
    let problem = Problem::read(answer);
    let repeated = answer.status.as_u16() == 403 && problem.sentence().contains(REPEATED);
    repeated.then(|| reason(answer, Some(problem.sentence())))
}

/// What a refusal means: the type of the problem says more than the status, and of a 403 the sentence.
pub(super) fn verdict(answer: &Answer, twice: Twice) -> DeliveryError {
    let problem = Problem::read(answer);
    let kind = problem.kind.rsplit('/').next().unwrap_or_default();
    let said = problem.sentence().to_lowercase();
    let reason = reason(answer, Some(problem.sentence()));
    let lost = said.contains("deleted or not visible");
    match (kind, answer.status.as_u16()) {
        // The app's credits or its monthly cap are used up, or it may not do this: its owner sees to that.
        ("usage-capped" | "client-forbidden" | "credits-depleted" | "unsupported-authentication", _) | (_, 402) => {
            DeliveryError::Locked(reason)
        }
        ("resource-not-found", _) => DeliveryError::Gone(reason),
        (_, 400 | 403) if lost => DeliveryError::Gone(reason),
        ("invalid-request" | "not-authorized-for-resource" | "disallowed-resource", 200..=499) => {
            DeliveryError::Refused(reason)
        }
        (_, 403) if STANDING.iter().any(|word| said.contains(word)) => DeliveryError::Locked(reason),
        (_, 403) => DeliveryError::Refused(reason),
        // A success without what was asked for.
        (_, 200..=299) => unsettled(reason, twice),
        _ => by_status(answer, reason, twice),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use bytes::Bytes;
    use reqwest::{StatusCode, header::HeaderMap};

    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        Answer {
            status: StatusCode::from_u16(status).unwrap(),
            headers: HeaderMap::new(),
            body: Bytes::copy_from_slice(body.as_bytes()),
            wait: (status == 429).then_some(Duration::from_secs(40)),
        }
    }

    #[test]
    fn a_problem_says_what_to_do_next() {
        let problem = |kind: &str, detail: &str| {
            format!(r#"{{"type":"https://api.x.com/2/problems/{kind}","title":"t","detail":"{detail}"}}"#)
        };
        let told = |status, body: &str| verdict(&answer(status, body), Twice::Harmful);
        for (status, body) in [
            (402, problem("credits-depleted", "d")),
            (402, "{}".to_owned()),
            (403, problem("client-forbidden", "d")),
            (429, problem("usage-capped", "d")),
            (401, r#"{"title":"Unauthorized","type":"about:blank"}"#.to_owned()),
            (
                403,
                r#"{"type":"about:blank","detail":"Your account is suspended and is not permitted"}"#.to_owned(),
            ),
        ] {
            let verdict = told(status, &body);
            assert!(
                matches!(verdict, DeliveryError::Locked(_)),
                "{status} {body}: {verdict:?}"
            );
        }
        for (status, body) in [
            (400, problem("invalid-request", "d")),
            (403, problem("not-authorized-for-resource", "d")),
            (403, r#"{"type":"about:blank","detail":"Not like this"}"#.to_owned()),
        ] {
            let verdict = told(status, &body);
            assert!(
                matches!(verdict, DeliveryError::Refused(_)),
                "{status} {body}: {verdict:?}"
            );
        }
        let gone = r#"{"errors":[{"type":"https://api.x.com/2/problems/resource-not-found","detail":"d"}]}"#;
        assert_eq!(told(200, gone), DeliveryError::Gone("d".to_owned()));
        let deleted = "You attempted to reply to a Tweet that is deleted or not visible to you.";
        assert!(matches!(
            told(403, &problem("about:blank", deleted)),
            DeliveryError::Gone(_)
        ));
        assert_eq!(
            told(429, &problem("rate-limit-exceeded", "d")),
            DeliveryError::Retry {
                after: Some(Duration::from_secs(40)),
                reason: "d".to_owned()
            }
        );
        for status in [200, 500, 503] {
            assert!(matches!(told(status, "{}"), DeliveryError::Doubtful(_)), "{status}");
        }
    }

    #[test]
    fn a_post_is_known_again_with_the_addresses_that_were_sent() {
        let listed: Listed = serde_json::from_str(
            r#"{"id":"1","text":"Fête &amp; marché https://t.co/a https://t.co/b","entities":{"urls":[
                {"url":"https://t.co/a","expanded_url":"https://ville.example/i/1"},
                {"url":"https://t.co/b","expanded_url":"https://x.com/v/status/1/photo/1","media_key":"3_1"}]}}"#,
        )
        .unwrap();
        assert_eq!(listed.words(), "Fête & marché https://ville.example/i/1 ");
        let long = r#"{"id":"1","text":"Fête…","note_post":{"text":"Fête et marché"}}"#;
        let listed: Listed = serde_json::from_str(long).unwrap();
        assert_eq!(listed.words(), "Fête et marché");
    }
}
