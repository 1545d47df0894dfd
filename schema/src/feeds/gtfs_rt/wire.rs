//! The messages of GTFS-Realtime as far as alerts need them: field numbers as the standard gives them
//! (<https://gtfs.org/documentation/realtime/reference/>).

/// A whole feed.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct FeedMessage {
    #[prost(message, optional, tag = "1")]
    pub(super) header: Option<FeedHeader>,
    #[prost(message, repeated, tag = "2")]
    pub(super) entity: Vec<FeedEntity>,
}

/// What is said of the feed itself.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct FeedHeader {
    #[prost(string, required, tag = "1")]
    pub(super) gtfs_realtime_version: String,
    #[prost(int32, optional, tag = "2")]
    pub(super) incrementality: Option<i32>,
    #[prost(uint64, optional, tag = "3")]
    pub(super) timestamp: Option<u64>,
}

/// One disruption.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct FeedEntity {
    #[prost(string, required, tag = "1")]
    pub(super) id: String,
    #[prost(message, optional, tag = "5")]
    pub(super) alert: Option<Alert>,
}

/// What it says.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Alert {
    #[prost(message, repeated, tag = "1")]
    pub(super) active_period: Vec<TimeRange>,
    #[prost(message, repeated, tag = "2")]
    pub(super) communication_period: Vec<TimeRange>,
    #[prost(message, repeated, tag = "3")]
    pub(super) impact_period: Vec<TimeRange>,
    #[prost(message, repeated, tag = "5")]
    pub(super) informed_entity: Vec<EntitySelector>,
    #[prost(int32, optional, tag = "6")]
    pub(super) cause: Option<i32>,
    #[prost(int32, optional, tag = "7")]
    pub(super) effect: Option<i32>,
    #[prost(message, optional, tag = "8")]
    pub(super) url: Option<TranslatedString>,
    #[prost(message, optional, tag = "10")]
    pub(super) header_text: Option<TranslatedString>,
    #[prost(message, optional, tag = "11")]
    pub(super) description_text: Option<TranslatedString>,
    #[prost(int32, optional, tag = "14")]
    pub(super) severity_level: Option<i32>,
}

/// `[start, end)`, in seconds since 1970.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub(super) struct TimeRange {
    #[prost(uint64, optional, tag = "1")]
    pub(super) start: Option<u64>,
    #[prost(uint64, optional, tag = "2")]
    pub(super) end: Option<u64>,
}

/// What is concerned; all fields that are present must match.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct EntitySelector {
    #[prost(string, optional, tag = "1")]
    pub(super) agency_id: Option<String>,
    #[prost(string, optional, tag = "2")]
    pub(super) route_id: Option<String>,
    #[prost(int32, optional, tag = "3")]
    pub(super) route_type: Option<i32>,
    #[prost(message, optional, tag = "4")]
    pub(super) trip: Option<TripDescriptor>,
    #[prost(string, optional, tag = "5")]
    pub(super) stop_id: Option<String>,
    #[prost(uint32, optional, tag = "6")]
    pub(super) direction_id: Option<u32>,
}

/// One journey.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct TripDescriptor {
    #[prost(string, optional, tag = "1")]
    pub(super) trip_id: Option<String>,
    #[prost(string, optional, tag = "2")]
    pub(super) start_time: Option<String>,
    #[prost(string, optional, tag = "3")]
    pub(super) start_date: Option<String>,
    #[prost(string, optional, tag = "5")]
    pub(super) route_id: Option<String>,
    #[prost(uint32, optional, tag = "6")]
    pub(super) direction_id: Option<u32>,
}

/// The same text in several languages.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct TranslatedString {
    #[prost(message, repeated, tag = "1")]
    pub(super) translation: Vec<Translation>,
}

/// A text in one language.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Translation {
    #[prost(string, required, tag = "1")]
    pub(super) text: String,
    #[prost(string, optional, tag = "2")]
    pub(super) language: Option<String>,
}
