//! TikTok in miniature: accounts with videos, posted directly.
//!
//! <https://developers.tiktok.com/doc/content-posting-api-reference-direct-post>,
//! <https://developers.tiktok.com/doc/content-posting-api-media-transfer-guide>

use std::collections::HashMap;

use chrono::TimeDelta;
use http::StatusCode;
use serde_json::{Value, json};

use super::consent::{Consents, Rules};
use super::oauth::{Stranger, Tokens};
use super::timeline::Timeline;
use crate::account::Account;
use crate::call::{Body, Call};
use crate::clock::Clock;
use crate::fault::Operation;
use crate::post::{Clip, Post};
use crate::protocol::{Protocol, Refusal, Route};
use crate::reply::Reply;

const TITLE_LIMIT: usize = 2200;
const PART_MIN: usize = 5_000_000;
const PART_MAX: usize = 64_000_000;
const LIVES: TimeDelta = TimeDelta::hours(24);
/// How long what a person agreed to holds.
const CONSENT_LIVES: TimeDelta = TimeDelta::days(365);
const CLIENT: &str = "miniature-client";
const CLIENT_SECRET: &str = "miniature-client-secret";
/// <https://developers.tiktok.com/doc/login-kit-web>
const CONSENT: Rules = Rules {
    name: "client_key",
    id: CLIENT,
    secret: CLIENT_SECRET,
    scopes: &["user.info.basic", "video.publish"],
    between: ',',
    pkce: false,
    lives: TimeDelta::minutes(10),
};
const PUBLIC: &str = "PUBLIC_TO_EVERYONE";
/// The end of the handle of a private account.
const CLOSED: &str = "_closed";
/// The end of the handle of an account whose videos take hours until they are looked at.
const WATCHED: &str = "_watched";
/// The end of the handle of an account whose videos are of no use.
const BROKEN: &str = "_broken";

/// Every account.
pub(crate) struct Accounts {
    timeline: Timeline,
    tokens: Tokens,
    consents: Consents,
    publications: HashMap<String, Publication>,
    /// Who asked what they may do, and has not posted since.
    asked: Vec<String>,
    /// A video that has come is still worked on for so many questions.
    polls: u32,
}

/// A video on its way.
struct Publication {
    account: Account,
    title: String,
    size: usize,
    part: usize,
    received: usize,
    polls: u32,
    post: Option<String>,
}

/// A refusal: its status, its code, its sentence.
struct Refused(StatusCode, &'static str, String);

type Handle = fn(&mut Accounts, &Call, &Account) -> Result<Value, Refused>;

impl From<Refused> for Reply {
    fn from(Refused(status, code, message): Refused) -> Self {
        let error = json!({ "code": code, "message": message, "log_id": "20260528202640" });
        Self::json(status, &json!({ "data": {}, "error": error }))
    }
}

impl Protocol for Accounts {
    fn open(url: &str, _: Clock) -> Self {
        Self {
            timeline: Timeline::new(url),
            tokens: Tokens::new("act.", LIVES),
            consents: Consents::default(),
            publications: HashMap::new(),
            asked: Vec::new(),
            polls: 0,
        }
    }

    fn settings(&self, account: &Account) -> Value {
        let url = &self.timeline.url;
        json!({ "username": account.handle, "api": format!("{url}/v2"), "pages": url })
    }

    fn route(&self, call: &Call) -> Option<Route<Self>> {
        let (operation, handle): (_, fn(&mut Self, &Call) -> Reply) = match (call.method.as_str(), &*call.segments()) {
            ("GET", ["v2", "auth", "authorize"]) => (Operation::SignIn, |here, call| {
                here.consents.ask(call, here.timeline.accounts(), &CONSENT)
            }),
            ("POST", ["v2", "oauth", "token"]) => (Operation::SignIn, token),
            ("POST", ["v2", "post", "publish", "creator_info", "query"]) => (Operation::Describe, |here, call| {
                here.run(call, |here, _, account| Ok(creator(here, account)))
            }),
            ("POST", ["v2", "post", "publish", "video", "init"]) => {
                (Operation::Upload, |here, call| here.run(call, begin))
            }
            ("POST", ["v2", "post", "publish", "status", "fetch"]) => {
                (Operation::Read, |here, call| here.run(call, status))
            }
            // The last part makes the post.
            ("PUT", ["upload", _]) if range(call).is_some_and(|(_, to, size)| to == size) => {
                (Operation::Create, receive)
            }
            ("PUT", ["upload", _]) => (Operation::Upload, receive),
            ("GET", [_, "video", _]) => (Operation::Read, |here, call| {
                let page = here.timeline.page(call);
                page.unwrap_or_else(|| not_found().into())
            }),
            _ => return None,
        };
        Some(Route { operation, handle })
    }

    fn refuse(&self, refusal: &Refusal, _call: &Call) -> Reply {
        let refused = |status, code, sentence: &str| Refused(status, code, sentence.to_owned()).into();
        match refusal {
            Refusal::RateLimited { retry_after_s } => {
                let sentence = "The API rate limit was exceeded. Please try again later.";
                let reply: Reply = refused(StatusCode::TOO_MANY_REQUESTS, "rate_limit_exceeded", sentence);
                reply.header("retry-after", retry_after_s.to_string())
            }
            Refusal::ServerError => refused(
                StatusCode::INTERNAL_SERVER_ERROR,
                "internal_error",
                "Something went wrong.",
            ),
            Refusal::TokenRevoked | Refusal::TokenExpired => {
                let sentence = "The access token is invalid or not found in the request.";
                refused(StatusCode::UNAUTHORIZED, "access_token_invalid", sentence)
            }
            Refusal::Content(text) => refused(StatusCode::BAD_REQUEST, "invalid_params", text),
            Refusal::UnknownRoute => not_found().into(),
        }
    }

    fn open_account(&mut self, handle: &str, name: &str) -> Account {
        let number = self.timeline.accounts().len();
        let secret = json!({ "client_key": CLIENT, "client_secret": CLIENT_SECRET,
            "refresh_token": format!("rft.miniature-{number}") });
        self.timeline
            .open_account(format!("-000{number}"), handle, name, secret.to_string())
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

    fn process_next_upload(&mut self, polls: u32) {
        self.polls = polls;
    }
}

impl Accounts {
    /// Acts for whoever agreed to it.
    fn run(&mut self, call: &Call, handle: Handle) -> Reply {
        match self.tokens.holder(&self.timeline, call) {
            Ok(account) => {
                let answered = handle(self, call, &account);
                let violation = match &answered {
                    Err(Refused(StatusCode::BAD_REQUEST, _, sentence)) => Some(sentence.clone()),
                    Ok(_) | Err(_) => None,
                };
                let ok = json!({ "code": "ok", "message": "", "log_id": "20260528202640" });
                let reply = answered.map_or_else(Into::into, |data| Reply::ok(&json!({ "data": data, "error": ok })));
                violation.into_iter().fold(reply, Reply::violation).by(&account.id)
            }
            Err(Stranger(violation)) => {
                let reply: Reply = self.refuse(&Refusal::TokenExpired, call);
                violation.into_iter().fold(reply, Reply::violation)
            }
        }
    }
}

/// `POST /v2/oauth/token/`, with a code or a refresh token; the answer says how long the latter holds.
fn token(here: &mut Accounts, call: &Call) -> Reply {
    if call.param("grant_type").as_deref() != Some("authorization_code") {
        return here.tokens.renew(&here.timeline, call, &["refresh_token"]);
    }
    let account = match here.consents.exchange(call, &CONSENT) {
        Ok(account) => account,
        Err(refused) => return refused,
    };
    let more = json!({ "open_id": account, "scope": CONSENT.scopes.join(","),
        "refresh_expires_in": CONSENT_LIVES.num_seconds() });
    here.tokens.consented(&mut here.timeline, call, &account, &more)
}

fn not_found() -> Refused {
    let sentence = "It is not there.".to_owned();
    Refused(StatusCode::NOT_FOUND, "invalid_publish_id", sentence)
}

fn wrong(sentence: &str) -> Refused {
    Refused(StatusCode::BAD_REQUEST, "invalid_params", sentence.to_owned())
}

/// `bytes 0-5242879/9000000`: from, to, of how many.
fn range(call: &Call) -> Option<(usize, usize, usize)> {
    let told = call.header("content-range")?.strip_prefix("bytes ")?;
    let (places, size) = told.split_once('/')?;
    let (from, last) = places.split_once('-')?;
    let last: usize = last.parse().ok()?;
    Some((from.parse().ok()?, last.checked_add(1)?, size.parse().ok()?))
}

fn options(account: &Account) -> [&'static str; 2] {
    if account.handle.ends_with(CLOSED) {
        ["FOLLOWER_OF_CREATOR", "SELF_ONLY"]
    } else {
        [PUBLIC, "SELF_ONLY"]
    }
}

fn creator(here: &mut Accounts, account: &Account) -> Value {
    here.asked.push(account.id.clone());
    json!({ "creator_username": account.handle, "creator_nickname": account.name,
        "privacy_level_options": options(account), "comment_disabled": false, "duet_disabled": true,
        "stitch_disabled": false, "max_video_post_duration_sec": 600 })
}

fn begin(here: &mut Accounts, call: &Call, account: &Account) -> Result<Value, Refused> {
    let Some(asked) = here.asked.iter().position(|asked| *asked == account.id) else {
        return Err(wrong("creator_info is asked for before each post"));
    };
    let body = call.json().cloned().unwrap_or_default();
    let (info, source) = (&body["post_info"], &body["source_info"]);
    let title = info["title"].as_str().unwrap_or_default();
    if title.encode_utf16().count() > TITLE_LIMIT {
        return Err(wrong("The title is longer than the limit of 2200 characters."));
    }
    if info["disable_duet"] != true {
        return Err(wrong("duets are disabled for this account"));
    }
    let privacy = info["privacy_level"].as_str().unwrap_or_default();
    if !options(account).contains(&privacy) {
        let sentence = "The privacy level is not among the creator's options.".to_owned();
        return Err(Refused(
            StatusCode::FORBIDDEN,
            "privacy_level_option_mismatch",
            sentence,
        ));
    }
    let number = |name: &str| source[name].as_u64().and_then(|number| usize::try_from(number).ok());
    let (size, part, parts) = (number("video_size"), number("chunk_size"), number("total_chunk_count"));
    let (Some(size), Some(part), Some(parts)) = (size, part, parts) else {
        return Err(wrong("source_info is not whole"));
    };
    let length = part == size || part >= PART_MIN;
    if size == 0 || part == 0 || !length || part > PART_MAX || parts != size / part {
        return Err(wrong("The chunks do not fit the video."));
    }
    here.asked.remove(asked);
    let id = here.timeline.next_number();
    let publication = Publication {
        account: account.clone(),
        title: title.to_owned(),
        size,
        part,
        received: 0,
        polls: std::mem::take(&mut here.polls),
        post: None,
    };
    here.publications.insert(id.to_string(), publication);
    let url = format!("{}/upload/{id}", here.timeline.url);
    Ok(json!({ "publish_id": format!("v_pub_file~v2.{id}"), "upload_url": url }))
}

/// A part, from whoever knows where it goes.
fn receive(here: &mut Accounts, call: &Call) -> Reply {
    let number = here.timeline.next_number();
    let Some(publication) = here.publications.get_mut(call.segment(1)) else {
        return not_found().into();
    };
    let bytes = match &call.body {
        Body::Raw(bytes) => bytes.len(),
        Body::Empty | Body::Json(_) | Body::Form { .. } | Body::Malformed(_) | Body::TooLarge => 0,
    };
    let fits = |(from, to, size): &(usize, usize, usize)| {
        let length = to.saturating_sub(*from);
        let long = length == publication.part || (*to == *size && length < 2 * publication.part);
        *size == publication.size && *from == publication.received && length == bytes && long
    };
    let Some((_, to, size)) = range(call).filter(fits) else {
        return Reply::from(wrong("the part does not follow")).violation("a part that does not follow");
    };
    publication.received = to;
    if to < size {
        return Reply::json(StatusCode::PARTIAL_CONTENT, &Value::Null);
    }
    let account = publication.account.clone();
    if account.handle.ends_with(BROKEN) {
        return Reply::json(StatusCode::CREATED, &Value::Null).by(&account.id);
    }
    let id = format!("{}", 7_000_000_000_000_000_000_u64 + number);
    publication.post = Some(id.clone());
    let url = format!("{}/@{}/video/{id}", here.timeline.url, account.handle);
    let mut post = Post::new(&account.id, id, url, publication.title.clone(), call.at);
    post.video = Some(Clip {
        alt: None,
        bytes_len: size,
    });
    here.timeline.posts.push(post);
    Reply::json(StatusCode::CREATED, &Value::Null).by(&account.id)
}

fn status(here: &mut Accounts, call: &Call, account: &Account) -> Result<Value, Refused> {
    let id = call.param("publish_id").unwrap_or_default();
    let number = id.strip_prefix("v_pub_file~v2.").unwrap_or_default();
    let publication = here.publications.get_mut(number).ok_or_else(not_found)?;
    let uploaded = publication.received;
    if uploaded < publication.size || publication.polls > 0 {
        publication.polls = publication.polls.saturating_sub(1);
        return Ok(json!({ "status": "PROCESSING_UPLOAD", "uploaded_bytes": uploaded }));
    }
    let Some(post) = &publication.post else {
        return Ok(json!({ "status": "FAILED", "fail_reason": "frame_rate_check_failed" }));
    };
    let known = (!account.handle.ends_with(WATCHED)).then(|| post.parse::<u64>().unwrap_or_default());
    let known: Vec<_> = known.into_iter().collect();
    Ok(json!({ "status": "PUBLISH_COMPLETE", "publicaly_available_post_id": known, "uploaded_bytes": uploaded }))
}
