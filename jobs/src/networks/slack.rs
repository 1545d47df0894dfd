//! Slack channels, by a bot. <https://docs.slack.dev/reference/methods/chat.postMessage>

mod wire;

use async_trait::async_trait;
use beffroi_schema::{
    clock::Timestamp,
    id::DeliveryId,
    value::{
        AccountHealth, Capabilities, Counting, Metrics, PictureFormat, PictureRules, RemotePost, Rendered, TextLimit,
    },
};
use reqwest::Method;
use secrecy::SecretString;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use url::Url;

use super::{
    DeliveryError, SocialNetwork,
    answer::{MAX_ANSWER, Twice, no_server, unanswered},
    likeness::earliest,
};
use crate::http::{Call, Http};
use wire::{Conversation, History, Identity, Message, Permalink, Posted, read};

/// Characters of a text. Longer ones are taken, and then cannot be edited:
/// <https://docs.slack.dev/reference/methods/chat.update>
const MAX_TEXT: u32 = 4000;
/// Characters of a section: <https://docs.slack.dev/reference/block-kit/blocks/section-block>
const MAX_SECTION: usize = 3000;
/// Characters above pictures: one section, with room for what is escaped.
const MAX_CAPTION: u32 = 2800;
/// Pictures of a message, of the 50 blocks that it may have.
const MAX_PICTURES: u32 = 10;
/// Slack fetches pictures itself, and says no limit: those of its own uploads are far above.
const PICTURE_BYTES: u64 = 10 * 1024 * 1024;
/// Characters of an alternative text: <https://docs.slack.dev/reference/block-kit/blocks/image-block>
const MAX_ALT: u32 = 2000;

/// Under what name a message keeps which delivery it is.
const EVENT: &str = "beffroi_delivery";
/// Messages of a page of the history.
const FIND_PAGE: &str = "100";
/// Pages read back: a channel where more is said within one attempt has other troubles.
const FIND_PAGES: usize = 5;

/// A channel. Its secret is the token of a bot (`xoxb-…`) that is in it, with the scopes `chat:write`, `channels:read`
/// and `channels:history` (`groups:…` for private channels).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SlackSettings {
    /// The channel's id, such as `C0123456789`.
    pub channel: String,
    /// The Web API.
    #[serde(default = "api")]
    pub api: Url,
}

/// One channel.
#[derive(Debug)]
pub(super) struct Slack {
    http: Http,
    settings: SlackSettings,
    token: SecretString,
}

fn api() -> Url {
    super::constant("https://slack.com/api")
}

/// What every channel takes.
pub(super) fn capabilities() -> Capabilities {
    Capabilities {
        caption: Some(MAX_CAPTION),
        images: MAX_PICTURES,
        image_bytes: PICTURE_BYTES,
        pictures: Some(Box::new(PictureRules {
            formats: vec![PictureFormat::Jpeg, PictureFormat::Png],
            fetched: true,
            ..PictureRules::weight(PICTURE_BYTES)
        })),
        alt_text: Some(MAX_ALT),
        edit: true,
        delete: true,
        reply: true,
        metrics: true,
        // No keys: the message carries its delivery, and its history is asked.
        ..Capabilities::texts(TextLimit::of(MAX_TEXT, Counting::Utf16))
    }
}

impl Slack {
    pub(super) fn new(settings: &SlackSettings, token: SecretString, http: &Http) -> Self {
        Self {
            http: http.clone(),
            settings: settings.clone(),
            token,
        }
    }

    fn call(&self, http: Method, method: &str) -> Result<Call<'_>, DeliveryError> {
        let base = self.settings.api.as_str().trim_end_matches('/');
        let url = format!("{base}/{method}")
            .parse()
            .map_err(|error: url::ParseError| DeliveryError::Locked(error.to_string()))?;
        Ok(self.http.call(http, url).bearer(&self.token))
    }

    /// Asks something.
    async fn get<T: DeserializeOwned>(&self, method: &str, query: &[(&str, &str)]) -> Result<T, DeliveryError> {
        let call = self.call(Method::GET, method)?.query(query);
        self.ask(call, Twice::Harmless).await
    }

    async fn ask<T: DeserializeOwned>(&self, call: Call<'_>, twice: Twice) -> Result<T, DeliveryError> {
        let answer = call.send(MAX_ANSWER).await.map_err(|error| unanswered(error, twice))?;
        read(&answer, twice)
    }

    async fn tell(&self, body: &Value) -> Result<RemotePost, DeliveryError> {
        let call = self.call(Method::POST, "chat.postMessage")?.json(body);
        let posted: Posted = self.ask(call, Twice::Harmful).await?;
        Ok(self.remote(posted.ts).await)
    }

    /// A message without its address is still the message: what was posted is not lost for it.
    async fn remote(&self, ts: String) -> RemotePost {
        let query = [("channel", self.settings.channel.as_str()), ("message_ts", &ts)];
        let link: Result<Permalink, _> = self.get("chat.getPermalink", &query).await;
        RemotePost {
            url: link.ok().map(|link| link.permalink),
            id: ts,
            extra: std::collections::BTreeMap::new(),
            replies: Vec::new(),
        }
    }

    /// What a message says, and which delivery it is.
    fn body(&self, post: &Rendered, key: DeliveryId) -> Value {
        let metadata = json!({ "event_type": EVENT, "event_payload": { "key": key.to_string() } });
        let mut body = json!({
            "channel": self.settings.channel,
            "text": escaped(&post.text),
            // A star or an underscore in the town's words is one.
            "mrkdwn": false,
            "metadata": metadata,
        });
        if !post.pictures.is_empty() {
            body["blocks"] = blocks(post).into();
        }
        body
    }
}

#[async_trait]
impl SocialNetwork for Slack {
    async fn check(&self) -> Result<(AccountHealth, Capabilities), DeliveryError> {
        let who: Identity = self.get("auth.test", &[]).await.map_err(no_server)?;
        let query = [
            ("channel", self.settings.channel.as_str()),
            ("include_num_members", "true"),
        ];
        let asked: Result<Conversation, _> = self.get("conversations.info", &query).await;
        let channel = asked.map_err(no_server)?.channel;
        if !channel.is_member {
            let reason = format!("the bot {} is not in #{}: invite it", who.user, channel.name);
            return Err(DeliveryError::Locked(reason));
        }
        let health = AccountHealth {
            checked_at: self.http.clock().now(),
            handle: format!("#{}", channel.name),
            url: Some(format!("{}archives/{}", who.url, self.settings.channel)),
            followers: channel.num_members,
            warning: None,
        };
        Ok((health, capabilities()))
    }

    async fn publish(&self, post: &Rendered, key: DeliveryId) -> Result<RemotePost, DeliveryError> {
        self.tell(&self.body(post, key)).await.map_err(no_server)
    }

    async fn amend(&self, remote: &RemotePost, post: &Rendered, key: DeliveryId) -> Result<RemotePost, DeliveryError> {
        let mut body = self.body(post, key);
        body["ts"] = remote.id.as_str().into();
        let call = self.call(Method::POST, "chat.update")?.json(&body);
        let _edited: Posted = self.ask(call, Twice::Harmless).await?;
        Ok(remote.clone())
    }

    async fn reply(&self, remote: &RemotePost, post: &Rendered, key: DeliveryId) -> Result<RemotePost, DeliveryError> {
        let mut body = self.body(post, key);
        body["thread_ts"] = remote.id.as_str().into();
        self.tell(&body).await
    }

    async fn withdraw(&self, remote: &RemotePost) -> Result<(), DeliveryError> {
        let body = json!({ "channel": self.settings.channel, "ts": remote.id });
        let call = self.call(Method::POST, "chat.delete")?.json(&body);
        match self.ask::<Posted>(call, Twice::Harmless).await {
            Ok(_) | Err(DeliveryError::Gone(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn find(
        &self,
        _post: &Rendered,
        key: DeliveryId,
        since: Timestamp,
    ) -> Result<Option<RemotePost>, DeliveryError> {
        let (oldest, wanted) = (earliest(since).timestamp().to_string(), key.to_string());
        let mut cursor = String::new();
        for _ in 0..FIND_PAGES {
            let query = [
                ("channel", self.settings.channel.as_str()),
                ("oldest", &oldest),
                ("limit", FIND_PAGE),
                ("include_all_metadata", "true"),
                ("cursor", &cursor),
            ];
            let asked: Result<History, _> = self.get("conversations.history", &query).await;
            let history = asked.map_err(no_server)?;
            let mut messages = history.messages.into_iter();
            if let Some(ours) = messages.find(|message| message.is(EVENT, &wanted)) {
                return Ok(Some(self.remote(ours.ts).await));
            }
            cursor = history.response_metadata.next_cursor;
            if cursor.is_empty() {
                break;
            }
        }
        Ok(None)
    }

    async fn metrics(&self, remote: &RemotePost) -> Result<Metrics, DeliveryError> {
        let (channel, ts) = (self.settings.channel.as_str(), remote.id.as_str());
        let query = [
            ("channel", channel),
            ("oldest", ts),
            ("latest", ts),
            ("inclusive", "true"),
        ];
        let history: History = self.get("conversations.history", &query).await?;
        let message = history.messages.into_iter().find(|message| message.ts == ts);
        message
            .map(Message::metrics)
            .ok_or_else(|| DeliveryError::Gone("the message is not there".to_owned()))
    }
}

/// The words, then each picture, which Slack fetches itself.
fn blocks(post: &Rendered) -> Vec<Value> {
    let words = sections(&post.text).into_iter();
    let words = words.map(|text| json!({ "type": "section", "text": { "type": "mrkdwn", "text": text } }));
    let pictures = post.pictures.iter();
    let pictures =
        pictures.map(|picture| json!({ "type": "image", "image_url": picture.url, "alt_text": picture.alt }));
    words.chain(pictures).collect()
}

/// Three characters have a meaning of their own: <https://docs.slack.dev/messaging/formatting-message-text#escaping>
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The text, escaped, in as many sections as it fills: one, unless it is full of what is escaped.
fn sections(text: &str) -> Vec<String> {
    let mut sections = vec![String::new()];
    for c in text.chars() {
        let c = escaped(c.encode_utf8(&mut [0; 4]));
        let full = |section: &String| section.chars().count() + c.len() > MAX_SECTION;
        if sections.last().is_some_and(full) {
            sections.push(String::new());
        }
        if let Some(section) = sections.last_mut() {
            section.push_str(&c);
        }
    }
    sections
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_section_is_too_long_and_no_entity_is_cut() {
        assert_eq!(sections("Été & <marché>"), ["Été &amp; &lt;marché&gt;"]);
        let full = sections(&"&".repeat(2800));
        assert_eq!(full.concat(), "&amp;".repeat(2800));
        for section in full {
            assert!(section.chars().count() <= MAX_SECTION && section.ends_with("&amp;"));
        }
    }
}
