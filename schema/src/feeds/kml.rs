//! KML 2.2 (OGC 07-147r2): the map as Google Maps, Google Earth and uMap open it.

use std::fmt::Write as _;

use geo::{Geometry, LineString, Polygon};

use super::{
    Scene, Selection,
    atom::date,
    entry::Entry,
    map::{Part, parts},
    xml::Xml,
};
use crate::value::Kind;

pub(super) fn write(scene: &Scene<'_>, selection: &Selection) -> Vec<u8> {
    let mut xml = Xml::new();
    xml.within("kml", &[("xmlns", "http://www.opengis.net/kml/2.2")], |xml| {
        xml.within("Document", &[], |xml| {
            xml.leaf("name", &[], &scene.title());
            for kind in Kind::ALL {
                style(xml, *kind);
            }
            for entry in selection.items.iter().filter_map(|item| Entry::of(scene, item)) {
                placemark(xml, scene, &entry);
            }
        });
    });
    xml.finish()
}

/// A colour for each kind: opacity, blue, green, red.
fn style(xml: &mut Xml, kind: Kind) {
    let (line, area) = match kind {
        Kind::Event => ("ff7a5c0b", "407a5c0b"),
        Kind::Disruption => ("ff1c23a3", "401c23a3"),
        Kind::Article => ("ff6c5d54", "406c5d54"),
    };
    xml.within("Style", &[("id", kind.as_str())], |xml| {
        xml.within("IconStyle", &[], |xml| xml.leaf("color", &[], line));
        xml.within("LineStyle", &[], |xml| {
            xml.leaf("color", &[], line);
            xml.leaf("width", &[], "4");
        });
        xml.within("PolyStyle", &[], |xml| xml.leaf("color", &[], area));
    });
}

fn placemark(xml: &mut Xml, scene: &Scene<'_>, entry: &Entry<'_>) {
    let parts = parts(entry.item, &scene.board.places);
    if parts.is_empty() {
        return;
    }
    // An identifier of XML begins with a letter.
    let id = format!("i{}", entry.item.id);
    xml.within("Placemark", &[("id", &id)], |xml| {
        xml.leaf("name", &[], &entry.text.title);
        let description = format!("{}<p><a href=\"{1}\">{1}</a></p>", entry.html(), entry.url);
        xml.leaf("description", &[], &description);
        if let Some(next) = entry.item.next_occurrence(scene.now) {
            xml.within("TimeSpan", &[], |xml| {
                xml.leaf("begin", &[], &date(next.starts_at));
                xml.leaf("end", &[], &date(next.ends_at));
            });
        }
        xml.leaf("styleUrl", &[], &format!("#{}", entry.item.kind()));
        xml.within("MultiGeometry", &[], |xml| {
            for part in &parts {
                match part {
                    Part::Point(point) => geometry(xml, &Geometry::Point((*point).into())),
                    Part::Shape(shape) => {
                        if let Some(shape) = shape.to_geo() {
                            geometry(xml, &shape);
                        }
                    }
                }
            }
        });
    });
}

fn geometry(xml: &mut Xml, shape: &Geometry<f64>) {
    match shape {
        Geometry::Point(point) => xml.within("Point", &[], |xml| {
            xml.leaf("coordinates", &[], &format!("{},{}", point.x(), point.y()));
        }),
        Geometry::LineString(line) => xml.within("LineString", &[], |xml| {
            xml.leaf("coordinates", &[], &coordinates(line));
        }),
        Geometry::Polygon(area) => polygon(xml, area),
        Geometry::MultiPoint(many) => many.iter().for_each(|one| geometry(xml, &Geometry::Point(*one))),
        Geometry::MultiLineString(many) => {
            many.iter()
                .for_each(|one| geometry(xml, &Geometry::LineString(one.clone())));
        }
        Geometry::MultiPolygon(many) => many.iter().for_each(|one| polygon(xml, one)),
        Geometry::GeometryCollection(many) => many.iter().for_each(|one| geometry(xml, one)),
        // GeoJSON, from which shapes are read, has none of these.
        Geometry::Line(_) | Geometry::Rect(_) | Geometry::Triangle(_) => {}
    }
}

fn polygon(xml: &mut Xml, area: &Polygon<f64>) {
    let ring = |xml: &mut Xml, name: &str, line: &LineString<f64>| {
        xml.within(name, &[], |xml| {
            xml.within("LinearRing", &[], |xml| {
                xml.leaf("coordinates", &[], &coordinates(line));
            });
        });
    };
    xml.within("Polygon", &[], |xml| {
        ring(xml, "outerBoundaryIs", area.exterior());
        for hole in area.interiors() {
            ring(xml, "innerBoundaryIs", hole);
        }
    });
}

/// Longitude first, one blank between two places.
fn coordinates(line: &LineString<f64>) -> String {
    let mut text = String::new();
    for (position, place) in line.coords().enumerate() {
        let gap = if position == 0 { "" } else { " " };
        // Writing to a text does not fail.
        let _ = write!(text, "{gap}{},{}", place.x, place.y);
    }
    text
}
