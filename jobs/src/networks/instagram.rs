//! Instagram, for professional accounts.
//! <https://developers.facebook.com/docs/instagram-platform/content-publishing>

use async_trait::async_trait;
use beffroi_schema::{
    clock::Timestamp,
    id::DeliveryId,
    text::{count, fit::shortened},
    value::{
        AccountHealth, Capabilities, Counting, LinkStyle, Metrics, Needs, PictureFormat, PictureRules, Ratio, Ratios,
        RemotePost, Rendered, TextLimit, Video, VideoLimit,
    },
};
use reqwest::Method;
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::Url;

use super::{
    Credentials, DeliveryError, SocialNetwork,
    answer::Twice,
    container::{Containers, Dialect, Made, remote},
    oauth::{Exchange, Tokens},
    versions,
};
use crate::http::Http;

/// Characters of a caption, in UTF-16 units, of which there are at least as many as of anything it may count; and, by
/// the same page, what of them leads elsewhere:
/// <https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media>
const MAX_TEXT: u32 = 2_200;
const MAX_HASHTAGS: usize = 30;
const MAX_MENTIONS: usize = 20;
/// Pictures of a carousel: <https://developers.facebook.com/docs/instagram-platform/content-publishing>
const MAX_PICTURES: u32 = 10;
/// Largest picture, its shapes, and the longest alternative text: the page of the captions.
const PICTURE_BYTES: u64 = 8 * 1024 * 1024;
const TALLEST: Ratio = Ratio { width: 4, height: 5 };
const WIDEST: Ratio = Ratio {
    width: 191,
    height: 100,
};
const MAX_ALT: u32 = 1_000;
/// Largest and longest video, by the same page.
const VIDEO_BYTES: u64 = 300 * 1000 * 1000;
const VIDEO_SECONDS: u32 = 15 * 60;
/// Characters of a comment, and hashtags in it:
/// <https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-comment/replies>
const MAX_COMMENT: usize = 300;
const MAX_COMMENT_HASHTAGS: usize = 4;
/// How a token of Instagram's own begins; a Page's, which begins otherwise, is not exchanged.
const OWN_TOKEN: &str = "IG";
/// Its words for what Threads has too.
const DIALECT: Dialect = Dialect {
    posts: "media",
    publish: "media_publish",
    quota: "content_publishing_limit",
    words: "caption",
    image: None,
    video: reel,
    progress: "status_code,status",
    insights: "views,likes,comments,shares",
};

/// An account. Its secret is the token of the Page that it is linked to, with the scopes `instagram_basic
/// instagram_content_publish instagram_manage_comments instagram_manage_insights`, or one of Instagram's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstagramSettings {
    /// The account's numeric id.
    pub user: String,
    /// The API with its version: Facebook's, or, for a token of Instagram's own, `https://graph.instagram.com/v25.0`.
    #[serde(default = "graph")]
    pub graph: Url,
    /// Where people read posts.
    #[serde(default = "pages")]
    pub pages: Url,
}

/// One account.
#[derive(Debug)]
pub(super) struct Instagram {
    containers: Containers,
    settings: InstagramSettings,
}

#[derive(Debug, Deserialize)]
struct Profile {
    username: String,
    followers_count: Option<u64>,
}

fn graph() -> Url {
    super::constant("https://graph.facebook.com/v25.0")
}

fn pages() -> Url {
    super::constant("https://www.instagram.com")
}

/// What every account takes. What is there can be neither reworded nor deleted by programs; addresses in captions lead
/// nowhere.
pub(super) fn capabilities() -> Capabilities {
    Capabilities {
        needs: Needs::Picture,
        images: MAX_PICTURES,
        image_bytes: PICTURE_BYTES,
        pictures: Some(Box::new(PictureRules {
            formats: vec![PictureFormat::Jpeg],
            ratios: Some(Ratios {
                tallest: TALLEST,
                widest: WIDEST,
            }),
            fetched: true,
            ..PictureRules::weight(PICTURE_BYTES)
        })),
        alt_text: Some(MAX_ALT),
        video: Some(VideoLimit {
            bytes: VIDEO_BYTES,
            seconds: VIDEO_SECONDS,
        }),
        link: LinkStyle::Nowhere,
        reply: true,
        comments: true,
        metrics: true,
        ..Capabilities::texts(TextLimit::of(MAX_TEXT, Counting::Utf16))
    }
}

impl Instagram {
    pub(super) fn new(settings: &InstagramSettings, credentials: Credentials, http: &Http) -> Self {
        let own = credentials.secret.expose_secret().starts_with(OWN_TOKEN);
        let exchange = own.then(|| Exchange::beside(&settings.graph, "ig_refresh_token"));
        let tokens = Tokens::lasting(credentials, exchange, http);
        Self {
            containers: Containers::new(&DIALECT, (&settings.graph, &settings.user), tokens, http),
            settings: settings.clone(),
        }
    }
}

#[async_trait]
impl SocialNetwork for Instagram {
    async fn check(&self) -> Result<(AccountHealth, Capabilities), DeliveryError> {
        let (profile, answer): (Profile, _) = self.containers.profile("id,username,followers_count").await?;
        let base = self.settings.pages.as_str().trim_end_matches('/');
        let health = AccountHealth {
            checked_at: self.containers.http.clock().now(),
            url: Some(format!("{base}/{}/", profile.username)),
            handle: profile.username,
            followers: profile.followers_count,
            warning: versions::graph(&self.settings.graph, &answer, self.containers.http.clock().now()),
        };
        Ok((health, capabilities()))
    }

    async fn publish(&self, post: &Rendered, _key: DeliveryId) -> Result<RemotePost, DeliveryError> {
        self.containers.publish(post, &caption(&post.text)).await
    }

    /// A comment under our post.
    async fn reply(&self, post: &RemotePost, answer: &Rendered, _key: DeliveryId) -> Result<RemotePost, DeliveryError> {
        let body = json!({ "message": comment(&answer.text) });
        let call = self
            .containers
            .call(Method::POST, &format!("{}/comments", post.id))
            .await?
            .json(&body);
        let Made { id } = self.containers.ask(call, Twice::Harmful).await?;
        Ok(remote(id, post.url.clone()))
    }

    async fn find(
        &self,
        post: &Rendered,
        _key: DeliveryId,
        since: Timestamp,
    ) -> Result<Option<RemotePost>, DeliveryError> {
        self.containers.find(&caption(&post.text), since).await
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

/// A video is a reel that stands among the posts as well. There is no field for what it shows.
fn reel(video: &Video) -> Value {
    json!({ "media_type": "REELS", "video_url": video.url, "share_to_feed": true })
}

fn caption(text: &str) -> String {
    fewer_mentions(&fewer_hashtags(text, MAX_HASHTAGS))
}

fn comment(text: &str) -> String {
    fewer_hashtags(&shortened(text, MAX_COMMENT), MAX_COMMENT_HASHTAGS)
}

/// The hashtags after the first `most` are words.
fn fewer_hashtags(text: &str, most: usize) -> String {
    let mut kept = text.to_owned();
    for tag in count::hashtags(text).into_iter().skip(most).rev() {
        kept.remove(tag.start);
    }
    kept
}

/// The names after the first few call nobody.
fn fewer_mentions(text: &str) -> String {
    let mut signs = 0;
    let stays = |letter: &char| {
        signs += usize::from(*letter == '@');
        *letter != '@' || signs <= MAX_MENTIONS
    };
    text.chars().filter(stays).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_one_too_many_leads_nowhere() {
        let many = |sign: &str, number: usize| format!("{sign}a ").repeat(number);
        for (text, kept) in [
            (many("#", 30), many("#", 30)),
            (many("#", 32), many("#", 30) + &many("", 2)),
            (many("@", 21), many("@", 20) + &many("", 1)),
        ] {
            assert_eq!(caption(&text), kept);
        }
        assert_eq!(comment(&many("#", 5)).matches('#').count(), MAX_COMMENT_HASHTAGS);
        assert!(comment(&many("", 300)).chars().count() <= MAX_COMMENT);
    }
}
