//! Our feeds are read by programs that others wrote, who find in them what was published.

use std::path::Path;

use beffroi_schema::{
    recurrence::{Window, expand},
    store::{About, machine},
    value::{Detail, ItemContent, OccurrenceStatus},
};
use beffroi_tests::scene;
use chrono_tz::Europe::Paris;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::Command;

use super::{counterpart, run};
use crate::{
    feeds::{Reading, alerts::stopped, dates::market, label},
    town::{article, at, placed},
};

const ALT: &str = "La fontaine & son bassin";

#[tokio::test]
async fn others_read_our_feeds_as_we_mean_them() {
    let Some(python) = counterpart("BEFFROI_FEEDS_PY", "feeds with feedparser, icalendar and others") else {
        return;
    };
    let reading = Reading::new().await;
    let folder = TempDir::new().unwrap();
    let expected = published(&reading, folder.path()).await;
    std::fs::write(folder.path().join("expected.json"), expected.to_string()).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/counterparts/feeds-py/read.py");
    let mut command = Command::new(python);
    command.arg(script).arg(folder.path());
    if let Some(data) = std::env::var_os("BEFFROI_DATA") {
        command.arg(Path::new(&data).join("contracts/cap12.xsd"));
    }
    let output = run(&mut command).await;
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaint}");
}

/// Publishes a market, a disruption and an article with a picture; writes their feeds into `folder`; answers what must
/// be found there.
async fn published(reading: &Reading, folder: &Path) -> Value {
    let market = market();
    let dates = dates(&market);
    let market = reading.shown(market).await;
    let tram = reading.shown(stopped()).await;
    save(reading, folder, &format!("cap/{tram}"), "cap-alert.xml").await;
    let mut amended = stopped();
    amended.zones = vec![reading.town.centre];
    reading.town.amend(tram, amended).await;
    let news = reading.shown(described(reading).await).await;
    for file in [
        "all.rss",
        "all.atom",
        "all.kml",
        "events.ics",
        "disruptions.pb",
        "disruptions.cap",
    ] {
        save(reading, folder, file, file).await;
    }
    save(reading, folder, &format!("cap/{tram}"), "cap-update.xml").await;
    reading.town.withdraw(tram).await;
    reading.refreshed().await;
    save(reading, folder, &format!("cap/{tram}"), "cap-cancel.xml").await;
    let own = |file: &str| format!("https://ville.example/valbourg/feeds/{file}");
    let ids = [news, tram, market].map(|id| format!("urn:uuid:{id}"));
    json!({
        "ids": ids,
        "titles": ["Fontaine & « jets » <b>", "Tram A arrêté", "Marché"],
        "self": { "all.rss": own("all.rss"), "all.atom": own("all.atom") },
        "pictures": 1,
        "alt": "La fontaine &amp; son bassin",
        "window": ["2026-06-01T00:00:00+02:00", "2026-08-01T00:00:00+02:00"],
        "dates": dates,
        "alerts": [tram],
        "effect": "STOP_MOVED",
        "headers": { "fr": "Tram A arrêté", "en": "Tram A stopped" },
        "periods": [at("2026-05-30T06:00:00Z").timestamp()],
        "messages": { "cap-alert.xml": "Alert", "cap-update.xml": "Update", "cap-cancel.xml": "Cancel" },
        "placemarks": ["Fontaine & « jets » <b>", "Tram A arrêté"],
    })
}

async fn save(reading: &Reading, folder: &Path, file: &str, name: &str) {
    std::fs::write(folder.join(name), reading.get(file).await.body).unwrap();
}

/// An article with a picture, somewhere, whose title would break a careless document.
async fn described(reading: &Reading) -> ItemContent {
    let about = About {
        alt: label(ALT),
        ..About::default()
    };
    let (store, by) = (&reading.town.store, machine("test"));
    let stored = store
        .put_picture(reading.town.authority, scene::photograph(8, 6), about, &by)
        .await;
    let mut content = placed(article("Fontaine & « jets » <b>"), 43.605, 1.445);
    content.pictures = vec![stored.unwrap().id];
    content
}

/// The dates of June and July as our own agenda has them.
fn dates(content: &ItemContent) -> Vec<Value> {
    let Detail::Event(event) = &content.detail else {
        panic!("an event")
    };
    let window = Window {
        from: at("2026-06-01T00:00:00+02:00"),
        to: at("2026-08-01T00:00:00+02:00"),
    };
    let occurrences = expand(event, window).unwrap();
    assert!(occurrences.len() > 6, "{occurrences:?}");
    let date = |at: beffroi_schema::clock::Timestamp| at.with_timezone(&Paris).to_rfc3339();
    let told = occurrences.iter().map(|one| {
        let cancelled = one.status == OccurrenceStatus::Cancelled;
        let status = if cancelled { "CANCELLED" } else { "CONFIRMED" };
        json!([date(one.starts_at), date(one.ends_at), status])
    });
    told.collect()
}
