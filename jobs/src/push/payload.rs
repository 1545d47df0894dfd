//! What a phone receives: the payload contract of `docs/push.md`, version 1.
//!
//! Pinned to the letter by a test: apps that were installed years ago read it.

use std::{collections::BTreeMap, time::Duration};

use beffroi_schema::{
    clock::Timestamp,
    id::global_of_item,
    value::{CampaignKind, Kind, Language, Note, Platform, Words},
};
use fcm::{
    AndroidConfig, AndroidNotification, ApnsConfig, Message, MessagePriority, Notification, WebpushConfig,
    WebpushFcmOptions,
};
use serde_json::json;
use unicode_segmentation::UnicodeSegmentation as _;

/// The version of the contract. A new one is needed when a field goes or changes its meaning, not when one comes.
const VERSION: &str = "1";
/// A phone that was off for longer reads the list when it is opened; the notification would only be in the way.
const LONGEST_LIFE: Duration = Duration::from_hours(4);
/// Bytes of a title: FCM takes 4096 for everything, and phones show one line.
const MAX_TITLE: usize = 400;
/// Bytes of a body: with the title and all that is around them it stays under 4096, even if each byte is escaped.
const MAX_BODY: usize = 900;
/// What stands where a text was cut.
const CUT: &str = "…";

/// The message for one platform, in one of the note's languages.
pub fn message(note: &Note, language: &Language, platform: Platform, now: Timestamp) -> Message {
    let words = note.words.get(language);
    let life = life(note, now);
    let mut message = Message {
        notification: words.map(shown),
        data: data(note),
        ..Message::default()
    };
    match platform {
        Platform::Android => message.android = Some(android(note, life)),
        Platform::Ios => message.apns = Some(apns(note, life, now)),
        Platform::Web => message.webpush = Some(webpush(note, life)),
    }
    message
}

fn shown(words: &Words) -> Notification {
    Notification::new(within(&words.title, MAX_TITLE), within(&words.body, MAX_BODY))
}

/// Cut between two characters as people see them. Control characters other than line ends are dropped: as JSON they are
/// six bytes each, and no phone shows them.
fn within(text: &str, bytes: usize) -> String {
    let clean: String = text.chars().filter(|c| *c == '\n' || !c.is_control()).collect();
    if clean.len() <= bytes {
        return clean;
    }
    let room = bytes - CUT.len();
    let ends = clean
        .grapheme_indices(true)
        .map(|(start, grapheme)| start + grapheme.len());
    let end = ends.take_while(|end| *end <= room).last().unwrap_or(0);
    clean[..end].trim_end().to_owned() + CUT
}

fn life(note: &Note, now: Timestamp) -> Duration {
    let left = (note.expires_at - now).to_std().unwrap_or_default();
    Duration::from_secs(left.min(LONGEST_LIFE).as_secs())
}

fn data(note: &Note) -> BTreeMap<String, String> {
    let mut data = BTreeMap::from([
        ("v", VERSION.to_owned()),
        ("item", global_of_item(note.kind, note.item)),
        ("version", note.version.to_string()),
        ("kind", note.kind.to_string()),
        ("campaign", note.campaign.to_string()),
        ("link", note.link.clone()),
        ("tag", note.tag.clone()),
    ]);
    if let Some(severity) = note.severity {
        data.insert("severity", severity.to_string());
    }
    data.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

fn android(note: &Note, life: Duration) -> AndroidConfig {
    AndroidConfig {
        collapse_key: Some(note.tag.clone()),
        priority: Some(if note.urgent {
            MessagePriority::High
        } else {
            MessagePriority::Normal
        }),
        ttl: Some(life),
        notification: Some(AndroidNotification {
            tag: Some(note.tag.clone()),
            channel_id: Some(channel(note).to_owned()),
            ..AndroidNotification::default()
        }),
        ..AndroidConfig::default()
    }
}

/// The channels an app must have: what its holder switches on and off in the phone's settings.
fn channel(note: &Note) -> &'static str {
    match (note.kind, note.urgent) {
        (_, true) => "urgent",
        (Kind::Disruption, false) => "disruptions",
        (Kind::Event, false) => "events",
        (Kind::Article, false) => "news",
    }
}

fn apns(note: &Note, life: Duration, now: Timestamp) -> ApnsConfig {
    let until = now.timestamp() + i64::try_from(life.as_secs()).unwrap_or_default();
    let headers = [
        ("apns-push-type", "alert".to_owned()),
        ("apns-priority", if note.urgent { "10" } else { "5" }.to_owned()),
        ("apns-expiration", until.to_string()),
        ("apns-collapse-id", note.tag.clone()),
    ];
    let level = interruption_level(note);
    let mut aps = json!({ "interruption-level": level, "thread-id": note.tag });
    if level != "passive" {
        aps["sound"] = "default".into();
    }
    ApnsConfig {
        headers: headers
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
        payload: Some(json!({ "aps": aps })),
        ..ApnsConfig::default()
    }
}

/// <https://developer.apple.com/documentation/usernotifications/unnotificationinterruptionlevel>
fn interruption_level(note: &Note) -> &'static str {
    match (note.urgent, note.campaign) {
        (true, CampaignKind::Alert | CampaignKind::Update) => "time-sensitive",
        (false, CampaignKind::Alert | CampaignKind::Update) => "active",
        (_, CampaignKind::Resolved | CampaignKind::Withdrawn) => "passive",
    }
}

/// RFC 8030 §5.2 to §5.4.
fn webpush(note: &Note, life: Duration) -> WebpushConfig {
    let headers = [
        ("TTL", life.as_secs().to_string()),
        ("Urgency", if note.urgent { "high" } else { "normal" }.to_owned()),
        ("Topic", note.tag.clone()),
    ];
    // FCM refuses the whole message for a link that is not https.
    let link = note.link.starts_with("https://").then(|| WebpushFcmOptions {
        link: Some(note.link.clone()),
        ..WebpushFcmOptions::default()
    });
    WebpushConfig {
        headers: headers
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
        notification: Some(json!({ "tag": note.tag })),
        fcm_options: link,
        ..WebpushConfig::default()
    }
}

#[cfg(test)]
mod tests;
