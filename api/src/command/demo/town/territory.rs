//! Where Valbourg lies: a valley that no map shows. Degrees as GeoJSON writes them, longitude first.

use beffroi_schema::{
    store::ZoneDraft,
    value::{Point, Shape},
};
use serde_json::json;

/// The town's territory.
const BOUNDARY: &[(f64, f64)] = &[
    (3.2520, 44.7660),
    (3.2700, 44.7600),
    (3.3130, 44.7615),
    (3.3220, 44.7760),
    (3.3190, 44.7990),
    (3.2930, 44.8030),
    (3.2640, 44.7960),
    (3.2540, 44.7830),
];

/// A quarter: its address, its name, its outline.
type Quarter = (&'static str, &'static str, &'static [(f64, f64)]);

const QUARTERS: [Quarter; 4] = [
    (
        "centre",
        "Centre",
        &[
            (3.2770, 44.7775),
            (3.2905, 44.7810),
            (3.2960, 44.7890),
            (3.2850, 44.7905),
            (3.2775, 44.7860),
        ],
    ),
    (
        "les-forges",
        "Les Forges",
        &[
            (3.2540, 44.7680),
            (3.2700, 44.7620),
            (3.2790, 44.7720),
            (3.2770, 44.7775),
            (3.2620, 44.7800),
        ],
    ),
    (
        "le-plateau",
        "Le Plateau",
        &[
            (3.2850, 44.7905),
            (3.2960, 44.7890),
            (3.3180, 44.7940),
            (3.3150, 44.7990),
            (3.2930, 44.8010),
        ],
    ),
    (
        "rives-de-l-aubrette",
        "Rives de l’Aubrette",
        &[
            (3.2790, 44.7720),
            (3.3110, 44.7620),
            (3.3200, 44.7760),
            (3.2905, 44.7810),
            (3.2770, 44.7775),
        ],
    ),
];

/// The square with the belfry.
pub const BELFRY: Point = Point {
    latitude: 44.7829,
    longitude: 3.2852,
};
/// The covered market.
pub const MARKET_HALL: Point = Point {
    latitude: 44.7851,
    longitude: 3.2894,
};
/// The old tannery, a museum now.
pub const TANNERY: Point = Point {
    latitude: 44.7752,
    longitude: 3.2741,
};

/// The town's territory.
pub fn boundary() -> anyhow::Result<Shape> {
    polygon(BOUNDARY)
}

/// Its quarters.
pub fn quarters() -> anyhow::Result<Vec<ZoneDraft>> {
    let draft = |(slug, name, outline): &Quarter| -> anyhow::Result<ZoneDraft> {
        Ok(ZoneDraft {
            slug: (*slug).to_owned(),
            name: (*name).to_owned(),
            shape: polygon(outline)?,
        })
    };
    QUARTERS.iter().map(draft).collect()
}

/// A closed ring of these corners.
fn polygon(corners: &[(f64, f64)]) -> anyhow::Result<Shape> {
    let ring: Vec<[f64; 2]> = corners
        .iter()
        .chain(corners.first())
        .map(|(longitude, latitude)| [*longitude, *latitude])
        .collect();
    Ok(serde_json::from_value(
        json!({ "type": "Polygon", "coordinates": [ring] }),
    )?)
}
