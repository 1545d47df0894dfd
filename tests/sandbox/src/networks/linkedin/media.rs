//! Pictures and videos, which nobody sees before a post shows them.
//!
//! <https://learn.microsoft.com/linkedin/marketing/community-management/shares/videos-api>

use http::StatusCode;
use serde_json::{Value, json};

use super::{Organisations, Refused, segment, urn};
use crate::account::Account;
use crate::call::{Body, Call};
use crate::gallery;
use crate::post::{Clip, Image};
use crate::reply::Reply;

const ALT_LIMIT: usize = 4_086;
const VIDEO_LIMIT: u64 = 500 * 1024 * 1024;
/// What one part of a video has.
const PART: u64 = 4 * 1024 * 1024;

pub(super) struct Uploaded {
    bytes_len: Option<usize>,
    /// Of a picture.
    pub(super) sha256: Option<String>,
    polls_left: u32,
    /// Of a video, what each part was called that came, and whether it is finished.
    film: Option<(Vec<String>, bool)>,
}

impl Organisations {
    /// The picture of this name, once it can be shown.
    pub(super) fn shown(&self, image: &Value) -> Result<Image, Refused> {
        let uploaded = self.media.get(image["id"].as_str().unwrap_or_default());
        let uploaded = uploaded.filter(|uploaded| uploaded.polls_left == 0 && uploaded.film.is_none());
        let alt = image["altText"].as_str().unwrap_or_default().to_owned();
        match uploaded.and_then(|uploaded| Some((uploaded.bytes_len?, uploaded.sha256.clone()))) {
            Some((bytes_len, sha256)) if alt.chars().count() < ALT_LIMIT => Ok(Image {
                alt,
                bytes_len,
                sha256,
                url: None,
            }),
            _ => Err(Refused::invalid(
                "an image is not available, or its altText is too long",
            )),
        }
    }

    /// The video of this name, once it can be shown; none: it is a picture.
    pub(super) fn played(&self, media: &Value) -> Result<Option<Clip>, Refused> {
        let id = media["id"].as_str().unwrap_or_default();
        if !id.starts_with("urn:li:video:") {
            return Ok(None);
        }
        let ready = |uploaded: &&Uploaded| {
            let film = uploaded.film.as_ref();
            uploaded.polls_left == 0 && film.is_some_and(|(_, finished)| *finished)
        };
        let uploaded = self.media.get(id).filter(ready);
        let bytes_len = uploaded.and_then(|uploaded| uploaded.bytes_len);
        let alt = None;
        bytes_len
            .map(|bytes_len| Some(Clip { alt, bytes_len }))
            .ok_or_else(|| Refused::invalid("a video is not available"))
    }
}

pub(super) fn start(it: &mut Organisations, call: &Call, account: &Account) -> Result<Reply, Refused> {
    let owner = call.json().map(|json| &json["initializeUploadRequest"]["owner"]);
    if owner.and_then(Value::as_str) != Some(&urn(account)) {
        return Err(Refused::invalid("the owner is not the page"));
    }
    let number = it.line.next_number();
    let image = format!("urn:li:image:C4E{number}");
    let uploaded = Uploaded {
        bytes_len: None,
        sha256: None,
        polls_left: std::mem::take(&mut it.polls_of_next),
        film: None,
    };
    it.media.insert(image.clone(), uploaded);
    let value = json!({ "uploadUrl": format!("{}/upload/C4E{number}", it.line.url), "image": image,
        "uploadUrlExpiresAt": call.at.timestamp_millis() + 86_400_000 });
    Ok(Reply::ok(&json!({ "value": value })))
}

/// A video is begun, and finished.
pub(super) fn film(it: &mut Organisations, call: &Call, account: &Account) -> Result<Reply, Refused> {
    let body = call.json().cloned().unwrap_or_default();
    match call.param("action").as_deref() {
        Some("initializeUpload") => begin(it, &body["initializeUploadRequest"], account),
        Some("finalizeUpload") => finish(it, &body["finalizeUploadRequest"]),
        _ => Err(Refused::invalid("no action of videos")),
    }
}

fn begin(it: &mut Organisations, body: &Value, account: &Account) -> Result<Reply, Refused> {
    let size = body["fileSizeBytes"].as_u64().unwrap_or_default();
    if body["owner"] != json!(urn(account)) || !(1..=VIDEO_LIMIT).contains(&size) {
        return Err(Refused::invalid("the owner is not the page, or the video is too large"));
    }
    let (number, url) = (it.line.next_number(), it.line.url.clone());
    let (video, parts) = (format!("urn:li:video:C5F{number}"), size.div_ceil(PART));
    let instructions: Vec<_> = (0..parts)
        .map(|part| {
            json!({ "uploadUrl": format!("{url}/upload/C5F{number}/{part}"), "firstByte": part * PART,
                "lastByte": ((part + 1) * PART).min(size) - 1 })
        })
        .collect();
    let uploaded = Uploaded {
        bytes_len: None,
        sha256: None,
        polls_left: std::mem::take(&mut it.polls_of_next),
        film: Some((Vec::new(), false)),
    };
    it.media.insert(video.clone(), uploaded);
    let value = json!({ "video": video, "uploadToken": "", "uploadInstructions": instructions });
    Ok(Reply::ok(&json!({ "value": value })))
}

/// All parts, in their order.
fn finish(it: &mut Organisations, body: &Value) -> Result<Reply, Refused> {
    let video = it.media.get_mut(body["video"].as_str().unwrap_or_default());
    let film = video.and_then(|uploaded| uploaded.film.as_mut());
    let (parts, finished) = film.ok_or_else(Refused::missing)?;
    if body["uploadedPartIds"] != json!(parts) || parts.is_empty() {
        return Err(Refused::invalid("uploadedPartIds are not those of the parts that came"));
    }
    *finished = true;
    Ok(Reply::ok(&json!({})))
}

pub(super) fn upload(it: &mut Organisations, call: &Call, _: &Account) -> Result<Reply, Refused> {
    let name = call.segment(1).to_owned();
    let kind = if name.starts_with("C5F") { "video" } else { "image" };
    let uploaded = it.media.get_mut(&format!("urn:li:{kind}:{name}"));
    let (Some(uploaded), Body::Raw(bytes)) = (uploaded, &call.body) else {
        return Err(Refused::invalid("an upload that was not begun, or no bytes"));
    };
    let reply = Reply::json(StatusCode::CREATED, &Value::Null);
    let Some((parts, _)) = &mut uploaded.film else {
        uploaded.bytes_len = Some(bytes.len());
        uploaded.sha256 = Some(gallery::name(bytes));
        return Ok(reply);
    };
    let tag = format!("/ambry-video/{name}-{}", call.segment(2));
    if !parts.contains(&tag) {
        parts.push(tag.clone());
        *uploaded.bytes_len.get_or_insert_default() += bytes.len();
    }
    Ok(reply.header("etag", tag))
}

pub(super) fn show(it: &mut Organisations, call: &Call, _: &Account) -> Result<Reply, Refused> {
    let id = segment(call, 2);
    let uploaded = it.media.get_mut(&id).ok_or_else(Refused::missing)?;
    let status = match uploaded {
        Uploaded { bytes_len: None, .. } => "WAITING_UPLOAD",
        Uploaded { polls_left: 0, .. } => "AVAILABLE",
        Uploaded { polls_left, .. } => {
            *polls_left -= 1;
            "PROCESSING"
        }
    };
    Ok(Reply::ok(&json!({ "id": id, "status": status })))
}
