//! Zones, lines and stops.

use std::sync::Arc;

use async_graphql::{ID, Object, SimpleObject};
use beffroi_schema::{
    board::{self, Board},
    value,
};

use super::connection::PLACES_MAX;
use crate::graphql::{id, scalar::Geometry, words::Mode};

/// A point on the ground, in WGS 84.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct Point {
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
}

impl From<value::Point> for Point {
    fn from(point: value::Point) -> Self {
        Self {
            latitude: point.latitude,
            longitude: point.longitude,
        }
    }
}

/// A zone of a board.
#[derive(Clone, Debug)]
pub struct Zone(pub Arc<board::Zone>);

/// A named area of an authority: a quarter, a school district.
#[Object]
impl Zone {
    /// Its global id.
    pub async fn id(&self) -> ID {
        id::global("Zone", self.0.id.0)
    }

    /// Its name in addresses.
    async fn slug(&self) -> &str {
        &self.0.slug
    }

    /// Its name for people.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Its outline.
    async fn shape(&self) -> Geometry {
        Geometry(self.0.shape.clone())
    }
}

/// A line with the board it stands on.
#[derive(Clone, Debug)]
pub struct Line {
    board: Arc<Board>,
    line: Arc<board::Line>,
}

impl Line {
    /// A line of `board`.
    pub fn new(board: &Arc<Board>, line: &Arc<board::Line>) -> Self {
        Self {
            board: Arc::clone(board),
            line: Arc::clone(line),
        }
    }
}

/// A transport line.
#[Object]
impl Line {
    /// Its global id.
    pub async fn id(&self) -> ID {
        id::global("Line", self.line.id.0)
    }

    /// What stands on the vehicle: `B`, `12`.
    async fn short_name(&self) -> &str {
        &self.line.short_name
    }

    /// Where it goes.
    async fn long_name(&self) -> &str {
        &self.line.long_name
    }

    /// How it runs.
    async fn mode(&self) -> Mode {
        self.line.mode.into()
    }

    /// The colour of its badge: six hexadecimal digits.
    async fn color(&self) -> &str {
        &self.line.color
    }

    /// The colour of text on its badge, readable there: six hexadecimal digits.
    async fn text_color(&self) -> &str {
        &self.line.text_color
    }

    /// Its course on the map; null when it is not known.
    async fn shape(&self) -> Option<Geometry> {
        self.line.shape.clone().map(Geometry)
    }

    /// The stops where it calls, by name.
    #[graphql(complexity = "20 * child_complexity")]
    async fn stops(&self) -> Vec<Stop> {
        let stops = self.board.places.stops_of(self.line.id);
        stops
            .take(PLACES_MAX)
            .map(|stop| Stop::new(&self.board, stop))
            .collect()
    }

    /// False once it has left the timetable: older disruptions go on naming it.
    async fn running(&self) -> bool {
        self.line.running
    }
}

/// A stop with the board it stands on.
#[derive(Clone, Debug)]
pub struct Stop {
    board: Arc<Board>,
    stop: Arc<board::Stop>,
}

impl Stop {
    /// A stop of `board`.
    pub fn new(board: &Arc<Board>, stop: &Arc<board::Stop>) -> Self {
        Self {
            board: Arc::clone(board),
            stop: Arc::clone(stop),
        }
    }
}

/// A stop, a platform or a station.
#[Object]
impl Stop {
    /// Its global id.
    pub async fn id(&self) -> ID {
        id::global("Stop", self.stop.id.0)
    }

    /// Its name for people.
    async fn name(&self) -> &str {
        &self.stop.name
    }

    /// Where it is; null when it is not known.
    async fn point(&self) -> Option<Point> {
        self.stop.point.map(Point::from)
    }

    /// The platform's code; null when it has none.
    async fn platform(&self) -> Option<&str> {
        self.stop.platform.as_deref()
    }

    /// The station it belongs to; null when it stands alone.
    async fn station(&self) -> Option<Stop> {
        let station = self.board.places.stop(self.stop.parent?)?;
        Some(Stop::new(&self.board, station))
    }

    /// The lines that call here, in the operator's order.
    #[graphql(complexity = "10 * child_complexity")]
    async fn lines(&self) -> Vec<Line> {
        let lines = self.board.places.lines_at(&self.stop);
        lines
            .take(PLACES_MAX)
            .map(|line| Line::new(&self.board, line))
            .collect()
    }

    /// False once it has left the timetable: older disruptions go on naming it.
    async fn running(&self) -> bool {
        self.stop.running
    }
}
