//! A post as a record of the lexicon `app.bsky.feed.post`.

use std::ops::Range;

use beffroi_schema::{
    text::{
        count::{hashtags, urls},
        fit::shortened,
    },
    value::{Card, Picture, Rendered, Video},
};
use chrono::SecondsFormat;
use serde_json::{Value, json};

use super::wire::Record;

/// Characters of a video's alternative text (`app.bsky.embed.video`); a picture's is counted by the account.
const MAX_VIDEO_ALT: usize = 1_000;

/// What a post embeds.
pub(super) enum Embed<'a> {
    Card { card: &'a Card, link: &'a str },
    Pictures(Vec<Uploaded<'a>>),
    Video { video: &'a Video, blob: Value },
}

/// A picture and the blob it became.
pub(super) struct Uploaded<'a> {
    pub(super) picture: &'a Picture,
    pub(super) blob: Value,
}

/// Somebody who is named, and where in the text.
pub(super) struct Mention {
    pub(super) range: Range<usize>,
    pub(super) did: String,
}

/// The record for `post`, answering `parent` if there is one.
pub(super) fn post(post: &Rendered, mentions: &[Mention], embed: Option<&Embed<'_>>, parent: Option<&Record>) -> Value {
    let mut record = json!({
        "$type": super::POSTS,
        "text": post.text,
        "langs": [post.language.as_str()],
        "facets": facets(&post.text, mentions),
        // Frozen with the rendering: a record that differs in its date alone would be another one.
        "createdAt": post.at.to_rfc3339_opts(SecondsFormat::Millis, true),
    });
    if let Some(embed) = embed {
        record["embed"] = embed.json();
    }
    if let Some(parent) = parent {
        // The first post of a thread is its own root; a later one names it.
        let this = json!({ "uri": parent.uri, "cid": parent.cid });
        let root = parent.value.pointer("/reply/root").unwrap_or(&this);
        record["reply"] = json!({ "root": root, "parent": this });
    }
    record
}

/// What is more than words: ranges are in UTF-8 bytes, the end excluded.
fn facets(text: &str, mentions: &[Mention]) -> Vec<Value> {
    let facet = |range: Range<usize>, feature: Value| json!({ "index": { "byteStart": range.start, "byteEnd": range.end }, "features": [feature] });
    let link = |range: Range<usize>| {
        let feature = json!({ "$type": "app.bsky.richtext.facet#link", "uri": text[range.clone()] });
        facet(range, feature)
    };
    let tag = |range: Range<usize>| {
        let feature = json!({ "$type": "app.bsky.richtext.facet#tag", "tag": text[range.start + 1..range.end] });
        facet(range, feature)
    };
    let named = |mention: &Mention| {
        let feature = json!({ "$type": "app.bsky.richtext.facet#mention", "did": mention.did });
        facet(mention.range.clone(), feature)
    };
    urls(text)
        .into_iter()
        .map(link)
        .chain(hashtags(text).into_iter().map(tag))
        .chain(mentions.iter().map(named))
        .collect()
}

/// Names of people in a text: `@` and what could be a domain. <https://atproto.com/specs/handle>
pub(super) fn handles(text: &str) -> Vec<Range<usize>> {
    let inside = |letter: char| letter.is_ascii_alphanumeric() || letter == '.' || letter == '-';
    let starts = text.match_indices('@').filter(|(at, _)| {
        let before = text[..*at].chars().next_back();
        !before.is_some_and(|letter| inside(letter) || letter == '@' || letter == '/')
    });
    let whole = starts.map(|(at, _)| {
        let rest = &text[at + 1..];
        let end = rest.find(|letter| !inside(letter)).unwrap_or(rest.len());
        // A full stop at its end is the sentence's.
        at..at + 1 + rest[..end].trim_end_matches(['.', '-']).len()
    });
    whole
        .filter(|range| text[range.start + 1..range.end].contains('.'))
        .collect()
}

impl<'a> Embed<'a> {
    /// The card that leads to the item.
    pub(super) fn card(post: &'a Rendered) -> Option<Self> {
        let card = post.card.as_ref()?;
        Some(Self::Card { card, link: &post.link })
    }

    fn json(&self) -> Value {
        match self {
            Self::Card { card, link } => {
                let external = json!({ "uri": link, "title": card.title, "description": card.description });
                json!({ "$type": "app.bsky.embed.external", "external": external })
            }
            Self::Pictures(uploaded) => {
                let images: Vec<Value> = uploaded.iter().map(Uploaded::json).collect();
                json!({ "$type": "app.bsky.embed.images", "images": images })
            }
            Self::Video { video, blob } => {
                let alt = shortened(&video.alt, MAX_VIDEO_ALT);
                let ratio = json!({ "width": video.width, "height": video.height });
                json!({ "$type": "app.bsky.embed.video", "video": blob, "alt": alt, "aspectRatio": ratio })
            }
        }
    }
}

impl Uploaded<'_> {
    fn json(&self) -> Value {
        let Picture { width, height, alt, .. } = self.picture;
        json!({ "image": self.blob, "alt": alt, "aspectRatio": { "width": width, "height": height } })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_domains_after_an_at_sign() {
        let text = "Avec @ville.bsky.social, @jean et contact@ville.example. Voir @bus.example.";
        let found: Vec<&str> = handles(text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, ["@ville.bsky.social", "@bus.example"]);
    }

    #[test]
    fn facets_count_in_bytes() {
        let text = "Été à Lyon 🎆 https://ville.example/é #fête";
        let found = facets(text, &[]);
        assert_eq!(found[0]["index"], json!({ "byteStart": 19, "byteEnd": 43 }));
        assert_eq!(found[0]["features"][0]["uri"], "https://ville.example/é");
        assert_eq!(found[1]["features"][0]["tag"], "fête");
        for facet in found {
            let bound = |name: &str| usize::try_from(facet["index"][name].as_u64().unwrap()).unwrap();
            assert!(
                text.get(bound("byteStart")..bound("byteEnd"))
                    .is_some_and(|part| part.starts_with(['h', '#']))
            );
        }
    }
}
