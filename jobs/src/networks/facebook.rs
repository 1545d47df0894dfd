//! Facebook Pages, by the Graph API. <https://developers.facebook.com/docs/pages-api/posts>

mod wire;

use async_trait::async_trait;
use beffroi_schema::{
    clock::Timestamp,
    id::DeliveryId,
    value::{
        AccountHealth, Capabilities, Counting, LinkStyle, Metrics, Picture, RemotePost, Rendered, TextLimit, Video,
        VideoLimit,
    },
};
use reqwest::{
    Method,
    multipart::{Form, Part},
};
use secrecy::SecretString;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use url::Url;

use super::{
    DeliveryError, SocialNetwork,
    answer::{MAX_ANSWER, Twice, no_server, said_before, unanswered, unsettled},
    budget::Budget,
    graph::{repetition, spent, verdict},
    likeness::{earliest, skeleton},
    versions,
};
use crate::http::{Answer, Call, Http};
use wire::{Counted, Page, PageProfile, Posted, film};

/// Pictures in one post.
const MAX_PICTURES: u32 = 10;

/// Largest picture: heavier ones are refused (sub-code 1366046).
const PICTURE_BYTES: u64 = 4 * 1024 * 1024;

/// Largest and longest video that is not sent in parts:
/// <https://developers.facebook.com/docs/video-api/guides/publishing>
const VIDEO_BYTES: u64 = 1000 * 1000 * 1000;
const VIDEO_SECONDS: u32 = 20 * 60;

/// Under which name a receipt says that the post is a video, whose words have another name.
const VIDEO: &str = "video";

/// Longest message, in UTF-16 units, of which there are at least as many as of anything Facebook may count.
const MAX_MESSAGE: u32 = 63_206;

/// Left free in a message for the link, which stands in the text where pictures take the place of the card.
const LINK_ROOM: u32 = 1_000;

/// Posts read back when looking for ours; the most that one page of the list gives.
const FIND_PAGE: usize = 100;

/// A Page. Its secret is a Page access token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FacebookSettings {
    /// The Page's numeric id.
    pub page: String,
    /// The Graph API with its version, which Meta ends after about two years.
    #[serde(default = "graph")]
    pub graph: Url,
    /// Where people see posts.
    #[serde(default = "pages")]
    pub pages: Url,
}

/// One Page.
#[derive(Debug)]
pub(super) struct Facebook {
    http: Http,
    settings: FacebookSettings,
    token: SecretString,
    budget: Budget,
}

fn graph() -> Url {
    super::constant("https://graph.facebook.com/v25.0")
}

fn pages() -> Url {
    super::constant("https://www.facebook.com")
}

/// What every Page takes.
pub(super) fn capabilities() -> Capabilities {
    Capabilities {
        images: MAX_PICTURES,
        image_bytes: PICTURE_BYTES,
        alt_text: Some(1000),
        video: Some(VideoLimit {
            bytes: VIDEO_BYTES,
            seconds: VIDEO_SECONDS,
        }),
        link: LinkStyle::Field,
        edit: true,
        delete: true,
        reply: true,
        comments: true,
        metrics: true,
        // No keys: only looking tells whether a post is there.
        ..Capabilities::texts(TextLimit::of(MAX_MESSAGE - LINK_ROOM, Counting::Utf16))
    }
}

impl Facebook {
    pub(super) fn new(settings: &FacebookSettings, token: SecretString, http: &Http) -> Self {
        Self {
            http: http.clone(),
            settings: settings.clone(),
            token,
            budget: Budget::default(),
        }
    }

    /// The token goes in a header: an address is written to logs.
    fn call(&self, method: Method, path: &str) -> Result<Call<'_>, DeliveryError> {
        let base = self.settings.graph.as_str().trim_end_matches('/');
        let url = format!("{base}/{path}")
            .parse()
            .map_err(|error: url::ParseError| DeliveryError::Locked(error.to_string()))?;
        Ok(self.http.call(method, url).bearer(&self.token))
    }

    async fn ask<T: DeserializeOwned>(&self, call: Call<'_>, twice: Twice) -> Result<T, DeliveryError> {
        read(&self.send(call, twice).await?, twice)
    }

    async fn send(&self, call: Call<'_>, twice: Twice) -> Result<Answer, DeliveryError> {
        let answer = call.send(MAX_ANSWER).await.map_err(|error| unanswered(error, twice))?;
        self.budget.spent(self.http.clock().now(), spent(&answer));
        Ok(answer)
    }

    /// Uploaded without being shown: only a post makes it public.
    async fn upload(&self, picture: &Picture) -> Result<String, DeliveryError> {
        let file = Part::bytes(picture.bytes.to_vec())
            .file_name("picture")
            .mime_str(&picture.mime);
        let file = file.map_err(|error| DeliveryError::Refused(error.to_string()))?;
        let form = Form::new()
            .part("source", file)
            .text("published", "false")
            .text("alt_text_custom", picture.alt.clone());
        let call = self
            .call(Method::POST, &format!("{}/photos", self.settings.page))?
            .multipart(form);
        let photo: Posted = self.ask(call, Twice::Harmless).await.map_err(no_server)?;
        Ok(photo.id)
    }

    /// Facebook fetches the file itself, and shows the video once it has worked on it. Its page is told by a call of its
    /// own, which may fail without harm.
    async fn show(&self, video: &Video, words: &str) -> Result<RemotePost, DeliveryError> {
        let body = json!({ "file_url": video.url, "description": words });
        let call = self.call(Method::POST, &format!("{}/videos", self.settings.page))?;
        let made: Posted = self.ask(call.json(&body), Twice::Harmful).await.map_err(no_server)?;
        let call = self.call(Method::GET, &made.id)?.query(&[("fields", "permalink_url")]);
        let shown: Option<Posted> = self.ask(call, Twice::Harmless).await.ok();
        let page = shown.and_then(|shown| shown.permalink_url);
        Ok(film(made.id, page.and_then(|page| self.absolute(&page))))
    }

    /// Pages of videos are told without their host.
    fn absolute(&self, page: &str) -> Option<String> {
        let url = self.settings.pages.join(page).ok()?;
        Some(url.to_string())
    }
}

#[async_trait]
impl SocialNetwork for Facebook {
    async fn check(&self) -> Result<(AccountHealth, Capabilities), DeliveryError> {
        let call = self
            .call(Method::GET, &self.settings.page)?
            .query(&[("fields", "id,name,link,followers_count")]);
        let answer = self.send(call, Twice::Harmless).await?;
        let page: PageProfile = read(&answer, Twice::Harmless).map_err(no_server)?;
        let (checked_at, handle) = (self.http.clock().now(), page.name);
        Ok((
            AccountHealth {
                checked_at,
                handle,
                url: page.link,
                followers: page.followers_count,
                warning: versions::graph(&self.settings.graph, &answer, checked_at),
            },
            capabilities(),
        ))
    }

    async fn publish(&self, post: &Rendered, key: DeliveryId) -> Result<RemotePost, DeliveryError> {
        if let Some(video) = &post.video {
            return self.show(video, &message(post)).await;
        }
        let mut photos = Vec::with_capacity(post.pictures.len());
        for picture in &post.pictures {
            photos.push(json!({ "media_fbid": self.upload(picture).await? }));
        }
        let mut body = json!({ "message": message(post), "published": true });
        if photos.is_empty() {
            body["link"] = post.link.as_str().into();
        } else {
            body["attached_media"] = photos.into();
        }
        let call = self.call(Method::POST, &format!("{}/feed", self.settings.page))?;
        let call = call.query(&[("fields", "id,permalink_url")]).json(&body);
        let answer = self.send(call, Twice::Harmful).await?;
        if let Some(reason) = repetition(&answer) {
            return said_before(self, post, key, self.http.clock().now(), reason).await;
        }
        let posted: Posted = read(&answer, Twice::Harmful).map_err(no_server)?;
        Ok(posted.remote())
    }

    /// The words alone: an edit takes no pictures, and no video.
    async fn amend(&self, remote: &RemotePost, post: &Rendered, _key: DeliveryId) -> Result<RemotePost, DeliveryError> {
        let name = if remote.extra.contains_key(VIDEO) {
            "description"
        } else {
            "message"
        };
        let call = self
            .call(Method::POST, &remote.id)?
            .json(&json!({ name: message(post) }));
        let _done: Value = self.ask(call, Twice::Harmless).await?;
        Ok(remote.clone())
    }

    async fn reply(&self, remote: &RemotePost, post: &Rendered, _key: DeliveryId) -> Result<RemotePost, DeliveryError> {
        let call = self.call(Method::POST, &format!("{}/comments", remote.id))?;
        let call = call
            .query(&[("fields", "id,permalink_url")])
            .json(&json!({ "message": with_link(post) }));
        let posted: Posted = self.ask(call, Twice::Harmful).await?;
        Ok(posted.remote())
    }

    async fn withdraw(&self, remote: &RemotePost) -> Result<(), DeliveryError> {
        match self
            .ask::<Value>(self.call(Method::DELETE, &remote.id)?, Twice::Harmless)
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
        let (since, limit) = (earliest(since).timestamp().to_string(), FIND_PAGE.to_string());
        let fields = ("fields", "id,message,permalink_url,attachments{target}");
        let call = self.call(Method::GET, &format!("{}/published_posts", self.settings.page))?;
        let call = call.query(&[fields, ("since", &since), ("limit", &limit)]);
        let page: Page = self.ask(call, Twice::Harmless).await.map_err(no_server)?;
        let wanted = skeleton(&message(post));
        let found = page.data.into_iter().find(|listed| skeleton(&listed.message) == wanted);
        Ok(found.map(|listed| listed.remote(post.video.is_some())))
    }

    async fn metrics(&self, remote: &RemotePost) -> Result<Metrics, DeliveryError> {
        let call = self
            .call(Method::GET, &remote.id)?
            .query(&[("fields", Counted::FIELDS)]);
        let counted: Counted = self.ask(call, Twice::Harmless).await?;
        Ok(counted.metrics())
    }

    fn rests_until(&self) -> Option<Timestamp> {
        self.budget.take()
    }
}

fn read<T: DeserializeOwned>(answer: &Answer, twice: Twice) -> Result<T, DeliveryError> {
    if !answer.status.is_success() {
        return Err(verdict(answer, twice));
    }
    answer
        .json()
        .ok_or_else(|| unsettled("the answer is not what the Graph API answers".to_owned(), twice))
}

/// Pictures and videos take the place of the card: then the link stands in the text.
fn message(post: &Rendered) -> String {
    if post.pictures.is_empty() && post.video.is_none() {
        post.text.clone()
    } else {
        with_link(post)
    }
}

/// Where neither the text nor the first comment has it, the link stands below the text.
fn with_link(post: &Rendered) -> String {
    let mut told = std::iter::once(&post.text).chain(&post.thread);
    if told.any(|text| text.contains(&post.link)) {
        post.text.clone()
    } else {
        format!("{}\n\n{}", post.text, post.link)
    }
}
