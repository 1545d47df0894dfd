//! Posting, editing, deleting and reading statuses.
//!
//! <https://docs.joinmastodon.org/methods/statuses/>

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::media::Media;
use super::status::Status;
use super::text::{CHARACTER_LIMIT, count};
use super::{Instance, invalid, not_found, signed_in};
use crate::account::Account;
use crate::call::{Body, Call};
use crate::post::Post;
use crate::reply::Reply;

pub(super) const MEDIA_LIMIT: usize = 4;
const IDEMPOTENCY_HOURS: i64 = 1;
const VISIBILITIES: [&str; 4] = ["public", "unlisted", "private", "direct"];

pub(super) fn create(instance: &mut Instance, call: &Call) -> Reply {
    signed_in(instance, call, |instance, account| {
        let key = call
            .header("idempotency-key")
            .map(|key| (account.id.clone(), key.to_owned()));
        if let Some(first) = key.as_ref().and_then(|key| instance.keys.get(key))
            && call.at - first.1 < TimeDelta::hours(IDEMPOTENCY_HOURS)
        {
            let first = instance.status(&first.0.to_string());
            return first.map_or_else(not_found, |status| Reply::ok(&instance.status_json(status)));
        }
        let (status, media) = match read_new(instance, call, account) {
            Ok(new) => new,
            Err(reply) => return reply,
        };
        let id = instance.next_id(call.at);
        let reply = instance.keep(id, status, &media, call);
        if let Some(key) = key {
            instance.keys.insert(key, (id, call.at));
        }
        reply
    })
}

/// A new status as its author wrote it; its id and address come later.
fn read_new(instance: &Instance, call: &Call, account: &Account) -> Result<(Status, Vec<Media>), Reply> {
    if let Body::Malformed(why) = &call.body {
        return Err(invalid(&format!("Validation failed: {why}")));
    }
    let media_ids = call.params("media_ids").unwrap_or_default();
    let text = call.param("status").unwrap_or_default();
    let warning = call.param("spoiler_text").unwrap_or_default();
    let visibility = call.param("visibility").unwrap_or_else(|| "public".to_owned());
    let reply_to = call.param("in_reply_to_id");
    check_text(&text, &warning, &media_ids)?;
    if !VISIBILITIES.contains(&visibility.as_str()) {
        return Err(invalid("Validation failed: Visibility is not included in the list"));
    }
    if reply_to
        .as_deref()
        .is_some_and(|parent| instance.status(parent).is_none())
    {
        return Err(not_found().violation("a reply to no status"));
    }
    let media = instance.attachable(&media_ids, &account.id, &[])?;
    let post = Post {
        account: account.id.clone(),
        remote_id: String::new(),
        url: String::new(),
        text,
        language: call.param("language").or_else(|| Some("fr".to_owned())),
        title: None,
        images: Vec::new(),
        video: None,
        card: None,
        reply_to,
        created_at: call.at,
        edited_at: None,
        deleted_at: None,
        cost: None,
        history: Vec::new(),
    };
    let sensitive = is_true(call.param("sensitive"));
    Ok((
        Status {
            post,
            warning,
            sensitive,
            visibility,
            media_ids,
            edits: Vec::new(),
        },
        media,
    ))
}

pub(super) fn update(instance: &mut Instance, call: &Call) -> Reply {
    signed_in(instance, call, |instance, account| {
        let Some(mut status) = instance.own_status(call, account) else {
            return not_found();
        };
        let media_ids = call.params("media_ids").unwrap_or_else(|| status.media_ids.clone());
        let text = call.param("status").unwrap_or_else(|| status.post.text.clone());
        let warning = call.param("spoiler_text").unwrap_or_else(|| status.warning.clone());
        let before = (
            status.post.text.clone(),
            status.warning.clone(),
            status.post.images.clone(),
            status.post.video.clone(),
        );
        if let Err(reply) = check_text(&text, &warning, &media_ids) {
            return reply;
        }
        let mut media = match instance.attachable(&media_ids, &account.id, &status.media_ids) {
            Ok(media) => media,
            Err(reply) => return reply,
        };
        describe_anew(&mut media, call);
        let images: Vec<_> = media.iter().filter_map(Media::image).collect();
        let video = media.iter().find_map(Media::clip);
        if before == (text.clone(), warning.clone(), images, video) {
            // Nothing changed: Mastodon keeps no edit.
            return Reply::ok(&instance.status_json(&status));
        }
        status.warning = warning;
        status.post.language = call.param("language").or(status.post.language);
        status.sensitive = call
            .param("sensitive")
            .map_or(status.sensitive, |value| is_true(Some(value)));
        status.post.reword(text, call.at);
        let id = status.post.remote_id.parse().unwrap_or_default();
        instance.keep(id, status, &media, call)
    })
}

pub(super) fn delete(instance: &mut Instance, call: &Call) -> Reply {
    signed_in(instance, call, |instance, account| {
        let Some(mut status) = instance.own_status(call, account) else {
            return not_found();
        };
        let mut body = instance.status_json(&status);
        // Given back so that the author may write it anew.
        body["text"] = Value::from(status.post.text.as_str());
        status.post.deleted_at = Some(call.at);
        instance
            .statuses
            .insert(status.post.remote_id.parse().unwrap_or_default(), status);
        Reply::ok(&body)
    })
}

pub(super) fn show(instance: &mut Instance, call: &Call) -> Reply {
    let status = instance.status(call.segment(3));
    status.map_or_else(not_found, |status| Reply::ok(&instance.status_json(status)))
}

pub(super) fn source(instance: &mut Instance, call: &Call) -> Reply {
    signed_in(instance, call, |instance, account| {
        let Some(Status { post, warning, .. }) = instance.own_status(call, account) else {
            return not_found();
        };
        Reply::ok(&json!({"id": post.remote_id, "text": post.text, "spoiler_text": warning}))
    })
}

pub(super) fn history(instance: &mut Instance, call: &Call) -> Reply {
    let Some(status) = instance.status(call.segment(3)) else {
        return not_found();
    };
    let edits: Vec<_> = status
        .edits
        .iter()
        .map(|edit| instance.edit_json(status, edit))
        .collect();
    Reply::ok(&Value::from(edits))
}

pub(super) fn context(instance: &mut Instance, call: &Call) -> Reply {
    let Some(status) = instance.status(call.segment(3)) else {
        return not_found();
    };
    let parent_of = |status: &Status| instance.status(status.post.reply_to.as_deref()?);
    let mut ancestors: Vec<_> = std::iter::successors(parent_of(status), |status| parent_of(status)).collect();
    ancestors.reverse();
    let mut descendants: Vec<_> = instance.replies_to(&status.post.remote_id).collect();
    let mut next = 0;
    while let Some(reply) = descendants.get(next) {
        descendants.extend(instance.replies_to(&reply.post.remote_id));
        next += 1;
    }
    let shown = |statuses: &[&Status]| {
        statuses
            .iter()
            .map(|status| instance.status_json(status))
            .collect::<Vec<_>>()
    };
    Reply::ok(&json!({"ancestors": shown(&ancestors), "descendants": shown(&descendants)}))
}

/// The public page of a status.
pub(super) fn page(instance: &mut Instance, call: &Call) -> Reply {
    let Some(status) = instance.status(call.segment(1)) else {
        return not_found();
    };
    let author = instance
        .account(&status.post.account)
        .map(|holder| holder.account.name.as_str());
    Reply::permalink(author.unwrap_or_default(), &status.post)
}

impl Instance {
    fn own_status(&self, call: &Call, account: &Account) -> Option<Status> {
        self.status(call.segment(3))
            .filter(|status| status.post.account == account.id)
            .cloned()
    }

    /// Commits a status, new or edited, with its attachments.
    fn keep(&mut self, id: u64, mut status: Status, media: &[Media], call: &Call) -> Reply {
        for media in media {
            self.media.insert(
                media.id.clone(),
                Media {
                    attached: true,
                    ..media.clone()
                },
            );
        }
        let handle = self
            .account(&status.post.account)
            .map(|holder| holder.account.handle.clone());
        status.post.remote_id = id.to_string();
        status.post.url = format!("{}/@{}/{id}", self.url, handle.unwrap_or_default());
        status.note(media, call.at);
        let reply = Reply::ok(&self.status_json(&status));
        self.statuses.insert(id, status);
        reply
    }
}

fn check_text(text: &str, warning: &str, media_ids: &[String]) -> Result<(), Reply> {
    if text.trim().is_empty() && media_ids.is_empty() {
        return Err(invalid("Validation failed: Text can't be blank"));
    }
    if count(text, warning) > CHARACTER_LIMIT {
        return Err(invalid(&format!(
            "Validation failed: Text character limit of {CHARACTER_LIMIT} exceeded"
        )));
    }
    if media_ids.len() > MEDIA_LIMIT {
        return Err(invalid("Cannot attach more than 4 files"));
    }
    Ok(())
}

/// `media_attributes[]`: new descriptions for attachments that stay.
fn describe_anew(media: &mut [Media], call: &Call) {
    let attributes = call.json().and_then(|json| json["media_attributes"].as_array());
    for change in attributes.into_iter().flatten() {
        let changed = media
            .iter_mut()
            .find(|media| Some(media.id.as_str()) == change["id"].as_str());
        if let (Some(media), Some(description)) = (changed, change["description"].as_str()) {
            media.description = Some(description.to_owned());
        }
    }
}

fn is_true(value: Option<String>) -> bool {
    value.is_some_and(|value| value == "true" || value == "1")
}
