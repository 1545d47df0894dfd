//! The messages of GTFS-Realtime as far as alerts need them: field numbers and names as the standard gives them
//! (<https://gtfs.org/documentation/realtime/reference/>).
//!
//! Enumerations stay numbers here: the standard's are closed, and a value from a newer version must not get lost.
//! The same types read the JSON rendering, with `snake_case` or `camelCase` names.

use prost::bytes::Bytes;
use serde::Deserialize;

use super::json;

/// A whole feed.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default)]
pub struct FeedMessage {
    #[prost(message, optional, tag = "1")]
    pub header: Option<FeedHeader>,
    #[prost(message, repeated, tag = "2")]
    #[serde(deserialize_with = "json::list")]
    pub entity: Vec<FeedEntity>,
}

/// What is said of the feed itself.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default)]
pub struct FeedHeader {
    #[prost(string, optional, tag = "1")]
    #[serde(alias = "gtfsRealtimeVersion", deserialize_with = "json::text")]
    pub gtfs_realtime_version: Option<String>,
    #[prost(int32, optional, tag = "2")]
    #[serde(deserialize_with = "json::incrementality")]
    pub incrementality: Option<i32>,
    /// Seconds since 1970.
    #[prost(uint64, optional, tag = "3")]
    #[serde(deserialize_with = "json::whole")]
    pub timestamp: Option<u64>,
}

/// One thing the feed tells. Journeys and vehicles are seen and not read.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default)]
pub struct FeedEntity {
    #[prost(string, optional, tag = "1")]
    #[serde(deserialize_with = "json::text")]
    pub id: Option<String>,
    #[prost(bool, optional, tag = "2")]
    #[serde(alias = "isDeleted")]
    pub is_deleted: Option<bool>,
    #[prost(bytes = "bytes", optional, tag = "3")]
    #[serde(alias = "tripUpdate", deserialize_with = "json::presence")]
    pub trip_update: Option<Bytes>,
    #[prost(bytes = "bytes", optional, tag = "4")]
    #[serde(deserialize_with = "json::presence")]
    pub vehicle: Option<Bytes>,
    #[prost(message, optional, tag = "5")]
    pub alert: Option<Alert>,
}

/// A disruption.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default)]
pub struct Alert {
    #[prost(message, repeated, tag = "1")]
    #[serde(alias = "activePeriod", deserialize_with = "json::list")]
    pub active_period: Vec<TimeRange>,
    #[prost(message, repeated, tag = "2")]
    #[serde(alias = "communicationPeriod", deserialize_with = "json::list")]
    pub communication_period: Vec<TimeRange>,
    #[prost(message, repeated, tag = "3")]
    #[serde(alias = "impactPeriod", deserialize_with = "json::list")]
    pub impact_period: Vec<TimeRange>,
    #[prost(message, repeated, tag = "5")]
    #[serde(alias = "informedEntity", deserialize_with = "json::list")]
    pub informed_entity: Vec<EntitySelector>,
    #[prost(int32, optional, tag = "6")]
    #[serde(deserialize_with = "json::cause")]
    pub cause: Option<i32>,
    #[prost(int32, optional, tag = "7")]
    #[serde(deserialize_with = "json::effect")]
    pub effect: Option<i32>,
    #[prost(message, optional, tag = "8")]
    pub url: Option<TranslatedString>,
    #[prost(message, optional, tag = "10")]
    #[serde(alias = "headerText")]
    pub header_text: Option<TranslatedString>,
    #[prost(message, optional, tag = "11")]
    #[serde(alias = "descriptionText")]
    pub description_text: Option<TranslatedString>,
    #[prost(int32, optional, tag = "14")]
    #[serde(alias = "severityLevel", deserialize_with = "json::severity")]
    pub severity_level: Option<i32>,
}

/// `[start, end)`, in seconds since 1970.
#[derive(Clone, Copy, PartialEq, prost::Message, Deserialize)]
#[serde(default)]
pub struct TimeRange {
    #[prost(uint64, optional, tag = "1")]
    #[serde(deserialize_with = "json::whole")]
    pub start: Option<u64>,
    #[prost(uint64, optional, tag = "2")]
    #[serde(deserialize_with = "json::whole")]
    pub end: Option<u64>,
}

/// What is concerned; all fields that are present must match.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default)]
pub struct EntitySelector {
    #[prost(string, optional, tag = "1")]
    #[serde(alias = "agencyId", deserialize_with = "json::text")]
    pub agency_id: Option<String>,
    #[prost(string, optional, tag = "2")]
    #[serde(alias = "routeId", deserialize_with = "json::text")]
    pub route_id: Option<String>,
    #[prost(int32, optional, tag = "3")]
    #[serde(alias = "routeType", deserialize_with = "json::small")]
    pub route_type: Option<i32>,
    #[prost(message, optional, tag = "4")]
    pub trip: Option<TripDescriptor>,
    #[prost(string, optional, tag = "5")]
    #[serde(alias = "stopId", deserialize_with = "json::text")]
    pub stop_id: Option<String>,
    #[prost(uint32, optional, tag = "6")]
    #[serde(alias = "directionId", deserialize_with = "json::small")]
    pub direction_id: Option<u32>,
}

/// One journey.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default)]
pub struct TripDescriptor {
    #[prost(string, optional, tag = "1")]
    #[serde(alias = "tripId", deserialize_with = "json::text")]
    pub trip_id: Option<String>,
    #[prost(string, optional, tag = "2")]
    #[serde(alias = "startTime", deserialize_with = "json::text")]
    pub start_time: Option<String>,
    #[prost(string, optional, tag = "3")]
    #[serde(alias = "startDate", deserialize_with = "json::text")]
    pub start_date: Option<String>,
    #[prost(string, optional, tag = "5")]
    #[serde(alias = "routeId", deserialize_with = "json::text")]
    pub route_id: Option<String>,
    #[prost(uint32, optional, tag = "6")]
    #[serde(alias = "directionId", deserialize_with = "json::small")]
    pub direction_id: Option<u32>,
}

/// The same text in several languages.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default)]
pub struct TranslatedString {
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "json::list")]
    pub translation: Vec<Translation>,
}

/// A text in one language.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default)]
pub struct Translation {
    #[prost(string, optional, tag = "1")]
    #[serde(deserialize_with = "json::text")]
    pub text: Option<String>,
    #[prost(string, optional, tag = "2")]
    #[serde(deserialize_with = "json::text")]
    pub language: Option<String>,
}
