//! Real feeds, poll by poll, at the time at which each was recorded (`BEFFROI_DATA`, see `docs/sources.md`).
#![expect(clippy::print_stdout, reason = "a test that is left out says so")]

use std::path::{Path, PathBuf};

use beffroi_schema::{
    clock::Timestamp,
    id::SourceId,
    value::{FollowKind, ItemStatus, Language, PollClass, SourceFormat},
};
use beffroi_tests::{City, scene::TRANSPORT};
use chrono::{DateTime, Duration};

use super::{public, resolved};

/// A poll comes so long after the feed was made.
const DELAY: Duration = Duration::seconds(20);

/// The folder of samples, or none, said once and clearly.
fn samples() -> Option<PathBuf> {
    let folder = std::env::var_os("BEFFROI_DATA").map(|folder| PathBuf::from(folder).join("gtfs-rt"));
    if folder.is_none() {
        println!("skipped: BEFFROI_DATA does not name the folder of sample files");
    }
    folder
}

fn read(folder: &Path, name: &str) -> Vec<u8> {
    std::fs::read(folder.join(name)).unwrap()
}

fn at(seconds: i64) -> Timestamp {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

/// The 21 polls of one incident, with the time that each feed gives itself.
fn sequence(folder: &Path) -> Vec<(Vec<u8>, Timestamp)> {
    let truth = std::fs::read_to_string(folder.join("../truth/gtfs-rt.json")).unwrap();
    let truth: serde_json::Value = serde_json::from_str(&truth).unwrap();
    let poll = |one: &serde_json::Value| {
        let name = one["file"].as_str().unwrap().trim_start_matches("gtfs-rt/");
        (read(folder, name), at(one["timestamp"].as_i64().unwrap()) + DELAY)
    };
    let list = truth["__nyct_sequence__"]["list"].as_array().unwrap();
    list.iter().map(poll).collect()
}

/// A city at the time of the first poll, with a phone and a source called `alerts`.
async fn city(now: Timestamp) -> (City, SourceId) {
    let city = City::at(now).await;
    city.phone("marie", &[(FollowKind::Topic, TRANSPORT)]).await;
    city.operator.says("alerts", Vec::new());
    let source = city.source(SourceFormat::GtfsRtAlerts, "alerts").await;
    (city, source.id)
}

/// The clock goes to `now`; the source is read once.
async fn poll(city: &City, source: SourceId, body: Vec<u8>, now: Timestamp) -> PollClass {
    city.operator.says("alerts", body);
    city.later(now - city.clock.now()).await;
    city.last_poll(source).await.class
}

#[tokio::test]
async fn one_incident_under_eleven_ids_is_one_item_and_one_campaign() {
    let Some(folder) = samples() else { return };
    let polls = sequence(&folder);
    let (city, source) = city(polls[0].1).await;
    let (mut created, mut revised) = (0, 0);
    for (body, now) in polls {
        assert_eq!(poll(&city, source, body, now).await, PollClass::Good);
        let seen = city.last_poll(source).await;
        created += seen.created;
        revised += seen.revised;
        assert_eq!(seen.resolved, 0);
    }
    assert_eq!((created, revised), (1, 5), "its scope changed five times");
    let [item] = city.items().await.try_into().unwrap();
    city.later(Duration::seconds(1)).await;
    let campaigns = city.campaigns(item.row.id).await;
    assert_eq!(
        campaigns.len(),
        1,
        "{:?}",
        campaigns
            .iter()
            .map(|c| (c.created_at, c.note.campaign))
            .collect::<Vec<_>>()
    );
    let [shown] = city.screen("marie").try_into().unwrap();
    assert!(!shown.replaced());
}

#[tokio::test]
async fn a_broken_answer_between_two_polls_changes_nothing() {
    let Some(folder) = samples() else { return };
    let polls = sequence(&folder);
    let (city, source) = city(polls[0].1).await;
    for (number, (body, now)) in polls.into_iter().enumerate() {
        if number > 0 {
            let before = city.items().await;
            let broken = read(&folder, "us-invalid.pb");
            let class = poll(&city, source, broken, now - Duration::seconds(30)).await;
            assert_eq!(class, PollClass::Failed);
            assert_eq!(city.items().await, before);
        }
        assert_eq!(poll(&city, source, body, now).await, PollClass::Good);
    }
    let [item] = city.items().await.try_into().unwrap();
    assert!(!resolved(&item));
    assert_eq!(city.campaigns(item.row.id).await.len(), 1);
}

#[tokio::test]
async fn two_feeds_of_one_agency_do_not_touch_each_other() {
    let Some(folder) = samples() else { return };
    let (numbers, letters) = ("lines1234567", "linesACE");
    let polls = [
        (
            numbers,
            "nyct-twofeeds-1-2024-03-19T003504-lines1234567.pb",
            1_710_822_905,
        ),
        (letters, "nyct-twofeeds-2-2024-03-19T003506-linesACE.pb", 1_710_822_907),
        (letters, "nyct-twofeeds-3-2024-03-19T003546-linesACE.pb", 1_710_822_947),
        (
            numbers,
            "nyct-twofeeds-4-2024-03-19T003549-lines1234567.pb",
            1_710_822_950,
        ),
    ];
    let city = City::at(at(polls[0].2)).await;
    for (name, file, now) in polls {
        city.operator.says(name, read(&folder, file));
        city.clock.advance(at(now) - city.clock.now());
        let known = city
            .store
            .sources(&beffroi_schema::value::Scope::Instance, None)
            .await
            .unwrap();
        if !known.iter().any(|source| source.name == name) {
            city.source(SourceFormat::GtfsRtAlerts, name).await;
        }
        city.settle().await;
    }
    let [item] = public(&city).await.try_into().unwrap();
    assert!(!resolved(&item));
    assert_eq!(item.row.version, 2, "published, and never touched again");
}

#[tokio::test]
async fn an_alert_that_names_nothing_waits_for_an_editor() {
    let Some(folder) = samples() else { return };
    let (city, source) = city(at(1_710_854_840)).await;
    for (file, now) in [
        ("nyct-noentity-1-2024-03-19T092719.pb", 1_710_854_840),
        ("nyct-noentity-2-2024-03-19T092735.pb", 1_710_854_856),
    ] {
        assert_eq!(poll(&city, source, read(&folder, file), at(now)).await, PollClass::Good);
    }
    let [held] = city.items().await.try_into().unwrap();
    assert_eq!(held.row.status, ItemStatus::Draft);
    assert!(held.row.held.is_some(), "and says why");
    city.later(Duration::minutes(10)).await;
    assert_eq!(city.screen("marie").len(), 0);
}

#[tokio::test]
async fn an_empty_feed_is_no_harm() {
    let Some(folder) = samples() else { return };
    let polls = sequence(&folder);
    let (city, source) = city(polls[0].1).await;
    for (number, (body, now)) in polls.into_iter().enumerate() {
        if number == 7 {
            let empty = read(&folder, "us-ct-service-alerts.pb");
            poll(&city, source, empty, now - Duration::seconds(30)).await;
        }
        poll(&city, source, body, now).await;
    }
    let [item] = public(&city).await.try_into().unwrap();
    assert!(!resolved(&item));
}

#[tokio::test]
async fn a_building_site_on_four_lines_is_one_french_disruption() {
    let Some(folder) = samples() else { return };
    let (city, source) = city(at(1_639_668_560)).await;
    let class = poll(
        &city,
        source,
        read(&folder, "fr-brest-bibus-alerts.pb"),
        at(1_639_668_560),
    )
    .await;
    assert_eq!(class, PollClass::Good);
    let items = city.items().await;
    assert_eq!(items.len(), 9, "one for each incident");
    let lines_of = |item: &beffroi_schema::store::StoredItem| {
        let beffroi_schema::value::Detail::Disruption(disruption) = &item.content.detail else {
            return Vec::new();
        };
        let mut lines: Vec<String> = disruption
            .selectors
            .0
            .iter()
            .filter_map(|selector| selector.line.clone())
            .collect();
        lines.sort_unstable();
        lines
    };
    let together: Vec<_> = items
        .iter()
        .filter(|item| lines_of(item) == ["40", "45", "60", "65"])
        .collect();
    let [site] = together[..] else {
        panic!("{:?}", items.iter().map(lines_of).collect::<Vec<_>>())
    };
    assert_eq!(site.content.language.as_str(), "fr");
    assert_eq!(
        site.content.texts.0.keys().map(Language::as_str).collect::<Vec<_>>(),
        ["fr"]
    );
}
