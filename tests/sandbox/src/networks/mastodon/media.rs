//! Attachments: uploaded first, attached by a status, 404 from then on.
//!
//! <https://docs.joinmastodon.org/methods/media/>

use http::StatusCode;
use serde_json::{Value, json};

use super::{Instance, failure, invalid, not_found, signed_in};
use crate::call::{Call, File};
use crate::gallery;
use crate::post::{Clip, Image};
use crate::reply::Reply;

pub(super) const DESCRIPTION_LIMIT: usize = 1500;
pub(super) const IMAGE_SIZE_LIMIT: usize = 16 * 1024 * 1024;
pub(super) const VIDEO_SIZE_LIMIT: usize = 99 * 1024 * 1024;
pub(super) const MIME_TYPES: [&str; 8] = [
    "image/jpeg",
    "image/png",
    "image/gif",
    "image/webp",
    "image/avif",
    "video/mp4",
    "video/webm",
    "audio/mpeg",
];

#[derive(Debug, Clone)]
pub(super) struct Media {
    pub(super) id: String,
    pub(super) owner: String,
    /// `image`, `video` or `audio`.
    pub(super) kind: String,
    pub(super) description: Option<String>,
    pub(super) bytes_len: usize,
    pub(super) sha256: String,
    pub(super) attached: bool,
    /// Still being processed for this many polls.
    pub(super) polls_left: u32,
}

pub(super) fn create(instance: &mut Instance, call: &Call) -> Reply {
    signed_in(instance, call, |instance, account| {
        let Some(file) = call.file("file") else {
            return invalid("Validation failed: File can't be blank");
        };
        let description = call.param("description");
        if let Some(problem) = problem_of(file, description.as_deref()) {
            return invalid(&format!("Validation failed: {problem}"));
        }
        let id = instance.next_id(call.at).to_string();
        let media = Media {
            id: id.clone(),
            owner: account.id.clone(),
            kind: file.content_type.split('/').next().unwrap_or_default().to_owned(),
            description,
            bytes_len: file.bytes.len(),
            sha256: gallery::name(&file.bytes),
            attached: false,
            polls_left: std::mem::take(&mut instance.polls_of_next_upload),
        };
        // Version 1 of the endpoint waited for the processing itself.
        let status = if media.polls_left > 0 {
            StatusCode::ACCEPTED
        } else {
            StatusCode::OK
        };
        let reply = Reply::json(status, &media.json(&instance.url));
        instance.media.insert(id, media);
        reply
    })
}

pub(super) fn show(instance: &mut Instance, call: &Call) -> Reply {
    signed_in(instance, call, |instance, account| {
        let url = instance.url.clone();
        let Some(media) = instance.own_media(call.segment(3), &account.id) else {
            return not_found();
        };
        let status = if media.polls_left > 0 {
            StatusCode::PARTIAL_CONTENT
        } else {
            StatusCode::OK
        };
        media.polls_left = media.polls_left.saturating_sub(1);
        let shown = if status == StatusCode::OK {
            media.json(&url)
        } else {
            media.unfinished_json()
        };
        Reply::json(status, &shown)
    })
}

pub(super) fn update(instance: &mut Instance, call: &Call) -> Reply {
    signed_in(instance, call, |instance, account| {
        let url = instance.url.clone();
        let Some(media) = instance.own_media(call.segment(3), &account.id) else {
            return not_found();
        };
        if let Some(description) = call.param("description") {
            if description.chars().count() > DESCRIPTION_LIMIT {
                return invalid(&format!("Validation failed: {}", description_too_long()));
            }
            media.description = Some(description);
        }
        Reply::ok(&media.json(&url))
    })
}

impl Instance {
    fn own_media(&mut self, id: &str, owner: &str) -> Option<&mut Media> {
        self.media
            .get_mut(id)
            .filter(|media| media.owner == owner && !media.attached)
    }

    /// The attachments a status asks for, if they may go together.
    pub(super) fn attachable(&self, ids: &[String], owner: &str, own_already: &[String]) -> Result<Vec<Media>, Reply> {
        let usable = |media: &&Media| media.owner == owner && (!media.attached || own_already.contains(&media.id));
        let found: Vec<_> = ids
            .iter()
            .filter_map(|id| self.media.get(id).filter(usable).cloned())
            .collect();
        let missing: Vec<_> = ids
            .iter()
            .filter(|id| found.iter().all(|media| media.id != **id))
            .cloned()
            .collect();
        if !missing.is_empty() {
            let missing = missing.join(", ");
            return Err(invalid(&format!(
                "Media {missing} not found or already attached to another post"
            )));
        }
        if found.len() > 1 && found.iter().any(|media| media.kind != "image") {
            return Err(invalid("Cannot attach a video to a post that already contains images"));
        }
        if found.iter().any(|media| media.polls_left > 0) {
            let error = "Cannot attach files that have not finished processing. Try again in a moment!";
            return Err(failure(StatusCode::UNPROCESSABLE_ENTITY, error));
        }
        Ok(found)
    }
}

impl Media {
    pub(super) fn json(&self, url: &str) -> Value {
        let Self {
            id, kind, description, ..
        } = self;
        json!({
            "id": id, "type": kind, "url": format!("{url}/media/{id}"), "preview_url": format!("{url}/media/{id}"),
            "remote_url": null, "meta": {}, "description": description, "blurhash": null,
        })
    }

    /// Without an address while it is being processed.
    fn unfinished_json(&self) -> Value {
        json!({"id": self.id, "type": self.kind, "url": null, "preview_url": null, "remote_url": null,
               "meta": {}, "description": self.description, "blurhash": null})
    }

    /// None, where it is a video.
    pub(super) fn image(&self) -> Option<Image> {
        (self.kind == "image").then(|| Image {
            alt: self.description.clone().unwrap_or_default(),
            bytes_len: self.bytes_len,
            sha256: Some(self.sha256.clone()),
            url: None,
        })
    }

    pub(super) fn clip(&self) -> Option<Clip> {
        (self.kind == "video").then(|| Clip {
            alt: self.description.clone(),
            bytes_len: self.bytes_len,
        })
    }
}

fn problem_of(file: &File, description: Option<&str>) -> Option<String> {
    if !MIME_TYPES.contains(&file.content_type.as_str()) {
        return Some("File content type is invalid".to_owned());
    }
    if file.content_type.starts_with("image/") && file.bytes.len() > IMAGE_SIZE_LIMIT {
        return Some("File file size must be less than 16 MB".to_owned());
    }
    if file.bytes.len() > VIDEO_SIZE_LIMIT {
        return Some("File file size must be less than 99 MB".to_owned());
    }
    description
        .filter(|text| text.chars().count() > DESCRIPTION_LIMIT)
        .map(|_| description_too_long())
}

fn description_too_long() -> String {
    format!("Description is too long (maximum is {DESCRIPTION_LIMIT} characters)")
}
