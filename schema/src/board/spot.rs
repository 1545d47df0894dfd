//! Something on the map, and how far it is.

use std::sync::Arc;

use geo::{BoundingRect as _, Distance as _, Euclidean, Geometry, Intersects as _, MapCoords as _, Rect};

use crate::value::{Point, Shape};

/// Metres in a degree of latitude, on the sphere of RFC 7946's mean radius (6,371,008.8 m).
const METRES_PER_DEGREE: f64 = 111_195.08;
/// Keeps longitudes computable at the poles.
const MIN_COSINE: f64 = 0.01;

/// A point, a course or an area, ready to be measured.
#[derive(Clone, Debug)]
pub struct Spot {
    shape: Arc<Geometry<f64>>,
    bounds: Rect<f64>,
}

impl Spot {
    /// A point.
    pub fn point(point: Point) -> Self {
        let point = geo::Point::from(point);
        Self {
            shape: Arc::new(Geometry::Point(point)),
            bounds: Rect::new(point, point),
        }
    }

    /// A course or an area; none when it is empty or its coordinates are not well-formed.
    pub fn shape(shape: &Shape) -> Option<Self> {
        let shape = shape.to_geo()?;
        let bounds = shape.bounding_rect()?;
        Some(Self {
            shape: Arc::new(shape),
            bounds,
        })
    }

    /// The box around it: west, south, east, north.
    pub fn bounds(&self) -> Rect<f64> {
        self.bounds
    }

    /// Whether it is an area, rather than a point or a course.
    pub fn is_area(&self) -> bool {
        matches!(*self.shape, Geometry::Polygon(_) | Geometry::MultiPolygon(_))
    }

    /// Whether the two share a point.
    pub fn meets(&self, other: &Self) -> bool {
        self.bounds.intersects(&other.bounds) && self.shape.intersects(other.shape.as_ref())
    }

    /// Metres from `from` to its nearest point; 0 within it.
    ///
    /// Measured on a plane that touches the ground at `from`: exact to the metre over a town, which is what it is for.
    pub fn distance(&self, from: Point) -> f64 {
        let cosine = cosine(from);
        let near = self.shape.map_coords(|place| geo::Coord {
            x: (place.x - from.longitude) * METRES_PER_DEGREE * cosine,
            y: (place.y - from.latitude) * METRES_PER_DEGREE,
        });
        Euclidean.distance(&Geometry::Point(geo::Point::new(0.0, 0.0)), &near)
    }
}

/// The box that holds every place within `radius_m` of `point`.
pub fn around(point: Point, radius_m: f64) -> Rect<f64> {
    let north = radius_m / METRES_PER_DEGREE;
    let east = north / cosine(point);
    Rect::new(
        (point.longitude - east, point.latitude - north),
        (point.longitude + east, point.latitude + north),
    )
}

fn cosine(point: Point) -> f64 {
    point.latitude.to_radians().cos().max(MIN_COSINE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(latitude: f64, longitude: f64) -> Point {
        Point { latitude, longitude }
    }

    #[test]
    fn distances_over_a_town_are_right_to_the_metre() {
        // Place du Capitole to Gare Matabiau, Toulouse: 1,052 m on the ellipsoid's sphere.
        let (capitole, matabiau) = (point(43.6045, 1.4440), point(43.6113, 1.4537));
        let haversine = {
            use geo::Haversine;
            Haversine.distance(geo::Point::from(capitole), geo::Point::from(matabiau))
        };
        assert!((Spot::point(matabiau).distance(capitole) - haversine).abs() < 1.0);
    }

    #[test]
    fn an_area_is_at_no_distance_from_within() {
        let square: Shape = serde_json::from_str(
            r#"{"type":"Polygon","coordinates":[[[1.0,43.0],[1.1,43.0],[1.1,43.1],[1.0,43.1],[1.0,43.0]]]}"#,
        )
        .unwrap();
        let square = Spot::shape(&square).unwrap();
        assert!(square.distance(point(43.05, 1.05)) < 0.001);
        assert!((square.distance(point(43.2, 1.05)) - 11_119.5).abs() < 1.0);
        assert!(square.meets(&Spot::point(point(43.05, 1.05))));
        assert!(!square.meets(&Spot::point(point(43.15, 1.05))));
    }
}
