//! Stops and stations.

use std::collections::HashMap;

use beffroi_schema::value::{IssueCode, Point, TransitStop};

use super::archive::{Archive, Row};
use crate::sources::{SourceError, issues::IssueLog};

/// The largest `location_type` of the standard.
const LAST_LOCATION_TYPE: u8 = 4;
/// From this `location_type` on, name and place may be left to the station.
const FIRST_PART_OF_STATION: u8 = 3;

/// Rows of `stops.txt`, parents checked, names taken from the station where they may be left out.
pub(super) fn stops(archive: &mut Archive, log: &mut IssueLog) -> Result<Vec<TransitStop>, SourceError> {
    let mut stops: Vec<TransitStop> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    let found = archive.table("stops.txt", |row| {
        let Some(stop) = stop(row, log) else { return };
        if places.contains_key(&stop.key) {
            log.note(
                IssueCode::DuplicateKey,
                format!("{}: `{}` again; left out", row.place(), stop.key),
            );
            return;
        }
        places.insert(stop.key.clone(), stops.len());
        stops.push(stop);
    })?;
    if found.is_none() {
        log.note(IssueCode::FileMissing, "stops.txt");
    }
    for at in 0..stops.len() {
        let Some(parent) = stops[at].parent.clone() else {
            continue;
        };
        match places.get(&parent).filter(|place| **place != at) {
            Some(place) if stops[at].name.is_empty() => {
                let name = stops[*place].name.clone();
                stops[at].name = name;
            }
            Some(_) => {}
            None => {
                log.note(
                    IssueCode::Unresolved,
                    format!("stop `{}`: station `{parent}`", stops[at].key),
                );
                stops[at].parent = None;
            }
        }
    }
    Ok(stops)
}

fn stop(row: &Row<'_>, log: &mut IssueLog) -> Option<TransitStop> {
    let Some(key) = row.some("stop_id") else {
        log.note(IssueCode::Unreadable, format!("{}: no stop_id; left out", row.place()));
        return None;
    };
    let written = row.text("location_type");
    let location_type = if written.is_empty() {
        Some(0)
    } else {
        written.parse().ok().filter(|kind| *kind <= LAST_LOCATION_TYPE)
    };
    if location_type.is_none() {
        log.note(
            IssueCode::CodeUnknown,
            format!("{}: location_type `{written}`; read as a stop", row.place()),
        );
    }
    let location_type = location_type.unwrap_or(0);
    let point = point(row);
    if point.is_none() && location_type < FIRST_PART_OF_STATION {
        log.note(IssueCode::CoordinatesMissing, format!("{}: `{key}`", row.place()));
    }
    Some(TransitStop {
        name: row.some("stop_name").unwrap_or_default(),
        point,
        location_type,
        parent: row.some("parent_station"),
        platform: row.some("platform_code"),
        key,
    })
}

/// Where it is, unless that is nowhere on Earth; 0° north, 0° east is what an empty field becomes in careless exports.
fn point(row: &Row<'_>) -> Option<Point> {
    let point = Point::checked(row.number("stop_lat")?, row.number("stop_lon")?)?;
    (point.latitude.abs() > f64::EPSILON || point.longitude.abs() > f64::EPSILON).then_some(point)
}
