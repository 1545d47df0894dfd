//! Who is near: the points and outlines of an audience, ready to be compared with many phones.
//!
//! Each outline is laid flat around its own middle (equirectangular projection on a sphere) once, and each phone into
//! the same plane: comparing costs one flat distance. Against the great circle the flat distance is off by less than
//! 0.5 % for outlines up to 40 km across in France, and the sphere against the ellipsoid by up to 0.3 %: 8 m in a
//! kilometre at worst, while the phone's own place is kept no finer than 0.18 of its radius ([`crate::device::coarsen`]).
//! A phone inside an outline is at distance 0, however large the outline is.

use geo::{BoundingRect as _, Distance as _, Euclidean, Geometry, MapCoords as _, Rect};

use crate::value::{Audience, METRES_PER_DEGREE, Point};

/// Beyond it the plane is stretched no further: nobody follows a stop at a pole.
const MAX_LATITUDE: f64 = 85.0;
/// Room left to rounding when the database discards what is too far away, as a factor.
const BOX_MARGIN: f64 = 1.02;

/// The places of an audience.
#[derive(Clone, Debug, Default)]
pub struct Vicinity(Vec<Place>);

#[derive(Clone, Debug)]
struct Place {
    plane: Plane,
    flat: Geometry<f64>,
    bounds: Rect<f64>,
}

/// A flat map, in metres, around one point.
#[derive(Clone, Copy, Debug)]
struct Plane {
    middle: geo::Coord<f64>,
    metres_east: f64,
}

/// What all places lie in, in degrees; and how much a metre adds to it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DegreeBox {
    /// The least latitude.
    pub south: f64,
    /// The greatest latitude.
    pub north: f64,
    /// The least longitude.
    pub west: f64,
    /// The greatest longitude.
    pub east: f64,
    /// Degrees of latitude to a metre, rounded up.
    pub north_per_metre: f64,
    /// Degrees of longitude to a metre where they are narrowest, rounded up.
    pub east_per_metre: f64,
}

impl Vicinity {
    /// The places of `audience`. A shape that is not well-formed has nobody near it.
    pub fn of(audience: &Audience) -> Self {
        let points = audience.points.iter().map(|point| Geometry::Point((*point).into()));
        let shapes = audience.shapes.iter().filter_map(crate::value::Shape::to_geo);
        Self(points.chain(shapes).filter_map(|place| Place::new(&place)).collect())
    }

    /// Whether there is nothing to be near to.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a phone that follows `radius_m` around `point` is concerned.
    pub fn touches(&self, point: Point, radius_m: i32) -> bool {
        self.0.iter().any(|place| place.within(point, f64::from(radius_m)))
    }

    /// The box around all places; none when there are none. `reach_m` is the largest radius that will be compared.
    pub fn degree_box(&self, reach_m: f64) -> Option<DegreeBox> {
        let all = self.0.iter().map(Place::degrees).reduce(|a, b| {
            Rect::new(
                (a.min().x.min(b.min().x), a.min().y.min(b.min().y)),
                (a.max().x.max(b.max().x), a.max().y.max(b.max().y)),
            )
        })?;
        let north_per_metre = BOX_MARGIN / METRES_PER_DEGREE;
        let farthest = all.max().y.abs().max(all.min().y.abs()) + reach_m * north_per_metre;
        Some(DegreeBox {
            south: all.min().y,
            north: all.max().y,
            west: all.min().x,
            east: all.max().x,
            north_per_metre,
            east_per_metre: north_per_metre / farthest.min(MAX_LATITUDE).to_radians().cos(),
        })
    }
}

impl Place {
    fn new(degrees: &Geometry<f64>) -> Option<Self> {
        let middle = degrees.bounding_rect()?.center();
        let metres_east = METRES_PER_DEGREE * middle.y.clamp(-MAX_LATITUDE, MAX_LATITUDE).to_radians().cos();
        let plane = Plane { middle, metres_east };
        let flat = degrees.map_coords(|coord| plane.flatten(coord));
        let bounds = flat.bounding_rect()?;
        Some(Self { plane, flat, bounds })
    }

    fn within(&self, point: Point, radius_m: f64) -> bool {
        let at = self.plane.flatten(geo::Point::from(point).into());
        let (min, max) = (self.bounds.min(), self.bounds.max());
        let in_reach = (min.x - radius_m..=max.x + radius_m).contains(&at.x)
            && (min.y - radius_m..=max.y + radius_m).contains(&at.y);
        in_reach && Euclidean.distance(&geo::Point::from(at), &self.flat) <= radius_m
    }

    fn degrees(&self) -> Rect<f64> {
        Rect::new(
            self.plane.unflatten(self.bounds.min()),
            self.plane.unflatten(self.bounds.max()),
        )
    }
}

impl Plane {
    fn flatten(self, degrees: geo::Coord<f64>) -> geo::Coord<f64> {
        geo::Coord {
            x: (degrees.x - self.middle.x) * self.metres_east,
            y: (degrees.y - self.middle.y) * METRES_PER_DEGREE,
        }
    }

    fn unflatten(self, metres: geo::Coord<f64>) -> geo::Coord<f64> {
        geo::Coord {
            x: metres.x / self.metres_east + self.middle.x,
            y: metres.y / METRES_PER_DEGREE + self.middle.y,
        }
    }
}

#[cfg(test)]
mod tests {
    use geo::Haversine;
    use proptest::prelude::*;

    use super::*;
    use crate::value::Shape;

    const RENNES: Point = Point {
        latitude: 48.11,
        longitude: -1.68,
    };

    fn moved(point: Point, north: f64, east: f64) -> Point {
        Point {
            latitude: point.latitude + north,
            longitude: point.longitude + east,
        }
    }

    /// A rectangle of 0.2° by 0.1°: about 15 km by 11 km.
    fn district() -> (Shape, [Point; 4]) {
        let corners = [(0.0, 0.0), (0.1, 0.0), (0.1, 0.2), (0.0, 0.2)].map(|(n, e)| moved(RENNES, n, e));
        let mut ring: Vec<_> = corners.iter().map(|p| vec![p.longitude, p.latitude]).collect();
        ring.push(ring[0].clone());
        let polygon = serde_json::json!({ "type": "Polygon", "coordinates": [ring] });
        (serde_json::from_value(polygon).unwrap(), corners)
    }

    proptest! {
        #[test]
        fn the_flat_distance_is_the_great_circle_within_one_percent(
            north in -0.3..0.3, east in -0.3..0.3, radius_m in 100..20_000_i32,
        ) {
            let phone = moved(RENNES, north, east);
            let vicinity = Vicinity::of(&Audience { points: vec![RENNES], ..Audience::default() });
            let metres = Haversine.distance(geo::Point::from(RENNES), phone.into());
            let radius = f64::from(radius_m);
            prop_assume!((metres - radius).abs() > radius * 0.01);
            prop_assert_eq!(vicinity.touches(phone, radius_m), metres <= radius);
        }

        /// The outline is compared with 400 points along its border, each by Haversine.
        #[test]
        fn an_outline_is_as_near_as_its_nearest_point(
            north in -0.2..0.3, east in -0.2..0.4, radius_m in 100..20_000_i32,
        ) {
            let (shape, corners) = district();
            let phone = moved(RENNES, north, east);
            let vicinity = Vicinity::of(&Audience { shapes: vec![shape], ..Audience::default() });
            let inside = (0.0..=0.1).contains(&north) && (0.0..=0.2).contains(&east);
            let sides = corners.iter().zip(corners.iter().cycle().skip(1));
            let border = sides.flat_map(|(from, to)| (0..100).map(move |step| {
                let along = f64::from(step) / 100.0;
                moved(*from, (to.latitude - from.latitude) * along, (to.longitude - from.longitude) * along)
            }));
            let metres = border.map(|p| Haversine.distance(geo::Point::from(p), phone.into())).fold(f64::MAX, f64::min);
            let radius = f64::from(radius_m);
            prop_assume!(inside || (metres - radius).abs() > radius * 0.01 + 100.0);
            prop_assert_eq!(vicinity.touches(phone, radius_m), inside || metres <= radius);
        }

        #[test]
        fn the_box_loses_nobody(north in -0.2..0.3, east in -0.2..0.4, radius_m in 100..20_000_i32) {
            let audience = Audience { points: vec![RENNES], shapes: vec![district().0], ..Audience::default() };
            let vicinity = Vicinity::of(&audience);
            let phone = moved(RENNES, north, east);
            let bounds = vicinity.degree_box(20_000.0).unwrap();
            let (n, e) = (bounds.north_per_metre * f64::from(radius_m), bounds.east_per_metre * f64::from(radius_m));
            let in_box = (bounds.south - n..=bounds.north + n).contains(&phone.latitude)
                && (bounds.west - e..=bounds.east + e).contains(&phone.longitude);
            prop_assert!(in_box || !vicinity.touches(phone, radius_m));
        }
    }

    #[test]
    fn nothing_is_near_to_nothing() {
        let vicinity = Vicinity::of(&Audience::default());
        assert!(vicinity.is_empty());
        assert_eq!(vicinity.degree_box(20_000.0), None);
        assert!(!vicinity.touches(RENNES, 20_000));
    }
}
