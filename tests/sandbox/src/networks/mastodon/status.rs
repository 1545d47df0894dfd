//! One status, and how it is shown.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::super::readers::{LIKES, SHARES};
use super::media::Media;
use super::{Instance, iso, rendering};
use crate::post::{Card, Post};

#[derive(Debug, Clone)]
pub(super) struct Status {
    pub(super) post: Post,
    pub(super) warning: String,
    pub(super) sensitive: bool,
    pub(super) visibility: String,
    pub(super) media_ids: Vec<String>,
    /// Every wording, the first one and the present one included.
    pub(super) edits: Vec<Edit>,
}

#[derive(Debug, Clone)]
pub(super) struct Edit {
    text: String,
    warning: String,
    sensitive: bool,
    at: DateTime<Utc>,
    media: Vec<Media>,
}

impl Status {
    /// Notes the present wording in the history.
    pub(super) fn note(&mut self, media: &[Media], at: DateTime<Utc>) {
        self.media_ids = media.iter().map(|media| media.id.clone()).collect();
        self.post.images = media.iter().filter_map(Media::image).collect();
        self.post.video = media.iter().find_map(Media::clip);
        self.post.card = rendering::first_url(&self.post.text).map(|url| Card {
            url,
            title: None,
            description: None,
            picture: None,
        });
        self.edits.push(Edit {
            text: self.post.text.clone(),
            warning: self.warning.clone(),
            sensitive: self.sensitive,
            at,
            media: media.to_vec(),
        });
    }
}

impl Instance {
    pub(super) fn status_json(&self, status: &Status) -> Value {
        let Status {
            post,
            warning,
            sensitive,
            visibility,
            media_ids,
            ..
        } = status;
        let url = &self.url;
        let holder = self.account(&post.account);
        let handle = holder.map(|holder| holder.account.handle.as_str()).unwrap_or_default();
        let media: Vec<_> = media_ids
            .iter()
            .filter_map(|id| self.media.get(id))
            .map(|media| media.json(url))
            .collect();
        let parent = post.reply_to.as_deref().and_then(|id| self.status(id));
        json!({
            "id": post.remote_id, "created_at": iso(post.created_at), "in_reply_to_id": post.reply_to,
            "in_reply_to_account_id": parent.map(|parent| parent.post.account.as_str()),
            "sensitive": sensitive, "spoiler_text": warning, "visibility": visibility, "language": post.language,
            "uri": format!("{url}/users/{handle}/statuses/{}", post.remote_id), "url": post.url,
            "replies_count": self.replies_to(&post.remote_id).count(), "reblogs_count": SHARES, "favourites_count": LIKES,
            "quotes_count": 0, "edited_at": post.edited_at.map(iso), "favourited": false, "reblogged": false,
            "muted": false, "bookmarked": false, "pinned": false, "content": rendering::html(&post.text, url),
            "filtered": [], "reblog": null, "application": {"name": "Beffroi", "website": null},
            "account": holder.map(|holder| self.account_json(holder)), "media_attachments": media, "mentions": [],
            "tags": rendering::tags(&post.text, url), "emojis": [], "card": null, "poll": null, "quote": null,
            "quote_approval": {"automatic": ["public"], "manual": [], "current_user": "automatic"},
        })
    }

    pub(super) fn edit_json(&self, status: &Status, edit: &Edit) -> Value {
        let holder = self.account(&status.post.account);
        let media: Vec<_> = edit.media.iter().map(|media| media.json(&self.url)).collect();
        json!({
            "content": rendering::html(&edit.text, &self.url), "spoiler_text": edit.warning,
            "sensitive": edit.sensitive, "created_at": iso(edit.at),
            "account": holder.map(|holder| self.account_json(holder)),
            "media_attachments": media, "emojis": [], "quote": null,
        })
    }

    /// A status that has not been deleted.
    pub(super) fn status(&self, id: &str) -> Option<&Status> {
        self.statuses
            .get(&id.parse().ok()?)
            .filter(|status| !status.post.deleted())
    }

    pub(super) fn replies_to<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a Status> {
        self.statuses
            .values()
            .filter(move |status| status.post.reply_to.as_deref() == Some(id) && !status.post.deleted())
    }
}
