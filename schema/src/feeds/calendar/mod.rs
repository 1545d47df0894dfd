//! iCalendar (RFC 5545): events with their rules, exceptions and zones.

mod lines;
mod zone;

use std::collections::BTreeSet;

use chrono::{Duration, NaiveDateTime};
use chrono_tz::Tz;

use self::lines::Lines;
use super::{Scene, Selection, entry::Entry};
use crate::{
    board::Item,
    recurrence,
    text::{Tongue, phrases},
    value::{EventDetail, OccurrenceStatus, Override},
};

/// Who wrote it (§3.7.3).
const PRODUCT: &str = "-//Beffroi//Beffroi//FR";
/// How often a reader may come back.
const REFRESH: &str = "PT1H";

pub(super) fn write(scene: &Scene<'_>, selection: &Selection) -> Vec<u8> {
    let mut events: Vec<Entry<'_>> = selection
        .items
        .iter()
        .filter_map(|item| Entry::of(scene, item))
        .collect();
    events.sort_by_key(|entry| (entry.item.event().map(|event| event.starts_at), entry.item.id));
    let mut lines = Lines::default();
    lines.put("BEGIN", "VCALENDAR");
    lines.put("VERSION", "2.0");
    lines.put("PRODID", PRODUCT);
    lines.put("METHOD", "PUBLISH");
    lines.text("NAME", &scene.title());
    lines.text("X-WR-CALNAME", &scene.title());
    lines.put("URL", &scene.home());
    lines.put("SOURCE;VALUE=URI", &scene.address());
    lines.put("REFRESH-INTERVAL;VALUE=DURATION", REFRESH);
    lines.put("X-PUBLISHED-TTL", REFRESH);
    let details = || events.iter().filter_map(|entry| entry.item.event());
    let zones: BTreeSet<&str> = details()
        .filter(|event| !event.all_day)
        .map(|event| event.time_zone.as_str())
        .collect();
    let earliest = details().map(|event| event.starts_at).min();
    for name in zones {
        let zone: Tz = name.parse().unwrap_or(Tz::UTC);
        zone::write(&mut lines, name, zone, earliest, scene.now);
    }
    for entry in &events {
        if let Some(event) = entry.item.event() {
            series(&mut lines, entry, event);
        }
    }
    lines.put("END", "VCALENDAR");
    lines.finish()
}

/// An event, and each of its dates that differs.
fn series(lines: &mut Lines, entry: &Entry<'_>, event: &EventDetail) {
    let repeats = event.recurrence.rule.is_some();
    let changes = &event.recurrence.overrides;
    let excluded = &event.recurrence.excluded;
    // What takes place once has no date that differs from it: it is the change.
    let only = changes.iter().find(|change| !repeats && change.date == event.starts_at);
    component(lines, entry, event, event.starts_at, only, |lines| {
        if let Some(rule) = recurrence::standard_rule(event) {
            lines.put("RRULE", &rule);
        }
        for date in excluded.iter().filter(|_| repeats) {
            date_time(lines, "EXDATE", event, *date);
        }
    });
    let differing = changes
        .iter()
        .filter(|change| repeats && !excluded.contains(&change.date));
    for change in differing {
        component(lines, entry, event, change.date, Some(change), |lines| {
            date_time(lines, "RECURRENCE-ID", event, change.date);
        });
    }
}

/// One `VEVENT`: the date that begins at `date`, as `change` has it.
fn component(
    lines: &mut Lines,
    entry: &Entry<'_>,
    event: &EventDetail,
    date: NaiveDateTime,
    change: Option<&Override>,
    more: impl FnOnce(&mut Lines),
) {
    let item = entry.item;
    let start = change.and_then(|change| change.starts_at).unwrap_or(date);
    let length = event
        .ends_at
        .map(|end| end - event.starts_at)
        .filter(|one| *one > Duration::zero());
    let end = change
        .and_then(|change| change.ends_at)
        .or_else(|| length.map(|length| start + length));
    lines.put("BEGIN", "VEVENT");
    lines.put("UID", &item.id.to_string());
    lines.put("DTSTAMP", &lines::utc(item.revised_at));
    lines.put("CREATED", &lines::utc(item.published_at));
    lines.put("LAST-MODIFIED", &lines::utc(item.revised_at));
    lines.put("SEQUENCE", &item.version.to_string());
    date_time(lines, "DTSTART", event, start);
    if let Some(end) = end.filter(|end| *end > start) {
        date_time(lines, "DTEND", event, end);
    }
    more(lines);
    words(lines, entry, change);
    place(lines, item);
    lines.put("URL", &entry.url);
    if let Some(picture) = entry.pictures.first() {
        let name = format!("IMAGE;VALUE=URI;DISPLAY=GRAPHIC;FMTTYPE={}", picture.mime);
        lines.put(&name, &picture.url);
    }
    let status = change.map_or(OccurrenceStatus::Scheduled, |change| change.status);
    let cancelled = status == OccurrenceStatus::Cancelled;
    lines.put("STATUS", if cancelled { "CANCELLED" } else { "CONFIRMED" });
    lines.put("END", "VEVENT");
}

fn words(lines: &mut Lines, entry: &Entry<'_>, change: Option<&Override>) {
    let language = entry.language;
    let status = change.and_then(|change| phrases::occurrence(change.status, Tongue::of(language)));
    let title = match status {
        Some(status) => format!("{status}{}{}", Tongue::of(language).colon(), entry.text.title),
        None => entry.text.title.clone(),
    };
    let note = change
        .and_then(|change| change.note.as_ref())
        .and_then(|note| note.choose(std::slice::from_ref(language), &entry.item.content.language));
    lines.text(&format!("SUMMARY;LANGUAGE={language}"), &title);
    let body = [note.unwrap_or_default(), &entry.text.summary, &entry.text.body];
    let body: Vec<&str> = body.into_iter().filter(|part| !part.is_empty()).collect();
    if !body.is_empty() {
        lines.text(&format!("DESCRIPTION;LANGUAGE={language}"), &body.join("\n"));
    }
    let topics = entry.item.content.topics.0.iter().map(|topic| lines::escaped(topic));
    let topics = topics.collect::<Vec<_>>().join(",");
    if !topics.is_empty() {
        lines.put("CATEGORIES", &topics);
    }
}

fn place(lines: &mut Lines, item: &Item) {
    let venue = &item.content.venue;
    let place = [&venue.name, &venue.address].into_iter().flatten();
    let place = place.map(String::as_str).collect::<Vec<_>>().join(", ");
    if !place.is_empty() {
        lines.text("LOCATION", &place);
    }
    if let Some(point) = venue.point {
        lines.put("GEO", &format!("{};{}", point.latitude, point.longitude));
    }
}

/// By the wall clock of the event's zone; a day alone for what lasts whole days.
fn date_time(lines: &mut Lines, name: &str, event: &EventDetail, at: NaiveDateTime) {
    if event.all_day {
        lines.put(&format!("{name};VALUE=DATE"), &at.format("%Y%m%d").to_string());
    } else {
        let name = format!("{name};TZID={}", event.time_zone);
        lines.put(&name, &lines::local(at));
    }
}
