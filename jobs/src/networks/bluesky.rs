//! Bluesky, and other AT Protocol servers. <https://docs.bsky.app/docs/advanced-guides/posts>

mod record;
mod session;
mod tid;
mod video;
mod wire;

use async_trait::async_trait;
use beffroi_schema::{
    clock::Timestamp,
    id::DeliveryId,
    value::{
        AccountHealth, Capabilities, Counting, LinkStyle, Metrics, Picture, RemotePost, Rendered, TextLimit, VideoLimit,
    },
};
use reqwest::{
    Method,
    header::{CONTENT_TYPE, HeaderValue},
};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::Url;

use super::{
    DeliveryError, SocialNetwork,
    answer::{Twice, no_server, unsettled},
};
use crate::http::{Answer, Http};
use record::{Embed, Mention, Uploaded};
use session::{Sessions, settled};
use wire::{Blob, Counted, Identity, Posts, Profile, Record, Resolved, Written, is_taken};

/// The collection that posts are records of.
const POSTS: &str = "app.bsky.feed.post";

/// How records are written.
const PUT: &str = "com.atproto.repo.putRecord";

/// Under which name a receipt keeps the hash of the record: an answer to it names it.
const CID: &str = "cid";

/// Names of a text that lead to their people: each is asked for.
const MAX_MENTIONS: usize = 10;

/// What a picture may weigh (`app.bsky.embed.images`).
const PICTURE_BYTES: u64 = 2_000_000;

/// What a video may weigh, and how long it may be. The lexicon, the service and the announcements disagree (50, 100 and
/// 300 MB): this is what all apps have sent since 2025. What an account may send in a day is the service's to say.
const VIDEO: VideoLimit = VideoLimit {
    bytes: 100_000_000,
    seconds: 180,
};

/// An account on one server. Its secret is an app password (not the password of the account).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlueskySettings {
    /// The server that holds the account, such as `https://bsky.social`.
    pub pds: Url,
    /// Handle (`town.bsky.social`) or DID of the account.
    pub identifier: String,
    /// Whether changed posts are shown changed. Servers keep the change, the official app offers no edit; without it, a
    /// correction is a reply.
    #[serde(default)]
    pub edits: bool,
    /// Where people read posts.
    #[serde(default = "official_app")]
    pub app: Url,
    /// The service that works on videos.
    #[serde(default = "video_service")]
    pub video: Url,
}

/// One account. Keep it: it holds the session, and servers allow few sign-ins (30 in five minutes, 300 a day).
#[derive(Debug)]
pub(super) struct Bluesky {
    sessions: Sessions,
    settings: BlueskySettings,
}

fn official_app() -> Url {
    super::constant("https://bsky.app")
}

fn video_service() -> Url {
    super::constant("https://video.bsky.app")
}

/// What every server takes.
pub(super) fn capabilities() -> Capabilities {
    let text = TextLimit {
        bytes: Some(3000),
        ..TextLimit::of(300, Counting::Graphemes)
    };
    Capabilities {
        images: 4,
        image_bytes: PICTURE_BYTES,
        alt_text: Some(2000),
        video: Some(VIDEO),
        link: LinkStyle::Card,
        delete: true,
        reply: true,
        thread: true,
        // The record's key is derived from the delivery: the same post lands in the same place.
        idempotent_s: u32::MAX,
        metrics: true,
        ..Capabilities::texts(text)
    }
}

impl Bluesky {
    pub(super) fn new(settings: &BlueskySettings, password: SecretString, http: &Http) -> Self {
        let sessions = Sessions::new(http, &settings.pds, &settings.identifier, password);
        Self {
            sessions,
            settings: settings.clone(),
        }
    }

    async fn upload(&self, picture: &Picture) -> Result<Value, DeliveryError> {
        let mime = HeaderValue::from_str(&picture.mime).map_err(|error| DeliveryError::Refused(error.to_string()))?;
        let answer = self
            .sessions
            .signed(
                Method::POST,
                "com.atproto.repo.uploadBlob",
                Twice::Harmless,
                |call, _| {
                    call.header(CONTENT_TYPE, mime.clone())
                        .body(bytes::Bytes::from_owner(picture.bytes.clone()))
                },
            )
            .await
            .map_err(no_server)?;
        let blob: Option<Blob> = answer.json();
        blob.map(|blob| blob.blob)
            .ok_or_else(|| unsettled("the answer is no blob".to_owned(), Twice::Harmless))
    }

    /// The video, or pictures, or else the card: a post embeds one thing.
    async fn embed<'a>(&self, post: &'a Rendered) -> Result<Option<Embed<'a>>, DeliveryError> {
        if let Some(video) = &post.video {
            let blob = video::upload(&self.sessions, &self.settings.video, video).await?;
            return Ok(Some(Embed::Video { video, blob }));
        }
        let mut pictures = Vec::with_capacity(post.pictures.len());
        for picture in &post.pictures {
            pictures.push(Uploaded {
                picture,
                blob: self.upload(picture).await?,
            });
        }
        if pictures.is_empty() {
            Ok(Embed::card(post))
        } else {
            Ok(Some(Embed::Pictures(pictures)))
        }
    }

    /// Who is named. A name that the server does not know stays a word of the text.
    async fn mentions(&self, text: &str) -> Vec<Mention> {
        let mut known = Vec::new();
        for range in record::handles(text).into_iter().take(MAX_MENTIONS) {
            let handle = &text[range.start + 1..range.end];
            let method = "com.atproto.identity.resolveHandle";
            let asked = self.sessions.signed(Method::GET, method, Twice::Harmless, |call, _| {
                call.query(&[("handle", handle)])
            });
            let found: Option<Resolved> = asked.await.ok().and_then(|answer| answer.json());
            known.extend(found.map(|Resolved { did }| Mention { range, did }));
        }
        known
    }

    /// Writes a record where one is.
    async fn replace(&self, rkey: &str, record: &Value) -> Result<Written, DeliveryError> {
        let put = |repo: &str| json!({ "repo": repo, "collection": POSTS, "rkey": rkey, "record": record });
        let answer = self
            .sessions
            .signed(Method::POST, PUT, Twice::Harmless, |call, did| call.json(&put(did)))
            .await?;
        written(&answer, Twice::Harmless)
    }

    /// Writes a record where none is yet; the very same one is taken again. None: something else stands there.
    async fn put(&self, rkey: &str, record: &Value) -> Result<Option<Written>, DeliveryError> {
        let twice = Twice::Harmful;
        let put = |repo: &str| json!({ "repo": repo, "collection": POSTS, "rkey": rkey, "record": record, "swapRecord": Value::Null });
        let answer = self
            .sessions
            .answered(Method::POST, PUT, twice, |call, did| call.json(&put(did)))
            .await?;
        if is_taken(&answer) {
            return Ok(None);
        }
        written(&settled(answer, twice)?, twice).map(Some)
    }

    async fn get(&self, rkey: &str) -> Result<Option<Record>, DeliveryError> {
        let answer = self
            .sessions
            .signed(
                Method::GET,
                "com.atproto.repo.getRecord",
                Twice::Harmless,
                |call, did| call.query(&[("repo", did), ("collection", POSTS), ("rkey", rkey)]),
            )
            .await;
        match answer {
            Ok(answer) => {
                let record: Option<Record> = answer.json();
                record
                    .map(Some)
                    .ok_or_else(|| unsettled("the answer is no record".to_owned(), Twice::Harmless))
            }
            Err(DeliveryError::Gone(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A new record at the place that belongs to this delivery. What stands there already, an earlier try whose answer was
    /// lost has put there.
    async fn create(&self, record: &Value, post: &Rendered, key: DeliveryId) -> Result<RemotePost, DeliveryError> {
        let place = tid::derive(post.at, key);
        if let Some(written) = self.put(&place, record).await.map_err(no_server)? {
            return Ok(self.remote(written.uri, written.cid));
        }
        match self.get(&place).await? {
            Some(there) => Ok(self.remote(there.uri, there.cid)),
            None => Err(DeliveryError::Doubtful(
                "its place is taken, and nothing is there".to_owned(),
            )),
        }
    }

    fn remote(&self, uri: String, cid: String) -> RemotePost {
        let path = format!("/profile/{}/post/{}", repo_of(&uri), rkey_of(&uri));
        let url = self.settings.app.join(&path).ok().map(String::from);
        RemotePost {
            id: uri,
            url,
            extra: [(CID.to_owned(), cid)].into(),
            replies: Vec::new(),
        }
    }
}

#[async_trait]
impl SocialNetwork for Bluesky {
    async fn check(&self) -> Result<(AccountHealth, Capabilities), DeliveryError> {
        let answer = self
            .sessions
            .signed(
                Method::GET,
                "com.atproto.server.getSession",
                Twice::Harmless,
                |call, _| call,
            )
            .await;
        let identity: Option<Identity> = answer.map_err(no_server)?.json();
        let identity = identity.ok_or_else(|| DeliveryError::Locked("this is no AT Protocol server".to_owned()))?;
        if identity.active == Some(false) {
            return Err(DeliveryError::Locked(
                identity
                    .status
                    .unwrap_or_else(|| "the account is not active".to_owned()),
            ));
        }
        let profile = self
            .sessions
            .signed(
                Method::GET,
                "app.bsky.actor.getProfile",
                Twice::Harmless,
                |call, did| call.query(&[("actor", did)]),
            )
            .await;
        // The profile comes from the network behind the server; a server alone can do without.
        let profile: Option<Profile> = profile.ok().and_then(|answer| answer.json());
        let health = AccountHealth {
            checked_at: self.sessions.http().clock().now(),
            url: self
                .settings
                .app
                .join(&format!("/profile/{}", identity.handle))
                .ok()
                .map(String::from),
            handle: identity.handle,
            followers: profile.and_then(|profile| profile.followers_count),
            warning: None,
        };
        let edit = self.settings.edits;
        Ok((health, Capabilities { edit, ..capabilities() }))
    }

    async fn publish(&self, post: &Rendered, key: DeliveryId) -> Result<RemotePost, DeliveryError> {
        let (embed, mentions) = (self.embed(post).await?, self.mentions(&post.text).await);
        let record = record::post(post, &mentions, embed.as_ref(), None);
        self.create(&record, post, key).await
    }

    async fn amend(&self, remote: &RemotePost, post: &Rendered, _key: DeliveryId) -> Result<RemotePost, DeliveryError> {
        let rkey = rkey_of(&remote.id);
        // `putRecord` would make a post anew that somebody removed.
        let Some(before) = self.get(rkey).await? else {
            return Err(DeliveryError::Gone("the post is not there any more".to_owned()));
        };
        let (embed, mentions) = (self.embed(post).await?, self.mentions(&post.text).await);
        let mut record = record::post(post, &mentions, embed.as_ref(), None);
        for kept in ["createdAt", "reply"] {
            if let Some(value) = before.value.get(kept) {
                record[kept] = value.clone();
            }
        }
        let written = self.replace(rkey, &record).await?;
        Ok(self.remote(written.uri, written.cid))
    }

    async fn reply(&self, remote: &RemotePost, post: &Rendered, key: DeliveryId) -> Result<RemotePost, DeliveryError> {
        let Some(parent) = self.get(rkey_of(&remote.id)).await? else {
            return Err(DeliveryError::Gone("the post is not there any more".to_owned()));
        };
        let mentions = self.mentions(&post.text).await;
        let record = record::post(post, &mentions, Embed::card(post).as_ref(), Some(&parent));
        self.create(&record, post, key).await
    }

    async fn withdraw(&self, remote: &RemotePost) -> Result<(), DeliveryError> {
        let rkey = rkey_of(&remote.id);
        // Deleting what is not there is a success over there too.
        self.sessions
            .signed(
                Method::POST,
                "com.atproto.repo.deleteRecord",
                Twice::Harmless,
                |call, did| call.json(&json!({ "repo": did, "collection": POSTS, "rkey": rkey })),
            )
            .await
            .map(|_| ())
            .map_err(no_server)
    }

    async fn find(
        &self,
        post: &Rendered,
        key: DeliveryId,
        _since: Timestamp,
    ) -> Result<Option<RemotePost>, DeliveryError> {
        let found = self.get(&tid::derive(post.at, key)).await?;
        Ok(found.map(|record| self.remote(record.uri, record.cid)))
    }

    async fn metrics(&self, remote: &RemotePost) -> Result<Metrics, DeliveryError> {
        let method = "app.bsky.feed.getPosts";
        let answer = self
            .sessions
            .signed(Method::GET, method, Twice::Harmless, |call, _| {
                call.query(&[("uris", &remote.id)])
            })
            .await?;
        let posts: Option<Posts> = answer.json();
        let strange = || unsettled("the answer holds no posts".to_owned(), Twice::Harmless);
        let counted = posts.ok_or_else(strange)?.posts.into_iter().next();
        let gone = || DeliveryError::Gone("the post is not there any more".to_owned());
        counted.map(Counted::metrics).ok_or_else(gone)
    }

    fn rests_until(&self) -> Option<Timestamp> {
        self.sessions.rests_until()
    }
}

fn written(answer: &Answer, twice: Twice) -> Result<Written, DeliveryError> {
    answer
        .json()
        .ok_or_else(|| unsettled("the answer names no record".to_owned(), twice))
}

/// `3k…` of `at://did:plc:…/app.bsky.feed.post/3k…`.
fn rkey_of(uri: &str) -> &str {
    uri.rsplit('/').next().unwrap_or_default()
}

/// `did:plc:…` of the same.
fn repo_of(uri: &str) -> &str {
    uri.trim_start_matches("at://").split('/').next().unwrap_or_default()
}
