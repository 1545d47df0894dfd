//! One post: reading, rewording, deleting it.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::super::readers::{LIKES, SHARES};
use super::error::GraphError;
use super::page::select;
use super::{Graph, PagePost, feed};
use crate::account::Account;
use crate::call::Call;
use crate::reply::Reply;

pub(super) const POST_FIELDS: &str = "created_time,message,id";

pub(super) fn show(graph: &mut Graph, call: &Call, _page: &Account) -> Result<Reply, GraphError> {
    let post = graph.live_post(call)?;
    let (mut shown, video) = (json(post), post.post.video.is_some().then(|| post.post.url.clone()));
    if let Some(url) = video {
        // As a thing of its own, a video tells its page without the host.
        let path = url::Url::parse(&url).map(|url| url.path().to_owned());
        shown["permalink_url"] = Value::from(path.unwrap_or_default());
    }
    let answers = graph
        .posts
        .iter()
        .filter(|other| other.post.reply_to.as_deref() == shown["id"].as_str() && !other.post.deleted());
    shown["comments"] = list(answers.count());
    select(&shown, call.param("fields").as_deref().unwrap_or(POST_FIELDS), "Post")
}

pub(super) fn update(graph: &mut Graph, call: &Call, page: &Account) -> Result<Reply, GraphError> {
    let post = graph.own_post(call, page)?;
    let name = if post.post.video.is_some() {
        "description"
    } else {
        "message"
    };
    let Some(message) = call.param(name) else {
        return Err(GraphError::parameter("Requires message, or description of a video"));
    };
    feed::check_message(&message)?;
    if post.post.text != message {
        post.post.reword(message, call.at);
    }
    Ok(success())
}

/// An answer under a post.
pub(super) fn comment(graph: &mut Graph, call: &Call, page: &Account) -> Result<Reply, GraphError> {
    let parent = graph.live_post(call)?.post.remote_id.clone();
    let Some(message) = call.param("message").filter(|message| !message.is_empty()) else {
        return Err(GraphError::parameter("Requires message"));
    };
    feed::check_message(&message)?;
    let mut post = graph.keep(page, message, None, Vec::new(), true, call.at);
    post.reply_to = Some(parent);
    if let Some(kept) = graph.posts.last_mut() {
        kept.post = post.clone();
    }
    let published = true;
    select(
        &json(&PagePost { post, published }),
        call.param("fields").as_deref().unwrap_or("id"),
        "Comment",
    )
}

/// A post, or a photo that no post shows.
pub(super) fn delete(graph: &mut Graph, call: &Call, page: &Account) -> Result<Reply, GraphError> {
    let id = call.segment(1);
    if graph.photos.get(id).is_some_and(|photo| photo.page == page.id) {
        graph.photos.remove(id);
        return Ok(success());
    }
    let post = graph.own_post(call, page)?;
    post.post.deleted_at = Some(call.at);
    Ok(success())
}

/// The public page of a post.
pub(super) fn page(graph: &mut Graph, call: &Call) -> Reply {
    let found = graph
        .posts
        .iter()
        .find(|post| post.published && post.post.url.ends_with(&call.path) && !post.post.deleted());
    let Some(PagePost { post, .. }) = found else {
        return GraphError::no_such_object(&call.method, call.segment(2)).into();
    };
    let author = graph.pages.iter().find(|page| page.id == post.account);
    Reply::permalink(author.map(|page| page.name.as_str()).unwrap_or_default(), post)
}

pub(super) fn json(PagePost { post, published }: &PagePost) -> Value {
    let images = post
        .images
        .iter()
        .map(|image| json!({"type": "photo", "description": image.alt}));
    let link = post.card.iter().map(|card| json!({"type": "share", "url": card.url}));
    let video = post.video.iter();
    let video = video.map(|_| json!({"type": "video_inline", "target": {"id": post.remote_id}}));
    let attachments: Vec<_> = images.chain(link).chain(video).collect();
    json!({
        "id": post.remote_id, "message": post.text, "permalink_url": post.url, "is_published": published,
        "created_time": time(post.created_at), "updated_time": time(post.edited_at.unwrap_or(post.created_at)),
        "from": {"id": post.account}, "attachments": {"data": attachments},
        "reactions": list(LIKES), "comments": null, "shares": {"count": SHARES},
    })
}

/// A list of which nobody asks more than how long it is.
fn list(length: usize) -> Value {
    json!({ "data": [], "summary": { "total_count": length } })
}

/// `2026-11-02T10:00:00+0000`.
fn time(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%S+0000").to_string()
}

fn success() -> Reply {
    Reply::ok(&json!({"success": true}))
}

impl Graph {
    fn live_post(&mut self, call: &Call) -> Result<&mut PagePost, GraphError> {
        let id = call.segment(1);
        let found = self
            .posts
            .iter_mut()
            .find(|post| post.post.remote_id == id && !post.post.deleted());
        found.ok_or_else(|| GraphError::no_such_object(&call.method, id))
    }

    fn own_post(&mut self, call: &Call, page: &Account) -> Result<&mut PagePost, GraphError> {
        let post = self.live_post(call)?;
        if post.post.account != page.id {
            return Err(GraphError::permission("Permissions error"));
        }
        Ok(post)
    }
}
