//! What the journeys tell: which line serves which stop, and which way each line usually goes. The journeys themselves
//! are not kept.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use beffroi_schema::value::{IssueCode, TransitLine, TransitStop};

use super::{
    archive::Archive,
    course::{self, MAX_POINTS, Vertex},
};
use crate::sources::{SourceError, issues::IssueLog};

/// The journeys of `trips.txt`, as far as they are needed.
#[derive(Debug, Default)]
pub(super) struct Journeys {
    /// Position of the line of each journey.
    line_of: HashMap<String, usize>,
    /// How many journeys of a line and direction take a shape.
    shapes: BTreeMap<(usize, u8), BTreeMap<String, u32>>,
}

impl Journeys {
    /// Reads `trips.txt`.
    pub fn read(archive: &mut Archive, lines: &[TransitLine], log: &mut IssueLog) -> Result<Self, SourceError> {
        let places: HashMap<&str, usize> = lines
            .iter()
            .enumerate()
            .map(|(at, line)| (line.key.as_str(), at))
            .collect();
        let mut journeys = Self::default();
        let found = archive.table("trips.txt", |row| {
            let Some(trip) = row.some("trip_id") else {
                log.note(IssueCode::Unreadable, format!("{}: no trip_id; left out", row.place()));
                return;
            };
            let Some(line) = places.get(&*row.text("route_id")) else {
                log.note(
                    IssueCode::Unresolved,
                    format!("{}: line `{}`; left out", row.place(), row.text("route_id")),
                );
                return;
            };
            if let Some(shape) = row.some("shape_id") {
                let direction = row.number("direction_id").unwrap_or(0);
                *journeys
                    .shapes
                    .entry((*line, direction))
                    .or_default()
                    .entry(shape)
                    .or_default() += 1;
            }
            journeys.line_of.insert(trip, *line);
        })?;
        if found.is_none() {
            log.note(IssueCode::FileMissing, "trips.txt");
        }
        Ok(journeys)
    }

    /// Reads `stop_times.txt`: which line serves which stop, by their keys, sorted.
    pub fn served(
        &self,
        archive: &mut Archive,
        lines: &[TransitLine],
        stops: &[TransitStop],
        log: &mut IssueLog,
    ) -> Result<Vec<(String, String)>, SourceError> {
        let places: HashMap<&str, usize> = stops
            .iter()
            .enumerate()
            .map(|(at, stop)| (stop.key.as_str(), at))
            .collect();
        let mut served: HashSet<(usize, usize)> = HashSet::new();
        let found = archive.table("stop_times.txt", |row| {
            let (trip, stop) = (row.text("trip_id"), row.text("stop_id"));
            match (self.line_of.get(&*trip), places.get(&*stop)) {
                (Some(line), Some(stop)) => _ = served.insert((*line, *stop)),
                (None, _) => log.note(IssueCode::Unresolved, format!("{}: journey `{trip}`", row.place())),
                (Some(_), None) => log.note(IssueCode::Unresolved, format!("{}: stop `{stop}`", row.place())),
            }
        })?;
        if found.is_none() {
            log.note(IssueCode::FileMissing, "stop_times.txt");
        }
        let keys: BTreeSet<(String, String)> = served
            .into_iter()
            .map(|(line, stop)| (lines[line].key.clone(), stops[stop].key.clone()))
            .collect();
        Ok(keys.into_iter().collect())
    }

    /// Reads `shapes.txt`, and gives each line the course that most of its journeys take, in each direction.
    pub fn draw(
        &self,
        archive: &mut Archive,
        lines: &mut [TransitLine],
        log: &mut IssueLog,
    ) -> Result<(), SourceError> {
        let usual: BTreeMap<(usize, u8), &str> = self
            .shapes
            .iter()
            .filter_map(|(way, shapes)| Some((*way, most_used(shapes)?)))
            .collect();
        let mut courses: HashMap<&str, Vec<Vertex>> = usual.values().map(|shape| (*shape, Vec::new())).collect();
        archive.table("shapes.txt", |row| {
            let Some(course) = courses.get_mut(&*row.text("shape_id")) else {
                return;
            };
            let (latitude, longitude) = (row.number("shape_pt_lat"), row.number("shape_pt_lon"));
            let point = latitude
                .zip(longitude)
                .and_then(|(latitude, longitude)| beffroi_schema::value::Point::checked(latitude, longitude));
            match point.zip(row.number("shape_pt_sequence")) {
                Some((point, sequence)) if course.len() < MAX_POINTS => course.push(Vertex {
                    sequence,
                    longitude: point.longitude,
                    latitude: point.latitude,
                }),
                Some(_) => log.note(
                    IssueCode::OverLimit,
                    format!("{}: more than {MAX_POINTS} points; left out", row.place()),
                ),
                None => log.note(IssueCode::Unreadable, format!("{}: no point; left out", row.place())),
            }
        })?;
        for (at, line) in lines.iter_mut().enumerate() {
            let ways: BTreeSet<&str> = usual.range((at, 0)..=(at, u8::MAX)).map(|(_, shape)| *shape).collect();
            line.shape = course::shape(
                ways.into_iter()
                    .filter_map(|shape| courses.get(shape).cloned())
                    .collect(),
            );
        }
        Ok(())
    }
}

/// The first by name among equals, so that the same file gives the same course.
fn most_used(shapes: &BTreeMap<String, u32>) -> Option<&str> {
    shapes
        .iter()
        .max_by(|(a, n), (b, m)| n.cmp(m).then_with(|| b.cmp(a)))
        .map(|(shape, _)| shape.as_str())
}
