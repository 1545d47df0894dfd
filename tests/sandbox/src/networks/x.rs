//! X in miniature: users who post by the API version 2.
//!
//! <https://docs.x.com/x-api/posts/create-post>

mod consent;
mod media;
mod shape;

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta};
use http::StatusCode;
use serde_json::{Value, json};

use super::consent::Consents;
use super::oauth::{Stranger, Tokens};
use super::timeline::Timeline;
use crate::account::Account;
use crate::call::Call;
use crate::clock::Clock;
use crate::fault::Operation;
use crate::limits::{Budget, Spent, Windows};
use crate::post::Post;
use crate::protocol::{Protocol, Refusal, Route};
use crate::reply::Reply;
use media::{Medium, Shown};

const CLIENT: &str = "miniature-client";
const CLIENT_SECRET: &str = "miniature-client-secret";
/// <https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code>
const LIVES: TimeDelta = TimeDelta::hours(2);
const TEXT_LIMIT: usize = 280;
const PREMIUM_TEXT_LIMIT: usize = 4_000;
const EDITABLE_FOR: TimeDelta = TimeDelta::minutes(30);
const MOST_EDITS: usize = 5;
/// What a post costs, in millionths of a US dollar, without an address in its text and with one:
/// <https://docs.x.com/x-api/getting-started/pricing>
const POST_PRICE: u64 = 15_000;
const LINK_PRICE: u64 = 200_000;
/// Fewest and most posts of a page of a list.
const PAGES: std::ops::RangeInclusive<usize> = 5..=100;
/// What a program may ask of a user here.
const USER_FIELDS: [&str; 5] = ["", "id", "name", "username", "public_metrics"];
const CREATIONS: Budget = Budget {
    name: "creations",
    limit: 100,
    window_s: 15 * 60,
};
const DELETIONS: Budget = Budget {
    name: "deletions",
    limit: 50,
    window_s: 15 * 60,
};

/// Every user, and what they uploaded.
pub(crate) struct Users {
    line: Timeline,
    tokens: Tokens,
    consents: Consents,
    media: HashMap<String, Medium>,
    windows: Windows,
    polls_of_next: u32,
}

type Handle = fn(&mut Users, &Call, &Account) -> Result<Reply, Refused>;

/// A refusal: its status, the type of its problem, its sentence; and whether a correct client never meets it.
pub(crate) struct Refused {
    status: u16,
    kind: &'static str,
    detail: String,
    violation: bool,
}

impl Refused {
    /// What a correct client does not send.
    fn invalid(detail: &str) -> Self {
        let kind = "https://api.x.com/2/problems/invalid-request";
        Self {
            violation: true,
            ..Self::plain(400, kind, detail)
        }
    }

    fn plain(status: u16, kind: &'static str, detail: &str) -> Self {
        let detail = detail.to_owned();
        Self {
            status,
            kind,
            detail,
            violation: false,
        }
    }

    fn unauthorized() -> Self {
        Self::plain(401, "about:blank", "Unauthorized")
    }
}

impl From<Refused> for Reply {
    fn from(refused: Refused) -> Self {
        let status = StatusCode::from_u16(refused.status).unwrap_or_default();
        let title = status.canonical_reason().unwrap_or_default();
        let body = json!({ "title": title, "type": refused.kind, "status": refused.status, "detail": refused.detail });
        let reply = Self::json(status, &body);
        if refused.violation {
            reply.violation(refused.detail)
        } else {
            reply
        }
    }
}

impl Protocol for Users {
    fn open(url: &str, _: Clock) -> Self {
        Self {
            line: Timeline::new(url),
            tokens: Tokens::new("", LIVES).rotating(),
            consents: Consents::default(),
            media: HashMap::new(),
            windows: Windows::default(),
            polls_of_next: 0,
        }
    }

    fn settings(&self, account: &Account) -> Value {
        json!({ "api": self.line.url, "pages": self.line.url, "premium": premium(account) })
    }

    fn route(&self, call: &Call) -> Option<Route<Self>> {
        let edits = call.json().is_some_and(|json| !json["edit_options"].is_null());
        let (operation, handle): (_, fn(&mut Self, &Call) -> Reply) =
            match (call.method.as_str(), call.segments().as_slice()) {
                ("GET", ["i", "oauth2", "authorize"]) => (Operation::SignIn, |x, call| {
                    x.consents.ask(call, x.line.accounts(), &consent::RULES)
                }),
                ("POST", ["2", "oauth2", "token"]) if call.param("code").is_some() => {
                    (Operation::SignIn, consent::agreed)
                }
                ("POST", ["2", "oauth2", "token"]) => (Operation::SignIn, sign_in),
                ("GET", ["2", "users", "me"]) => (Operation::Describe, |x, call| x.run(call, me)),
                ("GET", ["2", "users", _, "tweets"]) => (Operation::Read, |x, call| x.run(call, list)),
                ("GET", ["2", "tweets", _]) => (Operation::Read, |x, call| x.run(call, show)),
                (_, ["2", "media", ..]) => return media::route(call),
                ("POST", ["2", "tweets"]) if edits => (Operation::Edit, |x, call| x.run(call, edit)),
                ("POST", ["2", "tweets"]) => (Operation::Create, |x, call| x.run(call, create)),
                ("DELETE", ["2", "tweets", _]) => (Operation::Delete, |x, call| x.run(call, delete)),
                ("GET", ["i", "status", _]) => (Operation::Read, page),
                _ => return None,
            };
        Some(Route { operation, handle })
    }

    fn refuse(&self, refusal: &Refusal, call: &Call) -> Reply {
        match refusal {
            Refusal::RateLimited { retry_after_s } => {
                let seconds = TimeDelta::seconds(i64::try_from(*retry_after_s).unwrap_or_default());
                let reply = Reply::from(Refused::plain(429, "about:blank", "Too Many Requests"));
                limited(reply, 0, (call.at + seconds).timestamp())
            }
            Refusal::ServerError => Refused::plain(500, "about:blank", "Internal Server Error").into(),
            Refusal::TokenRevoked | Refusal::TokenExpired => Refused::unauthorized().into(),
            Refusal::Content(text) => Refused::plain(403, "about:blank", text).into(),
            Refusal::UnknownRoute => Refused::plain(404, "about:blank", "Not Found").into(),
        }
    }

    fn open_account(&mut self, handle: &str, name: &str) -> Account {
        let number = self.line.accounts().len();
        let id = (2_244_000_000 + number).to_string();
        let refresh = format!("miniature-x-refresh-token-{number}");
        let secret = json!({ "client_id": CLIENT, "client_secret": CLIENT_SECRET, "refresh_token": refresh });
        self.line.open_account(id, handle, name, secret.to_string())
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

impl Users {
    fn run(&mut self, call: &Call, handle: Handle) -> Reply {
        let account = match self.tokens.holder(&self.line, call) {
            Ok(account) => account,
            Err(Stranger(violation)) => {
                return violation
                    .into_iter()
                    .fold(Refused::unauthorized().into(), Reply::violation);
            }
        };
        handle(self, call, &account).unwrap_or_else(Into::into).by(&account.id)
    }

    /// One more call of a window, or a refusal.
    fn spend(&mut self, budget: Budget, account: &Account, call: &Call) -> Result<Spent, Refused> {
        let spent = self.windows.spend(budget, &account.id, 1, call.at);
        if spent.exceeded {
            return Err(Refused::plain(429, "about:blank", "Too Many Requests"));
        }
        Ok(spent)
    }

    /// What the body of a post says, if it may be said.
    fn written(&self, call: &Call, account: &Account) -> Result<(String, Shown), Refused> {
        let body = call.json().ok_or_else(|| Refused::invalid("the body is no JSON"))?;
        let text = body["text"].as_str().unwrap_or_default().to_owned();
        let most = if premium(account) {
            PREMIUM_TEXT_LIMIT
        } else {
            TEXT_LIMIT
        };
        if shape::weight(&text) > most {
            return Err(Refused::invalid("Your Tweet text is too long."));
        }
        let ids = body["media"]["media_ids"].as_array().cloned().unwrap_or_default();
        let shown = self.shown(&ids)?;
        if text.is_empty() && ids.is_empty() {
            return Err(Refused::invalid("A Tweet needs a text or media."));
        }
        let mut said = self.line.posts.iter();
        if said.any(|post| post.account == account.id && !post.deleted() && post.text == text) {
            let detail = "You are not allowed to create a Tweet with duplicate content.";
            return Err(Refused::plain(403, "about:blank", detail));
        }
        Ok((text, shown))
    }

    fn next_post(&mut self) -> (String, String) {
        let id = (1_900_000_000_000_000_000 + self.line.next_number()).to_string();
        let url = format!("{}/i/status/{id}", self.line.url);
        (id, url)
    }
}

/// What X bills for a post.
fn price(text: &str) -> u64 {
    if shape::next_url(text).is_some() {
        LINK_PRICE
    } else {
        POST_PRICE
    }
}

/// What a name says of the subscription.
fn premium(account: &Account) -> bool {
    account.name.ends_with("Premium")
}

fn me(_: &mut Users, call: &Call, account: &Account) -> Result<Reply, Refused> {
    let asked = call.param("user.fields").unwrap_or_default();
    if asked.split(',').any(|field| !USER_FIELDS.contains(&field)) {
        return Err(Refused::invalid("user.fields names what is no field of a user"));
    }
    let metrics = json!({ "followers_count": 0, "following_count": 0, "post_count": 0, "listed_count": 0 });
    let user = json!({ "id": account.id, "name": account.name, "username": account.handle, "public_metrics": metrics });
    Ok(Reply::ok(&json!({ "data": user })))
}

fn create(x: &mut Users, call: &Call, account: &Account) -> Result<Reply, Refused> {
    let spent = x.spend(CREATIONS, account, call)?;
    let (text, (images, video)) = x.written(call, account)?;
    let answered = call.json().map(|json| &json["reply"]["in_reply_to_tweet_id"]);
    let answered = answered.and_then(Value::as_str).map(str::to_owned);
    if answered.as_ref().is_some_and(|id| x.line.live(id).is_none()) {
        let detail = "You attempted to reply to a Tweet that is deleted or not visible to you.";
        return Err(Refused::plain(403, "about:blank", detail));
    }
    let (id, url) = x.next_post();
    let mut post = Post::new(&account.id, id, url, text, call.at);
    (post.images, post.video, post.reply_to) = (images, video, answered);
    post.charge(price(&post.text));
    let reply = created(&post);
    x.line.posts.push(post);
    Ok(told(reply, spent))
}

/// The post goes on under a new id.
fn edit(x: &mut Users, call: &Call, account: &Account) -> Result<Reply, Refused> {
    let spent = x.spend(CREATIONS, account, call)?;
    if !premium(account) {
        let detail = "You are not permitted to edit Tweets.";
        return Err(Refused::plain(
            403,
            "https://api.x.com/2/problems/not-authorized-for-resource",
            detail,
        ));
    }
    let (text, (images, video)) = x.written(call, account)?;
    let former = call.json().map(|json| &json["edit_options"]["previous_post_id"]);
    let former = former.and_then(Value::as_str).unwrap_or_default().to_owned();
    let (id, url) = x.next_post();
    let post = x.line.live(&former).filter(|post| post.account == account.id);
    let editable = |post: &&mut Post| {
        call.at - post.created_at <= EDITABLE_FOR && post.history.len() < MOST_EDITS && post.reply_to.is_none()
    };
    let Some(post) = post.filter(editable) else {
        let detail = "The Tweet is not there, was edited since, or cannot be edited any more.";
        return Err(Refused::plain(
            400,
            "https://api.x.com/2/problems/invalid-request",
            detail,
        ));
    };
    (post.remote_id, post.url, post.images, post.video) = (id, url, images, video);
    post.reword(text, call.at);
    post.charge(price(&post.text));
    let reply = created(post);
    Ok(told(reply, spent))
}

fn delete(x: &mut Users, call: &Call, account: &Account) -> Result<Reply, Refused> {
    let spent = x.spend(DELETIONS, account, call)?;
    let id = call.segment(2).to_owned();
    let Some(post) = x.line.live(&id).filter(|post| post.account == account.id) else {
        return Ok(told(missing(&id), spent));
    };
    post.deleted_at = Some(call.at);
    Ok(told(Reply::ok(&json!({ "data": { "deleted": true } })), spent))
}

fn show(x: &mut Users, call: &Call, _: &Account) -> Result<Reply, Refused> {
    let fields = shape::fields(call)?;
    let id = call.segment(2).to_owned();
    let post = x.line.live(&id);
    Ok(post.map_or_else(
        || missing(&id),
        |post| Reply::ok(&json!({ "data": shape::post(post, &fields) })),
    ))
}

/// Newest first; an empty list has no data.
fn list(x: &mut Users, call: &Call, account: &Account) -> Result<Reply, Refused> {
    let fields = shape::fields(call)?;
    if call.segment(2) != account.id {
        return Err(Refused::invalid("another user's posts"));
    }
    let most = call.param("max_results").map_or(Ok(10), |most| most.parse());
    let most = most.ok().filter(|most| PAGES.contains(most));
    let most = most.ok_or_else(|| Refused::invalid("max_results is not between 5 and 100"))?;
    let since = call.param("start_time").map(|time| DateTime::parse_from_rfc3339(&time));
    let since = since.transpose();
    let since = since.map_err(|_| Refused::invalid("start_time is no time"))?;
    let posts = x.line.posts.iter().rev();
    let ours = posts.filter(|post| post.account == account.id && !post.deleted());
    let recent = ours.filter(|post| since.is_none_or(|since| post.created_at >= since));
    let data: Vec<_> = recent.take(most).map(|post| shape::post(post, &fields)).collect();
    let mut body = json!({ "meta": { "result_count": data.len() } });
    if !data.is_empty() {
        body["data"] = data.into();
    }
    Ok(Reply::ok(&body))
}

fn sign_in(x: &mut Users, call: &Call) -> Reply {
    x.tokens.renew(&x.line, call, &["refresh_token"])
}

fn page(x: &mut Users, call: &Call) -> Reply {
    let page = x.line.page(call);
    page.unwrap_or_else(|| Refused::plain(404, "about:blank", "Not Found").into())
}

fn created(post: &Post) -> Reply {
    let data = json!({ "id": post.remote_id, "text": post.text });
    Reply::json(StatusCode::CREATED, &json!({ "data": data }))
}

/// What is not there is told within a success.
fn missing(id: &str) -> Reply {
    let detail = format!("Could not find tweet with id: [{id}].");
    let problem = json!({ "type": "https://api.x.com/2/problems/resource-not-found", "title": "Not Found Error",
        "detail": detail, "resource_type": "tweet", "resource_id": id, "parameter": "id", "value": id });
    Reply::ok(&json!({ "errors": [problem] }))
}

fn told(reply: Reply, spent: Spent) -> Reply {
    limited(reply, spent.remaining, spent.reset.timestamp())
        .header("x-rate-limit-limit", spent.budget.limit.to_string())
}

fn limited(reply: Reply, remaining: u32, reset: i64) -> Reply {
    reply
        .header("x-rate-limit-remaining", remaining.to_string())
        .header("x-rate-limit-reset", reset.to_string())
}
