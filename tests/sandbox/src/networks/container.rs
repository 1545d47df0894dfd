//! What Threads and Instagram have in common: a container is filled, waited for, and made public once.
//!
//! <https://developers.facebook.com/docs/instagram-platform/content-publishing>

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::readers::{LIKES, SHARES, VIEWS};
use super::timeline::{Holder, Timeline};
use crate::account::Account;
use crate::call::Call;
use crate::limits::{Budget, Windows};
use crate::post::{Clip, Image, Post};
use crate::protocol::Refusal;
use crate::reply::Reply;

mod failure;
pub(crate) mod passes;

pub(crate) use failure::Failure;
use passes::Passes;

/// A container that nobody publishes is gone after a day.
const LIVES: TimeDelta = TimeDelta::hours(24);
const CAROUSEL: std::ops::RangeInclusive<usize> = 2..=10;
const ALT_LIMIT: usize = 1_000;
const LARGEST_PAGE: usize = 100;
const DELETIONS: Budget = Budget {
    name: "deletions",
    limit: 100,
    window_s: 24 * 3600,
};
const FIRST_ID: u64 = 17_900_000_000_000_000;

/// What tells one of these networks from the other.
pub(crate) struct Rules {
    pub(crate) version: &'static str,
    /// Where the list of posts is, and where containers are made.
    pub(crate) media: &'static str,
    /// The name of a post's words.
    pub(crate) words: &'static str,
    pub(crate) progress: &'static str,
    pub(crate) posts_a_day: u32,
    pub(crate) most: usize,
    pub(crate) count: fn(&str) -> usize,
    /// Hashtags and names of others, where there may be so many.
    pub(crate) signs: Option<(usize, usize)>,
    /// What kind of container one picture is.
    pub(crate) image: &'static str,
    /// What kind of container a video is, and whether there is a field for what it shows.
    pub(crate) video: (&'static str, bool),
    /// What can be asked of a post's readers.
    pub(crate) insights: &'static [&'static str],
    pub(crate) texts_alone: bool,
    /// By what word a token is exchanged for a younger one.
    pub(crate) renewal: &'static str,
    pub(crate) page: fn(&str, &Account, &str) -> String,
}

/// The whole network.
pub(crate) struct Containers {
    pub(crate) rules: &'static Rules,
    pub(crate) line: Timeline,
    pub(crate) passes: Passes,
    filled: HashMap<String, Container>,
    windows: Windows,
    pub(crate) polls_of_next: u32,
}

struct Container {
    post: Post,
    polls_left: u32,
    published: bool,
    child: bool,
}

type Handle = fn(&mut Containers, &Call, &Account) -> Result<Reply, Failure>;

impl Containers {
    pub(crate) fn new(rules: &'static Rules, url: &str) -> Self {
        Self {
            rules,
            line: Timeline::new(url),
            passes: Passes::default(),
            filled: HashMap::new(),
            windows: Windows::default(),
            polls_of_next: 0,
        }
    }

    pub(crate) fn run(&mut self, call: &Call, handle: Handle) -> Reply {
        let token = call.bearer().unwrap_or_default().to_owned();
        let account = match self.holder(&token, call.at) {
            Holder::Known(account) => account,
            Holder::Revoked(account) => return Reply::from(Failure::token()).by(&account.id),
            Holder::Nobody => return Reply::from(Failure::token()).violation("a token of no account"),
        };
        let reply = handle(self, call, &account).unwrap_or_else(Into::into);
        let version = self.rules.version;
        reply.header("facebook-api-version", version).by(&account.id)
    }

    /// Whose token it is: one that was given for a while, or the account's own.
    pub(crate) fn holder(&self, token: &str, at: DateTime<Utc>) -> Holder {
        let Some((account, living)) = self.passes.holder(token, at) else {
            return self.line.holder(token);
        };
        match self.line.holder(&account.secret) {
            Holder::Known(account) if !living => Holder::Revoked(account),
            holder @ (Holder::Known(_) | Holder::Revoked(_) | Holder::Nobody) => holder,
        }
    }

    pub(crate) fn refuse(&self, refusal: &Refusal) -> Reply {
        match refusal {
            Refusal::RateLimited { retry_after_s } => {
                let minutes = retry_after_s.div_ceil(60);
                let usage = json!({ "1": [{ "type": self.rules.media, "call_count": 100, "total_cputime": 0,
                    "total_time": 0, "estimated_time_to_regain_access": minutes }] });
                let reply = Reply::from(Failure::new(4, "Application request limit reached"));
                reply.header("x-business-use-case-usage", usage.to_string())
            }
            Refusal::ServerError => Failure {
                status: 500,
                ..Failure::new(1, "An unknown error occurred")
            }
            .into(),
            Refusal::TokenRevoked | Refusal::TokenExpired => Failure::token().into(),
            Refusal::Content(text) => Failure::new(100, text).into(),
            Refusal::UnknownRoute => Failure::parameter("Unknown path components").into(),
        }
    }

    pub(crate) fn open_account(&mut self, handle: &str, name: &str, prefix: &str) -> Account {
        let number = self.line.accounts().len();
        let id = (17_841_400_000_000_000 + number).to_string();
        self.line
            .open_account(id, handle, name, format!("{prefix}miniature{number}"))
    }

    pub(crate) fn is_account(&self, id: &str) -> bool {
        id == "me" || self.line.accounts().iter().any(|account| account.id == id)
    }

    pub(crate) fn page(&self, call: &Call) -> Reply {
        let page = self.line.page(call);
        page.unwrap_or_else(|| Failure::missing(&call.path).into())
    }

    pub(crate) fn next_id(&mut self) -> String {
        (FIRST_ID + self.line.next_number()).to_string()
    }

    fn posts_today(&self) -> Budget {
        let (name, limit) = ("posts", self.rules.posts_a_day);
        Budget {
            name,
            limit,
            window_s: 24 * 3600,
        }
    }

    /// What `call` puts into a container.
    fn content(&self, call: &Call, account: &Account) -> Result<Post, Failure> {
        let param = |name: &str| call.param(name).unwrap_or_default();
        let text = param(self.rules.words);
        if (self.rules.count)(&text) > self.rules.most {
            let message = format!(
                "Param {} must be at most {} characters long.",
                self.rules.words, self.rules.most
            );
            return Err(Failure::parameter(&message));
        }
        let too_many = |(tags, names)| text.matches('#').count() > tags || text.matches('@').count() > names;
        if self.rules.signs.is_some_and(too_many) {
            return Err(Failure::parameter("Too many hashtags or mentions in the caption"));
        }
        let mut post = Post::new(&account.id, String::new(), String::new(), text, call.at);
        let image_url = param("image_url");
        post.images = match param("media_type").as_str() {
            "CAROUSEL" => self.children(&param("children"))?,
            kind if kind == self.rules.video.0 => {
                post.video = Some(self.video(call)?);
                Vec::new()
            }
            "TEXT" if self.rules.texts_alone => Vec::new(),
            kind if kind == self.rules.image && !image_url.is_empty() => vec![image(&image_url, param("alt_text"))?],
            _ => {
                return Err(Failure::parameter(
                    "Only photo, video or carousel can be posted: media is missing",
                ));
            }
        };
        if post.text.is_empty() && post.images.is_empty() && post.video.is_none() {
            return Err(Failure::parameter("Param text is empty"));
        }
        post.reply_to = call.param("reply_to_id");
        Ok(post)
    }

    /// The network fetches it, as it does pictures.
    fn video(&self, call: &Call) -> Result<Clip, Failure> {
        let (url, alt) = (call.param("video_url").unwrap_or_default(), call.param("alt_text"));
        if url::Url::parse(&url).is_err() {
            return Err(Failure::parameter("The media could not be fetched from this URI"));
        }
        if alt.is_some() && !self.rules.video.1 {
            return Err(Failure::parameter("alt_text is not supported for this media type"));
        }
        let bytes_len = 0;
        Ok(Clip { alt, bytes_len })
    }

    fn children(&self, ids: &str) -> Result<Vec<Image>, Failure> {
        let child = |id: &str| self.filled.get(id).filter(|container| container.child);
        let images: Option<Vec<_>> = ids.split(',').map(|id| Some(child(id)?.post.images.clone())).collect();
        let images = images.ok_or_else(|| Failure::parameter("children names no item of a carousel"))?;
        let images: Vec<_> = images.into_iter().flatten().collect();
        if CAROUSEL.contains(&images.len()) {
            Ok(images)
        } else {
            Err(Failure::parameter("A carousel has 2 to 10 items"))
        }
    }
}

/// The network fetches the address; the miniature opens no connection.
fn image(url: &str, alt: String) -> Result<Image, Failure> {
    if url::Url::parse(url).is_err() || alt.chars().count() > ALT_LIMIT {
        return Err(Failure::parameter("The media could not be fetched from this URI"));
    }
    Ok(Image {
        alt,
        bytes_len: 0,
        sha256: None,
        url: Some(url.to_owned()),
    })
}

fn owned(call: &Call, account: &Account) -> Result<(), Failure> {
    match call.segment(1) {
        id if id == account.id || id == "me" => Ok(()),
        id => Err(Failure {
            violation: true,
            ..Failure::missing(id)
        }),
    }
}

pub(crate) fn profile(_: &mut Containers, call: &Call, account: &Account) -> Result<Reply, Failure> {
    owned(call, account)?;
    Ok(Reply::ok(
        &json!({ "id": account.id, "username": account.handle, "followers_count": 0 }),
    ))
}

pub(crate) fn create(it: &mut Containers, call: &Call, account: &Account) -> Result<Reply, Failure> {
    owned(call, account)?;
    let post = it.content(call, account)?;
    if let Some(answered) = &post.reply_to
        && it.line.live(answered).is_none()
    {
        return Err(Failure::missing(answered));
    }
    let id = it.next_id();
    let container = Container {
        post,
        polls_left: std::mem::take(&mut it.polls_of_next),
        published: false,
        child: call.param("is_carousel_item").as_deref() == Some("true"),
    };
    it.filled.insert(id.clone(), container);
    Ok(Reply::ok(&json!({ "id": id })))
}

/// A container's progress, or a post.
pub(crate) fn show(it: &mut Containers, call: &Call, _: &Account) -> Result<Reply, Failure> {
    let id = call.segment(1).to_owned();
    if let Some(container) = it.filled.get_mut(&id) {
        let word = match container {
            Container { published: true, .. } => "PUBLISHED",
            Container { post, .. } if call.at - post.created_at > LIVES => "EXPIRED",
            Container { polls_left: 0, .. } => "FINISHED",
            Container { polls_left, .. } => {
                *polls_left -= 1;
                "IN_PROGRESS"
            }
        };
        return Ok(Reply::ok(&json!({ "id": id, it.rules.progress: word })));
    }
    let post = it.line.live(&id).ok_or_else(|| Failure::missing(&id))?;
    Ok(Reply::ok(&json!({ "id": id, "permalink": post.url })))
}

pub(crate) fn publish(it: &mut Containers, call: &Call, account: &Account) -> Result<Reply, Failure> {
    owned(call, account)?;
    let id = call.param("creation_id").unwrap_or_default();
    let container = it.filled.get(&id);
    let Some(container) = container.filter(|container| !container.child && !container.published) else {
        return Err(Failure::parameter("creation_id names nothing that can be published"));
    };
    if container.polls_left > 0 {
        return Err(Failure {
            subcode: Some(2_207_027),
            violation: true,
            ..Failure::new(9007, "Media ID is not available: it is not ready to be published")
        });
    }
    let mut post = container.post.clone();
    if it.windows.spend(it.posts_today(), &account.id, 1, call.at).exceeded {
        return Err(Failure {
            subcode: Some(2_207_042),
            violation: true,
            ..Failure::new(9, "Application request limit reached: too many posts in 24 hours")
        });
    }
    post.remote_id = it.next_id();
    post.url = (it.rules.page)(&it.line.url, account, &post.remote_id);
    post.created_at = call.at;
    let made = json!({ "id": post.remote_id });
    it.line.posts.push(post);
    it.filled.entry(id).and_modify(|container| container.published = true);
    Ok(Reply::ok(&made))
}

pub(crate) fn quota(it: &mut Containers, call: &Call, account: &Account) -> Result<Reply, Failure> {
    owned(call, account)?;
    let spent = it.windows.spend(it.posts_today(), &account.id, 0, call.at);
    let used = spent.budget.limit - spent.remaining;
    let config = json!({ "quota_total": spent.budget.limit, "quota_duration": spent.budget.window_s });
    Ok(Reply::ok(
        &json!({ "data": [{ "quota_usage": used, "config": config }] }),
    ))
}

/// Newest first, without answers.
pub(crate) fn list(it: &mut Containers, call: &Call, account: &Account) -> Result<Reply, Failure> {
    owned(call, account)?;
    let limit = call.param("limit").map_or(Ok(25), |limit| limit.parse());
    let limit = limit.ok().filter(|limit| (1..=LARGEST_PAGE).contains(limit));
    let limit = limit.ok_or_else(|| Failure::parameter("limit is not between 1 and 100"))?;
    let posts = it.line.posts.iter().rev();
    let shown = posts.filter(|post| post.account == account.id && post.reply_to.is_none() && !post.deleted());
    let shown = shown.take(limit).map(|post| {
        json!({ "id": post.remote_id, it.rules.words: post.text, "permalink": post.url,
            "timestamp": post.created_at.format("%Y-%m-%dT%H:%M:%S+0000").to_string() })
    });
    Ok(Reply::ok(&json!({ "data": shown.collect::<Vec<Value>>() })))
}

pub(crate) fn delete(it: &mut Containers, call: &Call, account: &Account) -> Result<Reply, Failure> {
    let id = call.segment(1).to_owned();
    if it.windows.spend(DELETIONS, &account.id, 1, call.at).exceeded {
        return Err(Failure::new(4, "Application request limit reached"));
    }
    let post = it.line.live(&id).filter(|post| post.account == account.id);
    let post = post.ok_or_else(|| Failure::missing(&id))?;
    post.deleted_at = Some(call.at);
    Ok(Reply::ok(&json!({ "success": true, "deleted_id": id })))
}

pub(crate) fn insights(it: &mut Containers, call: &Call, _: &Account) -> Result<Reply, Failure> {
    let id = call.segment(1).to_owned();
    it.line.live(&id).ok_or_else(|| Failure::missing(&id))?;
    let names = call.param("metric").unwrap_or_default();
    if names.split(',').any(|name| !it.rules.insights.contains(&name)) {
        return Err(Failure::parameter("metric must be one of the metrics of this medium"));
    }
    let answers = it.line.posts.iter();
    let answers = answers.filter(|post| post.reply_to.as_deref() == Some(&id) && !post.deleted());
    let answers = answers.count();
    let insight = |name: &str| {
        let value = match name {
            "views" => VIEWS,
            "likes" => LIKES,
            "replies" | "comments" => answers,
            _ => SHARES,
        };
        json!({ "name": name, "period": "lifetime", "values": [{ "value": value }] })
    };
    let data: Vec<_> = names.split(',').map(insight).collect();
    Ok(Reply::ok(&json!({ "data": data })))
}
