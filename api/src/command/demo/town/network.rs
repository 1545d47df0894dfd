//! The operator's timetable: three lines, as GTFS Schedule files
//! (<https://gtfs.org/documentation/schedule/reference/>).

use std::{collections::BTreeMap, fmt::Write as _};

/// Minutes between two stops.
const MINUTES_PER_STOP: usize = 3;

/// A stop: its id, its name, and where it is (latitude, longitude).
type Stop = (&'static str, &'static str, f64, f64);

const STOPS: [Stop; 16] = [
    ("forges", "Les Forges", 44.7702, 3.2661),
    ("pont-vieux", "Pont-Vieux", 44.7745, 3.2729),
    ("gare", "Gare", 44.7789, 3.2793),
    ("beffroi", "Place du Beffroi", 44.7829, 3.2852),
    ("halles", "Les Halles", 44.7851, 3.2894),
    ("college", "Collège du Val", 44.7884, 3.2951),
    ("haute-rive", "Haute-Rive", 44.7921, 3.3010),
    ("plateau", "Le Plateau", 44.7963, 3.3082),
    ("hopital", "Hôpital", 44.7918, 3.2723),
    ("jardins", "Les Jardins", 44.7885, 3.2766),
    ("mairie", "Hôtel de Ville", 44.7853, 3.2815),
    ("aubrette", "Parc de l’Aubrette", 44.7801, 3.2899),
    ("piscine", "Piscine", 44.7772, 3.2952),
    ("tilleuls", "Les Tilleuls", 44.7740, 3.3012),
    ("morlys", "Étang de Morlys", 44.7694, 3.3030),
    ("val-bas", "Val-Bas", 44.7641, 3.3105),
];

/// A line: its id, what stands on the vehicle, its name, its `route_type`, its colour, and the stops on its way.
type Line = (
    &'static str,
    &'static str,
    &'static str,
    u8,
    &'static str,
    &'static [&'static str],
);

const LINES: [Line; 3] = [
    (
        "A",
        "A",
        "Hôpital – Les Tilleuls",
        0,
        "0B6E4F",
        &[
            "hopital", "jardins", "mairie", "beffroi", "aubrette", "piscine", "tilleuls",
        ],
    ),
    (
        "B",
        "B",
        "Les Forges – Le Plateau",
        0,
        "B3261E",
        &[
            "forges",
            "pont-vieux",
            "gare",
            "beffroi",
            "halles",
            "college",
            "haute-rive",
            "plateau",
        ],
    ),
    (
        "12",
        "12",
        "Gare – Val-Bas",
        3,
        "1F5FA8",
        &["gare", "beffroi", "piscine", "morlys", "val-bas"],
    ),
];

/// How many lines there are.
pub const LINE_COUNT: usize = LINES.len();

/// The timetable's files.
pub fn timetable() -> Vec<(&'static str, String)> {
    let mut files = BTreeMap::from([
        (
            "agency.txt",
            "agency_id,agency_name,agency_url,agency_timezone,agency_lang\n\
             tv,Transports de Valbourg,https://transports.valbourg.example/,Europe/Paris,fr\n"
                .to_owned(),
        ),
        (
            "calendar.txt",
            "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n\
             daily,1,1,1,1,1,1,1,20260101,20291231\n"
                .to_owned(),
        ),
        ("stops.txt", stops()),
    ]);
    let mut routes =
        "route_id,agency_id,route_short_name,route_long_name,route_type,route_color,route_text_color\n".to_owned();
    let mut trips = "route_id,service_id,trip_id,direction_id,trip_headsign\n".to_owned();
    let mut times = "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n".to_owned();
    for (id, short, long, kind, color, way) in LINES {
        // Writing to a String cannot fail.
        writeln!(routes, "{id},tv,{short},{long},{kind},{color},FFFFFF").ok();
        let back: Vec<&str> = way.iter().rev().copied().collect();
        for (direction, way) in [way, back.as_slice()].into_iter().enumerate() {
            let headsign = way.last().and_then(|id| name(id)).unwrap_or_default();
            writeln!(trips, "{id},daily,{id}-{direction},{direction},{headsign}").ok();
            for (position, stop) in way.iter().enumerate() {
                let minute = position * MINUTES_PER_STOP;
                writeln!(
                    times,
                    "{id}-{direction},08:{minute:02}:00,08:{minute:02}:00,{stop},{position}"
                )
                .ok();
            }
        }
    }
    files.extend([("routes.txt", routes), ("trips.txt", trips), ("stop_times.txt", times)]);
    files.into_iter().collect()
}

fn stops() -> String {
    let mut rows = "stop_id,stop_name,stop_lat,stop_lon\n".to_owned();
    for (id, name, latitude, longitude) in STOPS {
        writeln!(rows, "{id},{name},{latitude},{longitude}").ok();
    }
    rows
}

fn name(stop: &str) -> Option<&'static str> {
    STOPS.iter().find(|(id, ..)| *id == stop).map(|(_, name, ..)| *name)
}
