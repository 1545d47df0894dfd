//! Alerts: what we publish, we read as the same incident.

use beffroi_jobs::sources::gtfs_rt::{Settings, parse};
use beffroi_schema::{
    clock::Timestamp,
    value::{
        AlertEntry, Cause, Content, Detail, DisruptionDetail, Effect, ItemContent, Language, Period, Periods, Selector,
        Selectors, Severity, Text, Trip,
    },
};
use chrono::Duration;

use super::{Reading, in_english};
use crate::town::{at, disruption};

/// Line A at one stop, one journey of line B, from eight to noon.
pub fn stopped() -> ItemContent {
    let mut content = in_english(disruption("Tram A arrêté", Severity::Severe), "Tram A stopped");
    content.texts.0.insert(
        Language::french(),
        Text {
            title: "Tram A arrêté".to_owned(),
            summary: String::new(),
            body: "Un arbre est tombé.\nReprise à midi.".to_owned(),
        },
    );
    content.detail = Detail::Disruption(DisruptionDetail {
        cause: Cause::SpecialEvent,
        effect: Effect::StopMoved,
        severity: Severity::Warning,
        impact: Periods(vec![period("2026-06-01T06:00:00Z", Some("2026-06-01T10:00:00Z"))]),
        display: Periods(vec![period("2026-05-30T06:00:00Z", None)]),
        selectors: Selectors(vec![
            Selector {
                line: Some("A".to_owned()),
                stop: Some("mairie".to_owned()),
                direction: Some(1),
                ..Selector::default()
            },
            Selector {
                trip: Some(Trip {
                    id: Some("B-0800".to_owned()),
                    start_date: Some("20260601".to_owned()),
                    ..Trip::default()
                }),
                ..Selector::default()
            },
        ]),
        timetable: None,
        resolved_at: None,
    });
    content
}

fn period(start: &str, end: Option<&str>) -> Period {
    Period {
        start: Some(at(start)),
        end: end.map(at),
    }
}

/// What our own importer reads in our own feed.
async fn read(reading: &Reading, file: &str) -> (Vec<AlertEntry>, Option<Timestamp>) {
    let body = reading.get(file).await.body;
    let snapshot = parse(&body.into(), &Settings::default(), reading.town.clock.now()).unwrap();
    assert_eq!(snapshot.issues, [], "{file}");
    let Content::Alerts(entries) = snapshot.content else {
        panic!("alerts");
    };
    (entries, snapshot.cursor.feed_timestamp)
}

#[tokio::test]
async fn what_we_publish_we_read_as_the_same_incident() {
    let reading = Reading::new().await;
    let content = stopped();
    let id = reading.shown(content.clone()).await;
    let Detail::Disruption(said) = &content.detail else {
        panic!("a disruption")
    };
    for file in ["disruptions.pb", "disruptions.pb.json"] {
        let (entries, _) = read(&reading, file).await;
        let [alert] = &entries[..] else { panic!("{entries:?}") };
        assert_eq!(alert.issues, [], "{file}: nothing odd about it");
        assert_eq!(alert.key, id.to_string(), "{file}");
        assert_eq!(
            (alert.cause, alert.effect, alert.severity),
            (said.cause, said.effect, said.severity),
            "{file}"
        );
        assert_eq!((&alert.impact, &alert.display), (&said.impact, &said.display), "{file}");
        let mut scope = said.selectors.clone();
        scope.0.sort();
        assert_eq!(alert.scope, scope, "{file}");
        for (language, text) in &content.texts.0 {
            let read = &alert.texts.0[language];
            assert_eq!((&read.title, &read.body), (&text.title, &text.body), "{file}");
        }
        let page = format!("https://ville.example/valbourg/disruption/{id}");
        assert_eq!(alert.url.as_ref(), Some(&page), "{file}");
    }
}

#[tokio::test]
async fn every_word_of_the_trade_comes_back() {
    let reading = Reading::new().await;
    let pairs = Cause::ALL.iter().zip(Effect::ALL.iter().cycle());
    for ((cause, effect), severity) in pairs.zip(Severity::ALL.iter().cycle()) {
        let mut content = stopped();
        if let Detail::Disruption(detail) = &mut content.detail {
            (detail.cause, detail.effect, detail.severity) = (*cause, *effect, *severity);
        }
        let id = reading.shown(content).await;
        let (entries, _) = read(&reading, "disruptions.pb").await;
        let alert = entries.iter().find(|one| one.key == id.to_string()).unwrap();
        assert_eq!(
            (alert.cause, alert.effect, alert.severity),
            (*cause, *effect, *severity)
        );
    }
}

#[tokio::test]
async fn lines_and_stops_that_a_person_named_are_selectors() {
    let reading = Reading::new().await;
    let mut by_hand = disruption("Travaux", Severity::Info);
    by_hand.lines = vec![reading.town.line_a];
    by_hand.stops = vec![reading.town.mairie];
    reading.shown(by_hand).await;
    let whole = reading.shown(disruption("Grève", Severity::Warning)).await;
    let mut streets = disruption("Rue barrée", Severity::Info);
    streets.zones = vec![reading.town.centre];
    reading.shown(streets).await;

    let (entries, _) = read(&reading, "disruptions.pb").await;
    assert_eq!(entries.len(), 2, "what concerns no transport is no alert of transport");
    let agency = |one: &AlertEntry| {
        one.scope
            .0
            .iter()
            .filter_map(|one| one.agency.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        (entries[0].key.as_str(), agency(&entries[0])),
        (&*whole.to_string(), vec!["TAM".to_owned()])
    );
    let named: Vec<_> = entries[1]
        .scope
        .0
        .iter()
        .map(|one| (one.line.as_deref(), one.stop.as_deref()))
        .collect();
    assert_eq!(named, [(None, Some("mairie")), (Some("A"), None)]);
}

#[tokio::test]
async fn the_feeds_time_goes_on_and_what_is_over_leaves() {
    let reading = Reading::new().await;
    let id = reading.shown(stopped()).await;
    let (_, first) = read(&reading, "disruptions.pb").await;
    reading.town.clock.advance(Duration::minutes(5));
    let (entries, later) = read(&reading, "disruptions.pb").await;
    assert_eq!(entries.len(), 1);
    assert!(later > first, "readers refuse a feed that is minutes old");
    assert_eq!(later, Some(reading.town.clock.now()), "to the half minute");

    reading.town.clock.advance(Duration::hours(3));
    let (entries, _) = read(&reading, "disruptions.pb").await;
    assert_eq!(entries, [], "its last period has passed");
    reading.town.resolve(id).await;
    reading.refreshed().await;
    let message = reading.get(&format!("cap/{id}")).await;
    assert!(
        message.text().contains("<msgType>Cancel</msgType>"),
        "{}",
        message.text()
    );
}

#[tokio::test]
async fn a_message_is_sent_once_and_later_ones_refer_to_the_first() {
    let reading = Reading::new().await;
    let id = reading.shown(stopped()).await;
    let of = |text: &str, name: &str| {
        let (_, rest) = text.split_once(&format!("<{name}>")).unwrap();
        rest.split('<').next().unwrap().to_owned()
    };
    let first = reading.get(&format!("cap/{id}")).await;
    assert_eq!(of(first.text(), "msgType"), "Alert");
    assert_eq!(of(first.text(), "sent"), "2026-06-01T10:01:00+02:00");
    assert_eq!(first.text().matches("<info>").count(), 2, "one for each language");
    let english = reading.get(&format!("cap/{id}?language=en")).await;
    assert_eq!(english.text().matches("<info>").count(), 1);
    assert_eq!(of(english.text(), "headline"), "Tram A stopped");

    reading.town.clock.advance(Duration::minutes(1));
    let mut amended = stopped();
    amended.zones = vec![reading.town.centre];
    reading.town.amend(id, amended).await;
    reading.refreshed().await;
    let second = reading.get(&format!("cap/{id}")).await;
    assert_eq!(of(second.text(), "msgType"), "Update");
    assert_ne!(of(second.text(), "identifier"), of(first.text(), "identifier"));
    let reference = [
        of(first.text(), "sender"),
        of(first.text(), "identifier"),
        of(first.text(), "sent"),
    ];
    assert_eq!(of(second.text(), "references"), reference.join(","));
    assert!(of(second.text(), "polygon").starts_with("43.6,1.44 "), "latitude first");

    let index = reading.get("disruptions.cap").await;
    let address = format!("https://ville.example/valbourg/feeds/cap/{id}");
    assert!(
        index.text().contains(&format!("href=\"{address}\"")),
        "{}",
        index.text()
    );

    reading.town.withdraw(id).await;
    reading.refreshed().await;
    let last = reading.get(&format!("cap/{id}")).await;
    assert_eq!(of(last.text(), "msgType"), "Cancel");
    assert!(!last.text().contains("Tram A"), "only that it existed is told");
    assert!(
        reading.get("disruptions.cap").await.text().contains(&address),
        "the end is told for a day"
    );
    reading.town.clock.advance(Duration::hours(25));
    assert!(!reading.get("disruptions.cap").await.text().contains(&address));
}
