//! Pictures and videos, which nobody sees before a post shows them.
//!
//! <https://docs.x.com/x-api/media/quickstart/media-upload-chunked>

use serde_json::{Value, json};

use super::{Refused, Users};
use crate::account::Account;
use crate::call::Call;
use crate::fault::Operation;
use crate::gallery;
use crate::post::{Clip, Image};
use crate::protocol::Route;
use crate::reply::Reply;

const MEDIA_LIMIT: usize = 4;
const IMAGE_LIMIT: usize = 5 * 1024 * 1024;
const VIDEO_LIMIT: u64 = 512 * 1024 * 1024;
const PART_LIMIT: usize = 5_000_000;
const ALT_LIMIT: usize = 1_000;
const TYPES: [&str; 4] = ["image/jpeg", "image/png", "image/gif", "image/webp"];

/// Something uploaded.
pub(super) struct Medium {
    alt: String,
    bytes_len: usize,
    /// Of a picture.
    sha256: Option<String>,
    film: Option<Film>,
}

/// How far a video is.
struct Film {
    total: u64,
    next_segment: u32,
    finalized: bool,
    polls_left: u32,
}

/// Pictures, or a video.
pub(super) type Shown = (Vec<Image>, Option<Clip>);

impl Medium {
    fn is_ready(&self) -> bool {
        let film = self.film.as_ref();
        film.is_none_or(|film| film.finalized && film.polls_left == 0)
    }

    fn is_film(&self) -> bool {
        self.film.is_some()
    }
}

pub(super) fn route(call: &Call) -> Option<Route<Users>> {
    let (operation, handle): (_, fn(&mut Users, &Call) -> Reply) = match (call.method.as_str(), &call.segments()[2..]) {
        ("POST", ["upload"]) => (Operation::Upload, |x, call| x.run(call, upload)),
        ("POST", ["metadata"]) => (Operation::Upload, |x, call| x.run(call, describe)),
        ("POST", ["upload", "initialize"]) => (Operation::Upload, |x, call| x.run(call, initialize)),
        ("POST", ["upload", _, "append"]) => (Operation::Upload, |x, call| x.run(call, append)),
        ("POST", ["upload", _, "finalize"]) => (Operation::Upload, |x, call| x.run(call, finalize)),
        ("GET", ["upload"]) => (Operation::Read, |x, call| x.run(call, status)),
        _ => return None,
    };
    Some(Route { operation, handle })
}

impl Users {
    /// What a post shows: four pictures at most, or one video.
    pub(super) fn shown(&self, ids: &[Value]) -> Result<Shown, Refused> {
        let media = ids.iter().map(|id| self.media.get(id.as_str().unwrap_or_default()));
        let media: Option<Vec<_>> = media.collect();
        let media = media.filter(|media| media.iter().all(|medium| medium.is_ready()));
        let media = media.ok_or_else(|| Refused::invalid("Your media IDs are invalid."))?;
        if media.len() > MEDIA_LIMIT || (media.len() > 1 && media.iter().any(|medium| medium.is_film())) {
            return Err(Refused::invalid("A Tweet has at most 4 pictures, or one video."));
        }
        if let [film] = &media[..]
            && film.is_film()
        {
            let (alt, bytes_len) = (None, film.bytes_len);
            return Ok((Vec::new(), Some(Clip { alt, bytes_len })));
        }
        let image = |medium: &Medium| Image {
            alt: medium.alt.clone(),
            bytes_len: medium.bytes_len,
            sha256: medium.sha256.clone(),
            url: None,
        };
        Ok((media.into_iter().map(image).collect(), None))
    }

    fn keep(&mut self, medium: Medium) -> String {
        let id = (1_800_000_000_000_000_000 + self.line.next_number()).to_string();
        self.media.insert(id.clone(), medium);
        id
    }

    fn film(&mut self, id: &str) -> Result<&mut Medium, Refused> {
        let medium = self.media.get_mut(id).filter(|medium| medium.is_film());
        medium.ok_or_else(|| Refused::invalid("there is no such upload"))
    }
}

fn upload(x: &mut Users, call: &Call, _: &Account) -> Result<Reply, Refused> {
    let file = call.file("media").ok_or_else(|| Refused::invalid("media is missing"))?;
    if call.param("media_category").as_deref() != Some("tweet_image") {
        return Err(Refused::invalid("media_category is no category of pictures"));
    }
    if file.bytes.len() > IMAGE_LIMIT || !TYPES.contains(&file.content_type.as_str()) {
        return Err(Refused::invalid(
            "The media is too large, or of a type that is not taken.",
        ));
    }
    let size = file.bytes.len();
    let id = x.keep(Medium {
        alt: String::new(),
        bytes_len: size,
        sha256: Some(gallery::name(&file.bytes)),
        film: None,
    });
    let data = json!({ "id": id, "media_key": format!("3_{id}"), "size": size, "expires_after_secs": 86_400 });
    Ok(Reply::ok(&json!({ "data": data })))
}

fn describe(x: &mut Users, call: &Call, _: &Account) -> Result<Reply, Refused> {
    let body = call.json().ok_or_else(|| Refused::invalid("the body is no JSON"))?;
    let (id, alt) = (&body["id"], &body["metadata"]["alt_text"]["text"]);
    let alt = alt.as_str().unwrap_or_default();
    if alt.is_empty() || alt.chars().count() > ALT_LIMIT {
        return Err(Refused::invalid("alt_text must have 1 to 1000 characters"));
    }
    let media = x.media.get_mut(id.as_str().unwrap_or_default());
    let media = media.ok_or_else(|| Refused::invalid("there is no such media"))?;
    alt.clone_into(&mut media.alt);
    Ok(Reply::ok(&json!({ "data": { "id": id } })))
}

fn initialize(x: &mut Users, call: &Call, _: &Account) -> Result<Reply, Refused> {
    let body = call.json().ok_or_else(|| Refused::invalid("the body is no JSON"))?;
    let total = body["total_bytes"].as_u64().unwrap_or_default();
    if body["media_category"] != "tweet_video" || body["media_type"] != "video/mp4" {
        return Err(Refused::invalid("media_category and media_type are those of no video"));
    }
    if !(1..=VIDEO_LIMIT).contains(&total) {
        return Err(Refused::invalid("total_bytes is larger than a video may be"));
    }
    let polls_left = std::mem::take(&mut x.polls_of_next);
    let id = x.keep(Medium {
        alt: String::new(),
        bytes_len: 0,
        sha256: None,
        film: Some(Film {
            total,
            next_segment: 0,
            finalized: false,
            polls_left,
        }),
    });
    let data = json!({ "id": id, "media_key": format!("13_{id}"), "expires_after_secs": 86_400 });
    Ok(Reply::ok(&json!({ "data": data })))
}

/// A part that is sent again is the same part.
fn append(x: &mut Users, call: &Call, _: &Account) -> Result<Reply, Refused> {
    let part = call.file("media").ok_or_else(|| Refused::invalid("media is missing"))?;
    let segment = call.param("segment_index").and_then(|index| index.parse::<u32>().ok());
    let segment = segment.ok_or_else(|| Refused::invalid("segment_index is missing"))?;
    if part.bytes.is_empty() || part.bytes.len() > PART_LIMIT {
        return Err(Refused::invalid("a segment is larger than 5 MB"));
    }
    let medium = x.film(call.segment(3))?;
    if let Some(film) = medium.film.as_mut().filter(|film| film.next_segment == segment) {
        film.next_segment += 1;
        medium.bytes_len += part.bytes.len();
    }
    Ok(Reply::ok(
        &json!({ "data": { "expires_at": call.at.timestamp() + 86_400 } }),
    ))
}

fn finalize(x: &mut Users, call: &Call, _: &Account) -> Result<Reply, Refused> {
    let id = call.segment(3).to_owned();
    let medium = x.film(&id)?;
    let size = medium.bytes_len as u64;
    if let Some(film) = &mut medium.film {
        if film.total != size {
            return Err(Refused::invalid("Segments do not add up to provided total file size."));
        }
        film.finalized = true;
    }
    Ok(told(&id, medium))
}

fn status(x: &mut Users, call: &Call, _: &Account) -> Result<Reply, Refused> {
    if call.param("command").as_deref() != Some("STATUS") {
        return Err(Refused::invalid("command is not STATUS"));
    }
    let id = call.param("media_id").unwrap_or_default();
    let medium = x.film(&id)?;
    let reply = told(&id, medium);
    if let Some(film) = &mut medium.film {
        film.polls_left = film.polls_left.saturating_sub(1);
    }
    Ok(reply)
}

fn told(id: &str, medium: &Medium) -> Reply {
    let state = if medium.is_ready() { "succeeded" } else { "in_progress" };
    let info = json!({ "state": state, "check_after_secs": 1, "progress_percent": 50 });
    let data = json!({ "id": id, "media_key": format!("13_{id}"), "size": medium.bytes_len, "expires_after_secs": 86_400,
        "processing_info": info });
    Reply::ok(&json!({ "data": data }))
}
