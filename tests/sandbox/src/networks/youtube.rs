//! YouTube in miniature: channels with videos.
//!
//! <https://developers.google.com/youtube/v3/docs>,
//! <https://developers.google.com/youtube/v3/guides/using_resumable_upload_protocol>

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use http::StatusCode;
use serde_json::{Value, json};

use super::google::{self, Refused, Tokens};
use super::timeline::Timeline;
use crate::account::Account;
use crate::call::{Body, Call};
use crate::clock::Clock;
use crate::fault::Operation;
use crate::post::{Clip, Post};
use crate::protocol::{Protocol, Refusal, Route};
use crate::reply::Reply;

/// What posting needs.
const SCOPE: &str = "https://www.googleapis.com/auth/youtube.force-ssl";
const TITLE_LIMIT: usize = 100;
const DESCRIPTION_LIMIT: usize = 5000;
const TAGS_LIMIT: usize = 500;
const PAGE_LIMIT: usize = 50;
/// Parts are multiples of this, but for the last.
const GRAIN: usize = 256 * 1024;
/// Videos that a project uploads in a day.
const UPLOADS_A_DAY: usize = 100;
/// Days end at midnight in California; in winter, which is near enough here.
const CALIFORNIA: TimeDelta = TimeDelta::hours(-8);

/// Every channel.
pub(crate) struct Channels {
    timeline: Timeline,
    tokens: Tokens,
    sessions: HashMap<String, Session>,
    views: HashMap<String, u64>,
}

/// A video on its way.
struct Session {
    account: Account,
    snippet: Value,
    size: usize,
    received: usize,
}

type Handle = fn(&mut Channels, &Call, &Account) -> Result<Reply, Refused>;

impl Protocol for Channels {
    fn open(url: &str, _: Clock) -> Self {
        Self {
            timeline: Timeline::new(url),
            tokens: Tokens::default(),
            sessions: HashMap::new(),
            views: HashMap::new(),
        }
    }

    fn settings(&self, account: &Account) -> Value {
        let url = &self.timeline.url;
        json!({ "channel": account.id, "api": format!("{url}/youtube/v3"), "uploads": format!("{url}/upload/youtube/v3"),
            "pages": url, "tokens": format!("{url}/token") })
    }

    fn route(&self, call: &Call) -> Option<Route<Self>> {
        let (operation, handle): (_, fn(&mut Self, &Call) -> Reply) = match (call.method.as_str(), &*call.segments()) {
            ("GET", ["o", "oauth2", "v2", "auth"]) => (Operation::SignIn, |here, call| {
                here.tokens.ask(&here.timeline, call, &[SCOPE])
            }),
            ("POST", ["token"]) if call.param("code").is_some() => (Operation::SignIn, |here, call| {
                here.tokens.agreed(&mut here.timeline, call)
            }),
            ("POST", ["token"]) => (Operation::SignIn, |here, call| here.tokens.renew(&here.timeline, call)),
            ("POST", ["upload", "youtube", "v3", "videos"]) => (Operation::Upload, |here, call| here.run(call, begin)),
            // The last part makes the video.
            ("PUT", ["upload", "session", _]) if range(call).is_some_and(|part| part.to == part.size) => {
                (Operation::Create, receive)
            }
            ("PUT", ["upload", "session", _]) => (Operation::Upload, receive),
            ("GET", ["youtube", "v3", "channels"]) => (Operation::Describe, |here, call| here.run(call, channel)),
            ("GET", ["youtube", "v3", "playlistItems"]) => (Operation::Read, |here, call| here.run(call, list)),
            ("GET", ["youtube", "v3", "videos"]) => (Operation::Read, |here, call| {
                here.run(call, |here, call, _| Ok(statistics(here, call)))
            }),
            ("PUT", ["youtube", "v3", "videos"]) => (Operation::Edit, |here, call| here.run(call, update)),
            ("DELETE", ["youtube", "v3", "videos"]) => (Operation::Delete, |here, call| here.run(call, delete)),
            ("GET", ["watch"]) => (Operation::Read, watch),
            _ => return None,
        };
        Some(Route { operation, handle })
    }

    fn refuse(&self, refusal: &Refusal, _call: &Call) -> Reply {
        google::refuse(refusal)
    }

    fn open_account(&mut self, handle: &str, name: &str) -> Account {
        let number = self.timeline.accounts().len();
        let id = format!("UCminiature{number:013}");
        self.timeline.open_account(id, handle, name, google::secret(number))
    }

    fn accounts(&self) -> Vec<Account> {
        self.timeline.accounts().to_vec()
    }

    fn revoke(&mut self, account: &str) {
        self.timeline.revoke(account);
    }

    fn posts(&self) -> Vec<Post> {
        self.timeline.posts.clone()
    }
}

impl Channels {
    /// Acts for whoever has the channel.
    fn run(&mut self, call: &Call, handle: Handle) -> Reply {
        match self.tokens.holder(&self.timeline, call) {
            Ok(account) => handle(self, call, &account).unwrap_or_else(Into::into).by(&account.id),
            Err(refused) => refused.into(),
        }
    }

    fn uploaded_on(&self, day: NaiveDate, account: &Account) -> usize {
        let posts = self.timeline.posts.iter();
        posts
            .filter(|post| post.account == account.id && pacific(post.created_at) == day)
            .count()
    }
}

fn pacific(at: DateTime<Utc>) -> NaiveDate {
    (at + CALIFORNIA).date_naive()
}

fn not_found() -> Refused {
    Refused::plain(404, "The video that you are trying to access cannot be found.")
}

/// A refusal as this interface words it: with a reason of its own.
fn reasoned(status: StatusCode, reason: &str, message: &str) -> Reply {
    let cause = json!({ "message": message, "domain": "youtube.video", "reason": reason });
    let error = json!({ "code": status.as_u16(), "message": message, "errors": [cause] });
    Reply::json(status, &json!({ "error": error }))
}

/// What of a file a part is.
struct Part {
    from: usize,
    to: usize,
    size: usize,
}

/// `bytes 0-524287/2000000`
fn range(call: &Call) -> Option<Part> {
    let (places, size) = call.header("content-range")?.strip_prefix("bytes ")?.split_once('/')?;
    let (from, last) = places.split_once('-')?;
    let last: usize = last.parse().ok()?;
    Some(Part {
        from: from.parse().ok()?,
        to: last.checked_add(1)?,
        size: size.parse().ok()?,
    })
}

/// `POST /upload/youtube/v3/videos?uploadType=resumable`
fn begin(here: &mut Channels, call: &Call, account: &Account) -> Result<Reply, Refused> {
    if call.param("uploadType").as_deref() != Some("resumable") {
        return Err(Refused::wrong("this miniature knows resumable uploads alone"));
    }
    if here.uploaded_on(pacific(call.at), account) >= UPLOADS_A_DAY {
        let message = "The request cannot be completed because you have exceeded your quota.";
        return Ok(reasoned(StatusCode::FORBIDDEN, "quotaExceeded", message));
    }
    let body = call.json().cloned().unwrap_or_default();
    if let Some(wrong) = wrong(&body["snippet"]) {
        return Ok(wrong);
    }
    if body["status"]["privacyStatus"] != "public" || body["status"]["selfDeclaredMadeForKids"] != false {
        return Err(Refused::wrong(
            "a town's video is public, and says that it is not for children",
        ));
    }
    let size = call
        .header("x-upload-content-length")
        .and_then(|size| size.parse().ok());
    let size = size.ok_or_else(|| Refused::wrong("X-Upload-Content-Length is missing"))?;
    let number = here.timeline.next_number();
    let session = Session {
        account: account.clone(),
        snippet: body["snippet"].clone(),
        size,
        received: 0,
    };
    let location = format!("{}/upload/session/{number}", here.timeline.url);
    here.sessions.insert(number.to_string(), session);
    Ok(Reply::ok(&Value::Null).header("location", location))
}

/// What is wrong with a title, a description or tags.
fn wrong(snippet: &Value) -> Option<Reply> {
    let text = |name: &str| snippet[name].as_str().unwrap_or_default();
    let refused = |reason: &str, message: &str| {
        let reply = reasoned(StatusCode::BAD_REQUEST, reason, message);
        Some(reply.violation(reason))
    };
    let bracketed = |text: &str| text.contains(['<', '>']);
    let (title, description) = (text("title"), text("description"));
    if title.is_empty() || title.chars().count() > TITLE_LIMIT || bracketed(title) {
        return refused(
            "invalidTitle",
            "The request metadata specifies an invalid or empty video title.",
        );
    }
    if description.len() > DESCRIPTION_LIMIT || bracketed(description) {
        return refused(
            "invalidDescription",
            "The request metadata specifies an invalid video description.",
        );
    }
    let tags = snippet["tags"].as_array().into_iter().flatten();
    let length: usize = tags
        .map(|tag| tag.as_str().unwrap_or_default().chars().count() + 1)
        .sum();
    if length > TAGS_LIMIT {
        return refused("invalidTags", "The request metadata specifies invalid video keywords.");
    }
    if snippet["categoryId"].as_str().is_none() {
        return refused(
            "invalidCategoryId",
            "The categoryId property specifies an invalid category ID.",
        );
    }
    None
}

/// `PUT` of a part, without a token: whoever knows the session may send.
fn receive(here: &mut Channels, call: &Call) -> Reply {
    let number = call.segment(2).to_owned();
    let Some(session) = here.sessions.get_mut(&number) else {
        return Refused::plain(404, "The upload session is not known.").into();
    };
    let bytes = match &call.body {
        Body::Raw(bytes) => bytes.len(),
        Body::Empty | Body::Json(_) | Body::Form { .. } | Body::Malformed(_) | Body::TooLarge => 0,
    };
    let fits = |part: &Part| {
        let whole = part.to == part.size || bytes.is_multiple_of(GRAIN);
        part.size == session.size
            && part.from == session.received
            && part.to.saturating_sub(part.from) == bytes
            && whole
    };
    let Some(part) = range(call).filter(fits) else {
        return Refused::wrong("Invalid range").into();
    };
    session.received = part.to;
    if part.to < part.size {
        let received = format!("bytes=0-{}", part.to.saturating_sub(1));
        return Reply::json(StatusCode::PERMANENT_REDIRECT, &Value::Null).header("range", received);
    }
    let Some(Session {
        account, snippet, size, ..
    }) = here.sessions.remove(&number)
    else {
        return not_found().into();
    };
    let id = format!("mini{:07}", here.timeline.next_number());
    let url = format!("{}/watch?v={id}", here.timeline.url);
    let mut post = Post::new(&account.id, id, url, String::new(), call.at);
    describe(&mut post, &snippet);
    post.text = text(&snippet, "description");
    post.video = Some(Clip {
        alt: None,
        bytes_len: size,
    });
    let answer = json!({ "kind": "youtube#video", "id": post.remote_id, "snippet": snippet,
        "status": { "uploadStatus": "uploaded", "privacyStatus": "public" } });
    here.timeline.posts.push(post);
    Reply::ok(&answer).by(&account.id)
}

fn text(snippet: &Value, name: &str) -> String {
    snippet[name].as_str().unwrap_or_default().to_owned()
}

/// All but the description.
fn describe(post: &mut Post, snippet: &Value) {
    post.title = Some(text(snippet, "title"));
    post.language = snippet["defaultLanguage"].as_str().map(str::to_owned);
}

fn channel(_: &mut Channels, call: &Call, account: &Account) -> Result<Reply, Refused> {
    if call.param("mine").as_deref() != Some("true") {
        return Err(Refused::wrong("No filter selected."));
    }
    let uploads = account.id.replacen("UC", "UU", 1);
    let item = json!({
        "id": account.id,
        "snippet": { "title": account.name, "customUrl": format!("@{}", account.handle) },
        "statistics": { "subscriberCount": "0", "hiddenSubscriberCount": false },
        "contentDetails": { "relatedPlaylists": { "uploads": uploads } },
    });
    Ok(Reply::ok(&json!({ "items": [item] })))
}

/// The channel's uploads, newest first.
fn list(here: &mut Channels, call: &Call, account: &Account) -> Result<Reply, Refused> {
    if call.param("playlistId") != Some(account.id.replacen("UC", "UU", 1)) {
        return Err(Refused::plain(
            404,
            "The playlist identified with the request cannot be found.",
        ));
    }
    let most = call.param("maxResults").and_then(|most| most.parse().ok()).unwrap_or(5);
    if most > PAGE_LIMIT {
        return Err(Refused::wrong("maxResults has a maximum of 50"));
    }
    let posts = here.timeline.posts.iter().rev();
    let items: Vec<Value> = posts
        .filter(|post| post.account == account.id && !post.deleted())
        .take(most)
        .map(|post| {
            json!({ "snippet": { "title": post.title, "description": post.text,
                "publishedAt": post.created_at.to_rfc3339(), "resourceId": { "videoId": post.remote_id } } })
        })
        .collect();
    Ok(Reply::ok(&json!({ "items": items })))
}

fn statistics(here: &mut Channels, call: &Call) -> Reply {
    let id = call.param("id").unwrap_or_default();
    let views = here.views.get(&id).copied().unwrap_or_default().to_string();
    let items: Vec<Value> = here
        .timeline
        .live(&id)
        .map(|post| {
            json!({ "id": post.remote_id,
                "statistics": { "viewCount": views, "likeCount": "0", "commentCount": "0" } })
        })
        .into_iter()
        .collect();
    Reply::ok(&json!({ "items": items }))
}

fn update(here: &mut Channels, call: &Call, account: &Account) -> Result<Reply, Refused> {
    let body = call.json().cloned().unwrap_or_default();
    let id = text(&body, "id");
    let post = here.timeline.live(&id).filter(|post| post.account == account.id);
    let post = post.ok_or_else(not_found)?;
    let snippet = &body["snippet"];
    if let Some(wrong) = wrong(snippet) {
        return Ok(wrong);
    }
    describe(post, snippet);
    let description = text(snippet, "description");
    if post.text != description {
        post.reword(description, call.at);
    }
    Ok(Reply::ok(&json!({ "id": id, "snippet": snippet })))
}

fn delete(here: &mut Channels, call: &Call, account: &Account) -> Result<Reply, Refused> {
    let id = call.param("id").unwrap_or_default();
    let post = here.timeline.live(&id).filter(|post| post.account == account.id);
    post.ok_or_else(not_found)?.deleted_at = Some(call.at);
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

/// Whoever opens the page has seen the video.
fn watch(here: &mut Channels, call: &Call) -> Reply {
    let id = call.param("v").unwrap_or_default();
    let Some(post) = here.timeline.live(&id).cloned() else {
        return not_found().into();
    };
    *here.views.entry(id).or_default() += 1;
    let author = here
        .timeline
        .accounts()
        .iter()
        .find(|account| account.id == post.account);
    Reply::permalink(author.map_or("", |author| &author.name), &post)
}
