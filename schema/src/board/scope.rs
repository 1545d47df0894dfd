//! Whom a disruption concerns: a line, a stop, or a line at a stop.
//!
//! The fields of one selector must all match, several selectors are alternatives (GTFS-Realtime `EntitySelector`,
//! <https://gtfs.org/documentation/realtime/reference/#message-entityselector>). What a resident asks about is matched
//! the same way: a line stands for the line anywhere, a stop for every line that calls there.

use super::{Item, Line, Places, Stop};
use crate::{
    id::SourceId,
    value::{Mode, Selector, Severity},
};

/// What a resident asks about.
#[derive(Clone, Copy, Debug)]
pub struct Ride<'a> {
    /// On this line.
    pub line: Option<&'a Line>,
    /// At this stop or station.
    pub stop: Option<&'a Stop>,
}

/// The places that an operator's ids can mean: those of its own timetable.
#[derive(Clone, Copy)]
struct Named<'a> {
    timetable: Option<SourceId>,
    places: &'a Places,
}

impl<'a> Named<'a> {
    fn line(self, key: &str) -> Option<&'a Line> {
        self.places.line_by_key(key, self.timetable).map(AsRef::as_ref)
    }

    fn stop(self, key: &str) -> Option<&'a Stop> {
        self.places.stop_by_key(key, self.timetable).map(AsRef::as_ref)
    }

    /// Whether a ride is among them.
    fn has(self, ride: Ride<'_>) -> bool {
        let own = |timetable| self.timetable.is_none() || timetable == self.timetable;
        ride.line.is_none_or(|line| own(line.timetable)) && ride.stop.is_none_or(|stop| own(stop.timetable))
    }
}

impl Ride<'_> {
    /// Whether `item` concerns somebody on this ride.
    pub fn is_concerned(self, item: &Item, places: &Places) -> bool {
        let disruption = item.disruption();
        let selectors: &[Selector] = disruption.map_or(&[], |disruption| &disruption.selectors.0);
        let timetable = disruption.and_then(|disruption| disruption.timetable);
        let named = Named { timetable, places };
        if selectors.iter().any(|selector| self.matches(selector, named)) {
            return true;
        }
        if is_unresolved(item, selectors, named) {
            return true;
        }
        let line_named = item.content.lines.iter().filter_map(|id| places.line(*id)).any(|line| {
            let whole = Selector {
                line: Some(line.key.clone()),
                ..Selector::default()
            };
            let timetable = line.timetable;
            self.matches(&whole, Named { timetable, places })
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
                let timetable = stop.timetable;
                !paired && self.matches(&bare, Named { timetable, places })
            })
    }

    fn matches(self, selector: &Selector, named: Named<'_>) -> bool {
        named.has(self)
            && self.line_matches(selector, named)
            && self.stop_matches(selector, named)
            && self.mode_matches(selector, named.places)
            && self.agency_matches(selector)
    }

    fn line_matches(self, selector: &Selector, named: Named<'_>) -> bool {
        match (line_key(selector), self.line, self.stop) {
            (Some(key), Some(line), _) => line.key == key,
            // Asked about a stop only: the line must call there, unless the selector names that very stop.
            (Some(key), None, Some(stop)) => {
                selector.stop.is_some() || named.line(key).is_some_and(|line| named.places.serves(line.id, stop))
            }
            // A stop that is named without a line concerns the lines that call there.
            (None, Some(line), None) => selector
                .stop
                .as_ref()
                .is_none_or(|key| named.stop(key).is_some_and(|stop| named.places.serves(line.id, stop))),
            (Some(_), None, None) | (None, _, _) => true,
        }
    }

    /// What is said of a station concerns its platforms; what is said of a platform is told at the station, and not at
    /// the other platforms.
    fn stop_matches(self, selector: &Selector, named: Named<'_>) -> bool {
        let (Some(key), Some(stop)) = (&selector.stop, self.stop) else {
            return true;
        };
        named
            .stop(key)
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
fn is_unresolved(item: &Item, selectors: &[Selector], named: Named<'_>) -> bool {
    let unknown = |selector: &Selector| {
        let line = line_key(selector).is_some_and(|key| named.line(key).is_none());
        let stop = selector.stop.as_ref().is_some_and(|key| named.stop(key).is_none());
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
