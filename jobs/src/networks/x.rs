//! X, by its API version 2. <https://docs.x.com/x-api/posts/create-post>
//!
//! X charges for each post, and much more for one with a link: without `links`, posts carry none.

mod media;
mod wire;

use async_trait::async_trait;
use beffroi_schema::{
    clock::Timestamp,
    id::DeliveryId,
    value::{
        AccountHealth, Capabilities, Counting, LinkStyle, Metrics, Price, RemotePost, Rendered, TextLimit, VideoLimit,
    },
};
use chrono::{SecondsFormat, TimeDelta};
use reqwest::Method;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use tokio::sync::OnceCell;
use url::Url;

use super::{
    Credentials, DeliveryError, SocialNetwork,
    answer::{Twice, no_server, said_before, unsettled},
    budget::Budget,
    likeness::{earliest, skeleton},
    oauth::{Grant, Tokens},
};
use crate::http::{Answer, Call, Http};
use wire::{Created, Deleted, Listed, Me, Outcome, repetition, verdict};

/// Weighted characters of a post: <https://docs.x.com/fundamentals/counting-characters>
const MAX_TEXT: u32 = 280;
/// The same for an account with Premium, by its own limit for posts from programs.
const MAX_PREMIUM_TEXT: u32 = 4_000;
/// What any address counts for: <https://docs.x.com/fundamentals/counting-characters>
const URL_UNITS: u32 = 23;
/// Pictures in one post: `CreatePostsMedia` in <https://api.x.com/2/openapi.json>
const MAX_PICTURES: u32 = 4;
/// Largest picture: <https://docs.x.com/x-api/media/quickstart/best-practices>
const PICTURE_BYTES: u64 = 5 * 1024 * 1024;
/// Largest and longest video, of an account without Premium, by the same page.
const VIDEO_BYTES: u64 = 512 * 1000 * 1000;
const VIDEO_SECONDS: u32 = 140;
/// Longest alternative text: `CreateMediaMetadataMetadataAltText` in <https://api.x.com/2/openapi.json>
const MAX_ALT: u32 = 1_000;
/// How long a post can be edited with Premium: <https://docs.x.com/x-api/fundamentals/edit-posts>
const EDIT_WITHIN_S: u32 = 30 * 60;
/// What a post costs, in millionths of a US dollar: <https://docs.x.com/x-api/getting-started/pricing>
const POST_PRICE: u32 = 15_000;
/// What a post with an address in it costs.
const LINK_PRICE: u32 = 200_000;
/// Posts read back when looking for ours; the most that one page gives. Each costs, so it is one page.
const FIND_PAGE: &str = "100";
/// What is read of them.
const FIND_FIELDS: &str = "created_at,entities,note_post";

/// An account's secret: a confidential client, and what the account's owner agreed to. X gives another refresh token each
/// time: <https://docs.x.com/fundamentals/authentication/oauth-2-0/user-access-token>
const GRANT: Grant = Grant {
    secret: &["client_id", "client_secret", "refresh_token"],
    ask: &[("grant_type", "refresh_token")],
    header: Some(("client_id", "client_secret")),
};

/// An account. Its secret is the JSON of an OAuth 2 client and a refresh token with the scopes `tweet.read tweet.write
/// users.read media.write offline.access`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct XSettings {
    /// Whether posts carry the link to the item, at the price of a post with a link.
    #[serde(default)]
    pub links: bool,
    /// Whether the account has Premium: longer posts, and edits for half an hour.
    #[serde(default)]
    pub premium: bool,
    /// Whether X is asked what readers did with posts: it charges for each that it shows.
    #[serde(default)]
    pub metrics: bool,
    /// What a post costs, in millionths of a US dollar, when that has changed.
    #[serde(default = "post_price")]
    pub post_price: u32,
    /// What a post with a link costs, likewise.
    #[serde(default = "link_price")]
    pub link_price: u32,
    /// What the account's posts may cost in a calendar month, in cents of a US dollar. The delivery loop keeps to it.
    #[serde(default)]
    pub monthly_budget_cents: Option<u32>,
    /// The API.
    #[serde(default = "api")]
    pub api: Url,
    /// Where people read posts.
    #[serde(default = "pages")]
    pub pages: Url,
}

/// One account.
#[derive(Debug)]
pub(super) struct X {
    http: Http,
    settings: XSettings,
    tokens: Tokens,
    budget: Budget,
    /// Who we are there, asked once: reads are charged too.
    me: OnceCell<Me>,
}

const fn post_price() -> u32 {
    POST_PRICE
}

const fn link_price() -> u32 {
    LINK_PRICE
}

fn api() -> Url {
    super::constant("https://api.x.com")
}

fn pages() -> Url {
    super::constant("https://x.com")
}

/// What an account takes that has no Premium, and pays for no links.
pub(super) fn capabilities() -> Capabilities {
    let text = TextLimit {
        url_units: Some(URL_UNITS),
        ..TextLimit::of(MAX_TEXT, Counting::Weighted)
    };
    Capabilities {
        images: MAX_PICTURES,
        image_bytes: PICTURE_BYTES,
        alt_text: Some(MAX_ALT),
        video: Some(VideoLimit {
            bytes: VIDEO_BYTES,
            seconds: VIDEO_SECONDS,
        }),
        link: LinkStyle::Nowhere,
        delete: true,
        reply: true,
        thread: true,
        price: Some(Price {
            post: POST_PRICE,
            link: LINK_PRICE,
        }),
        ..Capabilities::texts(text)
    }
}

impl XSettings {
    fn refine(&self, mut can: Capabilities) -> Capabilities {
        if self.links {
            can.link = LinkStyle::InText;
        }
        if self.premium {
            can.text.units = MAX_PREMIUM_TEXT;
            (can.edit, can.edit_within_s) = (true, Some(EDIT_WITHIN_S));
        }
        can.metrics = self.metrics;
        can.price = Some(Price {
            post: self.post_price,
            link: self.link_price,
        });
        can
    }
}

impl X {
    pub(super) fn new(settings: &XSettings, credentials: Credentials, http: &Http) -> Self {
        let mut url = settings.api.clone();
        url.set_path("/2/oauth2/token");
        Self {
            http: http.clone(),
            settings: settings.clone(),
            tokens: Tokens::new(credentials, &url, GRANT, http),
            budget: Budget::default(),
            me: OnceCell::new(),
        }
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        twice: Twice,
        prepare: impl Fn(Call<'_>) -> Call<'_> + Send + Sync,
    ) -> Result<Answer, DeliveryError> {
        let base = self.settings.api.as_str().trim_end_matches('/');
        let url = format!("{base}/2/{path}")
            .parse()
            .map_err(|error: url::ParseError| DeliveryError::Locked(error.to_string()))?;
        self.tokens.answer(&method, &url, twice, prepare).await
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        prepare: impl Fn(Call<'_>) -> Call<'_> + Send + Sync,
    ) -> Result<T, DeliveryError> {
        read(
            &self.send(method, path, Twice::Harmless, prepare).await?,
            Twice::Harmless,
        )
    }

    async fn whoami(&self) -> Result<Me, DeliveryError> {
        let fields = [("user.fields", "public_metrics,username")];
        let asked = self.ask(Method::GET, "users/me", |call| call.query(&fields));
        asked.await.map_err(no_server)
    }

    /// What the account posts, answers or edits: one call for all three.
    async fn create(&self, body: &Value, twice: Twice) -> Result<Answer, DeliveryError> {
        let answer = self.send(Method::POST, "tweets", twice, |call| call.json(body)).await?;
        let now = self.http.clock().now();
        self.budget.spent(now, answer.spent(now));
        Ok(answer)
    }

    async fn body(&self, post: &Rendered) -> Result<Value, DeliveryError> {
        let mut ids = Vec::with_capacity(post.pictures.len());
        for picture in &post.pictures {
            ids.push(self.upload(picture).await?);
        }
        if let Some(video) = &post.video {
            ids.push(self.upload_film(&video.film).await?);
        }
        let mut body = json!({ "text": post.text });
        if !ids.is_empty() {
            body["media"] = json!({ "media_ids": ids });
        }
        Ok(body)
    }

    /// Any name in a post's address leads to it.
    fn remote(&self, id: String) -> RemotePost {
        let base = self.settings.pages.as_str().trim_end_matches('/');
        RemotePost {
            url: Some(format!("{base}/i/status/{id}")),
            id,
            extra: std::collections::BTreeMap::new(),
            replies: Vec::new(),
        }
    }
}

#[async_trait]
impl SocialNetwork for X {
    async fn check(&self) -> Result<(AccountHealth, Capabilities), DeliveryError> {
        let me = self.whoami().await?;
        let base = self.settings.pages.as_str().trim_end_matches('/');
        let health = AccountHealth {
            checked_at: self.http.clock().now(),
            url: Some(format!("{base}/{}", me.username)),
            followers: me.public_metrics.followers_count,
            handle: me.username,
            warning: None,
        };
        Ok((health, self.settings.refine(capabilities())))
    }

    async fn renew(&self) -> Result<(), DeliveryError> {
        self.tokens.keep().await
    }

    async fn publish(&self, post: &Rendered, key: DeliveryId) -> Result<RemotePost, DeliveryError> {
        let answer = self.create(&self.body(post).await?, Twice::Harmful).await?;
        if let Some(reason) = repetition(&answer) {
            return said_before(self, post, key, self.http.clock().now(), reason).await;
        }
        let created: Created = read(&answer, Twice::Harmful).map_err(no_server)?;
        Ok(self.remote(created.id))
    }

    /// An edit is a new post that takes the place of the former one. What was edited already is refused: then the edit
    /// of an earlier try is looked for.
    async fn amend(&self, remote: &RemotePost, post: &Rendered, key: DeliveryId) -> Result<RemotePost, DeliveryError> {
        let mut body = self.body(post).await?;
        body["edit_options"] = json!({ "previous_post_id": remote.id });
        let answer = self.create(&body, Twice::Harmless).await?;
        let edited = match repetition(&answer) {
            Some(reason) => Err(DeliveryError::Refused(reason)),
            None => read::<Created>(&answer, Twice::Harmless),
        };
        match edited {
            Ok(created) => Ok(self.remote(created.id)),
            Err(DeliveryError::Refused(reason)) => {
                let since = post.at - TimeDelta::seconds(EDIT_WITHIN_S.into());
                let found = self.find(post, key, since).await?;
                found.ok_or(DeliveryError::Refused(reason))
            }
            Err(error) => Err(error),
        }
    }

    async fn reply(&self, remote: &RemotePost, post: &Rendered, _key: DeliveryId) -> Result<RemotePost, DeliveryError> {
        let body = json!({ "text": post.text, "reply": { "in_reply_to_tweet_id": remote.id } });
        let created: Created = read(&self.create(&body, Twice::Harmful).await?, Twice::Harmful)?;
        Ok(self.remote(created.id))
    }

    async fn withdraw(&self, remote: &RemotePost) -> Result<(), DeliveryError> {
        let path = format!("tweets/{}", remote.id);
        match self.ask::<Deleted>(Method::DELETE, &path, |call| call).await {
            Ok(Deleted { deleted: true }) | Err(DeliveryError::Gone(_)) => Ok(()),
            Ok(Deleted { deleted: false }) => Err(DeliveryError::Refused("X did not delete the post".to_owned())),
            Err(error) => Err(error),
        }
    }

    async fn find(
        &self,
        post: &Rendered,
        _key: DeliveryId,
        since: Timestamp,
    ) -> Result<Option<RemotePost>, DeliveryError> {
        let me = self.me.get_or_try_init(|| self.whoami()).await?;
        let since = earliest(since).to_rfc3339_opts(SecondsFormat::Secs, true);
        let query = [
            ("start_time", since.as_str()),
            ("max_results", FIND_PAGE),
            ("post.fields", FIND_FIELDS),
        ];
        let path = format!("users/{}/tweets", me.id);
        let asked = self.send(Method::GET, &path, Twice::Harmless, |call| call.query(&query));
        let answer = asked.await?;
        let listed: Option<Outcome<Vec<Listed>>> = answer.json().filter(|_| answer.status.is_success());
        let Some(listed) = listed.and_then(Outcome::list) else {
            return Err(no_server(verdict(&answer, Twice::Harmless)));
        };
        let wanted = skeleton(&post.text);
        let found = listed.into_iter().find(|listed| skeleton(&listed.words()) == wanted);
        Ok(found.map(|listed| self.remote(listed.id)))
    }

    async fn metrics(&self, remote: &RemotePost) -> Result<Metrics, DeliveryError> {
        let path = format!("tweets/{}", remote.id);
        let fields = [("post.fields", "public_metrics")];
        let listed: Listed = self.ask(Method::GET, &path, |call| call.query(&fields)).await?;
        Ok(listed.metrics())
    }

    fn rests_until(&self) -> Option<Timestamp> {
        self.budget.take()
    }
}

/// A success may carry problems beside its data, or in its place.
fn read<T: DeserializeOwned>(answer: &Answer, twice: Twice) -> Result<T, DeliveryError> {
    if !answer.status.is_success() {
        return Err(verdict(answer, twice));
    }
    let outcome: Outcome<T> = answer
        .json()
        .ok_or_else(|| unsettled("the answer is not what X answers".to_owned(), twice))?;
    match outcome.data {
        Some(data) => Ok(data),
        None => Err(verdict(answer, twice)),
    }
}
