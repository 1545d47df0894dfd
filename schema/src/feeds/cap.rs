//! CAP 1.2 (<https://docs.oasis-open.org/emergency/cap/v1.2/CAP-v1.2.html>): a message for each disruption, and an index
//! of them.
//!
//! A message is named by the item and the moment of its revision, so that what was sent once is never another message;
//! each later one refers to the first, which ties them together. The end of a disruption, and its withdrawal, cancel it.

use std::fmt::Write as _;

use chrono::{DateTime, Duration, Offset as _};
use chrono_tz::Tz;
use geo::{Geometry, LineString};

use super::{
    Scene, Selection, atom,
    entry::Entry,
    map::{Part, parts},
    xml::Xml,
};
use crate::{
    board::{Item, ItemState},
    clock::Timestamp,
    text::{Tongue, phrases},
    value::{Change, DisruptionDetail, Language, Severity, Text},
};

/// What a message is sent as.
pub(super) const MEDIA_TYPE: &str = "application/cap+xml; charset=utf-8";
const NAMESPACE: &str = "urn:oasis:names:tc:emergency:cap:1.2";
/// What begins later than this after a message is in the future rather than expected.
const EXPECTED: Duration = Duration::hours(24);
/// Around a stop or a venue, in kilometres.
const RADIUS_KM: &str = "0.1";

/// When the message that stands was sent.
pub(super) fn sent(item: &Item) -> Timestamp {
    match item.state {
        ItemState::Public => item.revised_at,
        ItemState::Withdrawn(at) => at,
    }
}

/// The index: an entry for each message, with its address.
pub(super) fn index(scene: &Scene<'_>, selection: &Selection) -> Vec<u8> {
    let gone = selection.gone.iter().map(|(item, _)| item);
    let items: Vec<_> = selection.items.iter().chain(gone).collect();
    atom::document(scene, selection, |xml| {
        for item in items {
            xml.within("entry", &[], |xml| entry(xml, scene, item));
        }
    })
}

fn entry(xml: &mut Xml, scene: &Scene<'_>, item: &Item) {
    let language = scene.feed.language.as_ref();
    let address = scene.site.cap(&scene.board.places.authority.slug, item.id, language);
    let told = Entry::of(scene, item).filter(|_| item.is_public());
    let title = told.as_ref().map_or_else(
        || phrases::no_longer_valid(scene.tongue()),
        |entry| entry.text.title.as_str(),
    );
    xml.leaf("id", &[], &format!("urn:cap:{}", identifier(item, sent(item))));
    xml.leaf("title", &[], title);
    xml.leaf("published", &[], &atom::date(item.published_at));
    xml.leaf("updated", &[], &atom::date(sent(item)));
    let kind = MEDIA_TYPE.split(';').next().unwrap_or(MEDIA_TYPE);
    xml.empty("link", &[("rel", "alternate"), ("type", kind), ("href", &address)]);
    if let Some(entry) = told {
        xml.empty(
            "link",
            &[("rel", "related"), ("type", "text/html"), ("href", &entry.url)],
        );
        xml.leaf("summary", &[], entry.summary());
    }
}

/// One message.
pub(super) fn message(scene: &Scene<'_>, item: &Item) -> Vec<u8> {
    let zone = scene.zone();
    let sender = format!("{}@{}", scene.board.places.authority.slug, scene.site.host());
    let at = sent(item);
    let mut xml = Xml::new();
    xml.within("alert", &[("xmlns", NAMESPACE)], |xml| {
        xml.leaf("identifier", &[], &identifier(item, at));
        xml.leaf("sender", &[], &sender);
        xml.leaf("sent", &[], &time(at, zone));
        xml.leaf("status", &[], "Actual");
        let kind = kind(item);
        xml.leaf("msgType", &[], kind);
        xml.leaf("scope", &[], "Public");
        if kind != "Alert" {
            let first = item.published_at;
            let reference = format!("{sender},{},{}", identifier(item, first), time(first, zone));
            xml.leaf("references", &[], &reference);
        }
        if let Some(disruption) = item.disruption().filter(|_| item.is_public()) {
            for (language, text) in texts(scene, item) {
                xml.within("info", &[], |xml| info(xml, scene, item, disruption, language, text));
            }
        }
    });
    xml.finish()
}

/// Without blanks, commas, `<` and `&` (§3.2.1).
fn identifier(item: &Item, at: Timestamp) -> String {
    format!("{}-{}", item.id, at.timestamp_micros())
}

fn kind(item: &Item) -> &'static str {
    let over = item.disruption().is_some_and(|one| one.resolved_at.is_some());
    match item.change {
        _ if !item.is_public() || over => "Cancel",
        Change::Published => "Alert",
        Change::Amended | Change::Resolved | Change::Reopened | Change::Withdrawn => "Update",
    }
}

/// Every language that there is, or the one asked for.
fn texts<'a>(scene: &Scene<'_>, item: &'a Item) -> Vec<(&'a Language, &'a Text)> {
    let texts = &item.content.texts;
    match &scene.feed.language {
        Some(wanted) => {
            let chosen = texts.choose(std::slice::from_ref(wanted), &item.content.language);
            chosen.into_iter().collect()
        }
        None => texts.0.iter().collect(),
    }
}

fn info(
    xml: &mut Xml,
    scene: &Scene<'_>,
    item: &Item,
    disruption: &DisruptionDetail,
    language: &Language,
    text: &Text,
) {
    let (zone, tongue) = (scene.zone(), Tongue::of(language));
    let over = disruption.resolved_at.is_some();
    let event = phrases::effect(disruption.effect, tongue).unwrap_or(tongue.pick("perturbation", "disruption"));
    let (urgency, certainty) = urgency(item, disruption);
    xml.leaf("language", &[], language.as_str());
    xml.leaf("category", &[], "Transport");
    xml.leaf("event", &[], &phrases::capitalised(event));
    if over {
        xml.leaf("responseType", &[], "AllClear");
    }
    xml.leaf("urgency", &[], urgency);
    xml.leaf("severity", &[], severity(disruption.severity));
    xml.leaf("certainty", &[], certainty);
    let started = disruption.display.start().unwrap_or(item.published_at);
    xml.leaf("effective", &[], &time(started, zone));
    if let Some(onset) = disruption.impact.start() {
        xml.leaf("onset", &[], &time(onset, zone));
    }
    if let Some(end) = disruption.resolved_at.or_else(|| disruption.impact.end()) {
        xml.leaf("expires", &[], &time(end, zone));
    }
    xml.leaf("senderName", &[], &scene.board.places.authority.name);
    xml.leaf("headline", &[], &text.title);
    let body = if text.body.is_empty() {
        &text.summary
    } else {
        &text.body
    };
    if !body.is_empty() {
        xml.leaf("description", &[], body);
    }
    let slug = &scene.board.places.authority.slug;
    xml.leaf("web", &[], &scene.site.item(slug, item.kind(), item.id));
    for (name, value) in [
        ("gtfs-rt:cause", disruption.cause.as_str()),
        ("gtfs-rt:effect", disruption.effect.as_str()),
        ("gtfs-rt:severity_level", disruption.severity.as_str()),
    ] {
        xml.within("parameter", &[], |xml| {
            xml.leaf("valueName", &[], name);
            xml.leaf("value", &[], value);
        });
    }
    xml.within("area", &[], |xml| area(xml, scene, item));
}

/// As it was when the message was sent: a message does not change by itself.
fn urgency(item: &Item, disruption: &DisruptionDetail) -> (&'static str, &'static str) {
    let at = sent(item);
    let impact = &disruption.impact;
    if disruption.resolved_at.is_some() || impact.over(at) {
        ("Past", "Observed")
    } else if impact.contains(at) {
        ("Immediate", "Observed")
    } else if impact.start().is_some_and(|start| start > at + EXPECTED) {
        ("Future", "Likely")
    } else {
        ("Expected", "Likely")
    }
}

/// `Extreme` is for threats to life: no town says that from here.
const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Severe => "Severe",
        Severity::Warning => "Moderate",
        Severity::Info => "Minor",
        Severity::UnknownSeverity => "Unknown",
    }
}

fn area(xml: &mut Xml, scene: &Scene<'_>, item: &Item) {
    let places = &scene.board.places;
    let content = &item.content;
    let zones = content
        .zones
        .iter()
        .filter_map(|id| Some(places.zone(*id)?.name.as_str()));
    let lines = content
        .lines
        .iter()
        .filter_map(|id| Some(places.line(*id)?.short_name.as_str()));
    let stops = content
        .stops
        .iter()
        .filter_map(|id| Some(places.stop(*id)?.name.as_str()));
    let mut names: Vec<&str> = zones.chain(lines).chain(stops).collect();
    if names.is_empty() {
        names.push(&places.authority.name);
    }
    xml.leaf("areaDesc", &[], &names.join(", "));
    let mut rings = Vec::new();
    let mut points = Vec::new();
    for part in parts(item, places) {
        match part {
            Part::Point(point) => points.push(point),
            Part::Shape(shape) => rings.extend(shape.to_geo().iter().flat_map(outlines)),
        }
    }
    if rings.is_empty() && points.is_empty() {
        let boundary = places.authority.boundary.as_ref().and_then(crate::value::Shape::to_geo);
        rings.extend(boundary.iter().flat_map(outlines));
    }
    for ring in &rings {
        xml.leaf("polygon", &[], &polygon(ring));
    }
    for point in points {
        xml.leaf(
            "circle",
            &[],
            &format!("{},{} {RADIUS_KM}", point.latitude, point.longitude),
        );
    }
}

/// The outer rings of an area; a course has none.
fn outlines(shape: &Geometry<f64>) -> Vec<LineString<f64>> {
    match shape {
        Geometry::Polygon(area) => vec![area.exterior().clone()],
        Geometry::MultiPolygon(many) => many.iter().map(|area| area.exterior().clone()).collect(),
        Geometry::GeometryCollection(many) => many.iter().flat_map(outlines).collect(),
        Geometry::Point(_)
        | Geometry::Line(_)
        | Geometry::LineString(_)
        | Geometry::MultiPoint(_)
        | Geometry::MultiLineString(_)
        | Geometry::Rect(_)
        | Geometry::Triangle(_) => Vec::new(),
    }
}

/// Latitude first, the other way round than everywhere else (§3.2.4).
fn polygon(ring: &LineString<f64>) -> String {
    let mut text = String::new();
    for (position, place) in ring.coords().enumerate() {
        let gap = if position == 0 { "" } else { " " };
        // Writing to a text does not fail.
        let _ = write!(text, "{gap}{},{}", place.y, place.x);
    }
    text
}

/// With the offset of the place; `Z` and `+00:00` are not of CAP's (§3.3.2), where UTC is `-00:00`.
fn time(at: Timestamp, zone: Tz) -> String {
    let local: DateTime<Tz> = at.with_timezone(&zone);
    let stem = local.format("%Y-%m-%dT%H:%M:%S");
    if local.offset().fix().local_minus_utc() == 0 {
        format!("{stem}-00:00")
    } else {
        format!("{stem}{}", local.format("%:z"))
    }
}
