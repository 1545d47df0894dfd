//! Slack's Web API in miniature: a workspace with a channel for each bot.
//!
//! <https://docs.slack.dev/reference/methods>

use chrono::{DateTime, TimeDelta};
use http::StatusCode;
use serde_json::{Value, json};

use super::consent::{Consents, Rules};
use super::timeline::{Holder, Timeline};
use crate::account::Account;
use crate::call::{Body, Call};
use crate::clock::Clock;
use crate::fault::Operation;
use crate::post::{Image, Post};
use crate::protocol::{Protocol, Refusal, Route};
use crate::reply::Reply;

const TEXT_LIMIT: usize = 40_000;
/// An edit takes less than a message.
const EDIT_LIMIT: usize = 4000;
const SECTION_LIMIT: usize = 3000;
const ALT_LIMIT: usize = 2000;
const BLOCKS_LIMIT: usize = 50;

/// <https://docs.slack.dev/authentication/installing-with-oauth>
const CONSENT: Rules = Rules {
    name: "client_id",
    id: "miniature-client",
    secret: "miniature-client-secret",
    scopes: &["chat:write", "channels:read", "channels:history"],
    between: ',',
    pkce: false,
    lives: TimeDelta::minutes(10),
};

/// The town's workspace.
pub(crate) struct Workspace {
    timeline: Timeline,
    consents: Consents,
    /// What messages carry beside their words, by their `ts`.
    metadata: Vec<(String, Value)>,
}

type Handle = fn(&mut Workspace, &Call, &Account) -> Result<Value, Refused>;

/// A refusal: its word, and why a correct client would not have met it.
struct Refused(String, Option<&'static str>);

impl Refused {
    fn plain(error: &str) -> Self {
        Self(error.to_owned(), None)
    }

    fn wrong(error: &'static str) -> Self {
        Self(error.to_owned(), Some(error))
    }
}

/// Refusals have the status 200.
impl From<Refused> for Reply {
    fn from(Refused(error, violation): Refused) -> Self {
        let reply = Self::ok(&json!({ "ok": false, "error": error }));
        violation.into_iter().fold(reply, Self::violation)
    }
}

impl Protocol for Workspace {
    fn open(url: &str, _: Clock) -> Self {
        Self {
            timeline: Timeline::new(url),
            consents: Consents::default(),
            metadata: Vec::new(),
        }
    }

    fn settings(&self, account: &Account) -> Value {
        json!({ "channel": account.id, "api": format!("{}/api", self.timeline.url) })
    }

    fn route(&self, call: &Call) -> Option<Route<Self>> {
        let method = match (call.method.as_str(), &*call.segments()) {
            ("GET" | "POST", ["api", method]) => *method,
            ("GET", ["archives", _, _]) => {
                let operation = Operation::Read;
                return Some(Route {
                    operation,
                    handle: page,
                });
            }
            ("GET", ["oauth", "v2", "authorize"]) => {
                return Some(Route {
                    operation: Operation::SignIn,
                    handle: |slack, call| slack.consents.ask(call, slack.timeline.accounts(), &CONSENT),
                });
            }
            _ => return None,
        };
        let (operation, handle): (_, fn(&mut Self, &Call) -> Reply) = match method {
            "oauth.v2.access" => (Operation::SignIn, agreed),
            "auth.test" => (Operation::Describe, |slack, call| {
                slack.run(call, |slack, _, account| Ok(auth(slack, account)))
            }),
            "conversations.info" => (Operation::Describe, |slack, call| slack.run(call, info)),
            "conversations.history" => (Operation::Read, |slack, call| slack.run(call, history)),
            "chat.getPermalink" => (Operation::Read, |slack, call| slack.run(call, permalink)),
            "chat.postMessage" => (Operation::Create, |slack, call| slack.run(call, post_message)),
            "chat.update" => (Operation::Edit, |slack, call| slack.run(call, update)),
            "chat.delete" => (Operation::Delete, |slack, call| slack.run(call, delete)),
            _ => return None,
        };
        Some(Route { operation, handle })
    }

    fn refuse(&self, refusal: &Refusal, _call: &Call) -> Reply {
        let failed = |status, error: &str| Reply::json(status, &json!({ "ok": false, "error": error }));
        match refusal {
            Refusal::RateLimited { retry_after_s } => {
                failed(StatusCode::TOO_MANY_REQUESTS, "ratelimited").header("retry-after", retry_after_s.to_string())
            }
            Refusal::ServerError => failed(StatusCode::INTERNAL_SERVER_ERROR, "internal_error"),
            Refusal::TokenRevoked => Refused::plain("token_revoked").into(),
            Refusal::TokenExpired => Refused::plain("token_expired").into(),
            Refusal::Content(text) => Refused::plain(text).into(),
            Refusal::UnknownRoute => Refused::plain("unknown_method").into(),
        }
    }

    fn open_account(&mut self, handle: &str, name: &str) -> Account {
        let number = self.timeline.accounts().len();
        let secret = format!("xoxb-miniature-slack-bot-{number}");
        self.timeline
            .open_account(format!("C0MINIATURE{number}"), handle, name, secret)
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

impl Workspace {
    fn run(&mut self, call: &Call, handle: Handle) -> Reply {
        let account = match self.timeline.holder(call.bearer().unwrap_or_default()) {
            Holder::Known(account) => account,
            Holder::Revoked(account) => return Reply::from(Refused::plain("token_revoked")).by(&account.id),
            Holder::Nobody => return Refused::wrong("invalid_auth").into(),
        };
        let answered = handle(self, call, &account);
        let reply = answered.map_or_else(Into::into, |mut answer| {
            answer["ok"] = json!(true);
            Reply::ok(&answer)
        });
        reply.by(&account.id)
    }
}

/// The bot's token, which has no end. Refusals have the status 200, and Slack's own words.
fn agreed(slack: &mut Workspace, call: &Call) -> Reply {
    let Ok(id) = slack.consents.exchange(call, &CONSENT) else {
        return Refused::wrong("invalid_code").into();
    };
    slack.timeline.restore(&id);
    let known = slack.timeline.accounts().iter().find(|known| known.id == id);
    let token = known.map(|known| known.secret.clone());
    let scope = CONSENT.scopes.join(",");
    Reply::ok(
        &json!({ "ok": true, "access_token": token, "token_type": "bot", "scope": scope, "bot_user_id": "U0",
        "app_id": "A0", "team": { "id": "T0", "name": "Valbourg" }, "enterprise": null }),
    )
    .by(&id)
}

fn auth(slack: &Workspace, account: &Account) -> Value {
    json!({ "url": format!("{}/", slack.timeline.url), "team": "Valbourg", "user": "beffroi", "team_id": "T0",
        "user_id": "U0", "bot_id": format!("B{}", account.id) })
}

fn info(_: &mut Workspace, call: &Call, account: &Account) -> Result<Value, Refused> {
    in_channel(call, account)?;
    let mut channel = json!({ "id": account.id, "name": account.handle, "is_channel": true, "is_member": true });
    if call.param("include_num_members").as_deref() == Some("true") {
        channel["num_members"] = json!(0);
    }
    Ok(json!({ "channel": channel }))
}

/// Newest first; without their metadata unless it is asked for.
fn history(slack: &mut Workspace, call: &Call, account: &Account) -> Result<Value, Refused> {
    in_channel(call, account)?;
    let oldest = call.param("oldest").unwrap_or_default();
    let oldest = oldest.split('.').next().and_then(|at| at.parse().ok());
    let oldest = DateTime::from_timestamp(oldest.unwrap_or_default(), 0).unwrap_or_default();
    let limit = call.param("limit").and_then(|limit| limit.parse().ok()).unwrap_or(100);
    let latest = call
        .param("latest")
        .filter(|_| call.param("inclusive").as_deref() == Some("true"));
    let before = call.param("cursor").filter(|cursor| !cursor.is_empty());
    let posts = slack.timeline.posts.iter().rev();
    let mut posts = posts
        .filter(|post| post.account == account.id && !post.deleted() && post.reply_to.is_none())
        .filter(|post| post.created_at >= oldest)
        .filter(|post| latest.as_ref().is_none_or(|latest| post.remote_id <= *latest))
        .filter(|post| before.as_ref().is_none_or(|before| post.remote_id < *before));
    let page: Vec<&Post> = posts.by_ref().take(limit).collect();
    let cursor = if posts.next().is_some() {
        page.last().map_or("", |post| &post.remote_id)
    } else {
        ""
    };
    let wanted = call.param("include_all_metadata").as_deref() == Some("true");
    let told = page.iter().map(|post| {
        let mut message = message(post);
        let answers = slack.timeline.posts.iter();
        let answers = answers.filter(|answer| answer.reply_to.as_ref() == Some(&post.remote_id) && !answer.deleted());
        message["reply_count"] = json!(answers.count());
        message["reactions"] = json!([{ "name": "eyes", "count": 1 }]);
        let carried = slack.metadata.iter().find(|(ts, _)| *ts == post.remote_id);
        if let Some((_, metadata)) = carried.filter(|_| wanted) {
            message["metadata"] = metadata.clone();
        }
        message
    });
    let messages: Vec<Value> = told.collect();
    Ok(json!({ "messages": messages, "has_more": !cursor.is_empty(), "response_metadata": { "next_cursor": cursor } }))
}

fn permalink(slack: &mut Workspace, call: &Call, account: &Account) -> Result<Value, Refused> {
    in_channel(call, account)?;
    let post = slack.timeline.live(&call.param("message_ts").unwrap_or_default());
    let post = post.ok_or_else(|| Refused::plain("message_not_found"))?;
    Ok(json!({ "channel": account.id, "permalink": post.url }))
}

fn post_message(slack: &mut Workspace, call: &Call, account: &Account) -> Result<Value, Refused> {
    in_channel(call, account)?;
    let (text, images) = worded(call, TEXT_LIMIT)?;
    let answered = call.param("thread_ts");
    if let Some(ts) = &answered
        && slack.timeline.live(ts).is_none()
    {
        return Err(Refused::plain("thread_not_found"));
    }
    let ts = format!("{}.{:06}", call.at.timestamp(), slack.timeline.next_number());
    let url = format!(
        "{}/archives/{}/p{}",
        slack.timeline.url,
        account.id,
        ts.replace('.', "")
    );
    let mut post = Post::new(&account.id, ts.clone(), url, text, call.at);
    (post.images, post.reply_to) = (images, answered);
    let answer = json!({ "channel": account.id, "ts": ts, "message": message(&post) });
    slack.timeline.posts.push(post);
    if let Some(metadata) = call.json().map(|json| json["metadata"].clone()) {
        slack.metadata.push((ts, metadata));
    }
    Ok(answer)
}

fn update(slack: &mut Workspace, call: &Call, account: &Account) -> Result<Value, Refused> {
    in_channel(call, account)?;
    let (text, images) = worded(call, EDIT_LIMIT)?;
    let post = slack.timeline.live(&call.param("ts").unwrap_or_default());
    let post = post.ok_or_else(|| Refused::plain("message_not_found"))?;
    post.images = images;
    if post.text != text {
        post.reword(text.clone(), call.at);
    }
    Ok(json!({ "channel": account.id, "ts": post.remote_id, "text": text }))
}

fn delete(slack: &mut Workspace, call: &Call, account: &Account) -> Result<Value, Refused> {
    in_channel(call, account)?;
    let post = slack.timeline.live(&call.param("ts").unwrap_or_default());
    let post = post.ok_or_else(|| Refused::plain("message_not_found"))?;
    post.deleted_at = Some(call.at);
    Ok(json!({ "channel": account.id, "ts": post.remote_id }))
}

fn page(slack: &mut Workspace, call: &Call) -> Reply {
    let page = slack.timeline.page(call);
    page.unwrap_or_else(|| Refused::plain("message_not_found").into())
}

/// A bot speaks where it was invited.
fn in_channel(call: &Call, account: &Account) -> Result<(), Refused> {
    if matches!(call.body, Body::Form { .. }) && call.param("blocks").is_some() {
        return Err(Refused::wrong("invalid_blocks_format"));
    }
    if call.param("channel").as_ref() == Some(&account.id) {
        Ok(())
    } else {
        Err(Refused::wrong("channel_not_found"))
    }
}

/// What readers see: the blocks where there are some, else the text.
fn worded(call: &Call, limit: usize) -> Result<(String, Vec<Image>), Refused> {
    let text = call.param("text").unwrap_or_default();
    if text.chars().count() > limit {
        return Err(Refused::wrong("msg_too_long"));
    }
    let blocks = call.json().and_then(|json| json["blocks"].as_array());
    let Some(blocks) = blocks else {
        if text.is_empty() {
            return Err(Refused::wrong("no_text"));
        }
        return Ok((shown(&text)?, Vec::new()));
    };
    if blocks.len() > BLOCKS_LIMIT {
        return Err(Refused::wrong("invalid_blocks"));
    }
    let (mut words, mut images) = (String::new(), Vec::new());
    for block in blocks {
        let text = |at: &str| block.pointer(at).and_then(Value::as_str).unwrap_or_default();
        let (section, alt, address) = (text("/text/text"), text("/alt_text"), text("/image_url"));
        match block["type"].as_str() {
            Some("section") if (1..=SECTION_LIMIT).contains(&section.chars().count()) => words.push_str(section),
            Some("image") if address.starts_with("http") && alt.chars().count() <= ALT_LIMIT => images.push(Image {
                alt: alt.to_owned(),
                // Slack fetches it.
                bytes_len: 0,
                sha256: None,
                url: Some(address.to_owned()),
            }),
            _ => return Err(Refused::wrong("invalid_blocks")),
        }
    }
    Ok((shown(&words)?, images))
}

/// An angle bracket that was not escaped begins a mention or a link.
fn shown(text: &str) -> Result<String, Refused> {
    if text.contains(['<', '>']) {
        return Err(Refused::wrong("a bracket that was not escaped"));
    }
    Ok(text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
}

fn message(post: &Post) -> Value {
    json!({ "type": "message", "ts": post.remote_id, "text": post.text, "bot_id": format!("B{}", post.account) })
}
