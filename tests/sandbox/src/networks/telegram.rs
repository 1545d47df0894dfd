//! Telegram's Bot API in miniature: bots that administer a channel.
//!
//! <https://core.telegram.org/bots/api>

use chrono::{DateTime, TimeDelta, Utc};
use http::StatusCode;
use serde_json::{Value, json};

use super::timeline::{Holder, Timeline};
use crate::account::Account;
use crate::call::Call;
use crate::clock::Clock;
use crate::fault::Operation;
use crate::gallery;
use crate::post::{Clip, Image, Post};
use crate::protocol::{Protocol, Refusal, Route};
use crate::reply::Reply;

const TEXT_LIMIT: usize = 4096;
const CAPTION_LIMIT: usize = 1024;
const PHOTO_LIMIT: usize = 10 * 1024 * 1024;
const VIDEO_LIMIT: usize = 50_000_000;
const DELETABLE_FOR: TimeDelta = TimeDelta::hours(48);
/// Ids of channels are negative.
const FIRST_CHANNEL: i64 = -1_001_000_000_000;

/// Every bot and channel.
pub(crate) struct Bots(Timeline);

type Handle = fn(&mut Bots, &Call, &Account) -> Result<Value, Refused>;

/// A refusal: its status, and its sentence.
struct Refused(u16, String, Option<&'static str>);

impl Refused {
    /// What a correct client does not send.
    fn wrong(sentence: &'static str) -> Self {
        Self(400, format!("Bad Request: {sentence}"), Some(sentence))
    }

    fn plain(status: u16, sentence: &str) -> Self {
        Self(status, sentence.to_owned(), None)
    }
}

impl From<Refused> for Reply {
    fn from(Refused(status, description, violation): Refused) -> Self {
        let body = json!({ "ok": false, "error_code": status, "description": description });
        let reply = Self::json(StatusCode::from_u16(status).unwrap_or_default(), &body);
        violation.into_iter().fold(reply, Self::violation)
    }
}

impl Protocol for Bots {
    fn open(url: &str, _: Clock) -> Self {
        Self(Timeline::new(url))
    }

    fn settings(&self, account: &Account) -> Value {
        json!({ "channel": format!("@{}", account.handle), "api": self.0.url, "pages": self.0.url })
    }

    fn route(&self, call: &Call) -> Option<Route<Self>> {
        let method = match (call.method.as_str(), &*call.segments()) {
            ("POST" | "GET", [bot, method]) if bot.starts_with("bot") => *method,
            ("GET", [_, _]) => {
                let operation = Operation::Read;
                return Some(Route {
                    operation,
                    handle: page,
                });
            }
            _ => return None,
        };
        let (operation, handle): (_, fn(&mut Self, &Call) -> Reply) = match method {
            "getChat" => (Operation::Describe, |bots, call| bots.run(call, chat)),
            "getChatMemberCount" => (Operation::Describe, |bots, call| bots.run(call, members)),
            "sendMessage" => (Operation::Create, |bots, call| bots.run(call, send_message)),
            "sendPhoto" => (Operation::Create, |bots, call| bots.run(call, send_photo)),
            "sendVideo" => (Operation::Create, |bots, call| bots.run(call, send_video)),
            "sendMediaGroup" => (Operation::Create, |bots, call| bots.run(call, send_album)),
            "editMessageText" | "editMessageCaption" => (Operation::Edit, |bots, call| bots.run(call, edit)),
            "deleteMessage" => (Operation::Delete, |bots, call| bots.run(call, delete)),
            _ => return None,
        };
        Some(Route { operation, handle })
    }

    fn refuse(&self, refusal: &Refusal, _call: &Call) -> Reply {
        match refusal {
            Refusal::RateLimited { retry_after_s } => Reply::json(
                StatusCode::TOO_MANY_REQUESTS,
                &json!({ "ok": false, "error_code": 429, "parameters": { "retry_after": retry_after_s },
                    "description": format!("Too Many Requests: retry after {retry_after_s}") }),
            ),
            Refusal::ServerError => Refused::plain(500, "Internal Server Error").into(),
            // A token does not expire: the bot's owner replaces it.
            Refusal::TokenRevoked | Refusal::TokenExpired => Refused::plain(401, "Unauthorized").into(),
            Refusal::Content(text) => Refused::plain(400, &format!("Bad Request: {text}")).into(),
            Refusal::UnknownRoute => Refused::plain(404, "Not Found").into(),
        }
    }

    fn open_account(&mut self, handle: &str, name: &str) -> Account {
        let number = self.0.accounts().len();
        let id = FIRST_CHANNEL - i64::try_from(number).unwrap_or_default();
        let secret = format!("{}:miniature-telegram-bot-{number}", 700_000_000 + number);
        self.0.open_account(id.to_string(), handle, name, secret)
    }

    fn accounts(&self) -> Vec<Account> {
        self.0.accounts().to_vec()
    }

    fn revoke(&mut self, account: &str) {
        self.0.revoke(account);
    }

    fn posts(&self) -> Vec<Post> {
        self.0.posts.clone()
    }
}

impl Bots {
    /// Runs a method for the bot whose token stands in the address.
    fn run(&mut self, call: &Call, handle: Handle) -> Reply {
        let token = call.segment(0).trim_start_matches("bot").to_owned();
        let account = match self.0.holder(&token) {
            Holder::Known(account) => account,
            Holder::Revoked(account) => return Reply::from(Refused::plain(401, "Unauthorized")).by(&account.id),
            Holder::Nobody => return Reply::from(Refused(401, "Unauthorized".to_owned(), Some("a token of no bot"))),
        };
        let answered = handle(self, call, &account);
        let reply = answered.map_or_else(Into::into, |result| Reply::ok(&json!({ "ok": true, "result": result })));
        reply.by(&account.id)
    }

    fn keep(&mut self, account: &Account, text: String, images: Vec<Image>, at: DateTime<Utc>) -> &mut Post {
        let id = self.0.next_number().to_string();
        let url = format!("{}/{}/{id}", self.0.url, account.handle);
        let post = Post::new(&account.id, id, url, text, at);
        self.0.posts.push(Post { images, ..post });
        let last = self.0.posts.len() - 1;
        &mut self.0.posts[last]
    }
}

fn chat(_: &mut Bots, call: &Call, account: &Account) -> Result<Value, Refused> {
    in_channel(call, account)?;
    let mut full = channel(account);
    full["accent_color_id"] = json!(0);
    full["max_reaction_count"] = json!(11);
    full["accepted_gift_types"] = json!({ "unlimited_gifts": false, "limited_gifts": false, "unique_gifts": false,
        "premium_subscription": false, "gifts_from_channels": false });
    Ok(full)
}

fn members(_: &mut Bots, call: &Call, account: &Account) -> Result<Value, Refused> {
    in_channel(call, account)?;
    Ok(json!(0))
}

fn send_message(bots: &mut Bots, call: &Call, account: &Account) -> Result<Value, Refused> {
    in_channel(call, account)?;
    let text = worded(call, "text", TEXT_LIMIT, "message is too long")?;
    if text.is_empty() {
        return Err(Refused::wrong("message text is empty"));
    }
    let answered = call
        .json()
        .and_then(|json| json["reply_parameters"]["message_id"].as_i64());
    let answered = match answered.map(|id| id.to_string()) {
        Some(id) if bots.0.live(&id).is_none() => {
            return Err(Refused::plain(400, "Bad Request: message to be replied not found"));
        }
        answered => answered,
    };
    let post = bots.keep(account, text, Vec::new(), call.at);
    post.reply_to = answered;
    Ok(message(post, account))
}

fn send_photo(bots: &mut Bots, call: &Call, account: &Account) -> Result<Value, Refused> {
    in_channel(call, account)?;
    let caption = worded(call, "caption", CAPTION_LIMIT, "message caption is too long")?;
    let image = photo(call, "photo")?;
    Ok(message(bots.keep(account, caption, vec![image], call.at), account))
}

fn send_video(bots: &mut Bots, call: &Call, account: &Account) -> Result<Value, Refused> {
    in_channel(call, account)?;
    let caption = worded(call, "caption", CAPTION_LIMIT, "message caption is too long")?;
    let file = call.file("video");
    let file = file.ok_or_else(|| Refused::wrong("there is no video in the request"))?;
    if file.bytes.len() > VIDEO_LIMIT || file.content_type != "video/mp4" {
        return Err(Refused::wrong("file is too big, or no MP4"));
    }
    if ["width", "height", "duration"]
        .iter()
        .any(|name| call.param(name).is_none_or(|text| text.parse::<u32>().is_err()))
    {
        return Err(Refused::wrong("a video has its size and its length"));
    }
    let post = bots.keep(account, caption, Vec::new(), call.at);
    // There is no field for an alternative text.
    let (alt, bytes_len) = (None, file.bytes.len());
    post.video = Some(Clip { alt, bytes_len });
    Ok(message(post, account))
}

/// Every picture is a message; readers see one, under the first caption.
fn send_album(bots: &mut Bots, call: &Call, account: &Account) -> Result<Value, Refused> {
    in_channel(call, account)?;
    let media: Vec<Value> = call
        .param("media")
        .and_then(|media| serde_json::from_str(&media).ok())
        .ok_or_else(|| Refused::wrong("can't parse media JSON object"))?;
    if !(2..=10).contains(&media.len()) {
        return Err(Refused::wrong("there must be 2 to 10 items in an album"));
    }
    let caption = media[0]["caption"].as_str().unwrap_or_default().to_owned();
    if caption.encode_utf16().count() > CAPTION_LIMIT {
        return Err(Refused::wrong("message caption is too long"));
    }
    let names = media.iter().map(|item| {
        let name = item["media"].as_str().and_then(|name| name.strip_prefix("attach://"));
        name.ok_or_else(|| Refused::wrong("an item of the album names no file"))
    });
    let images: Result<Vec<Image>, Refused> = names.map(|name| photo(call, name?)).collect();
    let images = images?;
    let others = images.len() - 1;
    let post = bots.keep(account, caption, images, call.at);
    let mut album = vec![message(post, account)];
    for _ in 0..others {
        let mut next = album[0].clone();
        next["message_id"] = bots.0.next_number().into();
        album.push(next);
    }
    Ok(Value::from(album))
}

fn edit(bots: &mut Bots, call: &Call, account: &Account) -> Result<Value, Refused> {
    in_channel(call, account)?;
    let captioned = call.segment(1) == "editMessageCaption";
    let text = if captioned {
        worded(call, "caption", CAPTION_LIMIT, "message caption is too long")?
    } else {
        worded(call, "text", TEXT_LIMIT, "message is too long")?
    };
    let Some(post) = bots.0.live(&call.param("message_id").unwrap_or_default()) else {
        return Err(Refused::plain(400, "Bad Request: message to edit not found"));
    };
    if is_text(post) == captioned {
        return Err(Refused::wrong("there is no text in the message to edit"));
    }
    if post.text == text {
        let sentence = "Bad Request: message is not modified: specified new message content and reply markup are exactly \
                        the same as a current content and reply markup of the message";
        return Err(Refused::plain(400, sentence));
    }
    post.reword(text, call.at);
    Ok(message(post, account))
}

fn delete(bots: &mut Bots, call: &Call, account: &Account) -> Result<Value, Refused> {
    in_channel(call, account)?;
    let Some(post) = bots.0.live(&call.param("message_id").unwrap_or_default()) else {
        return Err(Refused::plain(400, "Bad Request: message to delete not found"));
    };
    if call.at - post.created_at > DELETABLE_FOR {
        return Err(Refused::wrong("message can't be deleted"));
    }
    post.deleted_at = Some(call.at);
    Ok(json!(true))
}

fn page(bots: &mut Bots, call: &Call) -> Reply {
    let page = bots.0.page(call);
    page.unwrap_or_else(|| Refused::plain(404, "Not Found").into())
}

/// A bot acts in its own channel.
fn in_channel(call: &Call, account: &Account) -> Result<(), Refused> {
    let named = call.param("chat_id").unwrap_or_default();
    if named == account.id || named == format!("@{}", account.handle) {
        Ok(())
    } else {
        Err(Refused::wrong("chat not found"))
    }
}

fn worded(call: &Call, name: &str, limit: usize, too_long: &'static str) -> Result<String, Refused> {
    let text = call.param(name).unwrap_or_default();
    if text.encode_utf16().count() > limit {
        Err(Refused::wrong(too_long))
    } else {
        Ok(text)
    }
}

fn photo(call: &Call, name: &str) -> Result<Image, Refused> {
    let file = call
        .file(name)
        .ok_or_else(|| Refused::wrong("there is no photo in the request"))?;
    if file.bytes.len() > PHOTO_LIMIT {
        return Err(Refused::wrong("file is too big"));
    }
    // There is no field for an alternative text.
    Ok(Image {
        alt: String::new(),
        bytes_len: file.bytes.len(),
        sha256: Some(gallery::name(&file.bytes)),
        url: None,
    })
}

/// Whether nothing but words stands there.
fn is_text(post: &Post) -> bool {
    post.images.is_empty() && post.video.is_none()
}

fn channel(account: &Account) -> Value {
    let id: i64 = account.id.parse().unwrap_or_default();
    json!({ "id": id, "title": account.name, "username": account.handle, "type": "channel" })
}

fn message(post: &Post, account: &Account) -> Value {
    let id: i64 = post.remote_id.parse().unwrap_or_default();
    let mut message = json!({ "message_id": id, "date": post.created_at.timestamp(), "chat": channel(account) });
    if is_text(post) {
        message["text"] = post.text.as_str().into();
    } else {
        message["caption"] = post.text.as_str().into();
    }
    message
}
