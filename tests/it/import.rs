//! What operators say, through the real loops, over HTTP: what would residents be told?

mod feeds;
mod people;
mod recorded;
mod timetables;

use beffroi_schema::{
    store::StoredItem,
    value::{Detail, ItemStatus, SourceFormat},
};
use beffroi_tests::City;
use serde_json::{Value, json};

/// Our own timetable: tram B and bus 67 of Valbourg.
const TIMETABLE: &[u8] = include_bytes!("../fixtures/valbourg/gtfs.zip");

/// A feed of alerts in the JSON rendering, made now.
fn feed(city: &City, alerts: &[Value]) -> Vec<u8> {
    let header = json!({
        "gtfsRealtimeVersion": "2.0",
        "incrementality": "FULL_DATASET",
        "timestamp": city.clock.now().timestamp().to_string(),
    });
    json!({ "header": header, "entity": alerts }).to_string().into_bytes()
}

/// An alert on a line.
fn alert(id: &str, line: &str, title: &str) -> Value {
    let text = |text: &str| json!({ "translation": [{ "text": text, "language": "fr" }] });
    json!({
        "id": id,
        "alert": {
            "cause": "TECHNICAL_PROBLEM",
            "effect": "NO_SERVICE",
            "severityLevel": "SEVERE",
            "informedEntity": [{ "routeId": line }],
            "headerText": text(title),
            "descriptionText": text("Un arbre est tombé sur la voie."),
        }
    })
}

/// A city that knows the operator's timetable.
async fn with_timetable() -> City {
    let city = City::new().await;
    city.operator.says("gtfs.zip", TIMETABLE);
    city.source(SourceFormat::GtfsStatic, "gtfs.zip").await;
    city.settle().await;
    city
}

/// The items that residents see.
async fn public(city: &City) -> Vec<StoredItem> {
    let items = city.items().await;
    items
        .into_iter()
        .filter(|item| item.row.status == ItemStatus::Published)
        .collect()
}

fn resolved(item: &StoredItem) -> bool {
    matches!(&item.content.detail, Detail::Disruption(disruption) if disruption.resolved_at.is_some())
}
