//! YouTube channels: a video with its title and its description. <https://developers.google.com/youtube/v3/docs>
//!
//! The file goes in parts into a session that nobody sees; the video is there once its last byte is.

use std::collections::BTreeMap;

use async_trait::async_trait;
use beffroi_schema::{
    clock::Timestamp,
    id::DeliveryId,
    value::{AccountHealth, Capabilities, Counting, Film, Metrics, Needs, RemotePost, Rendered, TextLimit, VideoLimit},
};
use bytes::Bytes;
use chrono::{DateTime, FixedOffset};
use reqwest::{
    Method, StatusCode,
    header::{CONTENT_RANGE, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION},
};
use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use url::Url;

use super::{
    Credentials, DeliveryError, SocialNetwork,
    answer::{Twice, no_server, unsettled},
    film,
    google::{self, Google},
    likeness::{earliest, skeleton},
};
use crate::http::{Answer, Http};

/// Bytes of a description: <https://developers.google.com/youtube/v3/docs/videos#snippet.description>
const MAX_TEXT: u32 = 5000;
/// Characters of a title: <https://developers.google.com/youtube/v3/docs/videos#snippet.title>
const MAX_TITLE: u32 = 100;
/// Characters of all tags, the commas between them too: <https://developers.google.com/youtube/v3/docs/videos#snippet.tags[]>
const MAX_TAGS: usize = 500;
/// Largest file: <https://developers.google.com/youtube/v3/docs/videos/insert>
const VIDEO_BYTES: u64 = 256 * 1024 * 1024 * 1024;
/// Longest video, of a channel that gave a telephone number: <https://support.google.com/youtube/answer/71673>
const VIDEO_SECONDS: u32 = 12 * 3600;
/// News and politics, which every country has: <https://developers.google.com/youtube/v3/docs/videoCategories>
const CATEGORY: &str = "25";
/// Videos read back when looking for ours; the most that is given, and half of what a day allows.
const FIND_PAGE: &str = "50";

/// A channel. Its secret is the JSON of an OAuth client and a refresh token with the scopes `youtube.upload` and
/// `youtube.force-ssl`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct YoutubeSettings {
    /// The channel's id, which begins with `UC`: a token of another channel is not used.
    pub channel: String,
    /// Where videos are asked about.
    #[serde(default = "api")]
    pub api: Url,
    /// Where files go.
    #[serde(default = "uploads")]
    pub uploads: Url,
    /// Where people see videos.
    #[serde(default = "pages")]
    pub pages: Url,
    /// Where refresh tokens become access tokens.
    #[serde(default = "google::tokens")]
    pub tokens: Url,
}

/// One channel.
#[derive(Debug)]
pub(super) struct Youtube {
    settings: YoutubeSettings,
    google: Google,
    http: Http,
}

fn api() -> Url {
    super::constant("https://www.googleapis.com/youtube/v3")
}

fn uploads() -> Url {
    super::constant("https://www.googleapis.com/upload/youtube/v3")
}

fn pages() -> Url {
    super::constant("https://www.youtube.com")
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
        // An upload session knows what became of it, but nothing is kept of it between two tries: only looking tells.
        ..Capabilities::texts(TextLimit::of(MAX_TEXT, Counting::Bytes))
    }
}

#[derive(Debug, Deserialize)]
struct Page<T> {
    #[serde(default = "Vec::new")]
    items: Vec<T>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Channel {
    id: String,
    snippet: Option<Named>,
    statistics: Option<Followed>,
    content_details: Option<Contents>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Named {
    title: String,
    custom_url: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Followed {
    #[serde(default, deserialize_with = "count")]
    subscriber_count: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Contents {
    related_playlists: Playlists,
}

#[derive(Debug, Deserialize)]
struct Playlists {
    uploads: String,
}

#[derive(Debug, Deserialize)]
struct Upload {
    snippet: Shown,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    title: String,
    #[serde(default)]
    description: String,
    published_at: DateTime<FixedOffset>,
    resource_id: Resource,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Resource {
    video_id: String,
}

#[derive(Debug, Deserialize)]
struct Made {
    id: String,
}

#[derive(Debug, Deserialize)]
struct Watched {
    statistics: Statistics,
}

#[derive(Debug, Deserialize)]
struct Statistics {
    #[serde(default, rename = "viewCount", deserialize_with = "count")]
    views: Option<u64>,
    #[serde(default, rename = "likeCount", deserialize_with = "count")]
    likes: Option<u64>,
    #[serde(default, rename = "commentCount", deserialize_with = "count")]
    comments: Option<u64>,
}

/// Numbers are written as texts.
fn count<'de, D: Deserializer<'de>>(value: D) -> Result<Option<u64>, D::Error> {
    let text = Option::<String>::deserialize(value)?;
    Ok(text.and_then(|text| text.parse().ok()))
}

impl Youtube {
    pub(super) fn new(settings: &YoutubeSettings, credentials: Credentials, http: &Http) -> Self {
        Self {
            settings: settings.clone(),
            google: Google::new(credentials, &settings.tokens, http),
            http: http.clone(),
        }
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        (method, resource): (Method, &str),
        query: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<T, DeliveryError> {
        let url = below(&self.settings.api, resource)?;
        self.google
            .ask(&method, &url, Twice::Harmless, |call| {
                let call = call.query(query);
                match body {
                    Some(body) => call.json(body),
                    None => call,
                }
            })
            .await
    }

    /// Our channel, if the token is of it.
    async fn channel(&self, part: &str) -> Result<Channel, DeliveryError> {
        let query = [("part", part), ("mine", "true")];
        let page: Result<Page<Channel>, _> = self.ask((Method::GET, "channels"), &query, None).await;
        let ours = |channel: &Channel| channel.id == self.settings.channel;
        let channel = page.map_err(no_server)?.items.into_iter().find(ours);
        channel.ok_or_else(|| {
            let other = format!("the secret does not open the channel {}", self.settings.channel);
            DeliveryError::Locked(other)
        })
    }

    /// Where the file goes. Nothing is seen of it before its last byte is there.
    async fn session(&self, post: &Rendered, size: u64) -> Result<Url, DeliveryError> {
        let url = below(&self.settings.uploads, "videos")?;
        let query = [("uploadType", "resumable"), ("part", "snippet,status")];
        let body = json!({
            "snippet": snippet(post),
            "status": { "privacyStatus": "public", "selfDeclaredMadeForKids": false },
        });
        let (length, kind) = (
            HeaderName::from_static("x-upload-content-length"),
            HeaderName::from_static("x-upload-content-type"),
        );
        let answer = self
            .google
            .answer(&Method::POST, &url, Twice::Harmless, |call| {
                let call = call.query(&query).header(length.clone(), size.into());
                let call = call.header(kind.clone(), HeaderValue::from_static(film::MIME));
                call.json(&body)
            })
            .await?;
        let lacks = || unsettled("the answer says nowhere to send the video".to_owned(), Twice::Harmless);
        let session = located(&answer.headers);
        self.google.read::<Value>(&answer, Twice::Harmless)?;
        session.ok_or_else(lacks)
    }

    /// All parts; what YouTube says of the last is the video's id.
    async fn send(&self, session: &Url, film: &Film) -> Result<String, DeliveryError> {
        let size = film.size();
        let mut from = 0;
        loop {
            let to = (from + film::PART).min(size);
            let last = to == size;
            let part = film::part(film, from..to).await?;
            let twice = if last { Twice::Harmful } else { Twice::Harmless };
            let range = format!("bytes {from}-{}/{size}", to - 1);
            let answer = self.put(session, twice, &range, &part).await?;
            if !last && answer.status == StatusCode::PERMANENT_REDIRECT {
                from = to;
                continue;
            }
            if answer.status == StatusCode::PERMANENT_REDIRECT {
                let reason = "YouTube has not received the whole video".to_owned();
                return Err(DeliveryError::Retry { after: None, reason });
            }
            let made: Made = self.google.read(&answer, twice)?;
            return Ok(made.id);
        }
    }

    async fn put(&self, session: &Url, twice: Twice, range: &str, part: &Bytes) -> Result<Answer, DeliveryError> {
        let range = HeaderValue::from_str(range).map_err(|error| DeliveryError::Refused(error.to_string()))?;
        self.google
            .answer(&Method::PUT, session, twice, |call| {
                let call = call.header(CONTENT_RANGE, range.clone());
                let call = call.header(CONTENT_TYPE, HeaderValue::from_static(film::MIME));
                call.body(part.clone())
            })
            .await
    }

    fn remote(&self, id: String) -> RemotePost {
        let pages = self.settings.pages.as_str().trim_end_matches('/');
        RemotePost {
            url: Some(format!("{pages}/watch?v={id}")),
            id,
            extra: BTreeMap::new(),
            replies: Vec::new(),
        }
    }
}

#[async_trait]
impl SocialNetwork for Youtube {
    async fn check(&self) -> Result<(AccountHealth, Capabilities), DeliveryError> {
        let channel = self.channel("snippet,statistics").await?;
        let pages = self.settings.pages.as_str().trim_end_matches('/');
        let url = format!("{pages}/channel/{}", channel.id);
        let health = AccountHealth {
            checked_at: self.http.clock().now(),
            handle: channel
                .snippet
                .map(|named| named.custom_url.unwrap_or(named.title))
                .unwrap_or_default(),
            url: Some(url),
            followers: channel.statistics.and_then(|followed| followed.subscriber_count),
            warning: None,
        };
        Ok((health, capabilities()))
    }

    async fn renew(&self) -> Result<(), DeliveryError> {
        self.google.renew().await
    }

    async fn publish(&self, post: &Rendered, _key: DeliveryId) -> Result<RemotePost, DeliveryError> {
        let film = film::of(post)?;
        let session = self.session(post, film.size()).await.map_err(no_server)?;
        let id = self.send(&session, film).await.map_err(no_server)?;
        Ok(self.remote(id))
    }

    /// All but the video.
    async fn amend(&self, remote: &RemotePost, post: &Rendered, _key: DeliveryId) -> Result<RemotePost, DeliveryError> {
        let body = json!({ "id": remote.id, "snippet": snippet(post) });
        let _: Value = self
            .ask((Method::PUT, "videos"), &[("part", "snippet")], Some(&body))
            .await?;
        Ok(remote.clone())
    }

    async fn withdraw(&self, remote: &RemotePost) -> Result<(), DeliveryError> {
        match self
            .ask::<Value>((Method::DELETE, "videos"), &[("id", &remote.id)], None)
            .await
        {
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
        let channel = self.channel("contentDetails").await?;
        let Some(contents) = channel.content_details else {
            let strange = "the channel does not tell its uploads".to_owned();
            return Err(unsettled(strange, Twice::Harmless));
        };
        let list = contents.related_playlists.uploads;
        let query = [("part", "snippet"), ("playlistId", &*list), ("maxResults", FIND_PAGE)];
        let page: Result<Page<Upload>, _> = self.ask((Method::GET, "playlistItems"), &query, None).await;
        let uploads = match page {
            Ok(page) => page.items,
            // A channel without videos has no list of them.
            Err(DeliveryError::Gone(_)) => Vec::new(),
            Err(error) => return Err(error),
        };
        let wanted = (skeleton(&post.title), skeleton(&post.text));
        let ours = |shown: &Shown| {
            shown.published_at >= earliest(since) && (skeleton(&shown.title), skeleton(&shown.description)) == wanted
        };
        let found = uploads.into_iter().map(|upload| upload.snippet).find(ours);
        Ok(found.map(|shown| self.remote(shown.resource_id.video_id)))
    }

    async fn metrics(&self, remote: &RemotePost) -> Result<Metrics, DeliveryError> {
        let query = [("part", "statistics"), ("id", &*remote.id)];
        let page: Page<Watched> = self.ask((Method::GET, "videos"), &query, None).await?;
        let Some(Watched { statistics }) = page.items.into_iter().next() else {
            return Err(DeliveryError::Gone("the video is not there any more".to_owned()));
        };
        Ok(Metrics {
            likes: statistics.likes,
            replies: statistics.comments,
            views: statistics.views,
            ..Metrics::default()
        })
    }
}

fn below(base: &Url, resource: &str) -> Result<Url, DeliveryError> {
    let url = format!("{}/{resource}", base.as_str().trim_end_matches('/'));
    url.parse()
        .map_err(|error: url::ParseError| DeliveryError::Locked(error.to_string()))
}

fn located(headers: &HeaderMap) -> Option<Url> {
    headers.get(LOCATION)?.to_str().ok()?.parse().ok()
}

/// What people read beside a video. An edit says all of it anew.
fn snippet(post: &Rendered) -> Value {
    json!({
        "title": shown(&post.title),
        "description": shown(&post.text),
        "tags": tags(&post.hashtags),
        "categoryId": CATEGORY,
        "defaultLanguage": post.language,
    })
}

/// Angle brackets are refused in titles and descriptions. Round ones take no more room.
fn shown(text: &str) -> String {
    text.replace('<', "(").replace('>', ")")
}

/// As many as there is room for.
fn tags(hashtags: &[String]) -> Vec<&str> {
    let mut room = MAX_TAGS;
    let fits = |tag: &&String| {
        let left = room.checked_sub(tag.chars().count() + 1);
        room = left.unwrap_or(0);
        left.is_some()
    };
    hashtags.iter().take_while(fits).map(String::as_str).collect()
}
