//! The course of a line, thin enough for a map.

use beffroi_schema::value::Shape;
use geo::{Distance as _, Euclidean, Line, Point};
use geojson::{Geometry, GeometryValue, Position};

/// How far the thinned course may leave the true one, in metres.
const TOLERANCE_M: f64 = 10.0;
/// Points of one course that are read.
pub(super) const MAX_POINTS: usize = 20_000;
/// Metres in a degree of latitude.
const DEGREE_M: f64 = 111_320.0;

/// A point of `shapes.txt`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Vertex {
    pub sequence: u32,
    pub longitude: f64,
    pub latitude: f64,
}

/// One line per direction, or none when there is nothing to draw.
pub(super) fn shape(directions: Vec<Vec<Vertex>>) -> Option<Shape> {
    let lines: Vec<Vec<Position>> = directions
        .into_iter()
        .map(thinned)
        .filter(|line| line.len() >= 2)
        .collect();
    (!lines.is_empty()).then(|| Shape(Geometry::new(GeometryValue::MultiLineString { coordinates: lines })))
}

/// In order, and without what lies within the tolerance of the rest (Douglas and Peucker, 1973). On a stack of its own:
/// a hostile course must not exhaust the thread's.
fn thinned(mut course: Vec<Vertex>) -> Vec<Position> {
    course.sort_by_key(|vertex| vertex.sequence);
    course.dedup_by(|a, b| {
        a.longitude.to_bits() == b.longitude.to_bits() && a.latitude.to_bits() == b.latitude.to_bits()
    });
    let Some(last) = course.len().checked_sub(1) else {
        return Vec::new();
    };
    let plane = flat(&course);
    let mut kept = vec![false; course.len()];
    (kept[0], kept[last]) = (true, true);
    let mut open = vec![(0, last)];
    while let Some((from, to)) = open.pop() {
        let chord = Line::new(plane[from], plane[to]);
        let distances = (from + 1..to).map(|at| (at, Euclidean.distance(&plane[at], &chord)));
        if let Some((at, distance)) = distances.max_by(|a, b| a.1.total_cmp(&b.1))
            && distance > TOLERANCE_M
        {
            kept[at] = true;
            open.extend([(from, at), (at, to)]);
        }
    }
    course
        .iter()
        .zip(kept)
        .filter(|(_, kept)| *kept)
        .map(|(vertex, _)| Position::from([rounded(vertex.longitude), rounded(vertex.latitude)]))
        .collect()
}

/// In metres, on a plane that touches the first point: exact enough for a town.
fn flat(course: &[Vertex]) -> Vec<Point> {
    let scale = course.first().map_or(1.0, |vertex| vertex.latitude.to_radians().cos());
    course
        .iter()
        .map(|vertex| Point::new(vertex.longitude * DEGREE_M * scale, vertex.latitude * DEGREE_M))
        .collect()
}

/// To the sixth digit: a tenth of a metre.
fn rounded(degrees: f64) -> f64 {
    (degrees * 1e6).round() / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    fn course(points: &[(f64, f64)]) -> Vec<Vertex> {
        points
            .iter()
            .zip(0..)
            .map(|((longitude, latitude), sequence)| Vertex {
                sequence,
                longitude: *longitude,
                latitude: *latitude,
            })
            .collect()
    }

    #[test]
    fn bends_stay_and_straight_points_go() {
        // 0.00005° of latitude are 5.6 m, 0.001° are 111 m.
        let mut line = course(&[
            (-4.50, 48.39),
            (-4.49, 48.39005),
            (-4.48, 48.39),
            (-4.48, 48.391),
            (-4.48, 48.40),
        ]);
        line.reverse();
        assert_eq!(
            thinned(line),
            [[-4.50, 48.39], [-4.48, 48.39], [-4.48, 48.40]].map(Position::from)
        );
    }

    #[test]
    fn nothing_to_draw_is_no_shape() {
        assert_eq!(
            shape(vec![
                Vec::new(),
                course(&[(0.0, 0.0)]),
                course(&[(1.0, 1.0), (1.0, 1.0)])
            ]),
            None
        );
    }

    #[test]
    fn a_hostile_course_ends() {
        let spiral: Vec<(f64, f64)> = (0..2_000_u32)
            .map(|n| (f64::from(n) * 1e-3, if n % 2 == 0 { 0.0 } else { 1.0 }))
            .collect();
        assert_eq!(thinned(course(&spiral)).len(), 2_000);
    }
}
