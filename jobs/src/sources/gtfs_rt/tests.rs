//! Feeds as they should not be.

use beffroi_schema::value::{AlertEntry, Cause, Effect, Issue, IssueCode, Period, Severity};
use chrono::DateTime;
use prost::Message as _;

use super::{message::*, *};

mod damage;
mod texts;

const NOW: i64 = 1_790_000_000;

fn now() -> Timestamp {
    DateTime::from_timestamp(NOW, 0).unwrap()
}

fn at(seconds: i64) -> Option<Timestamp> {
    DateTime::from_timestamp(seconds, 0)
}

fn words(texts: &[(&str, Option<&str>)]) -> TranslatedString {
    let one = |(text, language): &(&str, Option<&str>)| Translation {
        text: Some((*text).to_owned()),
        language: language.map(str::to_owned),
    };
    TranslatedString {
        translation: texts.iter().map(one).collect(),
    }
}

fn alert() -> Alert {
    Alert {
        header_text: Some(words(&[("Tram B interrompu", None)])),
        informed_entity: vec![EntitySelector {
            route_id: Some("B".to_owned()),
            ..EntitySelector::default()
        }],
        ..Alert::default()
    }
}

fn feed(alerts: Vec<Alert>) -> FeedMessage {
    let header = FeedHeader {
        gtfs_realtime_version: Some("2.0".to_owned()),
        incrementality: None,
        timestamp: Some(NOW.cast_unsigned()),
    };
    let entity = |alert| FeedEntity {
        id: Some("a".to_owned()),
        alert: Some(alert),
        ..FeedEntity::default()
    };
    FeedMessage {
        header: Some(header),
        entity: alerts.into_iter().map(entity).collect(),
    }
}

fn read(feed: &FeedMessage) -> Vec<AlertEntry> {
    let snapshot = parse(&feed.encode_to_vec().into(), &Settings::default(), now()).unwrap();
    let Content::Alerts(entries) = snapshot.content else {
        panic!("not alerts")
    };
    entries
}

fn read_one(change: impl FnOnce(&mut Alert)) -> AlertEntry {
    let mut alert = alert();
    change(&mut alert);
    read(&feed(vec![alert])).remove(0)
}

fn codes(issues: &[Issue]) -> Vec<IssueCode> {
    issues.iter().map(|issue| issue.code).collect()
}

fn range(start: i64, end: i64) -> TimeRange {
    TimeRange {
        start: Some(start.cast_unsigned()),
        end: Some(end.cast_unsigned()),
    }
}

#[test]
fn what_is_no_feed_is_refused() {
    let mut headless = feed(vec![alert()]);
    headless.header = None;
    let mut differential = feed(vec![alert()]);
    differential.header.as_mut().unwrap().incrementality = Some(1);
    let mut cut = feed(vec![alert()]).encode_to_vec();
    cut.truncate(cut.len() - 5);
    let page = b"<!DOCTYPE html><title>Maintenance</title>".to_vec();
    for body in [
        Vec::new(),
        b" \n".to_vec(),
        page,
        b"not found".to_vec(),
        b"{}".to_vec(),
        b"{\"entity\":".to_vec(),
        headless.encode_to_vec(),
        differential.encode_to_vec(),
        cut,
    ] {
        let refused = parse(&body.clone().into(), &Settings::default(), now());
        assert!(
            matches!(refused, Err(SourceError::Unreadable(_))),
            "{body:?}: {refused:?}"
        );
    }
}

#[test]
fn bombs_are_refused_before_they_take_memory() {
    let empty_selectors = [0x2a, 0x00].repeat(300_000);
    let mut entity = vec![0x0a, 0x01, b'a', 0x2a];
    prost::encoding::encode_varint(empty_selectors.len() as u64, &mut entity);
    entity.extend(empty_selectors);
    let mut body = feed(Vec::new()).encode_to_vec();
    body.push(0x12);
    prost::encoding::encode_varint(entity.len() as u64, &mut body);
    body.extend(entity);
    let json = format!(
        r#"{{"header":{{"gtfs_realtime_version":"2.0"}},"entity":[{}{{}}]}}"#,
        "{},".repeat(300_000)
    );
    for bomb in [body, json.into_bytes(), vec![0x12; MAX_BODY_BYTES + 1]] {
        assert!(matches!(
            parse(&bomb.into(), &Settings::default(), now()),
            Err(SourceError::TooLarge { .. })
        ));
    }
    let nested = b"{\"entity\":"
        .iter()
        .copied()
        .chain([b'['].repeat(100_000))
        .collect::<Vec<_>>();
    assert!(matches!(
        parse(&nested.into(), &Settings::default(), now()),
        Err(SourceError::Unreadable(_))
    ));
}

#[test]
fn a_header_that_looks_like_json_is_none() {
    let mut message = feed(vec![alert()]);
    message.header.as_mut().unwrap().gtfs_realtime_version = Some("2".repeat(115));
    assert!(message.encode_to_vec().starts_with(b"\n{"));
    assert_eq!(read(&message).len(), 1);
}

#[test]
fn newer_codes_are_other_and_known_ones_are_themselves() {
    let entry = read_one(|alert| (alert.cause, alert.effect, alert.severity_level) = (Some(13), Some(11), Some(4)));
    assert_eq!(
        (entry.cause, entry.effect, entry.severity),
        (Cause::SpecialEvent, Effect::AccessibilityIssue, Severity::Severe)
    );
    assert_eq!(codes(&entry.issues), []);
    let entry = read_one(|alert| (alert.cause, alert.effect, alert.severity_level) = (Some(14), Some(99), Some(-3)));
    assert_eq!(
        (entry.cause, entry.effect, entry.severity),
        (Cause::OtherCause, Effect::OtherEffect, Severity::UnknownSeverity)
    );
    assert_eq!(codes(&entry.issues), [IssueCode::CodeUnknown; 3]);
}

#[test]
fn each_kind_of_period_has_its_meaning() {
    let hour = 3_600;
    let entry = read_one(|alert| alert.active_period = vec![range(NOW, NOW + hour)]);
    assert_eq!((&entry.impact, entry.impact.0[0].end), (&entry.display, at(NOW + hour)));
    let entry = read_one(|alert| {
        alert.active_period = vec![range(NOW, NOW + hour)];
        alert.communication_period = vec![range(NOW - hour, NOW + hour)];
        alert.impact_period = vec![
            range(NOW + hour, NOW + 2 * hour),
            range(NOW + 2 * hour, NOW + 3 * hour),
            range(NOW + 5 * hour, NOW + 6 * hour),
        ];
    });
    assert_eq!(
        entry.display.0,
        [Period {
            start: at(NOW - hour),
            end: at(NOW + hour)
        }]
    );
    let merged = [
        Period {
            start: at(NOW + hour),
            end: at(NOW + 3 * hour),
        },
        Period {
            start: at(NOW + 5 * hour),
            end: at(NOW + 6 * hour),
        },
    ];
    assert_eq!(entry.impact.0, merged);
}

#[test]
fn odd_times_are_read_as_they_were_meant() {
    for (range, read, issue) in [
        (
            range(NOW * 1_000, NOW * 1_000 + 60_000),
            Some(Period {
                start: at(NOW),
                end: at(NOW + 60),
            }),
            IssueCode::Milliseconds,
        ),
        (
            range(NOW, 0),
            Some(Period {
                start: at(NOW),
                end: None,
            }),
            IssueCode::EndZero,
        ),
        (
            range(1, NOW + 60),
            Some(Period {
                start: None,
                end: at(NOW + 60),
            }),
            IssueCode::TimeImplausible,
        ),
        (
            range(NOW, NOW + 400_000_000),
            Some(Period {
                start: at(NOW),
                end: None,
            }),
            IssueCode::TimeImplausible,
        ),
        (
            range(NOW, -1),
            Some(Period {
                start: at(NOW),
                end: None,
            }),
            IssueCode::TimeImplausible,
        ),
        (range(NOW, NOW - 60), None, IssueCode::PeriodReversed),
    ] {
        let entry = read_one(|alert| alert.impact_period = vec![range]);
        assert_eq!(entry.impact.0.first().copied(), read, "{range:?}");
        assert!(codes(&entry.issues).contains(&issue), "{range:?}: {:?}", entry.issues);
    }
}

#[test]
fn selectors_keep_their_fields_together() {
    let entry = read_one(|alert| {
        let both = EntitySelector {
            route_id: Some("13".into()),
            stop_id: Some("A".into()),
            ..EntitySelector::default()
        };
        let direction = EntitySelector {
            stop_id: Some("A".into()),
            direction_id: Some(1),
            ..EntitySelector::default()
        };
        alert.informed_entity = vec![both.clone(), both, EntitySelector::default(), direction];
    });
    assert_eq!(entry.scope.0.len(), 2);
    assert!(
        entry
            .scope
            .0
            .iter()
            .any(|s| s.line.as_deref() == Some("13") && s.stop.as_deref() == Some("A"))
    );
    assert!(entry.scope.0.iter().all(|s| s.direction.is_none()));
    assert_eq!(codes(&entry.issues), [IssueCode::SelectorEmpty, IssueCode::CodeUnknown]);
    assert_eq!(
        codes(&read_one(|alert| alert.informed_entity.clear()).issues),
        [IssueCode::ScopeMissing]
    );
}

#[test]
fn the_same_id_twice_is_two_entries_and_a_deleted_one_is_none() {
    let mut message = feed(vec![alert(), alert(), alert()]);
    message.entity[2].is_deleted = Some(true);
    let entries = read(&message);
    assert_eq!(
        entries.iter().map(|entry| entry.key.as_str()).collect::<Vec<_>>(),
        ["a", "a#2"]
    );
    assert_eq!(codes(&entries[1].issues), [IssueCode::DuplicateKey]);
}

#[test]
fn json_says_the_same_as_protocol_buffers() {
    let camel = r#"{"header":{"gtfsRealtimeVersion":"2.0","incrementality":"FULL_DATASET","timestamp":"1790000000"},
        "entity":[{"id":7,"alert":{"activePeriod":[{"start":"1790000000","end":1790003600}],"cause":"SPECIAL_EVENT","effect":4,
        "severityLevel":"nonsense","informedEntity":[{"routeId":"B","directionId":0,"trip":null}],"url":null,
        "headerText":{"translation":[{"text":"Tram B interrompu","language":null}]}}}]}"#;
    let snake = camel
        .replace("gtfsRealtimeVersion", "gtfs_realtime_version")
        .replace("activePeriod", "active_period")
        .replace("severityLevel", "severity_level")
        .replace("informedEntity", "informed_entity")
        .replace("routeId", "route_id")
        .replace("directionId", "direction_id")
        .replace("headerText", "header_text");
    let read = |json: String| parse(&json.into_bytes().into(), &Settings::default(), now()).unwrap();
    assert_eq!(read(camel.to_owned()), read(snake));
    let Content::Alerts(entries) = read(camel.to_owned()).content else {
        panic!("not alerts")
    };
    let [entry] = &entries[..] else { panic!("{entries:?}") };
    assert_eq!(
        (entry.key.as_str(), entry.cause, entry.effect),
        ("7", Cause::SpecialEvent, Effect::Detour)
    );
    assert_eq!(
        entry.impact.0,
        [Period {
            start: at(NOW),
            end: at(NOW + 3_600)
        }]
    );
    assert_eq!(codes(&entry.issues), [IssueCode::CodeUnknown]);
}

#[test]
fn a_feed_from_the_future_does_not_set_the_clock() {
    let mut message = feed(vec![alert()]);
    message.header.as_mut().unwrap().timestamp = Some(NOW.cast_unsigned() + 7_200);
    assert_eq!(
        parse(&message.encode_to_vec().into(), &Settings::default(), now())
            .unwrap()
            .cursor
            .feed_timestamp,
        None
    );
}
