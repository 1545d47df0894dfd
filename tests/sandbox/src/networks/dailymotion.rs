//! Dailymotion in miniature: channels with videos, behind the door of private keys and that of public ones.
//!
//! <https://developers.dailymotion.com/v0/docs/upload-videos>

use std::collections::HashMap;

use chrono::TimeDelta;
use http::StatusCode;
use serde_json::{Value, json};

use super::oauth::{Stranger, Tokens};
use super::timeline::Timeline;
use crate::account::Account;
use crate::call::Call;
use crate::clock::Clock;
use crate::fault::Operation;
use crate::post::{Clip, Post};
use crate::protocol::{Protocol, Refusal, Route};
use crate::reply::Reply;

const TITLE_LIMIT: usize = 255;
const DESCRIPTION_LIMIT: usize = 3000;
const PAGE_LIMIT: usize = 100;
const LIVES: TimeDelta = TimeDelta::hours(10);
/// The end of the handle of an account with a public key, whose owner signs in.
const PUBLIC: &str = "_public";
/// The end of the handle of an account that has uploaded enough.
const SPENT: &str = "_spent";

/// Every channel.
pub(crate) struct Channels {
    timeline: Timeline,
    tokens: Tokens,
    /// The size of each file that came, by where it is.
    files: HashMap<String, usize>,
    views: HashMap<String, u64>,
}

/// A refusal: its status, its type, its sentence.
struct Refused(StatusCode, &'static str, String);

type Handle = fn(&mut Channels, &Call, &Account) -> Result<Value, Refused>;

impl From<Refused> for Reply {
    fn from(Refused(status, kind, message): Refused) -> Self {
        let error = json!({ "code": status.as_u16(), "message": message, "type": kind,
            "error_data": { "reason": kind } });
        Self::json(status, &json!({ "error": error }))
    }
}

impl Protocol for Channels {
    fn open(url: &str, _: Clock) -> Self {
        Self {
            timeline: Timeline::new(url),
            tokens: Tokens::new("dm-", LIVES),
            files: HashMap::new(),
            views: HashMap::new(),
        }
    }

    fn settings(&self, account: &Account) -> Value {
        let url = &self.timeline.url;
        json!({ "channel": account.id, "api": format!("{url}/rest"), "tokens": format!("{url}/oauth/v1/token"),
            "pages": url })
    }

    fn route(&self, call: &Call) -> Option<Route<Self>> {
        let (operation, handle): (_, fn(&mut Self, &Call) -> Reply) = match (call.method.as_str(), &*call.segments()) {
            ("POST", ["oauth", "v1", "token"]) => (Operation::SignIn, sign_in),
            ("GET", ["rest", "file", "upload"]) => (Operation::Upload, |here, call| {
                here.run(call, |here, _, _| Ok(slot(here)))
            }),
            ("POST", ["upload", _]) => (Operation::Upload, receive),
            ("GET", ["rest", "user", _]) => (Operation::Describe, |here, call| here.run(call, user)),
            ("POST", ["rest", "user", _, "videos"]) => (Operation::Create, |here, call| here.run(call, create)),
            ("GET", ["rest", "user", _, "videos"]) => (Operation::Read, |here, call| here.run(call, list)),
            ("GET", ["rest", "video", _]) => (Operation::Read, |here, call| here.run(call, told)),
            ("POST", ["rest", "video", _]) => (Operation::Edit, |here, call| here.run(call, edit)),
            ("DELETE", ["rest", "video", _]) => (Operation::Delete, |here, call| here.run(call, delete)),
            ("GET", ["video", _]) => (Operation::Read, watch),
            _ => return None,
        };
        Some(Route { operation, handle })
    }

    fn refuse(&self, refusal: &Refusal, _call: &Call) -> Reply {
        let refused = |status, kind, sentence: &str| Refused(status, kind, sentence.to_owned()).into();
        match refusal {
            Refusal::RateLimited { retry_after_s } => {
                let reply: Reply = refused(
                    StatusCode::TOO_MANY_REQUESTS,
                    "rate_limit_exceeded",
                    "Too many requests.",
                );
                reply.header("retry-after", retry_after_s.to_string())
            }
            Refusal::ServerError => refused(StatusCode::INTERNAL_SERVER_ERROR, "server_error", "Internal error."),
            Refusal::TokenRevoked | Refusal::TokenExpired => refused(
                StatusCode::UNAUTHORIZED,
                "invalid_token",
                "The access token is invalid.",
            ),
            Refusal::Content(text) => refused(StatusCode::BAD_REQUEST, "invalid_parameter", text),
            Refusal::UnknownRoute => not_found().into(),
        }
    }

    fn open_account(&mut self, handle: &str, name: &str) -> Account {
        let number = self.timeline.accounts().len();
        let mut secret = json!({ "client_id": format!("key{number}"), "client_secret": "miniature" });
        if handle.ends_with(PUBLIC) {
            secret["username"] = json!(handle);
            secret["password"] = json!("beffroi");
        }
        self.timeline
            .open_account(format!("x{}", 1000 + number), handle, name, secret.to_string())
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
            Ok(account) => {
                let answered = handle(self, call, &account);
                let violation = match &answered {
                    Err(Refused(StatusCode::BAD_REQUEST, _, sentence)) => Some(sentence.clone()),
                    Ok(_) | Err(_) => None,
                };
                let reply = answered.map_or_else(Into::into, |answer| Reply::ok(&answer));
                violation.into_iter().fold(reply, Reply::violation).by(&account.id)
            }
            Err(Stranger(violation)) => {
                let reply: Reply = self.refuse(&Refusal::TokenExpired, call);
                violation.into_iter().fold(reply, Reply::violation)
            }
        }
    }

    /// The video that the address names.
    fn named(&mut self, call: &Call, account: &Account) -> Result<&mut Post, Refused> {
        let post = self.timeline.live(call.segment(2));
        post.filter(|post| post.account == account.id).ok_or_else(not_found)
    }
}

fn not_found() -> Refused {
    let sentence = "This object does not exist.".to_owned();
    Refused(StatusCode::NOT_FOUND, "not_found", sentence)
}

fn wrong(sentence: &str) -> Refused {
    Refused(StatusCode::BAD_REQUEST, "invalid_parameter", sentence.to_owned())
}

fn sign_in(here: &mut Channels, call: &Call) -> Reply {
    if call.param("scope").as_deref() != Some("manage_videos") {
        return Reply::from(wrong("a token without its scope")).violation("no scope");
    }
    let signing_in = call.param("username").is_some();
    let grant = if signing_in { "password" } else { "client_credentials" };
    here.tokens.renew(&here.timeline, call, &[grant])
}

fn user(_: &mut Channels, call: &Call, account: &Account) -> Result<Value, Refused> {
    if call.segment(2) != account.id {
        return Err(not_found());
    }
    Ok(json!({ "screenname": account.name, "url": null, "followers_total": 0 }))
}

fn slot(here: &mut Channels) -> Value {
    let (url, number) = (here.timeline.url.clone(), here.timeline.next_number());
    json!({ "upload_url": format!("{url}/upload/{number}"), "progress_url": format!("{url}/progress/{number}") })
}

/// The file, from whoever knows where it goes.
fn receive(here: &mut Channels, call: &Call) -> Reply {
    let Some(file) = call.file("file").filter(|file| file.content_type == "video/mp4") else {
        return Reply::from(wrong("no file")).violation("no video");
    };
    let url = format!("{}/file/{}.mp4", here.timeline.url, call.segment(1));
    here.files.insert(url.clone(), file.bytes.len());
    Reply::ok(&json!({ "format": "MPEG-4", "size": file.bytes.len(), "url": url }))
}

/// Whether a title and a description may stand.
fn checked(call: &Call) -> Result<(String, String), Refused> {
    let given = |name: &str| call.param(name).unwrap_or_default();
    let (title, description) = (given("title"), given("description"));
    if title.is_empty() || title.chars().count() > TITLE_LIMIT {
        return Err(wrong("The title of a video has a maximum of 255 characters."));
    }
    if description.chars().count() > DESCRIPTION_LIMIT {
        return Err(wrong("The description of a video has a maximum of 3000 characters."));
    }
    Ok((title, description))
}

fn create(here: &mut Channels, call: &Call, account: &Account) -> Result<Value, Refused> {
    if call.segment(2) != account.id {
        return Err(not_found());
    }
    let given = |name: &str| call.param(name).unwrap_or_default();
    let (title, description) = checked(call)?;
    if given("published") != "true" || given("is_created_for_kids") != "false" || given("channel").is_empty() {
        return Err(wrong("published, is_created_for_kids and channel are required"));
    }
    if account.handle.ends_with(SPENT) {
        let sentence = "You have reached the number of videos that can be uploaded in a day.";
        return Err(Refused(
            StatusCode::FORBIDDEN,
            "upload_limit_exceeded",
            sentence.to_owned(),
        ));
    }
    let size = here.files.get(&given("url")).copied();
    let size = size.ok_or_else(|| wrong("no file is there"))?;
    let id = format!("x{:x}", 0x90_0000 + here.timeline.next_number());
    let url = format!("{}/video/{id}", here.timeline.url);
    let mut post = Post::new(&account.id, id.clone(), url, description, call.at);
    post.title = Some(title);
    post.language = call.param("language");
    post.video = Some(Clip {
        alt: None,
        bytes_len: size,
    });
    here.timeline.posts.push(post);
    Ok(json!({ "id": id }))
}

/// The channel's videos, newest first.
fn list(here: &mut Channels, call: &Call, account: &Account) -> Result<Value, Refused> {
    let number = |name: &str| call.param(name).and_then(|value| value.parse::<i64>().ok());
    let most = number("limit")
        .and_then(|most| usize::try_from(most).ok())
        .unwrap_or(10);
    if most > PAGE_LIMIT {
        return Err(wrong("limit has a maximum of 100"));
    }
    let after = number("created_after").unwrap_or_default();
    let posts = here.timeline.posts.iter().rev();
    let ours = posts.filter(|post| post.account == account.id && !post.deleted());
    let videos: Vec<Value> = ours
        .filter(|post| post.created_at.timestamp() >= after)
        .take(most)
        .map(|post| {
            json!({ "id": post.remote_id, "title": post.title, "description": post.text,
                "created_time": post.created_at.timestamp() })
        })
        .collect();
    Ok(json!({ "page": 1, "limit": most, "has_more": false, "list": videos }))
}

fn told(here: &mut Channels, call: &Call, account: &Account) -> Result<Value, Refused> {
    let id = here.named(call, account)?.remote_id.clone();
    Ok(json!({ "views_total": here.views.get(&id).copied().unwrap_or_default() }))
}

fn edit(here: &mut Channels, call: &Call, account: &Account) -> Result<Value, Refused> {
    let (title, description) = checked(call)?;
    let post = here.named(call, account)?;
    post.title = Some(title);
    if post.text != description {
        post.reword(description, call.at);
    }
    Ok(json!({ "id": post.remote_id }))
}

fn delete(here: &mut Channels, call: &Call, account: &Account) -> Result<Value, Refused> {
    here.named(call, account)?.deleted_at = Some(call.at);
    Ok(json!({}))
}

/// Whoever opens the page has seen the video.
fn watch(here: &mut Channels, call: &Call) -> Reply {
    let Some(page) = here.timeline.page(call) else {
        return not_found().into();
    };
    *here.views.entry(call.segment(1).to_owned()).or_default() += 1;
    page
}
