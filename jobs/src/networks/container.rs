//! Networks of Meta that publish in two steps: a container that nobody sees is filled, and then made public. They fetch
//! pictures and videos themselves.
//!
//! A container's id would say later whether it was published, but nothing is remembered between two tries: what is
//! there is looked for before anything is made public. <https://developers.facebook.com/docs/instagram-platform/content-publishing>

use std::{collections::BTreeMap, time::Duration};

use beffroi_schema::{
    clock::Timestamp,
    value::{Metrics, Picture, RemotePost, Rendered, Video},
};
use chrono::{DateTime, Utc};
use reqwest::Method;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use url::Url;

use super::{
    DeliveryError,
    answer::{MAX_ANSWER, Twice, no_server, unanswered, unsettled},
    budget::Budget,
    graph::{spent, verdict},
    likeness::{earliest, skeleton},
    oauth::Tokens,
};
use crate::http::{Answer, Call, Http};

/// Times a container is asked for before the delivery is put off.
const POLLS: u32 = 9;
/// The wait after the first of them; each further one doubles it (two minutes in all).
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// How long an account rests whose posts of a day are used up: the day is counted back from each moment.
const QUOTA_REST: Duration = Duration::from_hours(1);
/// Posts read back when looking for ours.
const FIND_PAGE: &str = "50";
/// How these networks write a time.
const TIME: &str = "%Y-%m-%dT%H:%M:%S%z";

/// What one of these networks calls differently from the other.
#[derive(Debug)]
pub(super) struct Dialect {
    /// Where containers are made, and posts listed.
    pub(super) posts: &'static str,
    /// Where they are made public.
    pub(super) publish: &'static str,
    /// Where it says how many posts a day may have.
    pub(super) quota: &'static str,
    /// The words of a post.
    pub(super) words: &'static str,
    /// What kind of container one picture is.
    pub(super) image: Option<&'static str>,
    /// What kind of container a video is, and what else is said of it.
    pub(super) video: fn(&Video) -> Value,
    /// What says how far a container is.
    pub(super) progress: &'static str,
    /// What it counts of a post's readers.
    pub(super) insights: &'static str,
}

/// An account's way to its network.
#[derive(Debug)]
pub(super) struct Containers {
    pub(super) http: Http,
    dialect: &'static Dialect,
    account: String,
    base: Url,
    tokens: Tokens,
    budget: Budget,
}

/// What is made, by its id.
#[derive(Debug, Deserialize)]
pub(super) struct Made {
    pub(super) id: String,
}

#[derive(Debug, Deserialize)]
struct Data<T> {
    data: Vec<T>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Progress {
    status: Option<String>,
    /// Instagram's word; its `status` is then a sentence.
    status_code: Option<String>,
    error_message: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Quota {
    quota_usage: u64,
    config: Option<QuotaRule>,
}

#[derive(Debug, Deserialize)]
struct QuotaRule {
    quota_total: u64,
}

#[derive(Debug, Deserialize)]
struct Listed {
    id: String,
    #[serde(default, alias = "caption")]
    text: String,
    permalink: Option<String>,
    timestamp: String,
}

#[derive(Debug, Deserialize)]
struct Shown {
    permalink: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Insight {
    name: String,
    #[serde(default)]
    values: Vec<Figure>,
}

#[derive(Debug, Deserialize)]
struct Figure {
    value: u64,
}

impl Containers {
    pub(super) fn new(dialect: &'static Dialect, (base, account): (&Url, &str), tokens: Tokens, http: &Http) -> Self {
        Self {
            http: http.clone(),
            dialect,
            account: account.to_owned(),
            base: base.clone(),
            tokens,
            budget: Budget::default(),
        }
    }

    /// The token goes in a header: an address is written to logs.
    pub(super) async fn call(&self, method: Method, path: &str) -> Result<Call<'_>, DeliveryError> {
        let base = self.base.as_str().trim_end_matches('/');
        let url = format!("{base}/{path}")
            .parse()
            .map_err(|error: url::ParseError| DeliveryError::Locked(error.to_string()))?;
        Ok(self.http.call(method, url).bearer(&self.tokens.token().await?))
    }

    pub(super) async fn ask<T: DeserializeOwned>(&self, call: Call<'_>, twice: Twice) -> Result<T, DeliveryError> {
        read(&self.send(call, twice).await?, twice)
    }

    async fn send(&self, call: Call<'_>, twice: Twice) -> Result<Answer, DeliveryError> {
        let answer = call.send(MAX_ANSWER).await.map_err(|error| unanswered(error, twice))?;
        self.budget.spent(self.http.clock().now(), spent(&answer));
        if !answer.status.is_success() {
            return Err(verdict(&answer, twice));
        }
        Ok(answer)
    }

    /// What is the account's own.
    async fn own(&self, method: Method, what: &str) -> Result<Call<'_>, DeliveryError> {
        self.call(method, &format!("{}/{what}", self.account)).await
    }

    /// What the account tells of itself, and the answer that said so.
    pub(super) async fn profile<T: DeserializeOwned>(&self, fields: &str) -> Result<(T, Answer), DeliveryError> {
        let call = self
            .call(Method::GET, &self.account)
            .await?
            .query(&[("fields", fields)]);
        let answer = self.send(call, Twice::Harmless).await.map_err(no_server)?;
        Ok((read(&answer, Twice::Harmless)?, answer))
    }

    /// A post that says `text`, which may differ from what is in `post`.
    pub(super) async fn publish(&self, post: &Rendered, text: &str) -> Result<RemotePost, DeliveryError> {
        self.has_room().await?;
        let container = self.prepare(post, text).await.map_err(no_server)?;
        if let Some(ours) = self.find(text, post.at).await? {
            return Ok(ours);
        }
        self.make_public(&container).await.map_err(no_server)
    }

    /// Whether one more post may be made today: how many is theirs to say, and has changed.
    async fn has_room(&self) -> Result<(), DeliveryError> {
        let call = self
            .own(Method::GET, self.dialect.quota)
            .await?
            .query(&[("fields", "config,quota_usage")]);
        let quota: Data<Quota> = self.ask(call, Twice::Harmless).await.map_err(no_server)?;
        let used_up = |quota: &Quota| {
            let most = quota.config.as_ref().map(|rule| rule.quota_total);
            most.is_some_and(|most| quota.quota_usage >= most)
        };
        if !quota.data.iter().any(used_up) {
            return Ok(());
        }
        Err(DeliveryError::Retry {
            after: Some(QUOTA_REST),
            reason: "the posts that this account may make in 24 hours are made".to_owned(),
        })
    }

    /// The container of a post: a text, a video, a picture, or several of them in one that holds them.
    async fn prepare(&self, post: &Rendered, text: &str) -> Result<String, DeliveryError> {
        let mut body = match (&post.video, &post.pictures[..]) {
            (Some(video), _) => (self.dialect.video)(video),
            (None, []) => json!({ "media_type": "TEXT" }),
            (None, [picture]) => self.image(picture),
            (None, pictures) => {
                let mut children = Vec::with_capacity(pictures.len());
                for picture in pictures {
                    let mut child = self.image(picture);
                    child["is_carousel_item"] = true.into();
                    children.push(self.fill(&child).await?);
                }
                json!({ "media_type": "CAROUSEL", "children": children.join(",") })
            }
        };
        body[self.dialect.words] = text.into();
        self.fill(&body).await
    }

    fn image(&self, picture: &Picture) -> Value {
        let mut body = json!({ "image_url": picture.url, "alt_text": picture.alt });
        if let Some(kind) = self.dialect.image {
            body["media_type"] = kind.into();
        }
        body
    }

    /// A container, once it can be published.
    pub(super) async fn fill(&self, body: &Value) -> Result<String, DeliveryError> {
        let call = self.own(Method::POST, self.dialect.posts).await?.json(body);
        let Made { id } = self.ask(call, Twice::Harmless).await?;
        for poll in 0..POLLS {
            let call = self
                .call(Method::GET, &id)
                .await?
                .query(&[("fields", self.dialect.progress)]);
            let progress: Progress = self.ask(call, Twice::Harmless).await?;
            let word = progress.status_code.as_ref().or(progress.status.as_ref());
            match word.map(String::as_str) {
                Some("FINISHED" | "PUBLISHED") => return Ok(id),
                Some("ERROR") => {
                    let sentence = progress.error_message.or(progress.status).unwrap_or_default();
                    return Err(DeliveryError::Refused(format!("it could not be prepared: {sentence}")));
                }
                _ => tokio::time::sleep(FIRST_PAUSE * 2_u32.pow(poll)).await,
            }
        }
        Err(DeliveryError::Retry {
            after: None,
            reason: "a post is still being prepared".to_owned(),
        })
    }

    /// From here on readers see it. Its page is told by a call of its own, which may fail without harm.
    pub(super) async fn make_public(&self, container: &str) -> Result<RemotePost, DeliveryError> {
        let body = json!({ "creation_id": container });
        let call = self.own(Method::POST, self.dialect.publish).await?.json(&body);
        let Made { id } = self.ask(call, Twice::Harmful).await?;
        let call = self.call(Method::GET, &id).await?.query(&[("fields", "permalink")]);
        let shown: Option<Shown> = self.ask(call, Twice::Harmless).await.ok();
        Ok(remote(id, shown.and_then(|shown| shown.permalink)))
    }

    /// Our post among the account's newest.
    pub(super) async fn find(&self, text: &str, since: Timestamp) -> Result<Option<RemotePost>, DeliveryError> {
        let Dialect { posts, words, .. } = self.dialect;
        let (since, fields) = (earliest(since), format!("id,{words},permalink,timestamp"));
        let call = self
            .own(Method::GET, posts)
            .await?
            .query(&[("fields", fields.as_str()), ("limit", FIND_PAGE)]);
        let listed: Data<Listed> = self.ask(call, Twice::Harmless).await.map_err(no_server)?;
        let wanted = skeleton(text);
        let mut listed = listed.data.into_iter();
        let found = listed.find(|listed| listed.at().is_some_and(|at| at >= since) && skeleton(&listed.text) == wanted);
        Ok(found.map(|listed| remote(listed.id, listed.permalink)))
    }

    pub(super) async fn metrics(&self, remote: &RemotePost) -> Result<Metrics, DeliveryError> {
        let call = self
            .call(Method::GET, &format!("{}/insights", remote.id))
            .await?
            .query(&[("metric", self.dialect.insights)]);
        let told: Data<Insight> = self.ask(call, Twice::Harmless).await?;
        let figure = |wanted: &[&str]| {
            let insight = told
                .data
                .iter()
                .find(|insight| wanted.contains(&insight.name.as_str()))?;
            insight.values.first().map(|figure| figure.value)
        };
        Ok(Metrics {
            likes: figure(&["likes"]),
            shares: figure(&["reposts", "shares"]),
            replies: figure(&["replies", "comments"]),
            views: figure(&["views"]),
        })
    }

    pub(super) async fn renew(&self) -> Result<(), DeliveryError> {
        self.tokens.keep().await
    }

    pub(super) fn rests_until(&self) -> Option<Timestamp> {
        self.budget.take()
    }
}

fn read<T: DeserializeOwned>(answer: &Answer, twice: Twice) -> Result<T, DeliveryError> {
    let strange = || unsettled("the answer is not what this API answers".to_owned(), twice);
    answer.json().ok_or_else(strange)
}

impl Listed {
    fn at(&self) -> Option<DateTime<Utc>> {
        let at = DateTime::parse_from_str(&self.timestamp, TIME);
        at.ok().map(|at| at.to_utc())
    }
}

pub(super) fn remote(id: String, url: Option<String>) -> RemotePost {
    RemotePost {
        id,
        url,
        extra: BTreeMap::new(),
        replies: Vec::new(),
    }
}
