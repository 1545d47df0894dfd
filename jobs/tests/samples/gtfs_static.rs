//! Timetables: the tables row by row as the reference reader found them, and the network made of them.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Cursor, Read as _, Write as _},
    path::Path,
};

use beffroi_jobs::sources::{
    SourceError,
    gtfs_static::{
        archive::{Archive, BOUNDS},
        color, parse,
    },
};
use beffroi_schema::value::{Content, Mode, TransitNetwork};
use bytes::Bytes;
use serde_json::Value;
use zip::{ZipArchive, ZipWriter, write::SimpleFileOptions};

use crate::{folder, truth};

#[test]
fn every_timetable_says_what_the_reference_reader_found() {
    let Some(folder) = folder() else { return };
    println!(
        "{:<54} {:>6} {:>6} {:>7} {:>7}  agrees",
        "file", "lines", "stops", "served", "courses"
    );
    let mut files = 0;
    for (file, wanted) in truth(&folder, "gtfs-static.json") {
        let body = body(&folder.join(&file));
        files += 1;
        if wanted["parse"] == "error" {
            assert!(matches!(parse(body), Err(SourceError::Unreadable(_))), "{file}");
            println!("{file:<54} {:>6} {:>6} {:>7} {:>7}  yes (refused)", "-", "-", "-", "-");
            continue;
        }
        assert_tables(&file, &body, &wanted);
        let Content::Transit(network) = parse(body).unwrap().content else {
            panic!("{file}: not a network")
        };
        assert_network(&file, &network, &wanted);
        let courses = network.lines.iter().filter(|line| line.shape.is_some()).count();
        println!(
            "{file:<54} {:>6} {:>6} {:>7} {courses:>7}  yes",
            network.lines.len(),
            network.stops.len(),
            network.served.len()
        );
    }
    assert!(files > 0, "no file at all");
}

/// The archive; a folder is packed first.
fn body(path: &Path) -> Bytes {
    if !path.is_dir() {
        return std::fs::read(path).unwrap().into();
    }
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for file in std::fs::read_dir(path).unwrap() {
        let file = file.unwrap();
        zip.start_file(file.file_name().to_string_lossy(), SimpleFileOptions::default())
            .unwrap();
        zip.write_all(&std::fs::read(file.path()).unwrap()).unwrap();
    }
    zip.finish().unwrap().into_inner().into()
}

fn assert_tables(file: &str, body: &Bytes, wanted: &Value) {
    let mut archive = Archive::open(body.clone(), BOUNDS).unwrap();
    let listed: BTreeSet<String> = serde_json::from_value(wanted["files"].clone()).unwrap();
    assert_eq!(
        archive.files().iter().cloned().collect::<BTreeSet<_>>(),
        listed,
        "{file}"
    );
    let root = listed
        .iter()
        .filter_map(|name| name.strip_suffix("routes.txt"))
        .find(|root| root.is_empty() || root.ends_with('/'))
        .unwrap();
    let tables = wanted
        .as_object()
        .unwrap()
        .iter()
        .filter(|(name, _)| name.strip_suffix(".txt").is_some());
    for (table, wanted) in tables {
        let rows = archive.table(table, |_| {}).unwrap();
        assert_eq!(rows, wanted["rows"].as_u64(), "{file} {table}");
        assert_eq!(
            has_mark(body, &format!("{root}{table}")),
            wanted["bom"].as_bool().unwrap(),
            "{file} {table}"
        );
    }
    assert_fields(&mut archive, "agency.txt", &wanted["agency.txt"]["agencies"], file);
    assert_fields(&mut archive, "routes.txt", &wanted["routes.txt"]["routes"], file);
    let types = column(&mut archive, "routes.txt", "route_type");
    assert_eq!(
        types
            .iter()
            .collect::<BTreeSet<_>>()
            .into_iter()
            .map(String::as_str)
            .collect::<Vec<_>>(),
        strings(&wanted["routes.txt"]["route_types"]),
        "{file}"
    );
    let colored = column(&mut archive, "routes.txt", "route_color")
        .iter()
        .filter(|color| !color.is_empty())
        .count();
    assert_eq!(
        Some(colored as u64),
        wanted["routes.txt"]["with_color"].as_u64(),
        "{file}"
    );
}

/// Whether a file begins with a UTF-8 byte order mark.
fn has_mark(body: &Bytes, name: &str) -> bool {
    let mut zip = ZipArchive::new(Cursor::new(body.clone())).unwrap();
    let mut start = [0; 3];
    zip.by_name(name).unwrap().read_exact(&mut start).is_ok() && start == *b"\xEF\xBB\xBF"
}

/// Every field of every row that the reference lists; it has `null` for a column that is not there, we have nothing.
fn assert_fields(archive: &mut Archive, table: &str, wanted: &Value, file: &str) {
    let wanted: Vec<BTreeMap<String, Option<String>>> = serde_json::from_value(wanted.clone()).unwrap();
    let mut rows = wanted.iter();
    archive
        .table(table, |row| {
            let wanted = rows.next().unwrap_or_else(|| panic!("{file}: {row:?} is too many"));
            for (name, value) in wanted {
                assert_eq!(
                    row.text(name),
                    value.as_deref().unwrap_or_default(),
                    "{file} {row:?} {name}"
                );
            }
        })
        .unwrap();
    assert_eq!(rows.len(), 0, "{file} {table}");
}

fn column(archive: &mut Archive, table: &str, name: &str) -> Vec<String> {
    let mut fields = Vec::new();
    archive
        .table(table, |row| fields.push(row.text(name).into_owned()))
        .unwrap();
    fields
}

fn strings(list: &Value) -> Vec<&str> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|one| one.as_str().unwrap())
        .collect()
}

/// The network has all of it, in our words.
fn assert_network(file: &str, network: &TransitNetwork, wanted: &Value) {
    let agencies: Vec<&str> = network.agencies.iter().map(|agency| agency.key.as_str()).collect();
    let listed: Vec<&str> = wanted["agency.txt"]["agencies"]
        .as_array()
        .unwrap()
        .iter()
        .map(|agency| agency["agency_id"].as_str().unwrap())
        .collect();
    assert_eq!(agencies, listed, "{file}");
    let routes = wanted["routes.txt"]["routes"].as_array().unwrap();
    assert_eq!(network.lines.len(), routes.len(), "{file}");
    for route in routes {
        let text = |name: &str| route[name].as_str().unwrap_or_default();
        let line = network.lines.iter().find(|line| line.key == text("route_id")).unwrap();
        assert_eq!(
            (line.short_name.as_str(), line.long_name.as_str()),
            (text("route_short_name"), text("route_long_name")),
            "{file}"
        );
        let said = |name: &str, default: &str| {
            if text(name).is_empty() {
                default.to_owned()
            } else {
                text(name).to_ascii_uppercase()
            }
        };
        assert_eq!(line.color, said("route_color", "FFFFFF"), "{file}");
        assert!(
            color::contrast(&line.color, &line.text_color) >= 4.5,
            "{file}: {line:?}"
        );
        let wanted_text = said("route_text_color", "000000");
        assert!(
            line.text_color == wanted_text || color::contrast(&line.color, &wanted_text) < 4.5,
            "{file}: {line:?}"
        );
        assert_ne!(line.mode, Mode::Other, "{file}");
    }
    let mut kinds: BTreeMap<String, u64> = BTreeMap::new();
    for stop in &network.stops {
        *kinds.entry(stop.location_type.to_string()).or_default() += 1;
    }
    assert_eq!(
        serde_json::to_value(kinds).unwrap(),
        wanted["stops.txt"]["location_types"],
        "{file}"
    );
}
