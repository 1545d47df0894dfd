//! Any server that takes JSON: our own signed events, or the messages of a chat server, by a template.
//!
//! The signed events follow <https://www.standardwebhooks.com/>; what a receiver promises is said in `docs/networks.md`.

mod template;

use std::collections::BTreeMap;

use async_trait::async_trait;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use beffroi_schema::{
    clock::Timestamp,
    id::DeliveryId,
    value::{AccountHealth, Capabilities, Counting, PictureRules, RemotePost, Rendered, TextLimit},
};
use bytes::Bytes;
use chrono::SecondsFormat;
use reqwest::{
    Method,
    header::{CONTENT_TYPE, HeaderName, HeaderValue},
};
use ring::hmac;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::Url;

use super::{
    DeliveryError, SocialNetwork,
    answer::{MAX_ANSWER, Twice, by_status, no_server, reason, unanswered},
};
use crate::http::{Answer, Http};
pub use template::Template;

/// Characters of a text: what the narrowest of the chat servers takes (Teams: 28 KB with the card around it).
const MAX_TEXT: u32 = 4000;
/// Characters of a title.
const MAX_TITLE: u32 = 250;
/// Pictures of a message, by their addresses.
const MAX_PICTURES: u32 = 10;
/// Pictures are not sent, but fetched by whoever shows them.
const PICTURE_BYTES: u64 = 20 * 1024 * 1024;
/// Characters of an alternative text.
const MAX_ALT: u32 = 1000;
/// How long a receiver of our events remembers the id of an event, as it promises: a day.
const ID_LIVES: u32 = 24 * 3600;
/// How a secret begins that is written in base 64.
const SECRET_PREFIX: &str = "whsec_";

/// A receiver. With the template `generic` its secret signs what we send; with those of chat servers, whose webhooks
/// are known by nothing but their address, the address is the secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookSettings {
    /// Where our events are posted to.
    pub url: Option<Url>,
    /// In what form.
    #[serde(default)]
    pub template: Template,
}

/// One receiver.
#[derive(Debug)]
pub(super) struct Webhook {
    http: Http,
    settings: WebhookSettings,
    secret: SecretString,
}

/// What every receiver takes. One of our own events takes more, see [`Webhook::capabilities`].
pub(super) fn capabilities() -> Capabilities {
    Capabilities {
        title: Some(MAX_TITLE),
        images: MAX_PICTURES,
        image_bytes: PICTURE_BYTES,
        pictures: Some(Box::new(PictureRules {
            fetched: true,
            ..PictureRules::weight(PICTURE_BYTES)
        })),
        alt_text: Some(MAX_ALT),
        find: false,
        ..Capabilities::texts(TextLimit::of(MAX_TEXT, Counting::Utf16))
    }
}

/// What a receiver of our events may answer.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Told {
    id: Option<String>,
    url: Option<String>,
    name: Option<String>,
}

/// How receivers word a refusal.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Failure {
    error: Value,
    message: Value,
}

impl Webhook {
    pub(super) fn new(settings: &WebhookSettings, secret: SecretString, http: &Http) -> Self {
        Self {
            http: http.clone(),
            settings: settings.clone(),
            secret,
        }
    }

    fn generic(&self) -> bool {
        self.settings.template == Template::Generic
    }

    fn capabilities(&self) -> Capabilities {
        let generic = self.generic();
        Capabilities {
            edit: generic,
            delete: generic,
            idempotent_s: if generic { ID_LIVES } else { 0 },
            ..capabilities()
        }
    }

    fn address(&self) -> Result<Url, DeliveryError> {
        let lacks = |what: &str| DeliveryError::Locked(what.to_owned());
        if self.generic() {
            let url = self.settings.url.clone();
            return url.ok_or_else(|| lacks("the setting `url` says where events go, and is missing"));
        }
        let secret = self.secret.expose_secret().trim();
        secret
            .parse()
            .map_err(|_| lacks("the secret is the address of the chat server's webhook, and is none"))
    }

    fn key(&self) -> Result<hmac::Key, DeliveryError> {
        let secret = self.secret.expose_secret().trim();
        let bytes = match secret.strip_prefix(SECRET_PREFIX) {
            Some(encoded) => BASE64_STANDARD
                .decode(encoded)
                .map_err(|_| DeliveryError::Locked("the secret after `whsec_` is not base 64".to_owned()))?,
            None => secret.as_bytes().to_vec(),
        };
        Ok(hmac::Key::new(hmac::HMAC_SHA256, &bytes))
    }

    /// One of our events. Its id is the same at every try; the time, and so the signature, is that of the try.
    async fn event(&self, id: &str, kind: &str, at: Timestamp, data: Value) -> Result<Told, DeliveryError> {
        let at = at.to_rfc3339_opts(SecondsFormat::Secs, true);
        let body = json!({ "type": kind, "timestamp": at, "data": data }).to_string();
        let sent = self.http.clock().now().timestamp();
        let signature = hmac::sign(&self.key()?, format!("{id}.{sent}.{body}").as_bytes());
        let signature = format!("v1,{}", BASE64_STANDARD.encode(signature));
        let mut call = self.http.call(Method::POST, self.address()?);
        for (name, text) in [
            ("content-type", "application/json"),
            ("webhook-id", id),
            ("webhook-timestamp", &sent.to_string()),
            ("webhook-signature", &signature),
            ("idempotency-key", id),
        ] {
            let value = HeaderValue::from_str(text).map_err(|error| DeliveryError::Refused(error.to_string()))?;
            call = call.header(HeaderName::from_static(name), value);
        }
        let answer = call.body(body.into()).send(MAX_ANSWER).await;
        // A publication may be repeated, within the time that it is remembered: that is the loop's choice.
        let twice = if kind == PUBLISHED {
            Twice::Harmful
        } else {
            Twice::Harmless
        };
        let answer = answer.map_err(|error| unanswered(error, twice))?;
        settled(&answer, twice)?;
        Ok(answer.json().unwrap_or_default())
    }

    /// A message of a chat server, which says nothing of it but that it was taken.
    async fn chat(&self, post: &Rendered) -> Result<(), DeliveryError> {
        let body = self.settings.template.message(post).to_string();
        let json = HeaderValue::from_static("application/json");
        let call = self.http.call(Method::POST, self.address()?).header(CONTENT_TYPE, json);
        let answer = call.body(Bytes::from(body)).send(MAX_ANSWER).await;
        settled(
            &answer.map_err(|error| unanswered(error, Twice::Harmful))?,
            Twice::Harmful,
        )
    }
}

/// The events.
const PUBLISHED: &str = "post.published";
const AMENDED: &str = "post.amended";
const WITHDRAWN: &str = "post.withdrawn";
const PING: &str = "ping";

#[async_trait]
impl SocialNetwork for Webhook {
    /// A chat server's webhook cannot be asked without posting there.
    async fn check(&self) -> Result<(AccountHealth, Capabilities), DeliveryError> {
        let (now, address) = (self.http.clock().now(), self.address()?);
        let told = if self.generic() {
            let id = format!("ping-{}", now.timestamp());
            self.event(&id, PING, now, json!({})).await.map_err(no_server)?
        } else {
            Told::default()
        };
        let handle = told.name.or_else(|| address.host_str().map(str::to_owned));
        let health = AccountHealth {
            checked_at: now,
            handle: handle.unwrap_or_default(),
            url: told.url,
            followers: None,
            warning: None,
        };
        Ok((health, self.capabilities()))
    }

    async fn publish(&self, post: &Rendered, key: DeliveryId) -> Result<RemotePost, DeliveryError> {
        let told = if self.generic() {
            let told = self.event(&key.to_string(), PUBLISHED, post.at, data(post)).await;
            told.map_err(no_server)?
        } else {
            self.chat(post).await.map_err(no_server)?;
            Told::default()
        };
        Ok(RemotePost {
            id: told.id.unwrap_or_else(|| key.to_string()),
            url: told.url,
            extra: BTreeMap::new(),
            replies: Vec::new(),
        })
    }

    async fn amend(&self, remote: &RemotePost, post: &Rendered, key: DeliveryId) -> Result<RemotePost, DeliveryError> {
        let mut data = data(post);
        data["post"] = remote.id.as_str().into();
        self.event(&key.to_string(), AMENDED, post.at, data).await?;
        Ok(remote.clone())
    }

    async fn withdraw(&self, remote: &RemotePost) -> Result<(), DeliveryError> {
        let (id, now) = (format!("withdraw-{}", remote.id), self.http.clock().now());
        let told = self.event(&id, WITHDRAWN, now, json!({ "post": remote.id })).await;
        match told {
            Ok(_) | Err(DeliveryError::Gone(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// A post, as our events tell it.
fn data(post: &Rendered) -> Value {
    let pictures = post.pictures.iter();
    let pictures: Vec<_> = pictures
        .map(|picture| {
            json!({ "url": picture.url, "mime": picture.mime, "width": picture.width, "height": picture.height,
                "alt": picture.alt })
        })
        .collect();
    json!({
        "title": post.title,
        "text": post.text,
        "language": post.language,
        "link": post.link,
        "hashtags": post.hashtags,
        "pictures": pictures,
        "when": post.when,
    })
}

fn settled(answer: &Answer, twice: Twice) -> Result<(), DeliveryError> {
    if answer.status.is_success() {
        return Ok(());
    }
    let Failure { error, message } = answer.json().unwrap_or_default();
    let sentence = error.as_str().or(message.as_str());
    Err(by_status(answer, reason(answer, sentence), twice))
}
