//! Pages of organisations on LinkedIn, by its Posts API.
//! <https://learn.microsoft.com/linkedin/marketing/community-management/shares/posts-api>

mod media;
mod wire;

use async_trait::async_trait;
use beffroi_schema::{
    clock::Timestamp,
    id::DeliveryId,
    text::fit::shortened,
    value::{AccountHealth, Capabilities, Counting, LinkStyle, Metrics, RemotePost, Rendered, TextLimit, VideoLimit},
};
use reqwest::{
    Method,
    header::{HeaderName, HeaderValue},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use url::{Url, form_urlencoded::byte_serialize};

use super::{
    Credentials, DeliveryError, SocialNetwork,
    answer::{MAX_ANSWER, Twice, no_server, unanswered, unsettled},
    likeness::{earliest, skeleton},
    oauth::{Grant, Tokens},
    versions,
};
use crate::http::{Answer, Call, Http};
use wire::{Comment, Listed, Organisation, Page, Statistics, duplicate_of, little, verdict};

/// Characters of a post, in UTF-16 units, of which there are at least as many as of anything it may count.
const MAX_TEXT: u32 = 3_000;
/// Pictures of one post:
/// <https://learn.microsoft.com/linkedin/marketing/community-management/shares/multiimage-post-api>
const MAX_PICTURES: u32 = 20;
/// Largest picture. LinkedIn counts pixels (36,152,320); a file of this size has fewer.
const PICTURE_BYTES: u64 = 8 * 1024 * 1024;
/// Largest and longest video: <https://learn.microsoft.com/linkedin/marketing/community-management/shares/videos-api>
const VIDEO_BYTES: u64 = 500 * 1000 * 1000;
const VIDEO_SECONDS: u32 = 30 * 60;
/// Longest alternative text: the same page as for several pictures.
const MAX_ALT: u32 = 4_085;
/// Characters of a comment.
const MAX_COMMENT: usize = 1_250;
/// Posts read back when looking for ours.
const FIND_PAGE: &str = "50";
/// Which version of the API is spoken when the settings name none. A version lives for about a year.
const VERSION: &str = "202606";
/// What a created post is called, in the header of the answer.
const ID: &str = "x-restli-id";
/// How an answer to a post is called; it is deleted another way.
const COMMENT: &str = "urn:li:comment:(";
/// How a post is called that was not made as a share; what readers did is asked by another name.
const UGC_POST: &str = "urn:li:ugcPost:";

/// The secret of an account whose application LinkedIn gives refresh tokens:
/// <https://learn.microsoft.com/linkedin/shared/authentication/programmatic-refresh-tokens>
const GRANT: Grant = Grant {
    secret: &["client_id", "client_secret", "refresh_token"],
    ask: &[("grant_type", "refresh_token")],
    header: None,
};

/// A page. Its secret is an access token with the scopes `w_organization_social r_organization_social
/// rw_organization_admin` of a member who may post for it; or, of an application that LinkedIn gives them, the JSON of
/// the application and a refresh token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkedinSettings {
    /// The organisation's number.
    pub organization: String,
    /// The version of the API, as `YYYYMM`. LinkedIn ends each after about a year, and then answers nothing.
    #[serde(default = "version")]
    pub version: String,
    /// The API.
    #[serde(default = "api")]
    pub api: Url,
    /// Where people read posts.
    #[serde(default = "pages")]
    pub pages: Url,
}

/// One page.
#[derive(Debug)]
pub(super) struct Linkedin {
    http: Http,
    settings: LinkedinSettings,
    tokens: Tokens,
}

fn version() -> String {
    VERSION.to_owned()
}

fn api() -> Url {
    super::constant("https://api.linkedin.com")
}

fn pages() -> Url {
    super::constant("https://www.linkedin.com")
}

/// What every page takes. LinkedIn reads no page that a post leads to: the card is ours.
pub(super) fn capabilities() -> Capabilities {
    Capabilities {
        images: MAX_PICTURES,
        image_bytes: PICTURE_BYTES,
        alt_text: Some(MAX_ALT),
        video: Some(VideoLimit {
            bytes: VIDEO_BYTES,
            seconds: VIDEO_SECONDS,
        }),
        link: LinkStyle::Card,
        edit: true,
        delete: true,
        reply: true,
        comments: true,
        metrics: true,
        ..Capabilities::texts(TextLimit::of(MAX_TEXT, Counting::Utf16))
    }
}

impl Linkedin {
    pub(super) fn new(settings: &LinkedinSettings, credentials: Credentials, http: &Http) -> Self {
        let mut url = settings.pages.clone();
        url.set_path("/oauth/v2/accessToken");
        Self {
            http: http.clone(),
            settings: settings.clone(),
            tokens: Tokens::either(credentials, &url, GRANT, http),
        }
    }

    fn urn(&self) -> String {
        format!("urn:li:organization:{}", self.settings.organization)
    }

    async fn call(&self, method: Method, path: &str) -> Result<Call<'_>, DeliveryError> {
        let base = self.settings.api.as_str().trim_end_matches('/');
        let url = format!("{base}/rest/{path}")
            .parse()
            .map_err(|error: url::ParseError| DeliveryError::Locked(error.to_string()))?;
        let version = HeaderValue::from_str(&self.settings.version)
            .map_err(|_| DeliveryError::Locked("the version of the API is no version".to_owned()))?;
        let call = self.http.call(method, url).bearer(&self.tokens.token().await?);
        Ok(call
            .header(HeaderName::from_static("linkedin-version"), version)
            .header(
                HeaderName::from_static("x-restli-protocol-version"),
                HeaderValue::from_static("2.0.0"),
            ))
    }

    async fn send(&self, call: Call<'_>, twice: Twice) -> Result<Answer, DeliveryError> {
        let answer = call.send(MAX_ANSWER).await.map_err(|error| unanswered(error, twice))?;
        if answer.status.is_success() || duplicate_of(&answer).is_some() {
            return Ok(answer);
        }
        Err(verdict(&answer, twice, self.http.clock().now()))
    }

    async fn ask<T: DeserializeOwned>(&self, call: Call<'_>, twice: Twice) -> Result<T, DeliveryError> {
        let answer = self.send(call, twice).await?;
        answer
            .json()
            .ok_or_else(|| unsettled("the answer is not what LinkedIn answers".to_owned(), twice))
    }

    /// A video, one picture, several, or the card.
    async fn content(&self, post: &Rendered) -> Result<Option<Value>, DeliveryError> {
        if let Some(video) = &post.video {
            return Ok(Some(json!({ "media": self.upload_film(video).await? })));
        }
        let mut images = Vec::with_capacity(post.pictures.len());
        for picture in &post.pictures {
            images.push(self.upload(picture).await?);
        }
        Ok(match (images.len(), &post.card) {
            (0, None) => None,
            (0, Some(card)) => Some(json!({ "article": {
                "source": post.link, "title": card.title, "description": card.description } })),
            (1, _) => Some(json!({ "media": images.swap_remove(0) })),
            _ => Some(json!({ "multiImage": { "images": images } })),
        })
    }

    fn remote(&self, urn: String) -> RemotePost {
        let base = self.settings.pages.as_str().trim_end_matches('/');
        RemotePost {
            url: Some(format!("{base}/feed/update/{urn}")),
            id: urn,
            extra: std::collections::BTreeMap::new(),
            replies: Vec::new(),
        }
    }
}

#[async_trait]
impl SocialNetwork for Linkedin {
    async fn check(&self) -> Result<(AccountHealth, Capabilities), DeliveryError> {
        let call = self
            .call(Method::GET, &format!("organizations/{}", self.settings.organization))
            .await?;
        let page: Organisation = self.ask(call, Twice::Harmless).await.map_err(no_server)?;
        let base = self.settings.pages.as_str().trim_end_matches('/');
        let health = AccountHealth {
            checked_at: self.http.clock().now(),
            handle: page.localized_name,
            url: page.vanity_name.map(|name| format!("{base}/company/{name}")),
            followers: None,
            warning: versions::linkedin(&self.settings.version, self.http.clock().now()),
        };
        Ok((health, capabilities()))
    }

    async fn renew(&self) -> Result<(), DeliveryError> {
        self.tokens.keep().await
    }

    /// What LinkedIn names as the same post is our own, sent by a try whose answer was lost.
    async fn publish(&self, post: &Rendered, _key: DeliveryId) -> Result<RemotePost, DeliveryError> {
        let mut body = json!({
            "author": self.urn(), "commentary": little(&post.text), "visibility": "PUBLIC",
            "distribution": { "feedDistribution": "MAIN_FEED", "targetEntities": [], "thirdPartyDistributionChannels": [] },
            "lifecycleState": "PUBLISHED", "isReshareDisabledByAuthor": false,
        });
        if let Some(content) = self.content(post).await? {
            body["content"] = content;
        }
        let call = self.call(Method::POST, "posts").await?.json(&body);
        let answer = self.send(call, Twice::Harmful).await.map_err(no_server)?;
        let urn = duplicate_of(&answer).or_else(|| Some(answer.headers.get(ID)?.to_str().ok()?.to_owned()));
        let urn = urn.ok_or_else(|| DeliveryError::Doubtful("the answer names no post".to_owned()))?;
        Ok(self.remote(urn))
    }

    /// The words alone: an edit takes no pictures.
    async fn amend(&self, remote: &RemotePost, post: &Rendered, _key: DeliveryId) -> Result<RemotePost, DeliveryError> {
        let body = json!({ "patch": { "$set": { "commentary": little(&post.text) } } });
        let call = self
            .call(Method::POST, &format!("posts/{}", encoded(&remote.id)))
            .await?
            .header(
                HeaderName::from_static("x-restli-method"),
                HeaderValue::from_static("PARTIAL_UPDATE"),
            )
            .json(&body);
        self.send(call, Twice::Harmless).await?;
        Ok(remote.clone())
    }

    /// A comment under our post.
    async fn reply(&self, remote: &RemotePost, post: &Rendered, _key: DeliveryId) -> Result<RemotePost, DeliveryError> {
        let body = json!({ "actor": self.urn(), "object": remote.id, "message": { "text": comment(post) } });
        let path = format!("socialActions/{}/comments", encoded(&remote.id));
        let call = self.call(Method::POST, &path).await?.json(&body);
        let made: Comment = self.ask(call, Twice::Harmful).await?;
        Ok(RemotePost {
            id: made.comment_urn,
            ..self.remote(remote.id.clone())
        })
    }

    async fn withdraw(&self, remote: &RemotePost) -> Result<(), DeliveryError> {
        let path = match remote.id.strip_prefix(COMMENT).and_then(|rest| rest.split_once(',')) {
            Some((object, id)) => format!(
                "socialActions/{}/comments/{}?actor={}",
                encoded(object),
                encoded(id.trim_end_matches(')')),
                encoded(&self.urn())
            ),
            None => format!("posts/{}", encoded(&remote.id)),
        };
        match self
            .send(self.call(Method::DELETE, &path).await?, Twice::Harmless)
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
        let since = earliest(since).timestamp_millis();
        let call = self.call(Method::GET, "posts").await?.query(&[
            ("q", "author"),
            ("author", &self.urn()),
            ("count", FIND_PAGE),
            ("sortBy", "CREATED"),
        ]);
        let call = call.header(
            HeaderName::from_static("x-restli-method"),
            HeaderValue::from_static("FINDER"),
        );
        let page: Page = self.ask(call, Twice::Harmless).await.map_err(no_server)?;
        let wanted = skeleton(&little(&post.text));
        let ours = |listed: &Listed| listed.created_at >= since && skeleton(&listed.commentary) == wanted;
        let found = page.elements.into_iter().find(ours);
        Ok(found.map(|listed| self.remote(listed.id)))
    }

    /// A post that nobody has seen yet is in no list.
    async fn metrics(&self, remote: &RemotePost) -> Result<Metrics, DeliveryError> {
        let kind = if remote.id.starts_with(UGC_POST) {
            "ugcPosts"
        } else {
            "shares"
        };
        let (page, post) = (encoded(&self.urn()), encoded(&remote.id));
        let call = self.call(
            Method::GET,
            &format!(
                "organizationalEntityShareStatistics?q=organizationalEntity&organizationalEntity={page}&{kind}=List({post})"
            ),
        ).await?;
        let Statistics { elements } = self.ask(call, Twice::Harmless).await?;
        let told = elements.into_iter().next();
        Ok(told.map(|told| told.total_share_statistics.into()).unwrap_or_default())
    }
}

/// As part of a path: URNs are full of colons.
fn encoded(urn: &str) -> String {
    byte_serialize(urn.as_bytes()).collect()
}

/// A comment has no card: the link stands in its words.
fn comment(post: &Rendered) -> String {
    if post.card.is_none() && post.text.contains(&post.link) {
        return shortened(&post.text, MAX_COMMENT);
    }
    let room = MAX_COMMENT.saturating_sub(post.link.chars().count() + 2);
    format!("{}\n\n{}", shortened(&post.text, room), post.link)
}
