//! Timetables: what a line serves, and operators whose ids are the same.

use std::time::Duration;

use beffroi_api::graphql::id;
use beffroi_schema::{
    id::{LineId, SourceId},
    store::{NewSource, PollOutcome, StoreError, machine},
    value::{
        Content, Coverage, Cursor, FollowKind, Mode, Reading, Snapshot, SourceFormat, SourcePolicy, TIMETABLE,
        TransitLine, TransitNetwork, TransitStop,
    },
};
use beffroi_tests::City;
use serde_json::json;

use super::{alert, feed, public};

/// Who polls here.
const WORKER: &str = "test";
/// Longer than any poll takes.
const LEASE: Duration = Duration::from_mins(3);

fn line(key: &str, name: &str) -> TransitLine {
    TransitLine {
        key: key.to_owned(),
        agency: None,
        short_name: key.to_owned(),
        long_name: name.to_owned(),
        mode: Mode::Bus,
        color: "0055A4".to_owned(),
        text_color: "FFFFFF".to_owned(),
        shape: None,
    }
}

fn stop(key: &str, name: &str) -> TransitStop {
    TransitStop {
        key: key.to_owned(),
        name: name.to_owned(),
        point: None,
        location_type: 0,
        parent: None,
        platform: None,
    }
}

/// A network of one line, which calls at its one stop or has no journey at all.
fn network(name: &str, runs: bool) -> TransitNetwork {
    TransitNetwork {
        lines: vec![line("1", name)],
        stops: vec![stop("S", &format!("{name} - centre"))],
        served: if runs {
            vec![("1".to_owned(), "S".to_owned())]
        } else {
            Vec::new()
        },
        ..TransitNetwork::default()
    }
}

/// The timetable is polled, and this comes.
async fn brings(city: &City, source: SourceId, network: TransitNetwork) {
    city.clock.advance(chrono::Duration::hours(2));
    let claimed = city.store.claim_sources(WORKER, 10, LEASE).await.unwrap();
    assert!(claimed.iter().any(|row| row.id == source), "it is due");
    let snapshot = Snapshot {
        cursor: Cursor::default(),
        coverage: Coverage::Complete,
        content: Content::Transit(network),
        issues: Vec::new(),
    };
    let outcome = PollOutcome {
        started_at: city.clock.now(),
        reading: Ok(Reading::Snapshot(Box::new(snapshot))),
        wait: None,
    };
    city.store.settle_poll(source, WORKER, outcome).await.unwrap();
}

#[tokio::test]
async fn a_line_without_journeys_serves_no_stop() {
    let city = City::new().await;
    let source = city.source(SourceFormat::GtfsStatic, "bus").await.id;
    brings(&city, source, network("Bus", true)).await;
    assert_eq!(city.store.served(city.authority).await.unwrap().len(), 1);
    brings(&city, source, network("Bus", false)).await;
    assert_eq!(city.store.served(city.authority).await.unwrap(), []);
}

/// Two operators of one authority: their timetables, each polled twice, and their lines, both called `1`.
async fn bus_and_boat(city: &City) -> [(SourceId, LineId); 2] {
    let bus = city.source(SourceFormat::GtfsStatic, "bus").await.id;
    let boat = city.source(SourceFormat::GtfsStatic, "boat").await.id;
    for _ in 0..2 {
        brings(city, bus, network("Bus", true)).await;
        brings(city, boat, network("Bateau", true)).await;
    }
    let lines = city.store.lines(city.authority).await.unwrap();
    assert_eq!(
        (lines.len(), city.store.stops(city.authority).await.unwrap().len()),
        (2, 2)
    );
    assert_eq!(city.store.served(city.authority).await.unwrap().len(), 2);
    [(bus, "Bus"), (boat, "Bateau")].map(|(source, name)| {
        let line = lines.iter().find(|line| line.source_id == Some(source)).unwrap();
        assert_eq!((line.long_name.as_str(), line.retired_at), (name, None));
        (source, line.id)
    })
}

/// The titles of the disruptions that somebody who asks for this line reads.
async fn on_line(city: &City, line: LineId) -> Vec<String> {
    let line = id::global("Line", line.0);
    let query = format!(
        r#"{{ disruptions(filter: {{ lines: ["{}"] }}) {{ nodes {{ title }} }} }}"#,
        line.as_str()
    );
    let answer = city.graphql(&query).await;
    let nodes = answer["disruptions"]["nodes"].as_array().unwrap();
    nodes
        .iter()
        .map(|node| node["title"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_line_of_one_operator_is_not_the_line_of_another() {
    let city = City::new().await;
    let [(_, bus), (boats, boat)] = bus_and_boat(&city).await;
    city.phone("marie", &[(FollowKind::Line, &bus.to_string())]).await;
    city.phone("paul", &[(FollowKind::Line, &boat.to_string())]).await;
    city.operator
        .says("alerts", feed(&city, &[alert("1", "1", "Traversée annulée")]));
    city.source_with(SourceFormat::GtfsRtAlerts, "alerts", |new| {
        new.settings = json!({ (TIMETABLE): boats });
    })
    .await;
    city.settle().await;
    city.later(chrono::Duration::minutes(5)).await;
    let [item] = public(&city).await.try_into().unwrap();
    assert_eq!(item.content.lines, [boat]);
    assert_eq!(on_line(&city, boat).await, ["Traversée annulée"]);
    assert_eq!(on_line(&city, bus).await, Vec::<String>::new());
    assert_eq!((city.screen("paul").len(), city.screen("marie").len()), (1, 0));
}

#[tokio::test]
async fn alerts_that_could_mean_two_timetables_mean_none_and_the_poll_says_so() {
    let city = City::new().await;
    let [(_, bus), (_, boat)] = bus_and_boat(&city).await;
    city.operator
        .says("alerts", feed(&city, &[alert("1", "1", "Ligne interrompue")]));
    let source = city.source(SourceFormat::GtfsRtAlerts, "alerts").await;
    city.settle().await;
    let [item] = public(&city).await.try_into().unwrap();
    assert_eq!(item.content.lines, []);
    let poll = city.last_poll(source.id).await;
    let said = poll
        .issues
        .0
        .iter()
        .any(|issue| issue.detail.contains("several timetables"));
    assert!(said, "{poll:?}");
    // Severe, and on lines that nobody knows: whoever asks for any line is better told.
    for line in [bus, boat] {
        assert_eq!(on_line(&city, line).await, ["Ligne interrompue"]);
    }
}

#[tokio::test]
async fn a_source_names_a_timetable_of_its_own_authority() {
    let city = City::new().await;
    let alerts = city.source(SourceFormat::GtfsRtAlerts, "alerts").await;
    for other in [json!(alerts.id), json!("bus"), json!(city.authority)] {
        let new = NewSource {
            authority: city.authority,
            format: SourceFormat::GtfsRtAlerts,
            name: "others".to_owned(),
            url: "https://operator.example/alerts".to_owned(),
            settings: json!({ (TIMETABLE): other }),
            policy: SourcePolicy::Publish,
            interval_s: 60,
        };
        let refused = city.store.create_source(new, &machine("test")).await;
        assert!(matches!(refused, Err(StoreError::Problems(_))), "{refused:?}");
    }
}
