//! What Flickr answers: methods in JSON, uploads in XML. <https://www.flickr.com/services/api/>

use beffroi_schema::{
    id::DeliveryId,
    value::{Picture, Rendered},
};
use serde::Deserialize;
use serde_json::Value;

use super::super::{
    DeliveryError,
    answer::{Twice, reason, unsettled},
};
use crate::http::Answer;

/// The photo or the album is not there: <https://www.flickr.com/services/api/flickr.photosets.getPhotos.html>
const NOT_FOUND: u32 = 1;
/// Signature, token, permission, key: <https://www.flickr.com/services/api/upload.api.html>; 6, 7 and 14: the account
/// has no room, or may not be posted to by programs.
const NOT_HERE: [u32; 9] = [6, 7, 14, 95, 96, 97, 98, 99, 100];
/// "Service currently unavailable", "Write operation failed", by the same page.
const TROUBLE: [u32; 2] = [105, 106];

/// How a call ended: <https://www.flickr.com/services/api/response.json.html>
#[derive(Debug, Deserialize)]
pub(super) struct Outcome {
    pub(super) stat: String,
    #[serde(default)]
    pub(super) code: u32,
    #[serde(default)]
    pub(super) message: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Who {
    pub(super) user: User,
}

#[derive(Debug, Deserialize)]
pub(super) struct User {
    pub(super) id: String,
    pub(super) username: Content,
}

#[derive(Debug, Deserialize)]
pub(super) struct Content {
    #[serde(rename = "_content")]
    pub(super) content: Value,
}

#[derive(Debug, Deserialize)]
pub(super) struct Search {
    pub(super) photos: Listed,
}

#[derive(Debug, Deserialize)]
pub(super) struct AlbumPhotos {
    pub(super) photoset: Listed,
}

#[derive(Debug, Deserialize)]
pub(super) struct Listed {
    #[serde(default)]
    pub(super) photo: Vec<Photo>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Photo {
    id: String,
    /// 1, as a number or in quotes, where everybody sees it.
    #[serde(default)]
    ispublic: Value,
    #[serde(default)]
    machine_tags: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Contexts {
    #[serde(default)]
    pub(super) set: Vec<Album>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Created {
    pub(super) photoset: Album,
}

#[derive(Debug, Deserialize)]
pub(super) struct Album {
    pub(super) id: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Details {
    pub(super) photo: Detail,
}

#[derive(Debug, Deserialize)]
pub(super) struct Detail {
    #[serde(default)]
    pub(super) views: Value,
    pub(super) comments: Option<Content>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Favourites {
    pub(super) photo: Total,
}

#[derive(Debug, Deserialize)]
pub(super) struct Total {
    #[serde(default)]
    pub(super) total: Value,
}

/// Numbers stand in quotes here, and without them there.
pub(super) fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

/// A photo of ours.
#[derive(Clone, Debug)]
pub(super) struct Shot {
    pub(super) id: String,
    /// The picture it is of, by its mark.
    pub(super) picture: String,
    /// Whether everybody sees it.
    pub(super) public: bool,
}

/// Those of a list that carry a mark of ours.
pub(super) fn shots(listed: Listed) -> Vec<Shot> {
    let ours = listed.photo.into_iter().filter_map(|photo| {
        let mut tags = photo.machine_tags.split_whitespace();
        let picture = tags.find(|tag| tag.starts_with(PICTURE))?.to_owned();
        Some(Shot {
            picture,
            public: number(&photo.ispublic) == Some(1),
            id: photo.id,
        })
    });
    ours.collect()
}

/// Under which name a photo's machine tag says which picture of ours it is of.
const PICTURE: &str = "beffroi:media=";

/// A machine tag that says which delivery brought a photo:
/// <https://www.flickr.com/groups/api/discuss/72157594497877875/>. Its value has no hyphens, which Flickr's search passes
/// over.
pub(super) fn delivered(key: DeliveryId) -> String {
    format!("beffroi:delivery={}", key.0.simple())
}

/// A machine tag that says which picture of ours a photo is of.
pub(super) fn depicted(picture: &Picture) -> String {
    format!("{PICTURE}{}", picture.media.0.simple())
}

/// A description is a little HTML.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The photo that came of an upload: `<rsp stat="ok"><photoid>1</photoid></rsp>`; or why none did:
/// `<rsp stat="fail"><err code="5" msg="…"/></rsp>`.
pub(super) fn uploaded(answer: &Answer) -> Result<String, DeliveryError> {
    let xml = String::from_utf8_lossy(&answer.body);
    let between = |from: &str, to: &str| {
        let (_, rest) = xml.split_once(from)?;
        rest.split_once(to).map(|(inner, _)| inner.trim().to_owned())
    };
    if let Some(id) = between("<photoid>", "</photoid>") {
        return Ok(id);
    }
    let message = between("msg=\"", "\"").unwrap_or_default();
    Err(match between("code=\"", "\"").and_then(|code| code.parse().ok()) {
        Some(code) => verdict(answer, code, &message, Twice::Harmless),
        None => strange(Twice::Harmless),
    })
}

/// An answer of another kind.
pub(super) fn strange(twice: Twice) -> DeliveryError {
    unsettled("the answer is not what Flickr answers".to_owned(), twice)
}

/// What a refusal means. Codes below 90 are each method's own, and all speak of what was sent but these.
pub(super) fn verdict(answer: &Answer, code: u32, message: &str, twice: Twice) -> DeliveryError {
    let reason = reason(answer, Some(message));
    match code {
        NOT_FOUND => DeliveryError::Gone(reason),
        code if NOT_HERE.contains(&code) => DeliveryError::Locked(reason),
        code if TROUBLE.contains(&code) => unsettled(reason, twice),
        _ => DeliveryError::Refused(reason),
    }
}

/// A photo is met alone as well, by searching: it says what it shows, and then what the item is about.
pub(super) fn described(post: &Rendered, picture: &Picture) -> String {
    let parts = [picture.alt.as_str(), post.text.as_str()];
    let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    escaped(&parts.join("\n\n"))
}

pub(super) fn tags(post: &Rendered, marks: &[&str]) -> String {
    let hashtags = post.hashtags.iter().map(|hashtag| format!("\"{hashtag}\""));
    let marks = marks.iter().map(|mark| (*mark).to_owned());
    marks.chain(hashtags).collect::<Vec<_>>().join(" ")
}
