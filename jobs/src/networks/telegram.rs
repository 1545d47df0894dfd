//! Telegram channels, by a bot that administers them. <https://core.telegram.org/bots/api>
//!
//! A bot cannot read back what stands in its channel: a post that may or may not be there is looked for by a person.

use std::collections::BTreeMap;

use async_trait::async_trait;
use beffroi_schema::{
    id::DeliveryId,
    value::{AccountHealth, Capabilities, Counting, Picture, RemotePost, Rendered, TextLimit, Video, VideoLimit},
};
use reqwest::{
    Method,
    multipart::{Form, Part},
};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use url::Url;

use super::{
    DeliveryError, SocialNetwork,
    answer::{MAX_ANSWER, Twice, by_status, no_server, reason, unanswered, unsettled},
    film,
};
use crate::http::{Answer, Call, Http};

/// Characters of a message, after its entities are parsed: <https://core.telegram.org/bots/api#sendmessage>
const MAX_TEXT: u32 = 4096;
/// Characters of what stands under a picture: <https://core.telegram.org/bots/api#sendphoto>
const MAX_CAPTION: u32 = 1024;
/// Pictures of an album: <https://core.telegram.org/bots/api#sendmediagroup>
const MAX_ALBUM: u32 = 10;
/// Largest picture: <https://core.telegram.org/bots/api#sending-files>
const PICTURE_BYTES: u64 = 10 * 1024 * 1024;
/// Largest video, of which no length is said: <https://core.telegram.org/bots/api#sendvideo>
const VIDEO_BYTES: u64 = 50_000_000;
/// A bot deletes messages of the last 48 hours: <https://core.telegram.org/bots/api#deletemessage>
const DELETE_WITHIN_S: u32 = 48 * 3600;
/// What the server says when an edit changes nothing: it was made before.
const UNCHANGED: &str = "message is not modified";
/// Under which name a receipt keeps the other messages of an album.
const OTHERS: &str = "messages";
/// Whether the words stand under a picture or a video, so that an edit goes there.
const CAPTIONED: &str = "caption";

/// A channel. Its secret is the token of a bot that may post, edit and delete there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TelegramSettings {
    /// `@name` of a public channel, or the number of a private one.
    pub channel: String,
    /// The Bot API, which towns may run themselves.
    #[serde(default = "api")]
    pub api: Url,
    /// Where readers without the app see public channels.
    #[serde(default = "pages")]
    pub pages: Url,
}

/// One channel.
#[derive(Debug)]
pub(super) struct Telegram {
    http: Http,
    settings: TelegramSettings,
    token: SecretString,
}

fn api() -> Url {
    super::constant("https://api.telegram.org")
}

fn pages() -> Url {
    super::constant("https://t.me")
}

/// What every channel takes.
pub(super) fn capabilities() -> Capabilities {
    Capabilities {
        caption: Some(MAX_CAPTION),
        images: MAX_ALBUM,
        image_bytes: PICTURE_BYTES,
        video: Some(VideoLimit {
            bytes: VIDEO_BYTES,
            seconds: VideoLimit::ANY_LENGTH,
        }),
        edit: true,
        delete: true,
        delete_within_s: Some(DELETE_WITHIN_S),
        reply: true,
        find: false,
        ..Capabilities::texts(TextLimit::of(MAX_TEXT, Counting::Utf16))
    }
}

/// What every method answers. <https://core.telegram.org/bots/api#making-requests>
#[derive(Debug, Deserialize)]
struct Outcome<T> {
    result: Option<T>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Failure {
    description: String,
    parameters: Parameters,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Parameters {
    retry_after: Option<u64>,
    migrate_to_chat_id: Option<i64>,
}

#[derive(Debug, Deserialize)]
struct Message {
    message_id: i64,
    chat: Chat,
}

#[derive(Debug, Deserialize)]
struct Chat {
    #[serde(default)]
    title: String,
    username: Option<String>,
}

impl Telegram {
    pub(super) fn new(settings: &TelegramSettings, token: SecretString, http: &Http) -> Self {
        Self {
            http: http.clone(),
            settings: settings.clone(),
            token,
        }
    }

    /// The token is part of the address, which the door to the outside never repeats.
    fn call(&self, method: &str) -> Result<Call<'_>, DeliveryError> {
        let base = self.settings.api.as_str().trim_end_matches('/');
        let url = format!("{base}/bot{}/{method}", self.token.expose_secret())
            .parse()
            .map_err(|_| DeliveryError::Locked("the bot's token cannot be part of an address".to_owned()))?;
        Ok(self.http.call(Method::POST, url))
    }

    async fn ask<T: DeserializeOwned>(&self, call: Call<'_>, twice: Twice) -> Result<T, DeliveryError> {
        let answer = call.send(MAX_ANSWER).await.map_err(|error| unanswered(error, twice))?;
        if !answer.status.is_success() {
            return Err(verdict(&answer, twice));
        }
        let outcome: Option<Outcome<T>> = answer.json();
        outcome
            .and_then(|outcome| outcome.result)
            .ok_or_else(|| unsettled("the answer is not what the Bot API answers".to_owned(), twice))
    }

    async fn tell(&self, text: &str, answered: Option<&str>) -> Result<Message, DeliveryError> {
        let mut body = json!({ "chat_id": self.settings.channel, "text": text });
        if let Some(id) = answered {
            body["reply_parameters"] = json!({ "message_id": number(id)? });
        }
        self.ask(self.call("sendMessage")?.json(&body), Twice::Harmful).await
    }

    /// One picture, or an album, with the words under it.
    async fn show(&self, pictures: &[Picture], caption: &str) -> Result<Vec<Message>, DeliveryError> {
        let form = Form::new().text("chat_id", self.settings.channel.clone());
        if let [picture] = pictures {
            let form = form.text("caption", caption.to_owned()).part("photo", part(picture)?);
            let call = self.call("sendPhoto")?.multipart(form);
            return self.ask(call, Twice::Harmful).await.map(|message| vec![message]);
        }
        let mut media = Vec::with_capacity(pictures.len());
        let mut form = form;
        for (position, picture) in pictures.iter().enumerate() {
            let name = format!("picture{position}");
            media.push(json!({ "type": "photo", "media": format!("attach://{name}") }));
            form = form.part(name, part(picture)?);
        }
        media[0]["caption"] = caption.into();
        let form = form.text("media", Value::from(media).to_string());
        self.ask(self.call("sendMediaGroup")?.multipart(form), Twice::Harmful)
            .await
    }

    /// A video, with the words under it.
    async fn play(&self, video: &Video, caption: &str) -> Result<Message, DeliveryError> {
        let file = Part::stream_with_length(film::body(&video.film), video.film.size());
        let file = file.file_name("video.mp4").mime_str(film::MIME);
        let file = file.map_err(|error| DeliveryError::Refused(error.to_string()))?;
        let form = Form::new()
            .text("chat_id", self.settings.channel.clone())
            .text("caption", caption.to_owned())
            .text("width", video.width.to_string())
            .text("height", video.height.to_string())
            .text("duration", video.seconds.to_string())
            .text("supports_streaming", "true")
            .part("video", file);
        let call = self.call("sendVideo")?.within(film::WHOLE_WITHIN).multipart(form);
        self.ask(call, Twice::Harmful).await
    }

    /// Private channels have no page.
    fn page(&self, chat: &Chat) -> Option<String> {
        let base = self.settings.pages.as_str().trim_end_matches('/');
        chat.username.as_ref().map(|name| format!("{base}/{name}"))
    }

    fn remote(&self, message: &Message, extra: BTreeMap<String, String>) -> RemotePost {
        RemotePost {
            id: message.message_id.to_string(),
            url: self
                .page(&message.chat)
                .map(|page| format!("{page}/{}", message.message_id)),
            extra,
            replies: Vec::new(),
        }
    }
}

#[async_trait]
impl SocialNetwork for Telegram {
    async fn check(&self) -> Result<(AccountHealth, Capabilities), DeliveryError> {
        let body = json!({ "chat_id": self.settings.channel });
        let chat = self.call("getChat")?.json(&body);
        let chat: Chat = self.ask(chat, Twice::Harmless).await.map_err(no_server)?;
        let members = self.call("getChatMemberCount")?.json(&body);
        let members: u64 = self.ask(members, Twice::Harmless).await.map_err(no_server)?;
        let (checked_at, url) = (self.http.clock().now(), self.page(&chat));
        let health = AccountHealth {
            checked_at,
            handle: chat.username.unwrap_or(chat.title),
            url,
            followers: Some(members),
            warning: None,
        };
        Ok((health, capabilities()))
    }

    async fn publish(&self, post: &Rendered, _key: DeliveryId) -> Result<RemotePost, DeliveryError> {
        if let Some(video) = &post.video {
            let message = self.play(video, &post.text).await.map_err(no_server)?;
            return Ok(self.remote(&message, BTreeMap::from([(CAPTIONED.to_owned(), "1".to_owned())])));
        }
        if post.pictures.is_empty() {
            let message = self.tell(&post.text, None).await.map_err(no_server)?;
            return Ok(self.remote(&message, BTreeMap::new()));
        }
        let messages = self.show(&post.pictures, &post.text).await.map_err(no_server)?;
        let Some((first, others)) = messages.split_first() else {
            return Err(DeliveryError::Doubtful("the answer names no message".to_owned()));
        };
        let others: Vec<_> = others.iter().map(|message| message.message_id.to_string()).collect();
        let mut extra = BTreeMap::from([(CAPTIONED.to_owned(), "1".to_owned())]);
        if !others.is_empty() {
            extra.insert(OTHERS.to_owned(), others.join(" "));
        }
        Ok(self.remote(first, extra))
    }

    /// The words alone.
    async fn amend(&self, remote: &RemotePost, post: &Rendered, _key: DeliveryId) -> Result<RemotePost, DeliveryError> {
        let mut body = json!({ "chat_id": self.settings.channel, "message_id": number(&remote.id)? });
        let method = if remote.extra.contains_key(CAPTIONED) {
            body["caption"] = post.text.as_str().into();
            "editMessageCaption"
        } else {
            body["text"] = post.text.as_str().into();
            "editMessageText"
        };
        let edited: Result<Value, _> = self.ask(self.call(method)?.json(&body), Twice::Harmless).await;
        match edited {
            Ok(_) => Ok(remote.clone()),
            Err(DeliveryError::Refused(reason)) if reason.contains(UNCHANGED) => Ok(remote.clone()),
            Err(error) => Err(error),
        }
    }

    async fn reply(&self, remote: &RemotePost, post: &Rendered, _key: DeliveryId) -> Result<RemotePost, DeliveryError> {
        let message = self.tell(&post.text, Some(&remote.id)).await?;
        Ok(self.remote(&message, BTreeMap::new()))
    }

    async fn withdraw(&self, remote: &RemotePost) -> Result<(), DeliveryError> {
        let others = remote.extra.get(OTHERS).map(String::as_str).unwrap_or_default();
        for id in others.split_whitespace().chain([remote.id.as_str()]) {
            let body = json!({ "chat_id": self.settings.channel, "message_id": number(id)? });
            let deleted: Result<bool, _> = self.ask(self.call("deleteMessage")?.json(&body), Twice::Harmless).await;
            match deleted {
                Ok(_) | Err(DeliveryError::Gone(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

fn part(picture: &Picture) -> Result<Part, DeliveryError> {
    let file = Part::bytes(picture.bytes.to_vec())
        .file_name("picture")
        .mime_str(&picture.mime);
    file.map_err(|error| DeliveryError::Refused(error.to_string()))
}

fn number(id: &str) -> Result<i64, DeliveryError> {
    id.parse()
        .map_err(|_| DeliveryError::Gone(format!("{id} is the number of no message")))
}

/// What a refusal means: the status says most, the sentence tells a lost post from a wrong one.
fn verdict(answer: &Answer, twice: Twice) -> DeliveryError {
    let Failure {
        description,
        parameters,
    } = answer.json().unwrap_or_default();
    let reason = reason(answer, Some(&description));
    if let Some(id) = parameters.migrate_to_chat_id {
        return DeliveryError::Locked(format!("{reason} (the channel is now {id})"));
    }
    let lost = |what: &str| reason.contains(what);
    match answer.status.as_u16() {
        429 => DeliveryError::Retry {
            after: parameters
                .retry_after
                .map(std::time::Duration::from_secs)
                .or(answer.wait),
            reason,
        },
        400 if lost("message to edit not found")
            || lost("message to delete not found")
            || lost("message to be replied not found") =>
        {
            DeliveryError::Gone(reason)
        }
        // The channel, not the content: it is gone, or the bot is not its administrator any more.
        400 if lost("chat not found") || lost("not enough rights") || lost("need administrator rights") => {
            DeliveryError::Locked(reason)
        }
        // A wrong token is no bot.
        404 => DeliveryError::Locked(reason),
        _ => by_status(answer, reason, twice),
    }
}
