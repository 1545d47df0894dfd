//! The protocol buffer messages of GTFS-Realtime, as far as alerts need them.

use bytes::Bytes;
use prost::Message;

use super::alert::{Alert, Concerned};

/// `FULL_DATASET`: what is absent is over.
const FULL_DATASET: i32 = 0;

#[derive(Clone, PartialEq, Message)]
struct FeedMessage {
    #[prost(message, optional, tag = "1")]
    header: Option<FeedHeader>,
    #[prost(message, repeated, tag = "2")]
    entity: Vec<FeedEntity>,
}

#[derive(Clone, PartialEq, Message)]
struct FeedHeader {
    #[prost(string, required, tag = "1")]
    version: String,
    #[prost(int32, optional, tag = "2")]
    incrementality: Option<i32>,
    #[prost(uint64, optional, tag = "3")]
    timestamp: Option<u64>,
}

#[derive(Clone, PartialEq, Message)]
struct FeedEntity {
    #[prost(string, required, tag = "1")]
    id: String,
    #[prost(message, optional, tag = "5")]
    alert: Option<WireAlert>,
}

#[derive(Clone, PartialEq, Message)]
struct WireAlert {
    #[prost(message, repeated, tag = "1")]
    active_period: Vec<TimeRange>,
    #[prost(message, repeated, tag = "5")]
    informed_entity: Vec<EntitySelector>,
    #[prost(int32, optional, tag = "6")]
    cause: Option<i32>,
    #[prost(int32, optional, tag = "7")]
    effect: Option<i32>,
    #[prost(message, optional, tag = "10")]
    header_text: Option<TranslatedString>,
    #[prost(message, optional, tag = "11")]
    description_text: Option<TranslatedString>,
    #[prost(int32, optional, tag = "14")]
    severity_level: Option<i32>,
}

#[derive(Clone, PartialEq, Message)]
struct TimeRange {
    #[prost(uint64, optional, tag = "1")]
    start: Option<u64>,
    #[prost(uint64, optional, tag = "2")]
    end: Option<u64>,
}

#[derive(Clone, PartialEq, Message)]
struct EntitySelector {
    #[prost(string, optional, tag = "2")]
    route_id: Option<String>,
    #[prost(string, optional, tag = "5")]
    stop_id: Option<String>,
}

#[derive(Clone, PartialEq, Message)]
struct TranslatedString {
    #[prost(message, repeated, tag = "1")]
    translation: Vec<Translation>,
}

#[derive(Clone, PartialEq, Message)]
struct Translation {
    #[prost(string, required, tag = "1")]
    text: String,
    #[prost(string, optional, tag = "2")]
    language: Option<String>,
}

/// A whole feed, published at `timestamp` (seconds since 1970).
pub(super) fn feed(alerts: &[Alert], timestamp: u64) -> Bytes {
    let header = FeedHeader {
        version: "2.0".to_owned(),
        incrementality: Some(FULL_DATASET),
        timestamp: Some(timestamp),
    };
    let message = FeedMessage {
        header: Some(header),
        entity: alerts.iter().map(entity).collect(),
    };
    message.encode_to_vec().into()
}

fn entity(alert: &Alert) -> FeedEntity {
    let seconds = |at: chrono::DateTime<chrono::Utc>| u64::try_from(at.timestamp()).ok();
    let period = TimeRange {
        start: seconds(alert.from),
        end: alert.until.and_then(seconds),
    };
    FeedEntity {
        id: alert.id.clone(),
        alert: Some(WireAlert {
            active_period: vec![period],
            informed_entity: alert.concerned.iter().map(selector).collect(),
            cause: Some(alert.cause as i32),
            effect: Some(alert.effect as i32),
            header_text: Some(translated(&alert.title)),
            description_text: Some(translated(&alert.text)),
            severity_level: Some(alert.severity as i32),
        }),
    }
}

fn selector(concerned: &Concerned) -> EntitySelector {
    EntitySelector {
        route_id: concerned.line.clone(),
        stop_id: concerned.stop.clone(),
    }
}

fn translated(texts: &[(String, String)]) -> TranslatedString {
    let translation = texts.iter().map(|(language, text)| Translation {
        text: text.clone(),
        language: Some(language.clone()),
    });
    TranslatedString {
        translation: translation.collect(),
    }
}
