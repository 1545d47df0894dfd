//! GTFS-Realtime Service Alerts (<https://gtfs.org/documentation/realtime/reference/#message-alert>).

mod codes;
mod json;
mod wire;

use chrono::DurationRound as _;
use prost::Message as _;

use self::wire::{
    Alert, EntitySelector, FeedEntity, FeedHeader, FeedMessage, TimeRange, TranslatedString, Translation,
    TripDescriptor,
};
use super::{Scene, Selection, entry::Entry};
use crate::{
    board::{Item, Places},
    clock::Timestamp,
    value::{DisruptionDetail, Language, Period, Periods, Selector, Text},
};

/// The version of the standard.
const VERSION: &str = "2.0";
/// Readers refuse a feed whose time lies minutes back, even when there is nothing new in it: the time goes on by itself.
const FRESH: chrono::Duration = chrono::Duration::seconds(30);

/// As protocol buffers.
pub(super) fn write(scene: &Scene<'_>, selection: &Selection) -> Vec<u8> {
    message(scene, selection).encode_to_vec()
}

/// As JSON, for people and for browsers.
pub(super) fn write_json(scene: &Scene<'_>, selection: &Selection) -> Vec<u8> {
    json::feed(&message(scene, selection)).to_string().into_bytes()
}

/// The time that the feed gives itself. The same on every process: one that went back would have readers drop the feed.
pub(super) fn written_at(selection: &Selection, now: Timestamp) -> Timestamp {
    let fresh = now.duration_trunc(FRESH).unwrap_or(now);
    selection.changed_at.map_or(fresh, |at| at.max(fresh))
}

fn message(scene: &Scene<'_>, selection: &Selection) -> FeedMessage {
    FeedMessage {
        header: Some(FeedHeader {
            gtfs_realtime_version: VERSION.to_owned(),
            incrementality: Some(codes::FULL_DATASET),
            timestamp: seconds(written_at(selection, scene.now)),
        }),
        entity: selection.items.iter().filter_map(|item| entity(scene, item)).collect(),
    }
}

/// None for what concerns no transport: an alert without a selector is refused by readers.
fn entity(scene: &Scene<'_>, item: &Item) -> Option<FeedEntity> {
    let disruption = item.disruption()?;
    let informed_entity = selectors(item, disruption, &scene.board.places);
    if informed_entity.is_empty() {
        return None;
    }
    let url = Entry::of(scene, item)?.url;
    let (impact, display) = (ranges(&disruption.impact), ranges(&disruption.display));
    // Older readers know one sort of period only, and show what is outside of it as not in effect.
    let active = if display.is_empty() {
        impact.clone()
    } else {
        display.clone()
    };
    let shown_since = Period {
        start: Some(item.published_at),
        end: None,
    };
    let communication = if display.is_empty() {
        vec![range(&shown_since)]
    } else {
        display
    };
    let body = |text: &Text| {
        let whole = if text.body.is_empty() {
            &text.summary
        } else {
            &text.body
        };
        Some(whole.clone()).filter(|whole| !whole.is_empty())
    };
    Some(FeedEntity {
        id: item.id.to_string(),
        alert: Some(Alert {
            active_period: active,
            communication_period: communication,
            impact_period: impact,
            informed_entity,
            cause: Some(codes::cause(disruption.cause)),
            effect: Some(codes::effect(disruption.effect)),
            url: translated(scene, item, |_| Some(url.clone())),
            header_text: translated(scene, item, |text| Some(text.title.clone())),
            description_text: translated(scene, item, body),
            severity_level: Some(codes::severity(disruption.severity)),
        }),
    })
}

/// What the operator said, in its own ids; else the lines and stops that a person named; else, for what concerns the
/// whole authority, every operator there.
fn selectors(item: &Item, disruption: &DisruptionDetail, places: &Places) -> Vec<EntitySelector> {
    let said = &disruption.selectors.0;
    if !said.is_empty() {
        return said.iter().map(selector).collect();
    }
    let content = &item.content;
    let lines = content
        .lines
        .iter()
        .filter_map(|id| places.line(*id))
        .map(|line| EntitySelector {
            route_id: Some(line.key.clone()),
            ..EntitySelector::default()
        });
    let stops = content
        .stops
        .iter()
        .filter_map(|id| places.stop(*id))
        .map(|stop| EntitySelector {
            stop_id: Some(stop.key.clone()),
            ..EntitySelector::default()
        });
    let named: Vec<EntitySelector> = lines.chain(stops).collect();
    if !named.is_empty() || !content.zones.is_empty() {
        return named;
    }
    let agencies: std::collections::BTreeSet<&String> =
        places.lines.iter().filter_map(|line| line.agency.as_ref()).collect();
    let whole = agencies.into_iter().map(|agency| EntitySelector {
        agency_id: Some(agency.clone()),
        ..EntitySelector::default()
    });
    whole.collect()
}

fn selector(said: &Selector) -> EntitySelector {
    EntitySelector {
        agency_id: said.agency.clone(),
        route_id: said.line.clone(),
        route_type: said.mode,
        trip: said.trip.as_ref().map(|trip| TripDescriptor {
            trip_id: trip.id.clone(),
            start_time: trip.start_time.clone(),
            start_date: trip.start_date.clone(),
            route_id: trip.line.clone(),
            direction_id: trip.direction,
        }),
        stop_id: said.stop.clone(),
        direction_id: said.direction,
    }
}

/// Every language that there is, or the one asked for.
fn translated(scene: &Scene<'_>, item: &Item, say: impl Fn(&Text) -> Option<String>) -> Option<TranslatedString> {
    let one = |(language, text): (&Language, &Text)| {
        Some(Translation {
            text: say(text)?,
            language: Some(language.to_string()),
        })
    };
    let texts = &item.content.texts;
    let translation: Vec<Translation> = match &scene.feed.language {
        Some(wanted) => {
            let chosen = texts.choose(std::slice::from_ref(wanted), &item.content.language);
            chosen.and_then(one).into_iter().collect()
        }
        None => texts.0.iter().filter_map(one).collect(),
    };
    (!translation.is_empty()).then_some(TranslatedString { translation })
}

fn ranges(periods: &Periods) -> Vec<TimeRange> {
    periods.0.iter().map(range).collect()
}

fn range(period: &Period) -> TimeRange {
    TimeRange {
        start: period.start.and_then(seconds),
        end: period.end.and_then(seconds),
    }
}

fn seconds(at: Timestamp) -> Option<u64> {
    u64::try_from(at.timestamp()).ok()
}
