//! Discord channels, by a webhook of the channel. <https://discord.com/developers/docs/resources/webhook>
//!
//! A webhook reads nothing but messages whose ids it knows: a post that may or may not be there is looked for by a person.

use std::time::Duration;

use async_trait::async_trait;
use beffroi_schema::{
    id::DeliveryId,
    value::{AccountHealth, Capabilities, Counting, Metrics, Picture, RemotePost, Rendered, TextLimit, VideoLimit},
};
use reqwest::{
    Method,
    multipart::{Form, Part},
};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use tokio::sync::OnceCell;
use url::Url;

use super::{
    DeliveryError, SocialNetwork,
    answer::{MAX_ANSWER, Twice, by_status, no_server, reason, unanswered, unsettled},
    film,
};
use crate::http::{Answer, Call, Http};

/// Length of a message. <https://discord.com/developers/docs/resources/webhook#execute-webhook> says characters; UTF-16
/// units are never fewer.
const MAX_TEXT: u32 = 2000;
/// Files of a message.
const MAX_PICTURES: u32 = 10;
/// Largest file of a server without boosts, a video too, of which no length is said: <https://discord.com/developers/docs/reference#uploading-files>
const FILE_BYTES: u64 = 10 * 1024 * 1024;
/// Characters of a file's description, which screen readers say:
/// <https://discord.com/developers/docs/resources/message#attachment-object>
const MAX_ALT: u32 = 1024;

/// "Unknown Message": <https://discord.com/developers/docs/topics/opcodes-and-status-codes#json>
const UNKNOWN_MESSAGE: u32 = 10_008;
/// Neither the content nor the message: unknown channel, unknown webhook, wrong token, a thread that has to be named.
const NOT_HERE: [u32; 4] = [10_003, 10_015, 50_027, 220_001];

/// A channel. Its secret is the whole address of one of its webhooks, as Discord gives it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DiscordSettings {
    /// The number of a thread of the channel; needed where the channel is a forum.
    pub thread: Option<String>,
    /// Where people read channels.
    #[serde(default = "pages")]
    pub pages: Url,
}

/// One channel.
#[derive(Debug)]
pub(super) struct Discord {
    http: Http,
    settings: DiscordSettings,
    address: SecretString,
    /// Where the webhook stands does not change, and messages do not say it.
    hook: OnceCell<Hook>,
}

fn pages() -> Url {
    super::constant("https://discord.com")
}

/// What every channel takes.
pub(super) fn capabilities() -> Capabilities {
    Capabilities {
        images: MAX_PICTURES,
        image_bytes: FILE_BYTES,
        alt_text: Some(MAX_ALT),
        video: Some(VideoLimit {
            bytes: FILE_BYTES,
            seconds: VideoLimit::ANY_LENGTH,
        }),
        edit: true,
        delete: true,
        find: false,
        metrics: true,
        ..Capabilities::texts(TextLimit::of(MAX_TEXT, Counting::Utf16))
    }
}

#[derive(Debug, Deserialize)]
struct Hook {
    name: Option<String>,
    guild_id: Option<String>,
    channel_id: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Message {
    id: String,
    channel_id: String,
}

/// A message without reactions says nothing of them.
#[derive(Debug, Deserialize)]
struct Reacted {
    #[serde(default)]
    reactions: Vec<Reaction>,
}

#[derive(Debug, Deserialize)]
struct Reaction {
    count: u64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Failure {
    message: String,
    code: u32,
    retry_after: Option<f64>,
    errors: Value,
}

impl Discord {
    pub(super) fn new(settings: &DiscordSettings, address: SecretString, http: &Http) -> Self {
        Self {
            http: http.clone(),
            settings: settings.clone(),
            address,
            hook: OnceCell::new(),
        }
    }

    /// The token is part of the address, which the door to the outside never repeats.
    fn call(&self, method: Method, below: &[&str]) -> Result<Call<'_>, DeliveryError> {
        let wrong = || DeliveryError::Locked("the secret is not the address of a Discord webhook".to_owned());
        let mut url: Url = self.address.expose_secret().trim().parse().map_err(|_| wrong())?;
        let mut segments = url.path_segments().ok_or_else(wrong)?;
        segments.find(|segment| *segment == "webhooks").ok_or_else(wrong)?;
        if segments.filter(|segment| !segment.is_empty()).count() != 2 {
            return Err(wrong());
        }
        url.set_query(None);
        url.path_segments_mut()
            .map_err(|()| wrong())?
            .pop_if_empty()
            .extend(below);
        Ok(self.http.call(method, url))
    }

    /// Of a message: in its thread.
    fn message(&self, method: Method, below: &[&str]) -> Result<Call<'_>, DeliveryError> {
        let call = self.call(method, below)?;
        Ok(match &self.settings.thread {
            Some(thread) => call.query(&[("thread_id", thread)]),
            None => call,
        })
    }

    async fn send(&self, call: Call<'_>, twice: Twice) -> Result<Answer, DeliveryError> {
        let answer = call.send(MAX_ANSWER).await.map_err(|error| unanswered(error, twice))?;
        if answer.status.is_success() {
            Ok(answer)
        } else {
            Err(verdict(&answer, twice))
        }
    }

    async fn ask<T: DeserializeOwned>(&self, call: Call<'_>, twice: Twice) -> Result<T, DeliveryError> {
        let answer = self.send(call, twice).await?;
        answer
            .json()
            .ok_or_else(|| unsettled("the answer is not what Discord answers".to_owned(), twice))
    }

    async fn look(&self) -> Result<Hook, DeliveryError> {
        let call = self.call(Method::GET, &[])?;
        self.ask(call, Twice::Harmless).await.map_err(no_server)
    }

    /// Webhooks that an application owns may stand in no server.
    fn page(&self, hook: &Hook, channel: &str) -> Option<String> {
        let base = self.settings.pages.as_str().trim_end_matches('/');
        let guild = hook.guild_id.as_ref();
        guild.map(|guild| format!("{base}/channels/{guild}/{channel}"))
    }
}

#[async_trait]
impl SocialNetwork for Discord {
    async fn check(&self) -> Result<(AccountHealth, Capabilities), DeliveryError> {
        let hook = self.look().await?;
        let channel = hook.channel_id.as_deref();
        let url = channel.and_then(|channel| self.page(&hook, channel));
        let health = AccountHealth {
            checked_at: self.http.clock().now(),
            handle: hook.name.unwrap_or_default(),
            url,
            followers: None,
            warning: None,
        };
        Ok((health, capabilities()))
    }

    async fn publish(&self, post: &Rendered, _key: DeliveryId) -> Result<RemotePost, DeliveryError> {
        let hook = self.hook.get_or_try_init(|| self.look()).await?;
        // Without it Discord says neither the message's id nor whether it kept it.
        let call = self.message(Method::POST, &[])?.query(&[("wait", "true")]);
        let call = if post.pictures.is_empty() && post.video.is_none() {
            call.json(&body(post))
        } else {
            call.within(film::WHOLE_WITHIN).multipart(form(post)?)
        };
        let message: Message = self.ask(call, Twice::Harmful).await.map_err(no_server)?;
        Ok(RemotePost {
            url: self
                .page(hook, &message.channel_id)
                .map(|page| format!("{page}/{}", message.id)),
            id: message.id,
            extra: std::collections::BTreeMap::new(),
            replies: Vec::new(),
        })
    }

    /// The words alone: files that an edit does not name stay.
    async fn amend(&self, remote: &RemotePost, post: &Rendered, _key: DeliveryId) -> Result<RemotePost, DeliveryError> {
        let call = self
            .message(Method::PATCH, &["messages", &remote.id])?
            .json(&body(post));
        let _edited: Message = self.ask(call, Twice::Harmless).await?;
        Ok(remote.clone())
    }

    async fn withdraw(&self, remote: &RemotePost) -> Result<(), DeliveryError> {
        let call = self.message(Method::DELETE, &["messages", &remote.id])?;
        match self.send(call, Twice::Harmless).await {
            Ok(_) | Err(DeliveryError::Gone(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn metrics(&self, remote: &RemotePost) -> Result<Metrics, DeliveryError> {
        let call = self.message(Method::GET, &["messages", &remote.id])?;
        let message: Reacted = self.ask(call, Twice::Harmless).await?;
        Ok(Metrics {
            likes: Some(message.reactions.iter().map(|reaction| reaction.count).sum()),
            ..Metrics::default()
        })
    }
}

/// Nobody is called by what a source wrote: `@everyone` stays a word.
fn body(post: &Rendered) -> Value {
    json!({ "content": post.text, "allowed_mentions": { "parse": [] } })
}

fn form(post: &Rendered) -> Result<Form, DeliveryError> {
    let pictures = post.pictures.iter().map(|picture| &picture.alt);
    let alts = pictures.chain(post.video.iter().map(|video| &video.alt));
    let described: Vec<_> = alts
        .enumerate()
        .map(|(id, alt)| json!({ "id": id, "description": alt }))
        .collect();
    let mut body = body(post);
    body["attachments"] = described.into();
    let mut form = Form::new().text("payload_json", body.to_string());
    for (id, picture) in post.pictures.iter().enumerate() {
        form = form.part(format!("files[{id}]"), part(id, picture)?);
    }
    if let Some(video) = &post.video {
        let file = Part::stream_with_length(film::body(&video.film), video.film.size());
        let file = file.file_name("video.mp4").mime_str(film::MIME);
        let file = file.map_err(|error| DeliveryError::Refused(error.to_string()))?;
        // In place of pictures: it is the first file.
        form = form.part("files[0]", file);
    }
    Ok(form)
}

/// The end of its name tells Discord to show it.
fn part(number: usize, picture: &Picture) -> Result<Part, DeliveryError> {
    let ending = picture.mime.rsplit('/').next().unwrap_or_default();
    let file = Part::bytes(picture.bytes.to_vec()).file_name(format!("{number}.{ending}"));
    file.mime_str(&picture.mime)
        .map_err(|error| DeliveryError::Refused(error.to_string()))
}

/// What a refusal means: the code says more than the status.
fn verdict(answer: &Answer, twice: Twice) -> DeliveryError {
    let failure: Failure = answer.json().unwrap_or_default();
    let mut sentences = vec![failure.message.as_str()];
    details(&failure.errors, &mut sentences);
    let reason = reason(answer, Some(&sentences.join(" ")));
    if answer.status.as_u16() == 429 {
        let told = failure
            .retry_after
            .and_then(|seconds| Duration::try_from_secs_f64(seconds.ceil()).ok());
        let after = told.or(answer.wait);
        return DeliveryError::Retry { after, reason };
    }
    match failure.code {
        UNKNOWN_MESSAGE => DeliveryError::Gone(reason),
        code if NOT_HERE.contains(&code) => DeliveryError::Locked(reason),
        _ => by_status(answer, reason, twice),
    }
}

/// What is wrong with each field stands deep below its name: `{"content":{"_errors":[{"code":…,"message":…}]}}`.
fn details<'a>(errors: &'a Value, sentences: &mut Vec<&'a str>) {
    match errors {
        Value::Object(fields) => {
            sentences.extend(fields.get("message").and_then(Value::as_str));
            fields.values().for_each(|field| details(field, sentences));
        }
        Value::Array(list) => list.iter().for_each(|error| details(error, sentences)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
