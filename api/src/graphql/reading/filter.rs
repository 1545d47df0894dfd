//! What a list is narrowed to.

use async_graphql::{ID, InputObject, Result};
use beffroi_schema::{
    board::{self, PlaceId},
    id::ZoneId,
    recurrence::Window,
    value,
};

use super::node::NodeId;
use crate::graphql::{error::Code, scalar::DateTime, words::Kind};

/// Most members of a list in a filter.
const MAX_MEMBERS: usize = 50;
/// Largest radius, in metres; larger ones are cut to it.
const MAX_RADIUS_M: f64 = 50_000.0;

/// What a list is narrowed to. Every field that is given must hold; within a list, one of its members.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ItemFilter {
    /// Of one of these kinds.
    pub kinds: Option<Vec<Kind>>,
    /// On one of these topics (slugs).
    pub topics: Option<Vec<String>>,
    /// Concerning one of these lines. Together with `stops`: concerning one of these lines at one of these stops.
    pub lines: Option<Vec<ID>>,
    /// Concerning one of these stops: the stop itself, its station, one of the station's platforms when it is a
    /// station, or a line that calls there.
    pub stops: Option<Vec<ID>>,
    /// Concerning this zone, or placed in it.
    pub inside_zone: Option<ID>,
    /// Placed near a point.
    pub near: Option<Near>,
}

/// The surroundings of a point.
#[derive(Clone, Debug, InputObject)]
pub struct Near {
    /// The middle.
    pub point: PointInput,
    /// How far from it, in metres: up to 50,000.
    pub radius: f64,
}

/// A point on the ground, in WGS 84.
#[derive(Clone, Debug, InputObject)]
pub struct PointInput {
    /// Degrees north, -90 to 90.
    pub latitude: f64,
    /// Degrees east, -180 to 180.
    pub longitude: f64,
}

/// A span of time: from its start until just before its end.
#[derive(Clone, Debug, InputObject)]
pub struct Between {
    /// First instant.
    pub start: DateTime,
    /// First instant after.
    pub end: DateTime,
}

impl ItemFilter {
    /// As the board understands it.
    pub fn read(self) -> Result<board::Filter> {
        let mut filter = board::Filter {
            kinds: bounded(self.kinds)?.into_iter().map(value::Kind::from).collect(),
            topics: bounded(self.topics)?,
            near: self.near.map(Near::read).transpose()?,
            ..board::Filter::default()
        };
        for id in bounded(self.lines)? {
            match NodeId::read(&id)? {
                NodeId::Place(PlaceId::Line(line)) => filter.lines.push(line),
                _ => return Err(wrong_place("lines", "a line")),
            }
        }
        for id in bounded(self.stops)? {
            match NodeId::read(&id)? {
                NodeId::Place(PlaceId::Stop(stop)) => filter.stops.push(stop),
                _ => return Err(wrong_place("stops", "a stop")),
            }
        }
        filter.inside = self.inside_zone.as_ref().map(zone).transpose()?;
        Ok(filter)
    }
}

/// Where a zone, a line or a stop is to be, as the board understands it.
pub fn whereabouts(near: Option<Near>, inside_zone: Option<&ID>) -> Result<board::Whereabouts> {
    Ok(board::Whereabouts {
        near: near.map(Near::read).transpose()?,
        inside: inside_zone.map(zone).transpose()?,
    })
}

fn zone(id: &ID) -> Result<ZoneId> {
    match NodeId::read(id)? {
        NodeId::Place(PlaceId::Zone(zone)) => Ok(zone),
        _ => Err(wrong_place("insideZone", "a zone")),
    }
}

impl Near {
    fn read(self) -> Result<board::Near> {
        let point = value::Point::checked(self.point.latitude, self.point.longitude);
        let point = point
            .ok_or_else(|| Code::BadUserInput.error("near.point: latitude is -90 to 90, longitude -180 to 180"))?;
        if self.radius.is_nan() || self.radius <= 0.0 {
            return Err(Code::BadUserInput.error("near.radius: more than 0 metres"));
        }
        Ok(board::Near {
            point,
            radius_m: self.radius.min(MAX_RADIUS_M),
        })
    }
}

impl Between {
    /// As the board understands it.
    pub fn read(self) -> Result<Window> {
        let window = Window {
            from: self.start.utc(),
            to: self.end.utc(),
        };
        if window.from < window.to {
            return Ok(window);
        }
        Err(Code::BadUserInput.error("between: the end must follow the start"))
    }
}

fn bounded<T>(list: Option<Vec<T>>) -> Result<Vec<T>> {
    let list = list.unwrap_or_default();
    if list.len() > MAX_MEMBERS {
        return Err(Code::BadUserInput.error(format!("at most {MAX_MEMBERS} members in a list of the filter")));
    }
    Ok(list)
}

fn wrong_place(field: &str, wanted: &str) -> async_graphql::Error {
    Code::BadUserInput.error(format!("filter.{field}: this is not the id of {wanted}"))
}
