//! Threads. <https://developers.facebook.com/docs/threads/posts>

use async_trait::async_trait;
use beffroi_schema::{
    clock::Timestamp,
    id::DeliveryId,
    value::{
        AccountHealth, Capabilities, Counting, Metrics, PictureFormat, PictureRules, RemotePost, Rendered, TextLimit,
        VideoLimit,
    },
};
use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::Url;

use super::{
    Credentials, DeliveryError, SocialNetwork,
    answer::Twice,
    container::{Containers, Dialect},
    oauth::{Exchange, Tokens},
};
use crate::http::Http;

/// Characters of a post, of which an emoji counts for its bytes: <https://developers.facebook.com/docs/threads/overview>
const MAX_TEXT: u32 = 500;
/// Pictures of one post. The network has taken ten from the beginning, and says more since.
const MAX_PICTURES: u32 = 10;
/// Largest picture: <https://developers.facebook.com/docs/threads/overview>
const PICTURE_BYTES: u64 = 8 * 1024 * 1024;
/// Largest and longest video, by the same page.
const VIDEO_BYTES: u64 = 1000 * 1000 * 1000;
const VIDEO_SECONDS: u32 = 5 * 60;
/// Longest alternative text: <https://developers.facebook.com/docs/threads/create-posts/accessibility>
const MAX_ALT: u32 = 1_000;
/// Its words for what Instagram has too.
const DIALECT: Dialect = Dialect {
    posts: "threads",
    publish: "threads_publish",
    quota: "threads_publishing_limit",
    words: "text",
    image: Some("IMAGE"),
    video: |video| json!({ "media_type": "VIDEO", "video_url": video.url, "alt_text": video.alt }),
    progress: "status,error_message",
    insights: "views,likes,replies,reposts",
};

/// A profile. Its secret is a long-lived access token with the scopes `threads_basic threads_content_publish
/// threads_manage_replies threads_manage_insights threads_delete`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThreadsSettings {
    /// The profile's numeric id.
    pub user: String,
    /// The API with its version.
    #[serde(default = "graph")]
    pub graph: Url,
    /// Where people read posts.
    #[serde(default = "pages")]
    pub pages: Url,
}

/// One profile.
#[derive(Debug)]
pub(super) struct Threads {
    containers: Containers,
    settings: ThreadsSettings,
}

#[derive(Debug, Deserialize)]
struct Profile {
    username: String,
}

fn graph() -> Url {
    super::constant("https://graph.threads.net/v1.0")
}

fn pages() -> Url {
    super::constant("https://www.threads.com")
}

/// What every profile takes.
pub(super) fn capabilities() -> Capabilities {
    Capabilities {
        images: MAX_PICTURES,
        image_bytes: PICTURE_BYTES,
        pictures: Some(Box::new(PictureRules {
            formats: vec![PictureFormat::Jpeg, PictureFormat::Png],
            fetched: true,
            ..PictureRules::weight(PICTURE_BYTES)
        })),
        alt_text: Some(MAX_ALT),
        video: Some(VideoLimit {
            bytes: VIDEO_BYTES,
            seconds: VIDEO_SECONDS,
        }),
        delete: true,
        reply: true,
        thread: true,
        metrics: true,
        ..Capabilities::texts(TextLimit::of(MAX_TEXT, Counting::EmojiBytes))
    }
}

impl Threads {
    pub(super) fn new(settings: &ThreadsSettings, credentials: Credentials, http: &Http) -> Self {
        let exchange = Exchange::beside(&settings.graph, "th_refresh_token");
        let tokens = Tokens::lasting(credentials, Some(exchange), http);
        Self {
            containers: Containers::new(&DIALECT, (&settings.graph, &settings.user), tokens, http),
            settings: settings.clone(),
        }
    }
}

#[async_trait]
impl SocialNetwork for Threads {
    async fn check(&self) -> Result<(AccountHealth, Capabilities), DeliveryError> {
        let (Profile { username }, _) = self.containers.profile("id,username").await?;
        let base = self.settings.pages.as_str().trim_end_matches('/');
        let health = AccountHealth {
            checked_at: self.containers.http.clock().now(),
            url: Some(format!("{base}/@{username}")),
            handle: username,
            followers: None,
            warning: None,
        };
        Ok((health, capabilities()))
    }

    async fn publish(&self, post: &Rendered, _key: DeliveryId) -> Result<RemotePost, DeliveryError> {
        self.containers.publish(post, &post.text).await
    }

    async fn reply(&self, remote: &RemotePost, post: &Rendered, _key: DeliveryId) -> Result<RemotePost, DeliveryError> {
        let body = json!({ "media_type": "TEXT", "text": post.text, "reply_to_id": remote.id });
        let container = self.containers.fill(&body).await?;
        self.containers.make_public(&container).await
    }

    async fn withdraw(&self, remote: &RemotePost) -> Result<(), DeliveryError> {
        let call = self.containers.call(Method::DELETE, &remote.id).await?;
        match self.containers.ask::<Value>(call, Twice::Harmless).await {
            Ok(_) | Err(DeliveryError::Gone(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn find(
        &self,
        post: &Rendered,
        _key: DeliveryId,
        since: Timestamp,
    ) -> Result<Option<RemotePost>, DeliveryError> {
        self.containers.find(&post.text, since).await
    }

    async fn metrics(&self, remote: &RemotePost) -> Result<Metrics, DeliveryError> {
        self.containers.metrics(remote).await
    }

    async fn renew(&self) -> Result<(), DeliveryError> {
        self.containers.renew().await
    }

    fn rests_until(&self) -> Option<Timestamp> {
        self.containers.rests_until()
    }
}
