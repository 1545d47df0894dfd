//! Selectors made sense of.

use std::collections::BTreeSet;

use beffroi_schema::value::{IssueCode, Selector, Selectors, Trip};

use super::message::{EntitySelector, TripDescriptor};
use crate::sources::issues::IssueLog;

/// Selectors of one alert that are kept.
const MAX_SELECTORS: usize = 2_000;
/// Longest id, in bytes.
pub(super) const MAX_ID_LENGTH: usize = 255;

/// Sorted, without doubles, without empty ones.
pub(super) fn scope(informed: &[EntitySelector], log: &mut IssueLog) -> Selectors {
    let mut kept = BTreeSet::new();
    for one in informed {
        let Some(selector) = selector(one, log) else { continue };
        if kept.len() == MAX_SELECTORS && !kept.contains(&selector) {
            log.note(
                IssueCode::OverLimit,
                format!("{} selectors; {MAX_SELECTORS} are kept", informed.len()),
            );
            break;
        }
        kept.insert(selector);
    }
    if kept.is_empty() {
        log.note(IssueCode::ScopeMissing, "no usable selector");
    }
    Selectors(kept.into_iter().collect())
}

fn selector(read: &EntitySelector, log: &mut IssueLog) -> Option<Selector> {
    let ids = [&read.agency_id, &read.route_id, &read.stop_id];
    if ids
        .iter()
        .any(|id| id.as_ref().is_some_and(|id| id.len() > MAX_ID_LENGTH))
    {
        log.note(
            IssueCode::OverLimit,
            format!("an id over {MAX_ID_LENGTH} bytes; the selector is dropped"),
        );
        return None;
    }
    let line = id(read.route_id.as_deref());
    let selector = Selector {
        agency: id(read.agency_id.as_deref()),
        mode: read.route_type.filter(|mode| *mode >= 0),
        direction: read
            .direction_id
            .filter(|direction| direction_usable(*direction, line.is_some(), log)),
        stop: id(read.stop_id.as_deref()),
        trip: read.trip.as_ref().and_then(trip),
        line,
    };
    if selector == Selector::default() {
        log.note(IssueCode::SelectorEmpty, "a selector without any field; dropped");
        return None;
    }
    Some(selector)
}

/// A direction means something only on a line.
fn direction_usable(direction: u32, on_line: bool, log: &mut IssueLog) -> bool {
    let usable = on_line && direction <= 1;
    if !usable {
        log.note(
            IssueCode::CodeUnknown,
            format!(
                "direction {direction} {}; dropped",
                if on_line { "" } else { "without a line" }
            ),
        );
    }
    usable
}

fn trip(read: &TripDescriptor) -> Option<Trip> {
    let trip = Trip {
        id: id(read.trip_id.as_deref()),
        line: id(read.route_id.as_deref()),
        start_date: id(read.start_date.as_deref()),
        start_time: id(read.start_time.as_deref()),
        direction: read.direction_id.filter(|direction| *direction <= 1),
    };
    (trip != Trip::default()).then_some(trip)
}

/// An id as it can be stored; an empty one is none. Inner spaces belong to it, control characters to nobody.
pub(super) fn id(read: Option<&str>) -> Option<String> {
    let id: String = read?.trim().chars().filter(|c| !c.is_control()).collect();
    let end = id.floor_char_boundary(MAX_ID_LENGTH);
    (!id.is_empty()).then(|| id[..end].to_owned())
}
