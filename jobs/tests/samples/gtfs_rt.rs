//! Alerts: the messages before any cleaning say exactly what the reference reader found.

use std::collections::{BTreeMap, BTreeSet};

use beffroi_jobs::sources::{
    SourceError,
    gtfs_rt::{
        Settings, codes, decode,
        message::{Alert, EntitySelector, FeedMessage, TimeRange, TranslatedString},
        parse,
    },
};
use beffroi_schema::value::{AlertEntry, Content, IssueCode, Language};
use chrono::DateTime;
use serde_json::{Map, Value, json};

use crate::{folder, truth};

/// What the reference reader computed with formulas of its own; what they count is compared instead.
const DERIVED: &[&str] = &[
    "has_html",
    "text_sha256",
    "content_sha256",
    "timestamp_utc",
    "alert_keys",
];

#[test]
fn every_feed_says_what_the_reference_reader_found() {
    let Some(folder) = folder() else { return };
    println!(
        "{:<66} {:>8} {:>7} {:>9}  agrees",
        "file", "entities", "alerts", "selectors"
    );
    let mut files = 0;
    for (file, wanted) in truth(&folder, "gtfs-rt.json")
        .into_iter()
        .filter(|(file, _)| !file.starts_with("__"))
    {
        let body = std::fs::read(folder.join(&file)).unwrap();
        files += 1;
        if wanted["parse"] == "error" {
            assert!(
                matches!(decode(&body.into()), Err(SourceError::Unreadable(_))),
                "{file}"
            );
            println!("{file:<66} {:>8} {:>7} {:>9}  yes (refused)", "-", "-", "-");
            continue;
        }
        let feed = decode(&body.clone().into()).unwrap_or_else(|error| panic!("{file}: {error}"));
        let entries = entries(body);
        let found = if file.contains("/json/") {
            json_summary(&feed)
        } else {
            summary(&feed, &entries)
        };
        assert_eq!(found, without_derived(wanted), "{file}");
        assert_cleaned(&file, &feed, &entries);
        let selectors: usize = alerts(&feed).map(|(_, alert)| alert.informed_entity.len()).sum();
        println!(
            "{file:<66} {:>8} {:>7} {selectors:>9}  yes",
            feed.entity.len(),
            entries.len()
        );
    }
    assert!(files > 0, "no file at all");
}

#[test]
fn a_french_feed_without_languages_is_french() {
    let Some(folder) = folder() else { return };
    let entries = entries(std::fs::read(folder.join("gtfs-rt/fr-brest-bibus-alerts.pb")).unwrap());
    assert_eq!(entries.len(), 12);
    for entry in entries {
        assert_eq!(
            entry.texts.0.keys().collect::<Vec<_>>(),
            [&Language::french()],
            "{}",
            entry.key
        );
    }
}

fn entries(body: Vec<u8>) -> Vec<AlertEntry> {
    let now = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
    let snapshot = parse(&body.into(), &Settings::default(), now).unwrap();
    let Content::Alerts(entries) = snapshot.content else {
        panic!("not alerts")
    };
    entries
}

/// After cleaning, everything is still there: one entry per alert, with the same words.
fn assert_cleaned(file: &str, feed: &FeedMessage, entries: &[AlertEntry]) {
    for ((id, alert), entry) in alerts(feed).zip(entries) {
        assert_eq!(entry.key, id, "{file}");
        let title = |text: &TranslatedString| {
            text.translation
                .iter()
                .filter_map(|one| one.text.clone())
                .collect::<Vec<_>>()
        };
        let written: BTreeSet<String> = alert
            .header_text
            .iter()
            .flat_map(title)
            .map(|text| one_spaced(&text))
            .collect();
        let read: BTreeSet<String> = entry.texts.0.values().map(|text| text.title.clone()).collect();
        assert_eq!(read, written, "{file} {id}");
        let distinct: BTreeSet<String> = alert
            .informed_entity
            .iter()
            .map(|one| selector(one).to_string())
            .collect();
        assert_eq!(entry.scope.0.len(), distinct.len(), "{file} {id}");
    }
}

fn one_spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn alerts(feed: &FeedMessage) -> impl Iterator<Item = (&str, &Alert)> {
    feed.entity
        .iter()
        .filter_map(|entity| Some((entity.id.as_deref()?, entity.alert.as_ref()?)))
}

/// The counts and the list of the reference reader.
fn summary(feed: &FeedMessage, entries: &[AlertEntry]) -> Value {
    let header = feed.header.as_ref().unwrap();
    let ids: BTreeSet<_> = feed.entity.iter().map(|entity| &entity.id).collect();
    let count = |test: &dyn Fn(&Alert) -> bool| alerts(feed).filter(|(_, alert)| test(alert)).count();
    let texts = |alert: &Alert| {
        format!(
            "{}{}",
            translations(alert.header_text.as_ref()),
            translations(alert.description_text.as_ref())
        )
    };
    let has_language = |alert: &Alert| {
        let all = [&alert.header_text, &alert.description_text].into_iter().flatten();
        all.flat_map(|text| &text.translation)
            .any(|one| one.language.as_deref().is_some_and(|tag| !tag.is_empty()))
    };
    json!({
        "parse": "ok",
        "version": header.gtfs_realtime_version,
        "incrementality": "FULL_DATASET",
        "timestamp": header.timestamp.unwrap_or(0),
        "entities": feed.entity.len(),
        "alerts": entries.len(),
        "trip_updates": feed.entity.iter().filter(|entity| entity.trip_update.is_some()).count(),
        "vehicles": feed.entity.iter().filter(|entity| entity.vehicle.is_some()).count(),
        "duplicate_entity_ids": feed.entity.len() - ids.len(),
        "alerts_without_informed_entity": count(&|alert| alert.informed_entity.is_empty()),
        "alerts_without_active_period": count(&|alert| alert.active_period.is_empty()),
        "alerts_open_ended": count(&|alert| alert.active_period.iter().any(|range| range.end.is_none())),
        "alerts_without_description": count(&|alert| alert.description_text.is_none()),
        "alerts_without_language": count(&|alert| !has_language(alert)),
        "alerts_with_html": entries.iter().filter(|entry| entry.issues.iter().any(|issue| issue.code == IssueCode::Markup)).count(),
        "distinct_text": alerts(feed).map(|(_, alert)| texts(alert)).collect::<BTreeSet<_>>().len(),
        "distinct_content": entries.iter().map(beffroi_schema::reconcile::hash::content).collect::<BTreeSet<_>>().len(),
        "alert_list": alerts(feed).map(|(id, alert)| listed(id, alert)).collect::<Vec<_>>(),
    })
}

/// What the reference has for the JSON rendering.
fn json_summary(feed: &FeedMessage) -> Value {
    let selectors: Vec<Vec<Value>> = alerts(feed)
        .map(|(_, alert)| alert.informed_entity.iter().map(selector).collect())
        .collect();
    json!({
        "parse": "ok",
        "entities": feed.entity.len(),
        "alerts": alerts(feed).count(),
        "ids": alerts(feed).map(|(id, _)| id).collect::<Vec<_>>(),
        "selectors": selectors,
    })
}

fn listed(id: &str, alert: &Alert) -> Value {
    json!({
        "entity_id": id,
        "cause": alert.cause.map(|code| codes::cause(code).unwrap().as_str()),
        "effect": alert.effect.map(|code| codes::effect(code).unwrap().as_str()),
        "severity": alert.severity_level.map(|code| codes::severity(code).unwrap().as_str()),
        "active_period": ranges(&alert.active_period),
        "communication_period": ranges(&alert.communication_period),
        "impact_period": ranges(&alert.impact_period),
        "n_informed": alert.informed_entity.len(),
        "informed": alert.informed_entity.iter().map(selector).collect::<Vec<_>>(),
        "header": translations(alert.header_text.as_ref()),
        "description": translations(alert.description_text.as_ref()),
        "url": translations(alert.url.as_ref()),
    })
}

fn ranges(ranges: &[TimeRange]) -> Value {
    ranges.iter().map(|range| json!([range.start, range.end])).collect()
}

fn translations(text: Option<&TranslatedString>) -> Value {
    let one = |translation: &beffroi_jobs::sources::gtfs_rt::message::Translation| json!({ "lang": translation.language, "text": translation.text });
    text.into_iter().flat_map(|text| &text.translation).map(one).collect()
}

fn selector(selector: &EntitySelector) -> Value {
    let trip = selector.trip.as_ref().map(|trip| {
        present([
            ("trip_id", json!(trip.trip_id)),
            ("route_id", json!(trip.route_id)),
            ("direction_id", json!(trip.direction_id)),
            ("start_time", json!(trip.start_time)),
            ("start_date", json!(trip.start_date)),
        ])
    });
    present([
        ("agency_id", json!(selector.agency_id)),
        ("route_id", json!(selector.route_id)),
        ("route_type", json!(selector.route_type)),
        ("direction_id", json!(selector.direction_id)),
        ("stop_id", json!(selector.stop_id)),
        ("trip", json!(trip)),
    ])
}

/// Without what is absent; in one order, so that equal selectors are equal texts.
fn present<const N: usize>(fields: [(&str, Value); N]) -> Value {
    let fields: BTreeMap<String, Value> = fields
        .into_iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    Value::Object(fields.into_iter().collect::<Map<_, _>>())
}

fn without_derived(mut value: Value) -> Value {
    if let Value::Object(fields) = &mut value {
        fields.retain(|name, _| !DERIVED.contains(&name.as_str()));
        if let Some(Value::Array(list)) = fields.get_mut("alert_list") {
            for alert in list {
                *alert = without_derived(alert.take());
            }
        }
    }
    value
}
