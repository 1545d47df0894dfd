//! A page's feed: posting to it, listing it.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::error::GraphError;
use super::node::{self, POST_FIELDS};
use super::page::{select, selected};
use super::{Graph, PagePost};
use crate::account::Account;
use crate::call::Call;
use crate::post::{Card, Image, Post};
use crate::reply::Reply;

const MESSAGE_LIMIT: usize = 63_206;
const PHOTOS_LIMIT: usize = 10;
const PAGE: usize = 25;
const LARGEST_PAGE: usize = 100;

pub(super) fn create(graph: &mut Graph, call: &Call, page: &Account) -> Result<Reply, GraphError> {
    owned(call, page)?;
    let message = call.param("message").unwrap_or_default();
    let link = call.param("link").filter(|link| !link.is_empty());
    let photo_ids = attached_media(call)?;
    check_message(&message)?;
    if message.is_empty() && link.is_none() && photo_ids.is_empty() {
        return Err(GraphError::parameter("Requires message, link or attached_media"));
    }
    if link.as_ref().is_some_and(|link| url::Url::parse(link).is_err()) {
        return Err(GraphError::parameter("link must be a valid URL"));
    }
    let images = graph.attachable(&photo_ids, page)?;
    if graph.is_repeated(&message, page) {
        return Err(GraphError::duplicate());
    }
    for id in &photo_ids {
        graph.photos.entry(id.clone()).and_modify(|photo| photo.attached = true);
    }
    let published = call.param("published").as_deref() != Some("false");
    let card = link.map(|url| Card {
        url,
        title: None,
        description: None,
        picture: None,
    });
    let post = graph.keep(page, message, card, images, published, call.at);
    let fields = call.param("fields").unwrap_or_default();
    select(&node::json(&PagePost { post, published }), &fields, "Post")
}

/// Newest first.
pub(super) fn list(graph: &mut Graph, call: &Call, page: &Account) -> Result<Reply, GraphError> {
    owned(call, page)?;
    let fields = call.param("fields").unwrap_or_else(|| POST_FIELDS.to_owned());
    let limit = call
        .param("limit")
        .and_then(|limit| limit.parse().ok())
        .unwrap_or(PAGE)
        .clamp(1, LARGEST_PAGE);
    let since = call.param("since").map(|since| moment(&since)).transpose()?;
    let until = call.param("until").map(|until| moment(&until)).transpose()?;
    let after = call.param("after");
    let visible = graph.posts.iter().rev().filter(|PagePost { post, published }| {
        *published
            && post.account == page.id
            && post.reply_to.is_none()
            && !post.deleted()
            && since.is_none_or(|since| post.created_at >= since)
            && until.is_none_or(|until| post.created_at <= until)
            && after.as_ref().is_none_or(|after| post.remote_id < *after)
    });
    let shown: Vec<_> = visible.take(limit).collect();
    let data = shown
        .iter()
        .map(|post| selected(&listed(post), &fields, "Post"))
        .collect::<Result<Vec<_>, _>>()?;
    let mut body = json!({"data": data});
    if let (Some(first), Some(last)) = (shown.first(), shown.last()) {
        body["paging"] = json!({"cursors": {"before": first.post.remote_id, "after": last.post.remote_id}});
    }
    Ok(Reply::ok(&body))
}

/// The post of the feed that shows a video has an id of its own.
fn listed(post: &PagePost) -> Value {
    let mut listed = node::json(post);
    let PagePost { post, .. } = post;
    if post.video.is_some() {
        listed["id"] = json!(format!("{}_{}", post.account, post.remote_id));
    }
    listed
}

/// The path must name the token's own page.
pub(super) fn owned(call: &Call, page: &Account) -> Result<(), GraphError> {
    match call.segment(1) {
        "me" => Ok(()),
        id if id == page.id => Ok(()),
        _ => Err(GraphError::permission(
            "The user hasn't authorized the application to perform this action",
        )),
    }
}

pub(super) fn check_message(message: &str) -> Result<(), GraphError> {
    if message.chars().count() > MESSAGE_LIMIT {
        return Err(GraphError::parameter(&format!(
            "Message is longer than {MESSAGE_LIMIT} characters"
        )));
    }
    Ok(())
}

/// `[{"media_fbid": "…"}]`, as JSON or as JSON in a form field, or `attached_media[0]={"media_fbid": "…"}`.
fn attached_media(call: &Call) -> Result<Vec<String>, GraphError> {
    let wrong = || GraphError::parameter("attached_media must be a list of objects with a media_fbid");
    let as_json = call.json().and_then(|json| json.get("attached_media")).cloned();
    let as_text = call
        .param("attached_media")
        .map(|text| serde_json::from_str::<Value>(&text));
    let numbered = || (0..=PHOTOS_LIMIT).map_while(|index| call.param(&format!("attached_media[{index}]")));
    let list = match (as_json.filter(Value::is_array), as_text) {
        (Some(list), _) => list,
        (None, Some(parsed)) => parsed.map_err(|_| wrong())?,
        (None, None) => numbered()
            .filter_map(|text| serde_json::from_str::<Value>(&text).ok())
            .collect(),
    };
    let list = list.as_array().ok_or_else(wrong)?;
    if list.len() > PHOTOS_LIMIT {
        return Err(GraphError::parameter("A post has at most 10 photos"));
    }
    list.iter()
        .map(|item| item["media_fbid"].as_str().map(str::to_owned).ok_or_else(wrong))
        .collect()
}

/// Unix seconds or ISO 8601.
fn moment(text: &str) -> Result<DateTime<Utc>, GraphError> {
    let unix = text
        .parse()
        .ok()
        .and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    let iso = || DateTime::parse_from_rfc3339(text).ok().map(|moment| moment.to_utc());
    unix.or_else(iso)
        .ok_or_else(|| GraphError::parameter("since and until must be times"))
}

impl Graph {
    fn attachable(&self, ids: &[String], page: &Account) -> Result<Vec<Image>, GraphError> {
        let usable = |id: &String| {
            self.photos
                .get(id)
                .filter(|photo| photo.page == page.id && !photo.attached)
        };
        let image = |id: &String| usable(id).map(super::Photo::image);
        let images: Option<Vec<_>> = ids.iter().map(image).collect();
        images.ok_or_else(|| GraphError::parameter("attached_media names a photo that is not there or is used already"))
    }

    /// Facebook refuses to say the same thing twice.
    fn is_repeated(&self, message: &str, page: &Account) -> bool {
        let same = |post: &Post| post.account == page.id && post.text == message && !post.deleted();
        !message.is_empty() && self.posts.iter().any(|post| same(&post.post))
    }

    pub(super) fn keep(
        &mut self,
        page: &Account,
        text: String,
        card: Option<Card>,
        images: Vec<Image>,
        published: bool,
        at: DateTime<Utc>,
    ) -> Post {
        let number = self.next_number();
        let post = Post {
            account: page.id.clone(),
            remote_id: format!("{}_{number}", page.id),
            url: format!("{}/{}/posts/{number}", self.url, page.handle),
            text,
            // Facebook guesses the language and tells nobody.
            language: None,
            title: None,
            images,
            video: None,
            card,
            reply_to: None,
            created_at: at,
            edited_at: None,
            deleted_at: None,
            cost: None,
            history: Vec::new(),
        };
        self.posts.push(PagePost {
            post: post.clone(),
            published,
        });
        post
    }
}
