//! Google Business Profile in miniature: places with posts.
//!
//! <https://developers.google.com/my-business/reference/rest/v4/accounts.locations.localPosts>

use serde_json::{Value, json};

use super::google::{self, Refused, Tokens};
use super::timeline::Timeline;
use crate::account::Account;
use crate::call::Call;
use crate::clock::Clock;
use crate::fault::Operation;
use crate::post::{Card, Image, Post};
use crate::protocol::{Protocol, Refusal, Route};
use crate::reply::Reply;

const SUMMARY_LIMIT: usize = 1500;
const TITLE_LIMIT: usize = 58;
const PAGE_LIMIT: usize = 100;

/// What posting needs.
const SCOPE: &str = "https://www.googleapis.com/auth/business.manage";

/// Every place.
pub(crate) struct Places {
    timeline: Timeline,
    tokens: Tokens,
}

type Handle = fn(&mut Places, &Call, &Account) -> Result<Value, Refused>;

impl Protocol for Places {
    fn open(url: &str, _: Clock) -> Self {
        Self {
            timeline: Timeline::new(url),
            tokens: Tokens::default(),
        }
    }

    fn settings(&self, account: &Account) -> Value {
        let url = &self.timeline.url;
        json!({ "location": account.id, "posts": format!("{url}/v4"), "places": format!("{url}/v1"),
            "tokens": format!("{url}/token") })
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
            ("GET", ["v1", "locations", _]) => (Operation::Describe, |here, call| {
                here.run(call, |here, call, account| place(here, call, account))
            }),
            ("POST", ["v4", "accounts", _, "locations", _, "localPosts"]) => {
                (Operation::Create, |here, call| here.run(call, create))
            }
            ("GET", ["v4", "accounts", _, "locations", _, "localPosts"]) => {
                (Operation::Read, |here, call| here.run(call, list))
            }
            ("PATCH", ["v4", "accounts", _, "locations", _, "localPosts", _]) => {
                (Operation::Edit, |here, call| here.run(call, patch))
            }
            ("DELETE", ["v4", "accounts", _, "locations", _, "localPosts", _]) => {
                (Operation::Delete, |here, call| here.run(call, delete))
            }
            ("GET", ["local", "posts", _]) => (Operation::Read, page),
            _ => return None,
        };
        Some(Route { operation, handle })
    }

    fn refuse(&self, refusal: &Refusal, _call: &Call) -> Reply {
        google::refuse(refusal)
    }

    fn open_account(&mut self, handle: &str, name: &str) -> Account {
        let number = self.timeline.accounts().len();
        let id = format!("accounts/100/locations/{}", 200 + number);
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

impl Places {
    /// Acts for whoever manages the place.
    fn run(&mut self, call: &Call, handle: Handle) -> Reply {
        let account = match self.tokens.holder(&self.timeline, call) {
            Ok(account) => account,
            Err(refused) => return refused.into(),
        };
        let answered = handle(self, call, &account);
        let reply = answered.map_or_else(Into::into, |answer| Reply::ok(&answer));
        reply.by(&account.id)
    }

    /// The post that the address names.
    fn named(&mut self, call: &Call) -> Result<&mut Post, Refused> {
        let name = call.path.trim_start_matches("/v4/");
        self.timeline.live(name).ok_or_else(not_found)
    }
}

fn not_found() -> Refused {
    Refused::plain(404, "Requested entity was not found.")
}

fn place(here: &Places, call: &Call, account: &Account) -> Result<Value, Refused> {
    if !account.id.ends_with(call.path.trim_start_matches("/v1")) {
        return Err(not_found());
    }
    if call.param("readMask").is_none() {
        return Err(Refused::wrong("readMask is required"));
    }
    let maps = format!("{}/maps/{}", here.timeline.url, account.handle);
    Ok(json!({ "title": account.name, "metadata": { "mapsUri": maps } }))
}

fn create(here: &mut Places, call: &Call, account: &Account) -> Result<Value, Refused> {
    if call.path != format!("/v4/{}/localPosts", account.id) {
        return Err(not_found());
    }
    let body = call.json().cloned().unwrap_or_default();
    let text = checked(&body)?;
    let number = here.timeline.next_number();
    let name = format!("{}/localPosts/{}", account.id, 9000 + number);
    let url = format!("{}/local/posts/{number}", here.timeline.url);
    let mut post = Post::new(&account.id, name, url, text, call.at);
    post.language = body["languageCode"].as_str().map(str::to_owned);
    post.title = body["event"]["title"].as_str().map(str::to_owned);
    post.card = linked(&body);
    let media = body["media"].as_array().into_iter().flatten();
    post.images = media.map(picture).collect();
    let answer = told(&post);
    here.timeline.posts.push(post);
    Ok(answer)
}

/// Google fetches the picture, and has no field for what it shows.
fn picture(media: &Value) -> Image {
    Image {
        alt: String::new(),
        bytes_len: 0,
        sha256: None,
        url: media["sourceUrl"].as_str().map(str::to_owned),
    }
}

fn list(here: &mut Places, call: &Call, account: &Account) -> Result<Value, Refused> {
    let size = call.param("pageSize").and_then(|size| size.parse().ok());
    let size = size.unwrap_or(20);
    if size > PAGE_LIMIT {
        return Err(Refused::wrong("pageSize has a maximum of 100"));
    }
    let from: usize = call
        .param("pageToken")
        .and_then(|token| token.parse().ok())
        .unwrap_or(0);
    let posts = here.timeline.posts.iter();
    let mut posts = posts
        .filter(|post| post.account == account.id && !post.deleted())
        .skip(from);
    let page: Vec<Value> = posts.by_ref().take(size).map(told).collect();
    let mut answer = json!({ "localPosts": page });
    if posts.next().is_some() {
        answer["nextPageToken"] = json!((from + size).to_string());
    }
    Ok(answer)
}

fn patch(here: &mut Places, call: &Call, _: &Account) -> Result<Value, Refused> {
    let body = call.json().cloned().unwrap_or_default();
    let text = checked(&body)?;
    let mask = call
        .param("updateMask")
        .ok_or_else(|| Refused::wrong("updateMask is required"))?;
    let post = here.named(call)?;
    if mask.contains("callToAction") {
        post.card = linked(&body);
    }
    if post.text != text {
        post.reword(text, call.at);
    }
    if mask.contains("event") {
        post.title = body["event"]["title"].as_str().map(str::to_owned);
    }
    Ok(told(post))
}

fn delete(here: &mut Places, call: &Call, _: &Account) -> Result<Value, Refused> {
    let post = here.named(call)?;
    post.deleted_at = Some(call.at);
    Ok(json!({}))
}

fn page(here: &mut Places, call: &Call) -> Reply {
    let page = here.timeline.page(call);
    page.unwrap_or_else(|| not_found().into())
}

/// The words of a post that may stand.
fn checked(body: &Value) -> Result<String, Refused> {
    let text = body["summary"].as_str().unwrap_or_default();
    if text.chars().count() > SUMMARY_LIMIT {
        return Err(Refused::wrong("summary is longer than the limit of 1500 characters"));
    }
    let event = &body["event"];
    match body["topicType"].as_str() {
        Some("STANDARD") if event.is_null() => {}
        Some("EVENT") => {
            let title = event["title"].as_str().unwrap_or_default();
            if !(1..=TITLE_LIMIT).contains(&title.chars().count()) {
                return Err(Refused::wrong("an event has a title of at most 58 characters"));
            }
            let at = |end: &str| moment(&event["schedule"], end);
            if at("start").is_none() || at("start") > at("end") {
                return Err(Refused::wrong("an event begins, and ends after that"));
            }
        }
        _ => return Err(Refused::wrong("topicType does not fit the post")),
    }
    Ok(text.to_owned())
}

/// Year, month, day, hour and minute.
fn moment(schedule: &Value, end: &str) -> Option<[u64; 5]> {
    let (date, time) = (&schedule[format!("{end}Date")], &schedule[format!("{end}Time")]);
    let number = |of: &Value, name: &str| of[name].as_u64();
    Some([
        number(date, "year")?,
        number(date, "month").filter(|month| (1..=12).contains(month))?,
        number(date, "day").filter(|day| (1..=31).contains(day))?,
        number(time, "hours").filter(|hours| *hours < 24)?,
        number(time, "minutes").filter(|minutes| *minutes < 60)?,
    ])
}

fn linked(body: &Value) -> Option<Card> {
    let action = &body["callToAction"];
    let url = action["url"]
        .as_str()
        .filter(|_| action["actionType"] == "LEARN_MORE")?
        .to_owned();
    let (title, description) = (None, None);
    Some(Card {
        url,
        title,
        description,
        picture: None,
    })
}

fn told(post: &Post) -> Value {
    json!({ "name": post.remote_id, "summary": post.text, "state": "LIVE", "searchUrl": post.url,
        "createTime": post.created_at.to_rfc3339(), "topicType": if post.title.is_some() { "EVENT" } else { "STANDARD" } })
}
