//! An authority and its places: zones, lines, stops.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::Spot;
use crate::{
    id::{AuthorityId, LineId, SourceId, StopId, ZoneId},
    value::{AuthorityKind, ItemContent, Language, Mode, Point, Shape},
};

/// An authority.
#[derive(Clone, Debug)]
pub struct Authority {
    /// Its name for programs.
    pub id: AuthorityId,
    /// Its name in addresses.
    pub slug: String,
    /// Its rung.
    pub kind: AuthorityKind,
    /// The authority above.
    pub parent: Option<AuthorityId>,
    /// Its name for people.
    pub name: String,
    /// Of its texts, when nothing else is said.
    pub language: Language,
    /// IANA name.
    pub time_zone: String,
    /// Its limits.
    pub boundary: Option<Shape>,
}

/// A named area.
#[derive(Clone, Debug)]
pub struct Zone {
    /// Its name for programs.
    pub id: ZoneId,
    /// Its name in addresses.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// Its outline.
    pub shape: Shape,
    /// The outline, ready to be measured.
    pub area: Option<Spot>,
}

/// A transport line.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its name for programs.
    pub id: LineId,
    /// The operator's `route_id`.
    pub key: String,
    /// The operator's `agency_id`.
    pub agency: Option<String>,
    /// What stands on the vehicle.
    pub short_name: String,
    /// Where it goes.
    pub long_name: String,
    /// How it runs.
    pub mode: Mode,
    /// Six hexadecimal digits.
    pub color: String,
    /// Six hexadecimal digits, readable on `color`.
    pub text_color: String,
    /// Its course.
    pub shape: Option<Shape>,
    /// The course, ready to be measured.
    pub course: Option<Spot>,
    /// The timetable it came from.
    pub timetable: Option<SourceId>,
    /// Whether it still runs.
    pub running: bool,
}

/// A stop, platform or station.
#[derive(Clone, Debug)]
pub struct Stop {
    /// Its name for programs.
    pub id: StopId,
    /// The operator's `stop_id`.
    pub key: String,
    /// Its name for people.
    pub name: String,
    /// On the map.
    pub point: Option<Point>,
    /// GTFS `location_type`: 0 stop, 1 station, 2 entrance, 3 node, 4 boarding area.
    pub location_type: i16,
    /// The station it belongs to.
    pub parent: Option<StopId>,
    /// The platform's code.
    pub platform: Option<String>,
    /// The timetable it came from.
    pub timetable: Option<SourceId>,
    /// Whether it is still served.
    pub running: bool,
}

/// Everything of an authority that stands still between two publications.
#[derive(Clone, Debug)]
pub struct Places {
    /// Whose places they are.
    pub authority: Arc<Authority>,
    /// By name.
    pub zones: Vec<Arc<Zone>>,
    /// In the operator's order.
    pub lines: Vec<Arc<Line>>,
    /// By name.
    pub stops: Vec<Arc<Stop>>,
    served: HashSet<(LineId, StopId)>,
    zone_at: HashMap<ZoneId, usize>,
    line_at: HashMap<LineId, usize>,
    stop_at: HashMap<StopId, usize>,
    line_keys: HashMap<String, Vec<usize>>,
    stop_keys: HashMap<String, Vec<usize>>,
    children: HashMap<StopId, Vec<usize>>,
}

impl Places {
    /// Puts them together; `served` says which line serves which stop.
    pub fn new(
        authority: Arc<Authority>,
        zones: Vec<Zone>,
        lines: Vec<Line>,
        stops: Vec<Stop>,
        served: HashSet<(LineId, StopId)>,
    ) -> Self {
        let mut children: HashMap<StopId, Vec<usize>> = HashMap::new();
        for (at, stop) in stops.iter().enumerate() {
            if let Some(parent) = stop.parent {
                children.entry(parent).or_default().push(at);
            }
        }
        Self {
            children,
            zone_at: zones.iter().enumerate().map(|(at, zone)| (zone.id, at)).collect(),
            line_at: lines.iter().enumerate().map(|(at, line)| (line.id, at)).collect(),
            stop_at: stops.iter().enumerate().map(|(at, stop)| (stop.id, at)).collect(),
            line_keys: positions(lines.iter().map(|line| &line.key)),
            stop_keys: positions(stops.iter().map(|stop| &stop.key)),
            authority,
            zones: zones.into_iter().map(Arc::new).collect(),
            lines: lines.into_iter().map(Arc::new).collect(),
            stops: stops.into_iter().map(Arc::new).collect(),
            served,
        }
    }

    /// A zone by its id.
    pub fn zone(&self, id: ZoneId) -> Option<&Arc<Zone>> {
        self.zone_at.get(&id).map(|at| &self.zones[*at])
    }

    /// A line by its id.
    pub fn line(&self, id: LineId) -> Option<&Arc<Line>> {
        self.line_at.get(&id).map(|at| &self.lines[*at])
    }

    /// A stop by its id.
    pub fn stop(&self, id: StopId) -> Option<&Arc<Stop>> {
        self.stop_at.get(&id).map(|at| &self.stops[*at])
    }

    /// A line by the operator's `route_id`, in this timetable or, with none, in any.
    pub fn line_by_key(&self, key: &str, timetable: Option<SourceId>) -> Option<&Arc<Line>> {
        let mut lines = self.line_keys.get(key)?.iter().map(|at| &self.lines[*at]);
        lines.find(|line| timetable.is_none() || line.timetable == timetable)
    }

    /// A stop by the operator's `stop_id`, in this timetable or, with none, in any.
    pub fn stop_by_key(&self, key: &str, timetable: Option<SourceId>) -> Option<&Arc<Stop>> {
        let mut stops = self.stop_keys.get(key)?.iter().map(|at| &self.stops[*at]);
        stops.find(|stop| timetable.is_none() || stop.timetable == timetable)
    }

    /// Whether `line` calls at `stop`, at one of its platforms when it is a station.
    pub fn serves(&self, line: LineId, stop: &Stop) -> bool {
        self.served.contains(&(line, stop.id))
            || self
                .children(stop.id)
                .any(|child| self.served.contains(&(line, child.id)))
    }

    /// The platforms and entrances of a station.
    pub fn children(&self, station: StopId) -> impl Iterator<Item = &Arc<Stop>> {
        self.children
            .get(&station)
            .into_iter()
            .flatten()
            .map(|at| &self.stops[*at])
    }

    /// The lines that call at `stop`, in order.
    pub fn lines_at<'a>(&'a self, stop: &'a Stop) -> impl Iterator<Item = &'a Arc<Line>> {
        self.lines.iter().filter(|line| self.serves(line.id, stop))
    }

    /// The stops that `line` calls at, by name.
    pub fn stops_of(&self, line: LineId) -> impl Iterator<Item = &Arc<Stop>> {
        self.stops
            .iter()
            .filter(move |stop| self.served.contains(&(line, stop.id)))
    }

    /// Where an item is on the map. A line counts with its course only when no stop on it is named: works at one stop
    /// are not near everybody along the line.
    pub fn spots_of(&self, content: &ItemContent) -> Vec<Spot> {
        let venue = content.venue.point.map(Spot::point);
        let stops = content
            .stops
            .iter()
            .filter_map(|id| self.stop(*id)?.point.map(Spot::point));
        let zones = content.zones.iter().filter_map(|id| self.zone(*id)?.area.clone());
        let mut spots: Vec<Spot> = venue.into_iter().chain(stops).chain(zones).collect();
        if content.stops.is_empty() {
            spots.extend(content.lines.iter().filter_map(|id| self.line(*id)?.course.clone()));
        }
        spots
    }
}

/// Where each key stands: two operators may have the same.
fn positions<'a>(keys: impl Iterator<Item = &'a String>) -> HashMap<String, Vec<usize>> {
    let mut positions: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, key) in keys.enumerate() {
        positions.entry(key.clone()).or_default().push(at);
    }
    positions
}
