//! Where things are. WGS 84 degrees everywhere.

use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

/// Metres in a degree of a great circle, on a sphere of the earth's mean radius (6,371,008.8 m).
pub const METRES_PER_DEGREE: f64 = 111_195.08;

/// A point on the ground.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Degrees north, -90 to 90.
    pub latitude: f64,
    /// Degrees east, -180 to 180.
    pub longitude: f64,
}

impl Point {
    /// The point, if both degrees are finite and in range.
    pub fn checked(latitude: f64, longitude: f64) -> Option<Self> {
        let ok = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
        ok.then_some(Self { latitude, longitude })
    }
}

impl From<Point> for geo::Point<f64> {
    fn from(point: Point) -> Self {
        Self::new(point.longitude, point.latitude)
    }
}

/// A GeoJSON geometry (RFC 7946 §3.1): the boundary of an authority or a zone, the course of a line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Shape(pub geojson::Geometry);

impl Shape {
    /// The same shape for computation, or none when its coordinates are not well-formed.
    pub fn to_geo(&self) -> Option<geo::Geometry<f64>> {
        geo::Geometry::try_from(&self.0).ok()
    }
}

/// Where an item takes place or applies, in a form people read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(default)]
pub struct Venue {
    /// `Halle aux grains`.
    pub name: Option<String>,
    /// One line: number, street, postcode, town.
    pub address: Option<String>,
    /// On the map.
    pub point: Option<Point>,
}

closed_set! {
    /// How a line runs (from GTFS `route_type`).
    pub enum Mode {
        /// Tram, streetcar, light rail (0, 900–999).
        Tram = "tram",
        /// Metro (1, 400–499).
        Metro = "metro",
        /// Train (2, 100–199).
        Rail = "rail",
        /// Bus (3, 200–299, 700–799).
        Bus = "bus",
        /// Ferry (4, 1000–1299).
        Ferry = "ferry",
        /// Cable tram (5).
        CableTram = "cable_tram",
        /// Aerial lift (6, 1300–1399).
        AerialLift = "aerial_lift",
        /// Funicular (7, 1400–1499).
        Funicular = "funicular",
        /// Trolleybus (11, 800–899).
        Trolleybus = "trolleybus",
        /// Monorail (12).
        Monorail = "monorail",
        /// Anything else.
        Other = "other",
    }
}

impl Mode {
    /// From a GTFS `route_type`, basic or extended
    /// (<https://gtfs.org/documentation/schedule/reference/#routestxt>).
    pub const fn from_route_type(route_type: i32) -> Self {
        match route_type {
            0 | 900..=999 => Self::Tram,
            1 | 400..=499 => Self::Metro,
            2 | 100..=199 => Self::Rail,
            3 | 200..=299 | 700..=799 => Self::Bus,
            4 | 1000..=1299 => Self::Ferry,
            5 => Self::CableTram,
            6 | 1300..=1399 => Self::AerialLift,
            7 | 1400..=1499 => Self::Funicular,
            11 | 800..=899 => Self::Trolleybus,
            12 => Self::Monorail,
            _ => Self::Other,
        }
    }
}
