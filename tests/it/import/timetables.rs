//! Timetables: what a line serves.

use std::time::Duration;

use beffroi_schema::{
    id::SourceId,
    store::PollOutcome,
    value::{
        Content, Coverage, Cursor, Mode, Reading, Snapshot, SourceFormat, TransitLine, TransitNetwork, TransitStop,
    },
};
use beffroi_tests::City;

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
