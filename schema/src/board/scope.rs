//! Whom a disruption concerns: a line, a stop, or a line at a stop.
//!
//! The fields of one selector must all match, several selectors are alternatives (GTFS-Realtime `EntitySelector`,
//! <https://gtfs.org/documentation/realtime/reference/#message-entityselector>). What a resident asks about is matched
//! the same way: a line stands for the line anywhere, a stop for every line that calls there.

use super::{Item, Line, Places, Stop};
use crate::value::{Mode, Selector, Severity};

/// What a resident asks about.
#[derive(Clone, Copy, Debug)]
pub struct Ride<'a> {
    /// On this line.
    pub line: Option<&'a Line>,
    /// At this stop or station.
    pub stop: Option<&'a Stop>,
}

impl Ride<'_> {
    /// Whether `item` concerns somebody on this ride.
    pub fn is_concerned(self, item: &Item, places: &Places) -> bool {
        let selectors: &[Selector] = item.disruption().map_or(&[], |disruption| &disruption.selectors.0);
        if selectors.iter().any(|selector| self.matches(selector, places)) {
            return true;
        }
        if is_unresolved(item, selectors, places) {
            return true;
        }
        let line_named = item.content.lines.iter().filter_map(|id| places.line(*id)).any(|line| {
            let whole = Selector {
                line: Some(line.key.clone()),
                ..Selector::default()
            };
            self.matches(&whole, places)
        });
        line_named
            || item.content.stops.iter().filter_map(|id| places.stop(*id)).any(|stop| {
                let bare = Selector {
                    stop: Some(stop.key.clone()),
                    ..Selector::default()
                };
                // A stop that a selector names together with a line was decided above: it is not the whole stop.
                let paired = selectors
                    .iter()
                    .any(|one| one.stop.as_ref() == Some(&stop.key) && line_key(one).is_some());
                !paired && self.matches(&bare, places)
            })
    }

    fn matches(self, selector: &Selector, places: &Places) -> bool {
        self.line_matches(selector, places)
            && self.stop_matches(selector, places)
            && self.mode_matches(selector, places)
            && self.agency_matches(selector)
    }

    fn line_matches(self, selector: &Selector, places: &Places) -> bool {
        match (line_key(selector), self.line, self.stop) {
            (Some(key), Some(line), _) => line.key == key,
            // Asked about a stop only: the line must call there, unless the selector names that very stop.
            (Some(key), None, Some(stop)) => {
                selector.stop.is_some() || places.line_by_key(key).is_some_and(|line| places.serves(line.id, stop))
            }
            // A stop that is named without a line concerns the lines that call there.
            (None, Some(line), None) => selector
                .stop
                .as_ref()
                .is_none_or(|key| places.stop_by_key(key).is_some_and(|stop| places.serves(line.id, stop))),
            (Some(_), None, None) | (None, _, _) => true,
        }
    }

    /// What is said of a station concerns its platforms; what is said of a platform is told at the station, and not at
    /// the other platforms.
    fn stop_matches(self, selector: &Selector, places: &Places) -> bool {
        let (Some(key), Some(stop)) = (&selector.stop, self.stop) else {
            return true;
        };
        places
            .stop_by_key(key)
            .is_some_and(|named| named.id == stop.id || stop.parent == Some(named.id) || named.parent == Some(stop.id))
    }

    fn mode_matches(self, selector: &Selector, places: &Places) -> bool {
        let Some(mode) = selector.mode.map(Mode::from_route_type) else {
            return true;
        };
        match (self.line, self.stop) {
            (Some(line), _) => line.mode == mode,
            (None, Some(stop)) => places.lines_at(stop).any(|line| line.mode == mode),
            (None, None) => true,
        }
    }

    fn agency_matches(self, selector: &Selector) -> bool {
        let of_line = self.line.and_then(|line| line.agency.as_ref());
        match (&selector.agency, of_line) {
            (Some(named), Some(agency)) => named == agency,
            (Some(_), None) | (None, _) => true,
        }
    }
}

/// The line of a selector; one journey of a line is told on that line.
fn line_key(selector: &Selector) -> Option<&str> {
    let of_trip = || selector.trip.as_ref().and_then(|trip| trip.line.as_deref());
    selector.line.as_deref().or_else(of_trip)
}

/// Whether nothing that the operator names is known here, and it is bad enough to be told to everybody.
fn is_unresolved(item: &Item, selectors: &[Selector], places: &Places) -> bool {
    let unknown = |selector: &Selector| {
        let line = line_key(selector).is_some_and(|key| places.line_by_key(key).is_none());
        let stop = selector
            .stop
            .as_ref()
            .is_some_and(|key| places.stop_by_key(key).is_none());
        line || stop
    };
    let severe = item
        .disruption()
        .is_some_and(|disruption| disruption.severity >= Severity::Warning);
    severe
        && item.content.lines.is_empty()
        && item.content.stops.is_empty()
        && !selectors.is_empty()
        && selectors.iter().all(unknown)
}
