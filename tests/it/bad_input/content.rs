//! What staff and phones hand in: every problem is named with its place, and nothing is kept.

use beffroi_schema::{
    device::{Area, DeviceDraft, DeviceSettings, QuietHours},
    draft::Draft,
    store::{NewSource, StoreError, StoreResult, machine},
    value::{
        Detail, ItemContent, Language, Platform, Point, Problem, Severity, SourceFormat, SourcePolicy, Text,
        TransportKind,
    },
};
use beffroi_tests::scene;
use serde_json::json;

use super::rows;
use crate::{
    front::Front,
    town::{article, event, placed},
};

/// The problems with which a verb refused, as (path, French sentence).
fn refused<T: std::fmt::Debug>(result: StoreResult<T>) -> Vec<(String, String)> {
    match result {
        Err(StoreError::Problems(problems)) => {
            let all_said = |problem: &Problem| !problem.fr.is_empty() && !problem.en.is_empty();
            assert!(problems.iter().all(all_said), "{problems:?}");
            problems.into_iter().map(|problem| (problem.path, problem.fr)).collect()
        }
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn an_authority_of_no_time_zone_is_refused() {
    let front = Front::new().await;
    let before = rows(&front.database.connection).await;
    for zone in [
        "",
        "Paris",
        "Europe/Valbourg",
        "Europe/Paris\0",
        "UTC+25",
        "../../etc/localtime",
    ] {
        let mut new = scene::commune("valbourg");
        zone.clone_into(&mut new.time_zone);
        let problems = refused(front.store.create_authority(new, &machine("test")).await);
        assert_eq!(problems[0].0, "timeZone", "{zone:?}: {problems:?}");
    }
    assert_eq!(rows(&front.database.connection).await, before);
}

#[tokio::test]
async fn an_item_that_cannot_be_is_refused_whole() {
    let front = Front::new().await;
    let authority = front.authority("valbourg").await;
    let before = rows(&front.database.connection).await;
    let titled = |title: &str| article(title);
    let mut elsewhere = event("Marché", "2026-06-06 08:00", None);
    let mut endless = event("Marché", "2026-06-06 08:00", Some("FREQ=SECONDLY"));
    let mut backwards = event("Marché", "2026-06-06 08:00", None);
    if let (Detail::Event(zone), Detail::Event(end), Detail::Event(rule)) =
        (&mut elsewhere.detail, &mut backwards.detail, &mut endless.detail)
    {
        zone.time_zone = "Europe/Valbourg".to_owned();
        end.ends_at = Some(end.starts_at - chrono::Duration::hours(1));
        rule.recurrence.rule = Some("FREQ=YEARLY;BYDAY=99XX;COUNT=99999999999999999999".to_owned());
    }
    let mut linked = article("Lien");
    linked.link = Some("javascript:alert(1)".to_owned());
    let mut topical = article("Thème");
    topical.topics.0.push("Vie Scolaire\0".to_owned());
    let long = Text {
        title: "x".repeat(10_000),
        summary: String::new(),
        body: "x".repeat(10_000_000),
    };
    let mut heavy = article("Long");
    heavy.texts.0.insert(Language::french(), long);
    for (content, path) in [
        (titled("Tram\0arrêté"), "texts.fr.title"),
        (titled("deux\nlignes"), "texts.fr.title"),
        (heavy, "texts.fr.title"),
        (placed(titled("Ici"), 91.0, 2.0), "venue.point"),
        (placed(titled("Ici"), f64::NAN, f64::INFINITY), "venue.point"),
        (elsewhere, "event.timeZone"),
        (backwards, "event.endsAt"),
        (endless, "event.rule"),
        (linked, "link"),
        (topical, "topics.0"),
    ] {
        let problems = refused(create(&front, authority, content).await);
        assert!(
            problems.iter().any(|(at, _)| at.starts_with(path)),
            "{path}: {problems:?}"
        );
    }
    assert_eq!(rows(&front.database.connection).await, before);
}

async fn create(
    front: &Front,
    authority: beffroi_schema::id::AuthorityId,
    content: ItemContent,
) -> StoreResult<beffroi_schema::store::StoredItem> {
    let draft = Draft {
        authority,
        content,
        key: None,
    };
    front.store.create_draft(draft, &machine("test")).await
}

#[tokio::test]
async fn a_phone_that_cannot_be_is_refused() {
    let front = Front::new().await;
    let authority = front.authority("valbourg").await;
    let before = rows(&front.database.connection).await;
    let usual = DeviceSettings {
        app_version: None,
        language: Language::french(),
        time_zone: "Europe/Paris".to_owned(),
        quiet_hours: None,
        daily_cap: None,
        min_severity: Severity::Info,
        area: None,
    };
    let around = |latitude, longitude, radius_m| DeviceSettings {
        area: Some(Area {
            point: Point { latitude, longitude },
            radius_m,
        }),
        ..usual.clone()
    };
    let zone = |name: &str| DeviceSettings {
        time_zone: name.to_owned(),
        ..usual.clone()
    };
    let quiet = |from, to| DeviceSettings {
        quiet_hours: Some(QuietHours { from, to }),
        ..usual.clone()
    };
    for (address, settings, path) in [
        ("", usual.clone(), "address"),
        ("jeton\0", usual.clone(), "address"),
        ("jeton", around(90.5, 0.0, 500), "area.point"),
        ("jeton", around(f64::NAN, 0.0, 500), "area.point"),
        ("jeton", around(48.0, 2.0, i32::MAX), "area.radius"),
        ("jeton", around(48.0, 2.0, -1), "area.radius"),
        ("jeton", zone("Europe/Valbourg"), "timeZone"),
        ("jeton", zone("\0"), "timeZone"),
        ("jeton", quiet(-1, 60), "quietHours"),
        ("jeton", quiet(0, i16::MAX), "quietHours"),
    ] {
        let draft = DeviceDraft {
            transport: TransportKind::FcmToken,
            address: address.to_owned().into(),
            platform: Platform::Android,
            settings,
        };
        let problems = refused(front.store.register_device(authority, draft).await);
        assert_eq!(problems[0].0, path, "{problems:?}");
    }
    assert_eq!(rows(&front.database.connection).await, before);
}

#[tokio::test]
async fn a_source_without_an_address_is_refused() {
    let front = Front::new().await;
    let authority = front.authority("valbourg").await;
    let before = rows(&front.database.connection).await;
    for url in [
        "",
        "tram",
        "file:///etc/passwd",
        "gopher://tram.example",
        "https://tram.example/\0",
    ] {
        let new = NewSource {
            authority,
            format: SourceFormat::GtfsRtAlerts,
            name: "Trams".to_owned(),
            url: url.to_owned(),
            settings: json!({}),
            policy: SourcePolicy::Publish,
            interval_s: 60,
        };
        let problems = refused(front.store.create_source(new, &machine("test")).await);
        assert_eq!(problems[0].0, "url", "{url:?}: {problems:?}");
    }
    assert_eq!(rows(&front.database.connection).await, before);
}
