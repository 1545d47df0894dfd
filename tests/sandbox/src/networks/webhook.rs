//! A receiver of signed webhooks in miniature, and the webhooks of chat servers beside it.
//!
//! <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>

use std::collections::BTreeMap;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use http::StatusCode;
use ring::hmac;
use serde_json::{Value, json};

use super::timeline::{Holder, Timeline};
use crate::account::Account;
use crate::call::Call;
use crate::clock::Clock;
use crate::fault::Operation;
use crate::post::{Card, Image, Post};
use crate::protocol::{Protocol, Refusal, Route};
use crate::reply::Reply;

const TEXT_LIMIT: usize = 4000;
/// A signature is of now, or it is somebody else's, repeated.
const TOLERANCE_S: i64 = 5 * 60;
/// What is said of an event whose time is over.
pub const NOT_OF_NOW: &str = "an event has the time at which it is sent";
const CHATS: [&str; 4] = ["matrix", "mattermost", "rocket_chat", "teams"];

/// The receivers, one for each account.
pub(crate) struct Receivers {
    timeline: Timeline,
    /// What was answered to each event, by its id.
    answered: BTreeMap<String, Value>,
}

/// A refusal: its status, its sentence, and why a correct client would not have met it.
struct Refused(u16, String, Option<&'static str>);

impl Refused {
    fn plain(status: u16, sentence: &str) -> Self {
        Self(status, sentence.to_owned(), None)
    }

    fn wrong(status: u16, sentence: &'static str) -> Self {
        Self(status, sentence.to_owned(), Some(sentence))
    }
}

impl From<Refused> for Reply {
    fn from(Refused(status, error, violation): Refused) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or_default();
        let reply = Self::json(status, &json!({ "error": error }));
        violation.into_iter().fold(reply, Self::violation)
    }
}

impl Protocol for Receivers {
    fn open(url: &str, _: Clock) -> Self {
        Self {
            timeline: Timeline::new(url),
            answered: BTreeMap::new(),
        }
    }

    fn settings(&self, account: &Account) -> Value {
        json!({ "url": format!("{}/events/{}", self.timeline.url, account.id), "template": "generic" })
    }

    fn route(&self, call: &Call) -> Option<Route<Self>> {
        let event = || call.json().and_then(|json| json["type"].as_str());
        let (operation, handle): (_, fn(&mut Self, &Call) -> Reply) = match (call.method.as_str(), &*call.segments()) {
            ("POST", ["events", _]) => match event() {
                Some("post.published") => (Operation::Create, |here, call| here.take(call, published)),
                Some("post.amended") => (Operation::Edit, |here, call| here.take(call, amended)),
                Some("post.withdrawn") => (Operation::Delete, |here, call| here.take(call, withdrawn)),
                Some("ping") => (Operation::Describe, |here, call| {
                    here.take(call, |_, _, account, _| Ok(json!({ "name": account.name })))
                }),
                _ => return None,
            },
            ("POST", ["chat", kind, _]) if CHATS.contains(kind) => (Operation::Create, chat),
            ("GET", ["posts", _]) => (Operation::Read, page),
            _ => return None,
        };
        Some(Route { operation, handle })
    }

    fn refuse(&self, refusal: &Refusal, _call: &Call) -> Reply {
        match refusal {
            Refusal::RateLimited { retry_after_s } => {
                Reply::from(Refused::plain(429, "too many events")).header("retry-after", retry_after_s.to_string())
            }
            Refusal::ServerError => Refused::plain(500, "out of order").into(),
            Refusal::TokenRevoked | Refusal::TokenExpired => Refused::plain(401, "the signature is not ours").into(),
            Refusal::Content(text) => Refused::plain(422, text).into(),
            Refusal::UnknownRoute => Refused::plain(404, "nothing is received here").into(),
        }
    }

    fn open_account(&mut self, handle: &str, name: &str) -> Account {
        let number = self.timeline.accounts().len();
        let secret = BASE64_STANDARD.encode(format!("miniature webhook signing key {number}"));
        self.timeline
            .open_account(format!("r{number}"), handle, name, format!("whsec_{secret}"))
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

type Handle = fn(&mut Receivers, &Call, &Account, &Value) -> Result<Value, Refused>;

impl Receivers {
    /// An event that was told before is answered as it was then, and nothing happens.
    fn take(&mut self, call: &Call, handle: Handle) -> Reply {
        let accounts = self.timeline.accounts().iter();
        let Some(account) = accounts.clone().find(|account| account.id == call.segment(1)).cloned() else {
            return Refused::wrong(404, "nobody receives here").into();
        };
        if matches!(self.timeline.holder(&account.secret), Holder::Revoked(_)) {
            return Reply::from(Refused::plain(401, "the signature is not ours")).by(&account.id);
        }
        let taken = self.taken(call, &account, handle);
        let reply = taken.map_or_else(Into::into, |answer| Reply::ok(&answer));
        reply.by(&account.id)
    }

    fn taken(&mut self, call: &Call, account: &Account, handle: Handle) -> Result<Value, Refused> {
        let id = verified(call, account)?;
        if let Some(answer) = self.answered.get(&id) {
            return Ok(answer.clone());
        }
        let event = call.json().cloned().unwrap_or_default();
        let answer = handle(self, call, account, &event["data"])?;
        self.answered.insert(id, answer.clone());
        Ok(answer)
    }
}

/// The id of an event whose signature is the account's, and of now.
fn verified(call: &Call, account: &Account) -> Result<String, Refused> {
    let header = |name: &str| call.header(name).unwrap_or_default().to_owned();
    let (id, sent) = (header("webhook-id"), header("webhook-timestamp"));
    if id.is_empty() || id.contains('.') || header("idempotency-key") != id {
        return Err(Refused::wrong(400, "an event has an id"));
    }
    let age = sent.parse::<i64>().map(|sent| (call.at.timestamp() - sent).abs());
    if !age.is_ok_and(|age| age <= TOLERANCE_S) {
        return Err(Refused::wrong(400, NOT_OF_NOW));
    }
    let key = BASE64_STANDARD.decode(account.secret.trim_start_matches("whsec_"));
    let key = hmac::Key::new(hmac::HMAC_SHA256, &key.unwrap_or_default());
    let mut signed = format!("{id}.{sent}.").into_bytes();
    signed.extend_from_slice(&call.raw);
    let wrong = || Refused::wrong(401, "the signature is not ours");
    let signature = header("webhook-signature");
    let signature = signature.strip_prefix("v1,").ok_or_else(wrong)?;
    let signature = BASE64_STANDARD.decode(signature).map_err(|_| wrong())?;
    hmac::verify(&key, &signed, &signature).map_err(|_| wrong())?;
    Ok(id)
}

fn published(here: &mut Receivers, call: &Call, account: &Account, data: &Value) -> Result<Value, Refused> {
    let text = worded(data)?;
    let pictures = data["pictures"].as_array().into_iter().flatten();
    let images = pictures.map(|picture| image(picture, "url", "alt")).collect();
    let mut post = here.keep(account, text, images, call);
    post.title = data["title"].as_str().map(str::to_owned);
    post.language = data["language"].as_str().map(str::to_owned);
    post.card = data["link"].as_str().map(|url| Card {
        url: url.to_owned(),
        title: None,
        description: None,
        picture: None,
    });
    let answer = json!({ "id": post.remote_id, "url": post.url });
    here.timeline.posts.push(post);
    Ok(answer)
}

fn amended(here: &mut Receivers, call: &Call, _: &Account, data: &Value) -> Result<Value, Refused> {
    let text = worded(data)?;
    let post = here.timeline.live(data["post"].as_str().unwrap_or_default());
    let post = post.ok_or_else(|| Refused::plain(410, "the post is gone"))?;
    if post.text != text {
        post.reword(text, call.at);
    }
    Ok(json!({ "id": post.remote_id }))
}

fn withdrawn(here: &mut Receivers, call: &Call, _: &Account, data: &Value) -> Result<Value, Refused> {
    let post = here.timeline.live(data["post"].as_str().unwrap_or_default());
    let post = post.ok_or_else(|| Refused::plain(410, "the post is gone"))?;
    post.deleted_at = Some(call.at);
    Ok(json!({ "id": post.remote_id }))
}

/// A chat server shows what it is sent, in the form that is its own.
fn chat(here: &mut Receivers, call: &Call) -> Reply {
    let Some(account) = here.timeline.accounts().first().cloned() else {
        return Refused::wrong(404, "no such webhook").into();
    };
    let body = call.json().cloned().unwrap_or_default();
    let (text, images) = match call.segment(1) {
        "teams" => card(&body),
        "matrix" => (
            body["html"].as_str().and(body["text"].as_str()).map(str::to_owned),
            Vec::new(),
        ),
        "mattermost" => (body["text"].as_str().map(str::to_owned), attached(&body, "fallback")),
        _ => (body["text"].as_str().map(str::to_owned), attached(&body, "title")),
    };
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return Reply::from(Refused::wrong(400, "no message in it")).by(&account.id);
    };
    let post = here.keep(&account, text, images, call);
    here.timeline.posts.push(post);
    Reply::ok(&json!({ "ok": true })).by(&account.id)
}

/// The lines and pictures of an Adaptive Card.
fn card(body: &Value) -> (Option<String>, Vec<Image>) {
    let attachment = &body["attachments"][0];
    let adaptive = attachment["contentType"] == "application/vnd.microsoft.card.adaptive";
    let elements = attachment["content"]["body"].as_array();
    let Some(elements) = elements.filter(|_| adaptive && body["type"] == "message") else {
        return (None, Vec::new());
    };
    let of = |kind: &'static str| elements.iter().filter(move |element| element["type"] == kind);
    let lines: Vec<&str> = of("TextBlock").filter_map(|line| line["text"].as_str()).collect();
    let images = of("Image").map(|picture| image(picture, "url", "altText")).collect();
    (Some(lines.join("\n")), images)
}

fn attached(body: &Value, description: &str) -> Vec<Image> {
    let attachments = body["attachments"].as_array().into_iter().flatten();
    let pictures = attachments.filter(|attachment| attachment["image_url"].is_string());
    pictures
        .map(|picture| image(picture, "image_url", description))
        .collect()
}

/// Whoever shows it fetches it.
fn image(picture: &Value, url: &str, alt: &str) -> Image {
    Image {
        alt: picture[alt].as_str().unwrap_or_default().to_owned(),
        bytes_len: 0,
        sha256: None,
        url: picture[url].as_str().map(str::to_owned),
    }
}

impl Receivers {
    fn keep(&mut self, account: &Account, text: String, images: Vec<Image>, call: &Call) -> Post {
        let id = format!("p{}", self.timeline.next_number());
        let url = format!("{}/posts/{id}", self.timeline.url);
        let post = Post::new(&account.id, id, url, text, call.at);
        Post { images, ..post }
    }
}

fn worded(data: &Value) -> Result<String, Refused> {
    let text = data["text"].as_str().unwrap_or_default();
    match text.encode_utf16().count() {
        0 => Err(Refused::wrong(422, "a post without a text")),
        length if length > TEXT_LIMIT => Err(Refused::wrong(422, "the text is too long")),
        _ => Ok(text.to_owned()),
    }
}

fn page(here: &mut Receivers, call: &Call) -> Reply {
    let page = here.timeline.page(call);
    page.unwrap_or_else(|| Refused::plain(404, "no such post").into())
}
