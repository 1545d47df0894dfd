//! TikTok accounts: a video with a caption. <https://developers.tiktok.com/doc/content-posting-api-get-started>
//!
//! The post is made of a file that comes in parts, once its last byte is there; TikTok then works on it, and looks at it,
//! for seconds or hours, and lists it only then. So it cannot be asked whether a doubtful post is there; and what is
//! there it neither edits nor deletes for programs.

use std::{collections::BTreeMap, time::Duration};

use async_trait::async_trait;
use beffroi_schema::{
    id::DeliveryId,
    value::{
        AccountHealth, Capabilities, Counting, Film, LinkStyle, Needs, RemotePost, Rendered, TextLimit, VideoLimit,
    },
};
use reqwest::{
    Method,
    header::{CONTENT_RANGE, CONTENT_TYPE, HeaderValue},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use url::Url;

use super::{
    Credentials, DeliveryError, SocialNetwork,
    answer::{MAX_ANSWER, Twice, by_status, no_server, reason, unanswered, unsettled},
    film,
    oauth::{Grant, Tokens},
};
use crate::http::{Answer, Http};

/// UTF-16 units of a caption: <https://developers.tiktok.com/doc/content-posting-api-reference-direct-post>
const MAX_TEXT: u32 = 2200;
/// Largest file: <https://developers.tiktok.com/doc/content-posting-api-media-transfer-guide>
const VIDEO_BYTES: u64 = 4 * 1024 * 1024 * 1024;
/// Longest video that any account is allowed, by the same page; the account's own limit is asked for.
const VIDEO_SECONDS: u32 = 600;
/// Times it is asked what became of a video before a person is.
const POLLS: u32 = 9;
/// The wait after the first of them; each further one doubles it (51 seconds in all: 512 MB take half a minute).
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// Windows of calls: <https://developers.tiktok.com/doc/content-posting-api-reference-direct-post>
const MINUTE: Duration = Duration::from_mins(1);
/// What is refused for a day, by whichever name: posts of the account, users of the application.
const FOR_TODAY: [&str; 3] = [
    "spam_risk_too_many_posts",
    "spam_risk_too_many_pending_share",
    "reached_active_user_cap",
];
/// How long that is: it does not say more.
const DAY: Duration = Duration::from_hours(24);
/// Too many calls.
const TOO_FAST: &str = "rate_limit_exceeded";
/// What everybody sees.
const PUBLIC: &str = "PUBLIC_TO_EVERYONE";
/// What the account alone does.
const PRIVATE: &str = "SELF_ONLY";

/// An account's secret: an application, and what the account's owner agreed to.
const GRANT: Grant = Grant {
    secret: &["client_key", "client_secret", "refresh_token"],
    ask: &[("grant_type", "refresh_token")],
    header: None,
};

/// An account. Its secret is the JSON of an application and a refresh token with the scope `video.publish`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TiktokSettings {
    /// The account's name, without `@`: a token of another one is not used.
    pub username: String,
    /// Whether the account alone sees its posts. Applications that TikTok has not audited may do no more.
    #[serde(default)]
    pub private: bool,
    /// Where calls go.
    #[serde(default = "api")]
    pub api: Url,
    /// Where people see videos.
    #[serde(default = "pages")]
    pub pages: Url,
}

/// One account.
#[derive(Debug)]
pub(super) struct Tiktok {
    settings: TiktokSettings,
    tokens: Tokens,
    http: Http,
}

fn api() -> Url {
    super::constant("https://open.tiktokapis.com/v2")
}

fn pages() -> Url {
    super::constant("https://www.tiktok.com")
}

/// What every account takes.
pub(super) fn capabilities() -> Capabilities {
    Capabilities {
        needs: Needs::Video,
        video: Some(VideoLimit {
            bytes: VIDEO_BYTES,
            seconds: VIDEO_SECONDS,
        }),
        // An address in a caption leads nowhere.
        link: LinkStyle::Nowhere,
        find: false,
        ..Capabilities::texts(TextLimit::of(MAX_TEXT, Counting::Utf16))
    }
}

/// What every method answers.
#[derive(Debug, Deserialize)]
struct Outcome<T> {
    data: T,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Failure {
    error: Detail,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Detail {
    code: String,
    message: String,
}

/// What TikTok lets the account do at this moment; it wants to be asked before each post.
#[derive(Debug, Deserialize)]
struct Leave {
    creator_username: String,
    #[serde(default)]
    privacy_level_options: Vec<String>,
    #[serde(default)]
    comment_disabled: bool,
    #[serde(default)]
    duet_disabled: bool,
    #[serde(default)]
    stitch_disabled: bool,
    max_video_post_duration_sec: Option<u32>,
}

#[derive(Debug, Deserialize)]
struct Begun {
    publish_id: String,
    upload_url: Url,
}

#[derive(Debug, Deserialize)]
struct Progress {
    status: String,
    #[serde(default)]
    fail_reason: String,
    /// So TikTok spells it. There once TikTok has looked at the video.
    #[serde(default)]
    publicaly_available_post_id: Vec<Value>,
}

impl Tiktok {
    pub(super) fn new(settings: &TiktokSettings, credentials: Credentials, http: &Http) -> Self {
        let url = format!("{}/oauth/token/", settings.api.as_str().trim_end_matches('/'));
        // What was an address stays one with this behind it.
        let url = url.parse().unwrap_or_else(|_| settings.api.clone());
        Self {
            settings: settings.clone(),
            tokens: Tokens::new(credentials, &url, GRANT, http),
            http: http.clone(),
        }
    }

    async fn ask<T: DeserializeOwned>(&self, method: &str, body: &Value) -> Result<T, DeliveryError> {
        let url = format!(
            "{}/post/publish/{method}/",
            self.settings.api.as_str().trim_end_matches('/')
        );
        let url: Result<Url, _> = url.parse();
        let url = url.map_err(|error| DeliveryError::Locked(error.to_string()))?;
        let call = self
            .tokens
            .answer(&Method::POST, &url, Twice::Harmless, |call| call.json(body));
        let answer = call.await?;
        if !answer.status.is_success() {
            return Err(refused(&answer, Twice::Harmless));
        }
        let strange = || unsettled("the answer is not what TikTok answers".to_owned(), Twice::Harmless);
        let outcome: Option<Outcome<T>> = answer.json();
        outcome.map(|outcome| outcome.data).ok_or_else(strange)
    }

    async fn creator(&self) -> Result<Leave, DeliveryError> {
        let creator: Leave = self.ask("creator_info/query", &json!({})).await.map_err(no_server)?;
        if creator.creator_username == self.settings.username {
            return Ok(creator);
        }
        let other = format!("the secret is of @{}", creator.creator_username);
        Err(DeliveryError::Locked(other))
    }

    /// Who sees the posts, if the account may show them so.
    fn privacy(&self, creator: &Leave) -> Result<&'static str, DeliveryError> {
        let wanted = if self.settings.private { PRIVATE } else { PUBLIC };
        if creator.privacy_level_options.iter().any(|option| option == wanted) {
            return Ok(wanted);
        }
        let offered = creator.privacy_level_options.join(", ");
        let reason = format!("TikTok does not let this account post as {wanted}, only as {offered}");
        Err(DeliveryError::Locked(reason))
    }

    async fn begin(&self, post: &Rendered, film: &Film, creator: &Leave) -> Result<Begun, DeliveryError> {
        let (part, parts) = parts(film.size());
        let body = json!({
            "post_info": {
                "title": post.text,
                "privacy_level": self.privacy(creator)?,
                "disable_comment": creator.comment_disabled,
                "disable_duet": creator.duet_disabled,
                "disable_stitch": creator.stitch_disabled,
            },
            "source_info": {
                "source": "FILE_UPLOAD",
                "video_size": film.size(),
                "chunk_size": part,
                "total_chunk_count": parts,
            },
        });
        self.ask("video/init", &body).await.map_err(no_server)
    }

    /// All parts, the last of which is longer than the others.
    async fn send(&self, url: &Url, film: &Film) -> Result<(), DeliveryError> {
        let (size, (length, parts)) = (film.size(), parts(film.size()));
        for number in 0..parts {
            let last = number + 1 == parts;
            let from = number * length;
            let to = if last { size } else { from + length };
            let range = HeaderValue::from_str(&format!("bytes {from}-{}/{size}", to - 1));
            let range = range.map_err(|error| DeliveryError::Refused(error.to_string()))?;
            let part = film::part(film, from..to).await?;
            let twice = if last { Twice::Harmful } else { Twice::Harmless };
            let call = self.http.call(Method::PUT, url.clone()).header(CONTENT_RANGE, range);
            let call = call
                .header(CONTENT_TYPE, HeaderValue::from_static(film::MIME))
                .body(part);
            let answer = call.send(MAX_ANSWER).await.map_err(|error| unanswered(error, twice))?;
            if !answer.status.is_success() {
                return Err(refused(&answer, twice));
            }
        }
        Ok(())
    }

    async fn status(&self, publish: &str) -> Result<Progress, DeliveryError> {
        self.ask("status/fetch", &json!({ "publish_id": publish })).await
    }

    /// What becomes of a video that TikTok has. What it does not say is for a person to find out.
    async fn outcome(&self, publish: &str) -> Result<RemotePost, DeliveryError> {
        for poll in 0..POLLS {
            let status = self.status(publish).await;
            let status = status.map_err(|error| DeliveryError::Doubtful(error.to_string()))?;
            match status.status.as_str() {
                "PUBLISH_COMPLETE" => return Ok(self.remote(publish, &status)),
                "FAILED" => return Err(failed(status.fail_reason)),
                _ => tokio::time::sleep(FIRST_PAUSE * 2_u32.pow(poll)).await,
            }
        }
        let reason = "TikTok is still working on the video";
        Err(DeliveryError::Doubtful(reason.to_owned()))
    }

    /// A video that TikTok has not looked at yet is known by what published it.
    fn remote(&self, publish: &str, status: &Progress) -> RemotePost {
        let id = status.publicaly_available_post_id.first();
        let id = id.map(|id| id.as_str().map_or_else(|| id.to_string(), str::to_owned));
        let (pages, name) = (self.settings.pages.as_str(), &self.settings.username);
        RemotePost {
            url: id
                .as_ref()
                .map(|id| format!("{}/@{name}/video/{id}", pages.trim_end_matches('/'))),
            id: id.unwrap_or_else(|| publish.to_owned()),
            extra: BTreeMap::new(),
            replies: Vec::new(),
        }
    }
}

#[async_trait]
impl SocialNetwork for Tiktok {
    async fn check(&self) -> Result<(AccountHealth, Capabilities), DeliveryError> {
        let creator = self.creator().await?;
        self.privacy(&creator)?;
        let mut abilities = capabilities();
        if let (Some(limit), Some(seconds)) = (&mut abilities.video, creator.max_video_post_duration_sec) {
            limit.seconds = seconds;
        }
        let pages = self.settings.pages.as_str().trim_end_matches('/');
        let health = AccountHealth {
            checked_at: self.http.clock().now(),
            url: Some(format!("{pages}/@{}", creator.creator_username)),
            handle: creator.creator_username,
            followers: None,
            warning: None,
        };
        Ok((health, abilities))
    }

    async fn renew(&self) -> Result<(), DeliveryError> {
        self.tokens.keep().await
    }

    async fn publish(&self, post: &Rendered, _key: DeliveryId) -> Result<RemotePost, DeliveryError> {
        let film = film::of(post)?;
        let creator = self.creator().await?;
        let Begun { publish_id, upload_url } = self.begin(post, film, &creator).await?;
        match self.send(&upload_url, film).await.map_err(no_server) {
            Ok(()) => self.outcome(&publish_id).await,
            // While we know how this publication is called, it can be asked for.
            Err(DeliveryError::Doubtful(reason)) => match self.status(&publish_id).await {
                Ok(status) if status.status == "PUBLISH_COMPLETE" => Ok(self.remote(&publish_id, &status)),
                Ok(_) | Err(_) => Err(DeliveryError::Doubtful(reason)),
            },
            Err(error) => Err(error),
        }
    }
}

/// Bytes of a part, and how many there are. A file is one part until it has two whole ones, and what is left over goes
/// with the last.
fn parts(size: u64) -> (u64, u64) {
    let parts = size / film::PART;
    if parts < 2 { (size, 1) } else { (film::PART, parts) }
}

/// Why a video that TikTok has is not shown.
fn failed(reason: String) -> DeliveryError {
    match reason.as_str() {
        "internal" => DeliveryError::Retry { after: None, reason },
        "auth_removed" => DeliveryError::Locked(reason),
        _ if FOR_TODAY.contains(&&*reason) => DeliveryError::Retry {
            after: Some(DAY),
            reason,
        },
        _ => DeliveryError::Refused(reason),
    }
}

fn refused(answer: &Answer, twice: Twice) -> DeliveryError {
    let Failure { error } = answer.json().unwrap_or_default();
    let reason = reason(answer, Some(&format!("{} {}", error.code, error.message)));
    if FOR_TODAY.contains(&&*error.code) {
        let after = Some(DAY);
        return DeliveryError::Retry { after, reason };
    }
    if error.code == TOO_FAST {
        let after = answer.wait.or(Some(MINUTE));
        return DeliveryError::Retry { after, reason };
    }
    by_status(answer, reason, twice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_over_goes_with_the_last_part() {
        let part = film::PART;
        assert_eq!(parts(1), (1, 1));
        assert_eq!(parts(2 * part - 1), (2 * part - 1, 1));
        assert_eq!(parts(2 * part), (part, 2));
        assert_eq!(parts(3 * part - 1), (part, 2));
    }
}
