//! LinkedIn in miniature: pages of organisations, and those who post for them.
//!
//! <https://learn.microsoft.com/linkedin/marketing/community-management/shares/posts-api>

mod consent;
mod little;
mod media;
mod statistics;

use std::collections::HashMap;

use http::StatusCode;
use serde_json::{Value, json};

use super::timeline::{Holder, Timeline};
use crate::account::Account;
use crate::call::Call;
use crate::clock::Clock;
use crate::fault::Operation;
use crate::post::{Card, Clip, Image, Post};
use crate::protocol::{Protocol, Refusal, Route};
use crate::reply::Reply;
use consent::Given;
use media::Uploaded;

/// The one version of the API that is alive here.
const VERSION: &str = "202606";
const TEXT_LIMIT: usize = 3_000;
const COMMENT_LIMIT: usize = 1_250;
const IMAGES: std::ops::RangeInclusive<usize> = 2..=20;

/// Every page, and what was uploaded for it.
pub(crate) struct Organisations {
    line: Timeline,
    given: Given,
    media: HashMap<String, Uploaded>,
    polls_of_next: u32,
}

/// What a post shows: pictures, a video, or a card.
type Content = (Vec<Image>, Option<Clip>, Option<Card>);

type Handle = fn(&mut Organisations, &Call, &Account) -> Result<Reply, Refused>;

/// A refusal: its status, its code, its sentence; and whether a correct client never meets it.
struct Refused(u16, &'static str, String, bool);

impl Refused {
    /// What a correct client does not send.
    fn invalid(sentence: &str) -> Self {
        Self(422, "INVALID_CONTENT", sentence.to_owned(), true)
    }

    fn plain(status: u16, code: &'static str, sentence: &str) -> Self {
        Self(status, code, sentence.to_owned(), false)
    }

    fn token() -> Self {
        Self::plain(
            401,
            "REVOKED_ACCESS_TOKEN",
            "The token used in the request has been revoked by the user",
        )
    }

    fn missing() -> Self {
        Self::plain(404, "NOT_FOUND", "Not found")
    }
}

impl From<Refused> for Reply {
    fn from(Refused(status, code, message, violation): Refused) -> Self {
        let body = json!({ "status": status, "code": code, "message": message });
        let reply = Self::json(StatusCode::from_u16(status).unwrap_or_default(), &body);
        if violation { reply.violation(message) } else { reply }
    }
}

impl Protocol for Organisations {
    fn open(url: &str, _: Clock) -> Self {
        Self {
            line: Timeline::new(url),
            given: Given::default(),
            media: HashMap::new(),
            polls_of_next: 0,
        }
    }

    fn settings(&self, account: &Account) -> Value {
        json!({ "organization": account.id, "version": VERSION, "api": self.line.url, "pages": self.line.url })
    }

    fn route(&self, call: &Call) -> Option<Route<Self>> {
        let partial = call.header("x-restli-method") == Some("PARTIAL_UPDATE");
        let (operation, handle): (_, fn(&mut Self, &Call) -> Reply) = match (call.method.as_str(), &*call.segments()) {
            ("GET", ["oauth", "v2", "authorization"]) => (Operation::SignIn, consent::ask),
            ("POST", ["oauth", "v2", "accessToken"]) => (Operation::SignIn, consent::token),
            ("GET", ["rest", "organizations", _]) => (Operation::Describe, |it, call| it.run(call, organisation)),
            ("GET", ["rest", "organizationalEntityShareStatistics"]) => {
                (Operation::Read, |it, call| it.run(call, statistics::tell))
            }
            ("POST", ["rest", "images"]) => (Operation::Upload, |it, call| it.run(call, media::start)),
            ("POST", ["rest", "videos"]) => (Operation::Upload, |it, call| it.run(call, media::film)),
            ("PUT", ["upload", ..]) => (Operation::Upload, |it, call| it.run(call, media::upload)),
            ("GET", ["rest", "images" | "videos", _]) => (Operation::Read, |it, call| it.run(call, media::show)),
            ("POST", ["rest", "posts"]) => (Operation::Create, |it, call| it.run(call, create)),
            ("GET", ["rest", "posts"]) => (Operation::Read, |it, call| it.run(call, list)),
            ("POST", ["rest", "posts", _]) if partial => (Operation::Edit, |it, call| it.run(call, edit)),
            ("DELETE", ["rest", "posts", _]) => (Operation::Delete, |it, call| it.run(call, delete)),
            ("POST", ["rest", "socialActions", _, "comments"]) => (Operation::Create, |it, call| it.run(call, comment)),
            ("DELETE", ["rest", "socialActions", _, "comments", _]) => {
                (Operation::Delete, |it, call| it.run(call, uncomment))
            }
            ("GET", ["feed", "update", _]) => (Operation::Read, page),
            _ => return None,
        };
        Some(Route { operation, handle })
    }

    fn refuse(&self, refusal: &Refusal, _: &Call) -> Reply {
        match refusal {
            Refusal::RateLimited { retry_after_s } => {
                let sentence = "Resource level throttle limit for calls to this resource is reached.";
                let reply = Reply::from(Refused::plain(429, "TOO_MANY_REQUESTS", sentence));
                reply.header("retry-after", retry_after_s.to_string())
            }
            Refusal::ServerError => Refused::plain(500, "INTERNAL_SERVER_ERROR", "Internal Server Error").into(),
            Refusal::TokenRevoked | Refusal::TokenExpired => Refused::token().into(),
            Refusal::Content(text) => Refused::plain(422, "INVALID_CONTENT", text).into(),
            Refusal::UnknownRoute => Refused::plain(404, "RESOURCE_NOT_FOUND", "No virtual resource found").into(),
        }
    }

    fn open_account(&mut self, handle: &str, name: &str) -> Account {
        let number = self.line.accounts().len();
        let (id, secret) = (5_515_000 + number, format!("AQVminiature{number}"));
        self.line.open_account(id.to_string(), handle, name, secret)
    }

    fn accounts(&self) -> Vec<Account> {
        self.line.accounts().to_vec()
    }

    fn revoke(&mut self, account: &str) {
        self.line.revoke(account);
    }

    fn posts(&self) -> Vec<Post> {
        self.line.posts.clone()
    }

    fn process_next_upload(&mut self, polls: u32) {
        self.polls_of_next = polls;
    }
}

impl Organisations {
    fn run(&mut self, call: &Call, handle: Handle) -> Reply {
        let account = match self.holder(call) {
            Holder::Known(account) => account,
            Holder::Revoked(account) => return Reply::from(Refused::token()).by(&account.id),
            Holder::Nobody => return Reply::from(Refused::token()).violation("a token of nobody"),
        };
        let answered = spoken(call).and_then(|()| handle(self, call, &account));
        answered.unwrap_or_else(Into::into).by(&account.id)
    }

    fn content(&self, content: &Value) -> Result<Content, Refused> {
        if let Some(article) = content.get("article") {
            let text = |name: &str| article[name].as_str().map(str::to_owned);
            let (Some(url), Some(title)) = (text("source"), text("title")) else {
                return Err(Refused::invalid("an article has a source and a title"));
            };
            let picture = self.media.get(article["thumbnail"].as_str().unwrap_or_default());
            let card = Card {
                picture: picture.and_then(|uploaded| uploaded.sha256.clone()),
                url,
                title: Some(title),
                description: text("description"),
            };
            return Ok((Vec::new(), None, Some(card)));
        }
        if let Some(images) = content["multiImage"]["images"].as_array() {
            if !IMAGES.contains(&images.len()) {
                return Err(Refused::invalid("multiImage has 2 to 20 images"));
            }
            let images: Result<Vec<_>, _> = images.iter().map(|image| self.shown(image)).collect();
            return Ok((images?, None, None));
        }
        if content["media"].is_object() {
            return Ok(match self.played(&content["media"])? {
                Some(clip) => (Vec::new(), Some(clip), None),
                None => (vec![self.shown(&content["media"])?], None, None),
            });
        }
        Ok((Vec::new(), None, None))
    }

    fn own(&mut self, urn: &str, account: &Account) -> Result<&mut Post, Refused> {
        let post = self.line.live(urn).filter(|post| post.account == account.id);
        post.ok_or_else(Refused::missing)
    }
}

/// The version of the API, on every call but the upload's.
fn spoken(call: &Call) -> Result<(), Refused> {
    if call.segment(0) == "upload" {
        return Ok(());
    }
    match call.header("linkedin-version") {
        Some(VERSION) => {}
        version => {
            let sentence = format!("Requested version {} is not active", version.unwrap_or_default());
            return Err(Refused::plain(426, "NONEXISTENT_VERSION", &sentence));
        }
    }
    if call.header("x-restli-protocol-version") == Some("2.0.0") {
        Ok(())
    } else {
        Err(Refused::invalid("X-Restli-Protocol-Version must be 2.0.0"))
    }
}

/// A segment of the path, decoded.
fn segment(call: &Call, index: usize) -> String {
    let raw = format!("s={}", call.segment(index));
    let mut pairs = url::form_urlencoded::parse(raw.as_bytes());
    pairs.next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

fn organisation(_: &mut Organisations, call: &Call, account: &Account) -> Result<Reply, Refused> {
    if call.segment(2) != account.id {
        return Err(Refused::plain(
            403,
            "ACCESS_DENIED",
            "Not enough permissions to access: organizations",
        ));
    }
    Ok(Reply::ok(
        &json!({ "id": account.id, "localizedName": account.name, "vanityName": account.handle }),
    ))
}

fn create(it: &mut Organisations, call: &Call, account: &Account) -> Result<Reply, Refused> {
    let body = call.json().ok_or_else(|| Refused::invalid("the body is no JSON"))?;
    let fixed = [
        ("author", json!(urn(account))),
        ("visibility", json!("PUBLIC")),
        ("lifecycleState", json!("PUBLISHED")),
    ];
    if fixed.iter().any(|(name, value)| body[*name] != *value) || !body["distribution"].is_object() {
        return Err(Refused::invalid(
            "author, visibility, distribution and lifecycleState are required",
        ));
    }
    let text = worded(&body["commentary"])?;
    let (images, video, card) = it.content(&body["content"])?;
    let mut posts = it.line.posts.iter();
    let same = posts.find(|post| {
        post.account == account.id
            && !post.deleted()
            && post.reply_to.is_none()
            && post.text == text
            && post.card == card
    });
    if let Some(same) = same {
        let sentence = format!("Content is a duplicate of {}", same.remote_id);
        return Err(Refused::plain(422, "DUPLICATE_POST", &sentence));
    }
    let id = format!("urn:li:share:{}", 7_200_000_000_000_000_000 + it.line.next_number());
    let url = format!("{}/feed/update/{id}", it.line.url);
    let mut post = Post::new(&account.id, id.clone(), url, text, call.at);
    (post.images, post.video, post.card) = (images, video, card);
    it.line.posts.push(post);
    Ok(Reply::json(StatusCode::CREATED, &Value::Null).header("x-restli-id", id))
}

fn worded(commentary: &Value) -> Result<String, Refused> {
    let (text, truncated) = little::read(commentary.as_str().unwrap_or_default());
    if truncated {
        return Err(Refused::invalid("an unescaped sign: the text would be cut here"));
    }
    if text.chars().count() > TEXT_LIMIT {
        return Err(Refused::invalid(
            "commentary exceeds the maximum length of 3000 characters",
        ));
    }
    Ok(text)
}

/// Newest first.
fn list(it: &mut Organisations, call: &Call, account: &Account) -> Result<Reply, Refused> {
    let asked = (call.param("q"), call.param("author"));
    if asked != (Some("author".to_owned()), Some(urn(account))) || call.header("x-restli-method") != Some("FINDER") {
        return Err(Refused::invalid(
            "posts are found by their author, with the method FINDER",
        ));
    }
    let count = call.param("count").and_then(|count| count.parse().ok()).unwrap_or(10);
    let posts = it.line.posts.iter().rev();
    let shown = posts.filter(|post| post.account == account.id && !post.deleted() && post.reply_to.is_none());
    let elements = shown.take(count).map(|post| {
        json!({ "id": post.remote_id, "author": urn(account), "commentary": little::write(&post.text),
            "createdAt": post.created_at.timestamp_millis(), "lifecycleState": "PUBLISHED" })
    });
    Ok(Reply::ok(
        &json!({ "elements": elements.collect::<Vec<_>>(), "paging": { "start": 0, "count": count } }),
    ))
}

fn edit(it: &mut Organisations, call: &Call, account: &Account) -> Result<Reply, Refused> {
    let urn = segment(call, 2);
    let set = call.json().map_or(Value::Null, |json| json["patch"]["$set"].clone());
    let text = worded(&set["commentary"])?;
    let post = it.own(&urn, account)?;
    if post.text != text {
        post.reword(text, call.at);
    }
    Ok(Reply::json(StatusCode::NO_CONTENT, &Value::Null))
}

fn delete(it: &mut Organisations, call: &Call, account: &Account) -> Result<Reply, Refused> {
    let urn = segment(call, 2);
    it.own(&urn, account)?.deleted_at = Some(call.at);
    Ok(Reply::json(StatusCode::NO_CONTENT, &Value::Null))
}

fn comment(it: &mut Organisations, call: &Call, account: &Account) -> Result<Reply, Refused> {
    let object = segment(call, 2);
    it.own(&object, account)?;
    let body = call.json().ok_or_else(|| Refused::invalid("the body is no JSON"))?;
    let text = body["message"]["text"].as_str().unwrap_or_default();
    if text.is_empty() || text.chars().count() > COMMENT_LIMIT || body["actor"] != json!(urn(account)) {
        return Err(Refused::invalid(
            "a comment has an actor, and a text of at most 1250 characters",
        ));
    }
    let number = it.line.next_number();
    let id = format!("urn:li:comment:({object},{number})");
    let url = format!("{}/feed/update/{object}?comment={number}", it.line.url);
    let mut post = Post::new(&account.id, id.clone(), url, text.to_owned(), call.at);
    post.reply_to = Some(object.clone());
    it.line.posts.push(post);
    Ok(Reply::json(
        StatusCode::CREATED,
        &json!({ "id": number.to_string(), "commentUrn": id, "object": object }),
    ))
}

fn uncomment(it: &mut Organisations, call: &Call, account: &Account) -> Result<Reply, Refused> {
    let urn = format!("urn:li:comment:({},{})", segment(call, 2), segment(call, 4));
    it.own(&urn, account)?.deleted_at = Some(call.at);
    Ok(Reply::json(StatusCode::NO_CONTENT, &Value::Null))
}

fn page(it: &mut Organisations, call: &Call) -> Reply {
    it.line.page(call).unwrap_or_else(|| Refused::missing().into())
}

fn urn(account: &Account) -> String {
    format!("urn:li:organization:{}", account.id)
}
