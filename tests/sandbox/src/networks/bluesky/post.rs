//! A record of `app.bsky.feed.post` as its readers see it.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::blob::Blob;
use super::record::{EXTERNAL, IMAGES, POST, VIDEO, WITH_MEDIA};
use super::repo::RecordKey;
use super::{Pds, text};
use crate::post::{Card, Clip, Image, Post};

impl Pds {
    /// Shows a new post, or the new wording of one.
    pub(super) fn show_post(&mut self, key: &RecordKey, record: &Value, at: DateTime<Utc>) {
        if key.collection != POST {
            return;
        }
        let mut shown = self.read_post(key, record, at);
        match self.live_post(&key.uri()) {
            Some(post) => {
                post.reword(std::mem::take(&mut shown.text), at);
                (post.images, post.card, post.language) = (shown.images, shown.card, shown.language);
                post.video = shown.video;
            }
            None => self.posts.push(shown),
        }
    }

    pub(super) fn withdraw_post(&mut self, key: &RecordKey, at: DateTime<Utc>) {
        if let Some(post) = self.live_post(&key.uri()) {
            post.deleted_at = Some(at);
        }
    }

    fn live_post(&mut self, uri: &str) -> Option<&mut Post> {
        self.posts
            .iter_mut()
            .find(|post| post.remote_id == uri && !post.deleted())
    }

    fn read_post(&self, key: &RecordKey, record: &Value, at: DateTime<Utc>) -> Post {
        let embed = match text(&record["embed"], "$type") {
            WITH_MEDIA => &record["embed"]["media"],
            _ => &record["embed"],
        };
        let handle = self
            .account(&key.did)
            .map(|account| account.handle.as_str())
            .unwrap_or_default();
        Post {
            account: key.did.clone(),
            remote_id: key.uri(),
            url: format!("{}/profile/{handle}/post/{}", self.url, key.rkey),
            text: text(record, "text").to_owned(),
            language: record["langs"][0].as_str().map(str::to_owned),
            title: None,
            images: self.images(embed),
            video: self.clip(embed),
            card: (text(embed, "$type") == EXTERNAL).then(|| self.card(&embed["external"])),
            reply_to: record["reply"]["parent"]["uri"].as_str().map(str::to_owned),
            created_at: at,
            edited_at: None,
            deleted_at: None,
            cost: None,
            history: Vec::new(),
        }
    }

    fn images(&self, embed: &Value) -> Vec<Image> {
        if text(embed, "$type") != IMAGES {
            return Vec::new();
        }
        let sent = |image: &Value| self.blob(&image["image"]);
        let images = embed["images"].as_array().into_iter().flatten();
        images
            .map(|image| Image {
                alt: text(image, "alt").to_owned(),
                bytes_len: sent(image).map_or(0, |blob| blob.bytes_len),
                sha256: sent(image).map(|blob| blob.sha256.clone()),
                url: None,
            })
            .collect()
    }

    fn clip(&self, embed: &Value) -> Option<Clip> {
        let blob = (text(embed, "$type") == VIDEO).then(|| self.blob(&embed["video"]))?;
        Some(Clip {
            bytes_len: blob.map_or(0, |blob| blob.bytes_len),
            alt: embed["alt"].as_str().map(str::to_owned),
        })
    }

    fn blob(&self, reference: &Value) -> Option<&Blob> {
        self.blobs.get(text(&reference["ref"], "$link"))
    }

    fn card(&self, external: &Value) -> Card {
        let part = |key: &str| external[key].as_str().map(str::to_owned);
        Card {
            url: text(external, "uri").to_owned(),
            title: part("title"),
            description: part("description"),
            picture: self.blob(&external["thumb"]).map(|blob| blob.sha256.clone()),
        }
    }
}
