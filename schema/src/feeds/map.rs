//! GeoJSON (RFC 7946): what there is on the map at present.

use serde_json::{Value, json};

use super::{Scene, Selection, atom::date, entry::Entry};
use crate::{
    board::{Item, Places},
    value::{Point, Shape},
};

/// Where an item is, part by part.
pub(super) enum Part<'a> {
    Point(Point),
    Shape(&'a Shape),
}

/// Venue, stops, zones; lines with their course only when no stop on them is named, as on the board.
pub(super) fn parts<'a>(item: &Item, places: &'a Places) -> Vec<Part<'a>> {
    let content = &item.content;
    let stops = content.stops.iter().filter_map(|id| places.stop(*id)?.point);
    let zones = content.zones.iter().filter_map(|id| places.zone(*id));
    let mut parts: Vec<Part<'a>> = content.venue.point.into_iter().chain(stops).map(Part::Point).collect();
    parts.extend(zones.map(|zone| Part::Shape(&zone.shape)));
    if content.stops.is_empty() {
        let courses = content.lines.iter().filter_map(|id| places.line(*id)?.shape.as_ref());
        parts.extend(courses.map(Part::Shape));
    }
    parts
}

pub(super) fn write(scene: &Scene<'_>, selection: &Selection) -> Vec<u8> {
    let entries = selection.items.iter().filter_map(|item| Entry::of(scene, item));
    let features: Vec<Value> = entries.filter_map(|entry| feature(scene, &entry)).collect();
    let collection = json!({
        "type": "FeatureCollection",
        "name": scene.title(),
        "features": features,
    });
    collection.to_string().into_bytes()
}

fn feature(scene: &Scene<'_>, entry: &Entry<'_>) -> Option<Value> {
    let item = entry.item;
    let next = item.next_occurrence(scene.now);
    let disruption = item.disruption();
    Some(json!({
        "type": "Feature",
        "id": item.id.to_string(),
        "geometry": geometry(&parts(item, &scene.board.places))?,
        "properties": {
            // The two names that map editors show by themselves.
            "name": entry.text.title,
            "description": entry.plain(),
            "url": entry.url,
            "kind": item.kind().as_str(),
            "language": entry.language.as_str(),
            "topics": item.content.topics.0,
            "published": date(item.published_at),
            "updated": date(item.revised_at),
            "starts_at": next.map(|one| date(one.starts_at)),
            "ends_at": next.map(|one| date(one.ends_at)),
            "severity": disruption.map(|one| one.severity.as_str()),
            "effect": disruption.map(|one| one.effect.as_str()),
            "image": entry.pictures.first().map(|picture| picture.url.as_str()),
            "image_alt": entry.pictures.first().map(|picture| picture.alt),
        },
    }))
}

/// One geometry; none for what is nowhere.
fn geometry(parts: &[Part<'_>]) -> Option<Value> {
    let one = |part: &Part<'_>| match part {
        // Longitude first (§3.1.1).
        Part::Point(point) => Some(json!({ "type": "Point", "coordinates": [point.longitude, point.latitude] })),
        Part::Shape(shape) => serde_json::to_value(shape).ok(),
    };
    let mut geometries: Vec<Value> = parts.iter().filter_map(one).collect();
    match geometries.len() {
        0 | 1 => geometries.pop(),
        _ => Some(json!({ "type": "GeometryCollection", "geometries": geometries })),
    }
}
