//! Dailymotion channels: a video with its title and its description. <https://developers.dailymotion.com/v0/docs>
//!
//! The file goes to an address that nobody sees; the video is there once it is made of it.

use std::collections::BTreeMap;

use async_trait::async_trait;
use beffroi_schema::{
    clock::Timestamp,
    id::DeliveryId,
    value::{AccountHealth, Capabilities, Counting, Film, Metrics, Needs, RemotePost, Rendered, TextLimit, VideoLimit},
};
use reqwest::{
    Method,
    header::{CONTENT_TYPE, HeaderValue},
    multipart::{Form, Part},
};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use url::{Url, form_urlencoded};

use super::{
    Credentials, DeliveryError, SocialNetwork,
    answer::{MAX_ANSWER, Twice, by_status, no_server, reason, unanswered, unsettled},
    film,
    likeness::{earliest, skeleton},
    oauth::{Grant, Tokens},
};
use crate::http::{Answer, Http};

/// Characters of a description: <https://developers.dailymotion.com/v0/reference/video-fields>
const MAX_TEXT: u32 = 3000;
/// Characters of a title, by the same page.
const MAX_TITLE: u32 = 255;
/// Largest file, of a channel without a contract: <https://faq.dailymotion.com/hc/en-us/articles/115009030568>
const VIDEO_BYTES: u64 = 4 * 1024 * 1024 * 1024;
/// Longest video, by the same page.
const VIDEO_SECONDS: u32 = 2 * 3600;
/// The category of what a town says.
const CATEGORY: &str = "news";
/// Videos read back when looking for ours; the most that is given.
const FIND_PAGE: &str = "100";
/// A day's videos are used up; it says so, not until when.
const ENOUGH: &str = "upload_limit_exceeded";
/// When it is asked again then: the limit is of any 24 hours.
const ENOUGH_FOR: std::time::Duration = std::time::Duration::from_hours(6);

/// A key that Dailymotion gives its partners opens their channel by itself…
const PRIVATE: Grant = Grant {
    secret: &["client_id", "client_secret"],
    ask: &[("grant_type", "client_credentials"), ("scope", "manage_videos")],
    header: None,
};
/// …and any other with the name and the password of whoever has the channel.
const PUBLIC: Grant = Grant {
    secret: &["client_id", "client_secret", "username", "password"],
    ask: &[("grant_type", "password"), ("scope", "manage_videos")],
    header: None,
};

/// A channel. Its secret is the JSON of an API key, with the name and the password of its owner where the key is public.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DailymotionSettings {
    /// The channel's name, or its id.
    pub channel: String,
    /// Where calls go; none: where the key is of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api: Option<Url>,
    /// Where tokens are given; none: where the key is of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens: Option<Url>,
    /// Where people see videos.
    #[serde(default = "pages")]
    pub pages: Url,
}

/// One channel.
#[derive(Debug)]
pub(super) struct Dailymotion {
    settings: DailymotionSettings,
    api: Url,
    tokens: Tokens,
    http: Http,
}

fn pages() -> Url {
    super::constant("https://www.dailymotion.com")
}

/// Where calls go with a key of this kind, and where its tokens are given.
fn doors(public: bool) -> (Url, Url) {
    let (api, tokens) = if public {
        ("https://api.dailymotion.com", "https://api.dailymotion.com/oauth/token")
    } else {
        (
            "https://partner.api.dailymotion.com/rest",
            "https://partner.api.dailymotion.com/oauth/v1/token",
        )
    };
    (super::constant(api), super::constant(tokens))
}

/// What every channel takes.
pub(super) fn capabilities() -> Capabilities {
    Capabilities {
        title: Some(MAX_TITLE),
        needs: Needs::Video,
        video: Some(VideoLimit {
            bytes: VIDEO_BYTES,
            seconds: VIDEO_SECONDS,
        }),
        edit: true,
        delete: true,
        metrics: true,
        ..Capabilities::texts(TextLimit::of(MAX_TEXT, Counting::Utf16))
    }
}

#[derive(Debug, Deserialize)]
struct User {
    screenname: String,
    url: Option<String>,
    followers_total: Option<u64>,
}

#[derive(Debug, Deserialize)]
struct Slot {
    upload_url: Url,
}

/// What became of the file: where it is, for the video that is made of it.
#[derive(Debug, Deserialize)]
struct Uploaded {
    url: String,
}

#[derive(Debug, Deserialize)]
struct Made {
    id: String,
}

#[derive(Debug, Deserialize)]
struct Videos {
    list: Vec<Video>,
}

#[derive(Debug, Deserialize)]
struct Video {
    id: String,
    title: String,
    #[serde(default)]
    description: String,
    created_time: i64,
}

#[derive(Debug, Deserialize)]
struct Watched {
    views_total: Option<u64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Failure {
    error: Detail,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Detail {
    message: String,
    error_data: Why,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Why {
    reason: String,
}

impl Dailymotion {
    pub(super) fn new(settings: &DailymotionSettings, credentials: Credentials, http: &Http) -> Self {
        let told: Option<Value> = serde_json::from_str(credentials.secret.expose_secret()).ok();
        let public = told.is_some_and(|told| told.get("username").is_some());
        let grant = if public { PUBLIC } else { PRIVATE };
        let (api, tokens) = doors(public);
        let tokens = settings.tokens.clone().unwrap_or(tokens);
        Self {
            api: settings.api.clone().unwrap_or(api),
            tokens: Tokens::new(credentials, &tokens, grant, http),
            settings: settings.clone(),
            http: http.clone(),
        }
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        (method, resource): (Method, &str),
        twice: Twice,
        query: &[(&str, &str)],
        fields: &[(&str, &str)],
    ) -> Result<T, DeliveryError> {
        let url = format!("{}/{resource}", self.api.as_str().trim_end_matches('/'));
        let url: Result<Url, _> = url.parse();
        let url = url.map_err(|error| DeliveryError::Locked(error.to_string()))?;
        let form = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let answer = self.tokens.answer(&method, &url, twice, |call| {
            let call = call.query(query);
            if fields.is_empty() {
                return call;
            }
            let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
            call.header(CONTENT_TYPE, kind).body(form.clone().into())
        });
        read(&answer.await?, twice)
    }

    /// Sends the file, in one call; where it is then.
    async fn upload(&self, film: &Film) -> Result<String, DeliveryError> {
        let slot: Slot = self
            .ask((Method::GET, "file/upload"), Twice::Harmless, &[], &[])
            .await?;
        let part = Part::stream_with_length(film::body(film), film.size());
        let part = part.file_name("video.mp4").mime_str(film::MIME);
        let part = part.map_err(|error| DeliveryError::Refused(error.to_string()))?;
        let call = self.http.call(Method::POST, slot.upload_url).within(film::WHOLE_WITHIN);
        let answer = call.multipart(Form::new().part("file", part)).send(MAX_ANSWER).await;
        let answer = answer.map_err(|error| unanswered(error, Twice::Harmless))?;
        read::<Uploaded>(&answer, Twice::Harmless).map(|uploaded| uploaded.url)
    }

    fn videos(&self) -> String {
        format!("user/{}/videos", self.settings.channel)
    }

    fn remote(&self, id: String) -> RemotePost {
        let pages = self.settings.pages.as_str().trim_end_matches('/');
        RemotePost {
            url: Some(format!("{pages}/video/{id}")),
            id,
            extra: BTreeMap::new(),
            replies: Vec::new(),
        }
    }
}

#[async_trait]
impl SocialNetwork for Dailymotion {
    async fn check(&self) -> Result<(AccountHealth, Capabilities), DeliveryError> {
        let resource = format!("user/{}", self.settings.channel);
        let query = [("fields", "screenname,url,followers_total")];
        let user: Result<User, _> = self.ask((Method::GET, &resource), Twice::Harmless, &query, &[]).await;
        let user = user.map_err(no_server)?;
        let health = AccountHealth {
            checked_at: self.http.clock().now(),
            handle: user.screenname,
            url: user.url,
            followers: user.followers_total,
            warning: None,
        };
        Ok((health, capabilities()))
    }

    async fn renew(&self) -> Result<(), DeliveryError> {
        self.tokens.keep().await
    }

    async fn publish(&self, post: &Rendered, _key: DeliveryId) -> Result<RemotePost, DeliveryError> {
        let file = self.upload(film::of(post)?).await.map_err(no_server)?;
        let tags = post.hashtags.join(",");
        let fields = [
            ("url", file.as_str()),
            ("title", &post.title),
            ("description", &post.text),
            ("tags", &tags),
            ("channel", CATEGORY),
            ("language", post.language.primary()),
            ("is_created_for_kids", "false"),
            ("published", "true"),
        ];
        let made: Result<Made, _> = self
            .ask((Method::POST, &self.videos()), Twice::Harmful, &[], &fields)
            .await;
        Ok(self.remote(made.map_err(no_server)?.id))
    }

    /// All but the video.
    async fn amend(&self, remote: &RemotePost, post: &Rendered, _key: DeliveryId) -> Result<RemotePost, DeliveryError> {
        let resource = format!("video/{}", remote.id);
        let tags = post.hashtags.join(",");
        let fields = [
            ("title", post.title.as_str()),
            ("description", &post.text),
            ("tags", &tags),
        ];
        let _: Value = self
            .ask((Method::POST, &resource), Twice::Harmless, &[], &fields)
            .await?;
        Ok(remote.clone())
    }

    async fn withdraw(&self, remote: &RemotePost) -> Result<(), DeliveryError> {
        let resource = format!("video/{}", remote.id);
        let gone: Result<Value, _> = self.ask((Method::DELETE, &resource), Twice::Harmless, &[], &[]).await;
        match gone {
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
        let after = earliest(since).timestamp();
        let after_text = after.to_string();
        let query = [
            ("fields", "id,title,description,created_time"),
            ("created_after", &*after_text),
            ("limit", FIND_PAGE),
        ];
        let resource = self.videos();
        let videos: Result<Videos, _> = self.ask((Method::GET, &resource), Twice::Harmless, &query, &[]).await;
        let wanted = (skeleton(&post.title), skeleton(&post.text));
        let ours = |video: &Video| {
            video.created_time >= after && (skeleton(&video.title), skeleton(&video.description)) == wanted
        };
        let found = videos.map_err(no_server)?.list.into_iter().find(ours);
        Ok(found.map(|video| self.remote(video.id)))
    }

    async fn metrics(&self, remote: &RemotePost) -> Result<Metrics, DeliveryError> {
        let resource = format!("video/{}", remote.id);
        let query = [("fields", "views_total")];
        let watched: Watched = self.ask((Method::GET, &resource), Twice::Harmless, &query, &[]).await?;
        Ok(Metrics {
            views: watched.views_total,
            ..Metrics::default()
        })
    }
}

fn read<T: DeserializeOwned>(answer: &Answer, twice: Twice) -> Result<T, DeliveryError> {
    if answer.status.is_success() {
        let strange = || unsettled("the answer is not what Dailymotion answers".to_owned(), twice);
        return answer.json().ok_or_else(strange);
    }
    let Failure { error } = answer.json().unwrap_or_default();
    let reason = reason(answer, Some(&error.message));
    if error.error_data.reason == ENOUGH {
        let after = Some(ENOUGH_FOR);
        return Err(DeliveryError::Retry { after, reason });
    }
    Err(by_status(answer, reason, twice))
}
