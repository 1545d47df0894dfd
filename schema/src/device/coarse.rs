//! Where a phone's holder lives or works is known no finer than the service needs.
//!
//! A followed point is moved to the middle of its cell in a grid whose step is a quarter of the radius: within 500 m,
//! all of a block of 125 m is stored as one point. It moves by 0.18 radius at most (half the diagonal of a cell), so
//! what lies within 0.82 radius is always told, and nothing beyond 1.18 radius ever is. The grid is fixed to the ground,
//! not to the point, and the exact point is not kept anywhere: no sequence of registrations leaves a finer one behind.

use super::Area;
use crate::value::{METRES_PER_DEGREE, Point};

/// Cells across a radius.
const CELLS_PER_RADIUS: f64 = 4.0;
/// Nearer to a pole, cells get no wider in degrees: there is nobody there to protect, and no division by zero.
const MAX_LATITUDE: f64 = 85.0;

/// The middle of the cell in which `area` has its point.
pub fn coarsen(area: Area) -> Point {
    let step_north = f64::from(area.radius_m) / CELLS_PER_RADIUS / METRES_PER_DEGREE;
    let latitude = middle(area.point.latitude, step_north);
    // From the row's middle, so that all points of a cell agree on its width.
    let step_east = step_north / latitude.clamp(-MAX_LATITUDE, MAX_LATITUDE).to_radians().cos();
    Point {
        latitude: latitude.clamp(-90.0, 90.0),
        longitude: middle(area.point.longitude, step_east).clamp(-180.0, 180.0),
    }
}

fn middle(degrees: f64, step: f64) -> f64 {
    ((degrees / step).floor() + 0.5) * step
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use geo::{Distance as _, Haversine};
    use proptest::prelude::*;

    use super::*;
    use crate::device::RADIUS_M;

    fn area(latitude: f64, longitude: f64, radius_m: i32) -> Area {
        let point = Point { latitude, longitude };
        Area { point, radius_m }
    }

    proptest! {
        #[test]
        fn a_point_moves_by_a_fifth_of_its_radius_at_most(
            latitude in -80.0..80.0, longitude in -179.0..179.0, radius_m in RADIUS_M,
        ) {
            let exact = area(latitude, longitude, radius_m);
            let moved = Haversine.distance(geo::Point::from(exact.point), coarsen(exact).into());
            prop_assert!(moved < f64::from(radius_m) * 0.19, "moved by {moved} m");
        }

        /// What is stored says which cell, and nothing more: it stands on a lattice of a quarter of the radius.
        #[test]
        fn what_is_stored_is_never_finer_than_the_grid(
            latitude in -80.0..80.0, longitude in -179.0..179.0, radius_m in RADIUS_M,
        ) {
            let stored = coarsen(area(latitude, longitude, radius_m));
            let step = f64::from(radius_m) / 4.0 / METRES_PER_DEGREE;
            let off_lattice = |degrees: f64, step: f64| ((degrees / step - 0.5) - (degrees / step - 0.5).round()).abs();
            prop_assert!(off_lattice(stored.latitude, step) < 1e-6);
            let step = step / stored.latitude.to_radians().cos();
            prop_assert!(off_lattice(stored.longitude, step) < 1e-6);
        }
    }

    #[test]
    fn neighbours_are_not_told_apart() {
        // 10,000 exact points within 100 m of each other, at a radius of 2 km: four cells meet at most.
        let stored: BTreeSet<String> = (0..100)
            .flat_map(|i| (0..100).map(move |j| (f64::from(i) * 1e-5, f64::from(j) * 1e-5)))
            .map(|(north, east)| format!("{:?}", coarsen(area(48.85 + north, 2.35 + east, 2_000))))
            .collect();
        assert!(stored.len() <= 4, "{} places are told apart", stored.len());
    }
}
