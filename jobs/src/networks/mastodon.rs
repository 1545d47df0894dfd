//! Mastodon, and servers that speak its API. <https://docs.joinmastodon.org/methods/>

mod media;
mod wire;

use async_trait::async_trait;
use beffroi_schema::{
    clock::Timestamp,
    id::DeliveryId,
    value::{AccountHealth, Capabilities, Counting, Metrics, RemotePost, Rendered, TextLimit, VideoLimit},
};
use reqwest::{
    Method,
    header::{HeaderName, HeaderValue},
};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use url::Url;

use super::{
    DeliveryError, SocialNetwork,
    answer::{MAX_ANSWER, Twice, no_server, unanswered, unsettled},
    budget::Budget,
    likeness::{earliest, skeleton, words_of_html},
};
use crate::http::{Answer, Call, Http};
use wire::{Account, Counted, Instance, Status, verdict};

/// Posts read back in one page when looking for ours; the most that servers give.
const FIND_PAGE: usize = 40;

/// Pages read back: a town that posts more within one attempt has other troubles.
const FIND_PAGES: usize = 5;

/// Largest video, unless the server says otherwise: <https://docs.joinmastodon.org/user/posting/#attachments>
const VIDEO_BYTES: u64 = 99 * 1024 * 1024;

/// How long servers remember an `Idempotency-Key`, in seconds.
const KEY_LIVES: u32 = 3600;

/// An account on one server. Its secret is an access token with the scopes `profile read:statuses write:statuses
/// write:media`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MastodonSettings {
    /// The server's address, such as `https://mastodon.example`.
    pub instance: Url,
}

/// One account.
#[derive(Debug)]
pub(super) struct Mastodon {
    http: Http,
    instance: Url,
    token: SecretString,
    budget: Budget,
}

/// What every server takes until it has said what it takes itself (`GET /api/v2/instance`).
pub(super) fn capabilities() -> Capabilities {
    let text = TextLimit {
        url_units: Some(23),
        short_mentions: true,
        ..TextLimit::of(500, Counting::Graphemes)
    };
    Capabilities {
        images: 4,
        image_bytes: 16 * 1024 * 1024,
        alt_text: Some(1500),
        video: Some(VideoLimit {
            bytes: VIDEO_BYTES,
            seconds: VideoLimit::ANY_LENGTH,
        }),
        edit: true,
        delete: true,
        reply: true,
        thread: true,
        idempotent_s: KEY_LIVES,
        metrics: true,
        ..Capabilities::texts(text)
    }
}

impl Mastodon {
    pub(super) fn new(settings: &MastodonSettings, token: SecretString, http: &Http) -> Self {
        Self {
            http: http.clone(),
            instance: settings.instance.clone(),
            token,
            budget: Budget::default(),
        }
    }

    fn call(&self, method: Method, path: &str) -> Result<Call<'_>, DeliveryError> {
        let url = self
            .instance
            .join(path)
            .map_err(|error| DeliveryError::Locked(error.to_string()))?;
        Ok(self.http.call(method, url).bearer(&self.token))
    }

    async fn ask(&self, call: Call<'_>, twice: Twice) -> Result<Answer, DeliveryError> {
        let answer = call.send(MAX_ANSWER).await.map_err(|error| unanswered(error, twice))?;
        let now = self.http.clock().now();
        self.budget.spent(now, answer.spent(now));
        if answer.status.is_success() {
            Ok(answer)
        } else {
            Err(verdict(&answer, twice))
        }
    }

    async fn whoami(&self) -> Result<Account, DeliveryError> {
        let call = self.call(Method::GET, "/api/v1/accounts/verify_credentials")?;
        let answer = self.ask(call, Twice::Harmless).await.map_err(no_server)?;
        answer
            .json()
            .ok_or_else(|| DeliveryError::Locked("this is no Mastodon server".to_owned()))
    }

    async fn create(&self, body: &Value, key: &str) -> Result<Status, DeliveryError> {
        let call = self.call(Method::POST, "/api/v1/statuses")?.json(body);
        let call = match HeaderValue::from_str(key) {
            Ok(key) => call.header(HeaderName::from_static("idempotency-key"), key),
            Err(_) => call,
        };
        let answer = self.ask(call, Twice::Harmful).await?;
        answer
            .json()
            .ok_or_else(|| unsettled("the answer is no status".to_owned(), Twice::Harmful))
    }

    async fn page(&self, account: &str, before: Option<&str>) -> Result<Vec<Status>, DeliveryError> {
        let limit = FIND_PAGE.to_string();
        let call = self.call(Method::GET, &format!("/api/v1/accounts/{account}/statuses"))?;
        let call = call.query(&[("exclude_reblogs", "true"), ("limit", &limit)]);
        let call = match before {
            Some(id) => call.query(&[("max_id", id)]),
            None => call,
        };
        let answer = self.ask(call, Twice::Harmless).await.map_err(no_server)?;
        answer
            .json()
            .ok_or_else(|| unsettled("the answer is no list of statuses".to_owned(), Twice::Harmless))
    }
}

#[async_trait]
impl SocialNetwork for Mastodon {
    async fn check(&self) -> Result<(AccountHealth, Capabilities), DeliveryError> {
        let account = self.whoami().await?;
        let call = self.call(Method::GET, "/api/v2/instance")?;
        let instance: Instance = match self.ask(call, Twice::Harmless).await {
            Ok(answer) => answer.json().unwrap_or_default(),
            // Servers before 4.0, and some others, have the first version only: the defaults hold there.
            Err(DeliveryError::Gone(_)) => Instance::default(),
            Err(error) => return Err(error),
        };
        let health = AccountHealth {
            checked_at: self.http.clock().now(),
            handle: account.handle(&self.instance),
            url: account.url,
            followers: account.followers_count,
            warning: None,
        };
        Ok((health, instance.refine(capabilities())))
    }

    async fn publish(&self, post: &Rendered, key: DeliveryId) -> Result<RemotePost, DeliveryError> {
        let attached = self.attach(post, None).await?;
        let body = json!({ "status": post.text, "language": post.language.primary(), "media_ids": attached.ids() });
        let status = self
            .create(&body, &idempotency_key(post, key, ""))
            .await
            .map_err(no_server)?;
        Ok(status.remote(&attached))
    }

    async fn amend(&self, remote: &RemotePost, post: &Rendered, _key: DeliveryId) -> Result<RemotePost, DeliveryError> {
        let attached = self.attach(post, Some(remote)).await?;
        let body = json!({
            "status": post.text,
            "language": post.language.primary(),
            "media_ids": attached.ids(),
            "media_attributes": attached.kept_attributes(),
        });
        let call = self
            .call(Method::PUT, &format!("/api/v1/statuses/{}", remote.id))?
            .json(&body);
        let answer = self.ask(call, Twice::Harmless).await?;
        let status: Option<Status> = answer.json();
        status
            .map(|status| status.remote(&attached))
            .ok_or_else(|| unsettled("the answer is no status".to_owned(), Twice::Harmless))
    }

    async fn reply(&self, remote: &RemotePost, post: &Rendered, key: DeliveryId) -> Result<RemotePost, DeliveryError> {
        let body = json!({ "status": post.text, "language": post.language.primary(), "in_reply_to_id": remote.id });
        let status = self.create(&body, &idempotency_key(post, key, &remote.id)).await?;
        Ok(status.remote(&media::Attached::default()))
    }

    async fn withdraw(&self, remote: &RemotePost) -> Result<(), DeliveryError> {
        let call = self.call(Method::DELETE, &format!("/api/v1/statuses/{}", remote.id))?;
        match self.ask(call, Twice::Harmless).await {
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
        let account = self.whoami().await?;
        let (wanted, since, mut before) = (skeleton(&post.text), earliest(since), None::<String>);
        for _ in 0..FIND_PAGES {
            let page = self.page(&account.id, before.as_deref()).await?;
            let recent: Vec<&Status> = page.iter().take_while(|status| status.created_at >= since).collect();
            if let Some(found) = recent
                .iter()
                .find(|status| skeleton(&words_of_html(&status.content)) == wanted)
            {
                return Ok(Some(found.remote(&media::Attached::default())));
            }
            if recent.len() < FIND_PAGE {
                return Ok(None);
            }
            before = page.last().map(|status| status.id.clone());
        }
        Ok(None)
    }

    async fn metrics(&self, remote: &RemotePost) -> Result<Metrics, DeliveryError> {
        let call = self.call(Method::GET, &format!("/api/v1/statuses/{}", remote.id))?;
        let status: Option<Counted> = self.ask(call, Twice::Harmless).await?.json();
        let strange = || unsettled("the answer is no status".to_owned(), Twice::Harmless);
        status.map(Counted::metrics).ok_or_else(strange)
    }

    fn rests_until(&self) -> Option<Timestamp> {
        self.budget.take()
    }
}

/// The same for every try of one delivery, another for every other: the server gives the first status back.
fn idempotency_key(post: &Rendered, key: DeliveryId, answered: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(key.0.as_bytes());
    hash.update(answered.as_bytes());
    hash.update(json!(post).to_string().as_bytes());
    format!("{:x}", bytes::Bytes::copy_from_slice(&hash.finalize()))
}
