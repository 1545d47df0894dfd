//! Discord in miniature: channels with a webhook each.
//!
//! <https://discord.com/developers/docs/resources/webhook>

use http::StatusCode;
use serde_json::{Value, json};

use super::timeline::{Holder, Timeline};
use crate::account::Account;
use crate::call::{Call, File};
use crate::clock::Clock;
use crate::fault::Operation;
use crate::gallery;
use crate::post::{Clip, Image, Post};
use crate::protocol::{Protocol, Refusal, Route};
use crate::reply::Reply;

const TEXT_LIMIT: usize = 2000;
const FILE_LIMIT: usize = 10 * 1024 * 1024;
const FILES_LIMIT: usize = 10;
const DESCRIPTION_LIMIT: usize = 1024;
/// Ids are snowflakes: numbers of 64 bits, written as text.
const FIRST_ID: u64 = 1_400_000_000_000_000_000;
const GUILD: &str = "1390000000000000001";

/// The server of the town.
pub(crate) struct Guild(Timeline);

type Handle = fn(&mut Guild, &Call, &Account) -> Result<Reply, Refused>;

/// A refusal: its status, its code, its sentence.
struct Refused(u16, u32, String, Option<&'static str>);

impl Refused {
    fn plain(status: u16, code: u32, sentence: &str) -> Self {
        Self(status, code, sentence.to_owned(), None)
    }

    /// What a correct client does not send.
    fn wrong(code: u32, sentence: &'static str) -> Self {
        Self(400, code, sentence.to_owned(), Some(sentence))
    }
}

impl From<Refused> for Reply {
    fn from(Refused(status, code, message, violation): Refused) -> Self {
        let mut body = json!({ "message": message, "code": code });
        if code == 50_035 {
            let errors = json!([{ "code": "INVALID", "message": message }]);
            body =
                json!({ "message": "Invalid Form Body", "code": code, "errors": { "content": { "_errors": errors } } });
        }
        let reply = Self::json(StatusCode::from_u16(status).unwrap_or_default(), &body);
        violation.into_iter().fold(reply, Self::violation)
    }
}

impl Protocol for Guild {
    fn open(url: &str, _: Clock) -> Self {
        Self(Timeline::new(url))
    }

    fn settings(&self, _: &Account) -> Value {
        json!({ "pages": self.0.url })
    }

    fn route(&self, call: &Call) -> Option<Route<Self>> {
        let (operation, handle): (_, fn(&mut Self, &Call) -> Reply) = match (call.method.as_str(), &*call.segments()) {
            ("GET", ["api", "webhooks", _, _]) => (Operation::Describe, |guild, call| {
                guild.run(call, |_, _, account| Ok(describe(account)))
            }),
            ("POST", ["api", "webhooks", _, _]) => (Operation::Create, |guild, call| guild.run(call, execute)),
            ("GET", ["api", "webhooks", _, _, "messages", _]) => (Operation::Read, |guild, call| guild.run(call, read)),
            ("PATCH", ["api", "webhooks", _, _, "messages", _]) => {
                (Operation::Edit, |guild, call| guild.run(call, edit))
            }
            ("DELETE", ["api", "webhooks", _, _, "messages", _]) => {
                (Operation::Delete, |guild, call| guild.run(call, delete))
            }
            ("GET", ["channels", _, _, _]) => (Operation::Read, page),
            _ => return None,
        };
        Some(Route { operation, handle })
    }

    fn refuse(&self, refusal: &Refusal, _call: &Call) -> Reply {
        match refusal {
            Refusal::RateLimited { retry_after_s } => Reply::json(
                StatusCode::TOO_MANY_REQUESTS,
                &json!({ "message": "You are being rate limited.", "retry_after": f64::from(u32::try_from(*retry_after_s).unwrap_or(u32::MAX)) - 0.25,
                    "global": false }),
            )
            .header("x-ratelimit-scope", "shared"),
            Refusal::ServerError => Refused::plain(500, 0, "500: Internal Server Error").into(),
            // A webhook does not expire: whoever runs the channel removes it.
            Refusal::TokenRevoked | Refusal::TokenExpired => unknown_webhook().into(),
            Refusal::Content(text) => Refused::plain(400, 200_000, text).into(),
            Refusal::UnknownRoute => Refused::plain(404, 0, "404: Not Found").into(),
        }
    }

    fn open_account(&mut self, handle: &str, name: &str) -> Account {
        let number = self.0.accounts().len();
        let id = (FIRST_ID + self.0.next_number()).to_string();
        let secret = format!("{}/api/webhooks/{id}/miniature-discord-token-{number}", self.0.url);
        self.0.open_account(id, handle, name, secret)
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

impl Guild {
    /// Acts for the webhook of the address.
    fn run(&mut self, call: &Call, handle: Handle) -> Reply {
        let secret = format!("{}/api/webhooks/{}/{}", self.0.url, call.segment(2), call.segment(3));
        let account = match self.0.holder(&secret) {
            Holder::Known(account) => account,
            Holder::Revoked(account) => return Reply::from(unknown_webhook()).by(&account.id),
            Holder::Nobody => return Reply::from(unknown_webhook()).violation("the address of no webhook"),
        };
        let answered = handle(self, call, &account);
        answered.unwrap_or_else(Into::into).by(&account.id)
    }
}

fn unknown_webhook() -> Refused {
    Refused::plain(404, 10_015, "Unknown Webhook")
}

fn describe(account: &Account) -> Reply {
    Reply::ok(
        &json!({ "id": account.id, "type": 1, "name": account.name, "avatar": null, "application_id": null,
        "channel_id": channel(account), "guild_id": GUILD }),
    )
}

fn execute(guild: &mut Guild, call: &Call, account: &Account) -> Result<Reply, Refused> {
    let body = payload(call).ok_or_else(|| Refused::wrong(50_109, "The request body contains invalid JSON."))?;
    let text = content(&body)?;
    let (images, video) = files(call, &body)?;
    if text.is_empty() && images.is_empty() && video.is_none() {
        return Err(Refused::wrong(50_006, "Cannot send an empty message"));
    }
    let id = (FIRST_ID + guild.0.next_number()).to_string();
    let url = format!("{}/channels/{GUILD}/{}/{id}", guild.0.url, channel(account));
    let post = Post::new(&account.id, id, url, text, call.at);
    let post = Post { images, video, ..post };
    let answer = message(&post, account);
    guild.0.posts.push(post);
    if call.param("wait").as_deref() != Some("true") {
        let nothing = Reply::json(StatusCode::NO_CONTENT, &Value::Null);
        return Ok(nothing.violation("without `wait` nobody learns what became of it"));
    }
    let reply = Reply::ok(&answer);
    let parsed = &body["allowed_mentions"]["parse"];
    if *parsed == json!([]) {
        Ok(reply)
    } else {
        Ok(reply.violation("whoever the text names is called"))
    }
}

/// The town's readers have put two signs under it.
fn read(guild: &mut Guild, call: &Call, account: &Account) -> Result<Reply, Refused> {
    let post = guild.0.live(call.segment(5)).ok_or_else(unknown_message)?;
    let mut told = message(post, account);
    told["reactions"] = json!([{ "count": 2, "emoji": { "name": "👍" } }, { "count": 1, "emoji": { "name": "❤" } }]);
    Ok(Reply::ok(&told))
}

fn edit(guild: &mut Guild, call: &Call, account: &Account) -> Result<Reply, Refused> {
    let body = payload(call).ok_or_else(|| Refused::wrong(50_109, "The request body contains invalid JSON."))?;
    let text = content(&body)?;
    let post = guild.0.live(call.segment(5)).ok_or_else(unknown_message)?;
    if post.text != text {
        post.reword(text, call.at);
    }
    Ok(Reply::ok(&message(post, account)))
}

fn delete(guild: &mut Guild, call: &Call, _: &Account) -> Result<Reply, Refused> {
    let post = guild.0.live(call.segment(5)).ok_or_else(unknown_message)?;
    post.deleted_at = Some(call.at);
    Ok(Reply::json(StatusCode::NO_CONTENT, &Value::Null))
}

fn page(guild: &mut Guild, call: &Call) -> Reply {
    let page = guild.0.page(call);
    page.unwrap_or_else(|| Refused::plain(404, 0, "404: Not Found").into())
}

fn unknown_message() -> Refused {
    Refused::plain(404, 10_008, "Unknown Message")
}

/// One channel for each webhook.
fn channel(account: &Account) -> String {
    format!("9{}", &account.id[1..])
}

fn payload(call: &Call) -> Option<Value> {
    let in_form = || serde_json::from_str(&call.param("payload_json")?).ok();
    call.json().cloned().or_else(in_form)
}

fn content(body: &Value) -> Result<String, Refused> {
    let text = body["content"].as_str().unwrap_or_default();
    if text.encode_utf16().count() > TEXT_LIMIT {
        return Err(Refused::wrong(50_035, "Must be 2000 or fewer in length."));
    }
    Ok(text.to_owned())
}

/// The files of a message, each with what `attachments` says of it. Readers see a video beside pictures.
fn files(call: &Call, body: &Value) -> Result<(Vec<Image>, Option<Clip>), Refused> {
    let (mut images, mut video) = (Vec::new(), None);
    while let Some(File {
        bytes, content_type, ..
    }) = call.file(&format!("files[{}]", images.len()))
    {
        let described = body["attachments"].as_array().into_iter().flatten();
        let mut described = described.filter(|item| item["id"] == json!(images.len()));
        let alt = described.next().and_then(|item| item["description"].as_str());
        let alt = alt.unwrap_or_default().to_owned();
        if alt.chars().count() > DESCRIPTION_LIMIT {
            return Err(Refused::wrong(50_035, "Must be 1024 or fewer in length."));
        }
        if bytes.len() > FILE_LIMIT {
            return Err(Refused(
                413,
                40_005,
                "Request entity too large".to_owned(),
                Some("too large"),
            ));
        }
        let bytes_len = bytes.len();
        if content_type.starts_with("video/") {
            let alt = Some(alt);
            video = Some(Clip { alt, bytes_len });
            break;
        }
        images.push(Image {
            alt,
            bytes_len,
            sha256: Some(gallery::name(bytes)),
            url: None,
        });
    }
    if images.len() > FILES_LIMIT {
        return Err(Refused::wrong(50_035, "Must be 10 or fewer in length."));
    }
    Ok((images, video))
}

fn message(post: &Post, account: &Account) -> Value {
    json!({ "id": post.remote_id, "type": 0, "channel_id": channel(account), "webhook_id": account.id, "content": post.text,
        "timestamp": post.created_at.to_rfc3339(), "edited_timestamp": post.edited_at.map(|at| at.to_rfc3339()) })
}
