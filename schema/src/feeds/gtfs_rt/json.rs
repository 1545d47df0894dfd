//! The JSON rendering of the messages (<https://protobuf.dev/programming-guides/json/>): names in `camelCase`, 64-bit
//! numbers as text, enumerations by name, what is absent left out.

use serde_json::{Map, Value, json};

use super::{
    codes,
    wire::{Alert, EntitySelector, FeedMessage, TimeRange, TranslatedString, TripDescriptor},
};

pub(super) fn feed(message: &FeedMessage) -> Value {
    let header = message.header.as_ref();
    let entities = message
        .entity
        .iter()
        .map(|entity| json!({ "id": entity.id, "alert": entity.alert.as_ref().map(alert) }));
    json!({
        "header": {
            "gtfsRealtimeVersion": header.map(|header| header.gtfs_realtime_version.as_str()),
            "incrementality": "FULL_DATASET",
            "timestamp": header.and_then(|header| header.timestamp).map(|seconds| seconds.to_string()),
        },
        "entity": entities.collect::<Vec<_>>(),
    })
}

fn alert(alert: &Alert) -> Value {
    let ranges =
        |ranges: &[TimeRange]| Some(json!(ranges.iter().map(range).collect::<Vec<_>>())).filter(|_| !ranges.is_empty());
    let text = |text: &Option<TranslatedString>| text.as_ref().map(translated);
    present([
        ("activePeriod", ranges(&alert.active_period)),
        ("communicationPeriod", ranges(&alert.communication_period)),
        ("impactPeriod", ranges(&alert.impact_period)),
        (
            "informedEntity",
            Some(alert.informed_entity.iter().map(selector).collect()),
        ),
        ("cause", alert.cause.and_then(codes::cause_name).map(Value::from)),
        ("effect", alert.effect.and_then(codes::effect_name).map(Value::from)),
        ("url", text(&alert.url)),
        ("headerText", text(&alert.header_text)),
        ("descriptionText", text(&alert.description_text)),
        (
            "severityLevel",
            alert.severity_level.and_then(codes::severity_name).map(Value::from),
        ),
    ])
}

fn range(range: &TimeRange) -> Value {
    let text = |seconds: Option<u64>| seconds.map(|seconds| Value::from(seconds.to_string()));
    present([("start", text(range.start)), ("end", text(range.end))])
}

fn selector(selector: &EntitySelector) -> Value {
    present([
        ("agencyId", selector.agency_id.clone().map(Value::from)),
        ("routeId", selector.route_id.clone().map(Value::from)),
        ("routeType", selector.route_type.map(Value::from)),
        ("trip", selector.trip.as_ref().map(trip)),
        ("stopId", selector.stop_id.clone().map(Value::from)),
        ("directionId", selector.direction_id.map(Value::from)),
    ])
}

fn trip(trip: &TripDescriptor) -> Value {
    present([
        ("tripId", trip.trip_id.clone().map(Value::from)),
        ("startTime", trip.start_time.clone().map(Value::from)),
        ("startDate", trip.start_date.clone().map(Value::from)),
        ("routeId", trip.route_id.clone().map(Value::from)),
        ("directionId", trip.direction_id.map(Value::from)),
    ])
}

fn translated(text: &TranslatedString) -> Value {
    let translation = text
        .translation
        .iter()
        .map(|one| json!({ "text": one.text, "language": one.language }));
    json!({ "translation": translation.collect::<Vec<_>>() })
}

fn present<const N: usize>(fields: [(&str, Option<Value>); N]) -> Value {
    let present = fields
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(present.collect::<Map<_, _>>())
}
