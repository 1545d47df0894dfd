//! Archives as they should not be.

use std::io::{Cursor, Write as _};

use beffroi_schema::value::{Issue, Mode, TransitLine, TransitStop};
use proptest::prelude::*;
use zip::{ZipWriter, write::SimpleFileOptions};

use super::{read as read_archive, *};

const AGENCY: &str = "agency_id,agency_name,agency_url,agency_timezone\nA,Réseau,https://example.org,Europe/Paris\n";
const ROUTES: &str = "route_id,route_short_name,route_long_name,route_type,route_color,route_text_color,route_sort_order\nB,B,Gare - Port,0,0055A4,000000,2\n1,1,Marché - Hôpital,3,,,1\n";
const STOPS: &str = "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station\nG,Gare,48.39,-4.48,1,\nG1,Gare,48.39,-4.48,0,G\nP,Port,48.38,-4.49,,\n";
const TRIPS: &str =
    "route_id,service_id,trip_id,direction_id,shape_id\nB,S,t1,0,x\nB,S,t2,0,y\nB,S,t3,0,y\nB,S,t4,1,z\n1,S,t5,,\n";
const STOP_TIMES: &str = "trip_id,stop_id,stop_sequence\nt1,G1,1\nt2,G1,1\nt2,P,2\nt5,P,1\n";
const SHAPES: &str = "shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence\nx,1,1,1\nx,2,2,2\ny,48.39,-4.48,2\ny,48.38,-4.49,10\nz,48.38,-4.49,1\nz,48.39,-4.48,2\n";

fn feed() -> Vec<(&'static str, String)> {
    let files = [
        ("agency.txt", AGENCY),
        ("routes.txt", ROUTES),
        ("stops.txt", STOPS),
        ("trips.txt", TRIPS),
        ("stop_times.txt", STOP_TIMES),
        ("shapes.txt", SHAPES),
    ];
    files.into_iter().map(|(name, text)| (name, text.to_owned())).collect()
}

fn zipped<N: AsRef<str>, T: AsRef<[u8]>>(files: &[(N, T)]) -> Bytes {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in files {
        zip.start_file(name.as_ref(), SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_ref()).unwrap();
    }
    zip.finish().unwrap().into_inner().into()
}

fn read(body: Bytes) -> (TransitNetwork, Vec<Issue>) {
    let snapshot = parse(body).unwrap();
    let Content::Transit(network) = snapshot.content else {
        panic!("not a network")
    };
    (network, snapshot.issues)
}

/// The feed with one file replaced (or, with none, left out).
fn with(name: &str, text: Option<&str>) -> (TransitNetwork, Vec<Issue>) {
    let mut files = feed();
    files.retain(|(other, _)| *other != name);
    let replaced = text.map(|text| (name, text.to_owned()));
    read(zipped(&files.into_iter().chain(replaced).collect::<Vec<_>>()))
}

fn codes(issues: &[Issue]) -> Vec<IssueCode> {
    issues.iter().map(|issue| issue.code).collect()
}

fn names(lines: &[TransitLine]) -> Vec<&str> {
    lines.iter().map(|line| line.short_name.as_str()).collect()
}

#[test]
fn a_feed_is_lines_stops_and_how_they_belong_together() {
    let (network, issues) = read(zipped(&feed()));
    assert_eq!(issues, []);
    assert_eq!(names(&network.lines), ["1", "B"], "in route_sort_order");
    let [bus, tram] = &network.lines[..] else { panic!() };
    assert_eq!(
        (tram.mode, tram.color.as_str(), tram.text_color.as_str()),
        (Mode::Tram, "0055A4", "FFFFFF")
    );
    assert_eq!(
        (bus.mode, bus.color.as_str(), bus.text_color.as_str()),
        (Mode::Bus, "FFFFFF", "000000")
    );
    assert_eq!(tram.agency.as_deref(), Some("A"), "the only one");
    let pair = |line: &str, stop: &str| (line.to_owned(), stop.to_owned());
    assert_eq!(network.served, [pair("1", "P"), pair("B", "G1"), pair("B", "P")]);
    assert_eq!(network.stops[1].parent.as_deref(), Some("G"));
    let shape = serde_json::to_value(tram.shape.as_ref().unwrap()).unwrap();
    assert_eq!(
        shape["coordinates"],
        serde_json::json!([[[-4.48, 48.39], [-4.49, 48.38]], [[-4.49, 48.38], [-4.48, 48.39]]])
    );
    assert_eq!(bus.shape, None);
}

#[test]
fn byte_order_marks_spaces_quotes_and_old_code_pages_are_read() {
    let routes =
        "\u{feff}route_id , route_short_name,route_long_name,route_type\r\n B , \"B\" ,\"Gare, Port\",0\r\n\r\n";
    let (network, _) = with("routes.txt", Some(routes));
    assert_eq!(
        (network.lines[0].key.as_str(), network.lines[0].long_name.as_str()),
        ("B", "Gare, Port")
    );
    let mut files: Vec<(&str, Vec<u8>)> = feed()
        .into_iter()
        .map(|(name, text)| (name, text.into_bytes()))
        .collect();
    files[1].1 = b"route_id,route_long_name,route_type\n1,H\xf4pital,3\n".to_vec();
    assert_eq!(read(zipped(&files)).0.lines[0].long_name, "Hôpital");
}

#[test]
fn a_feed_in_a_folder_is_found_and_the_second_is_named() {
    let inside = |folder: &str| {
        feed()
            .into_iter()
            .map(|(name, text)| (format!("{folder}{name}"), text))
            .collect::<Vec<_>>()
    };
    let (network, issues) = read(zipped(&inside("export/2026/")));
    assert_eq!((network.lines.len(), codes(&issues)), (2, Vec::new()));
    let mut two = inside("b/");
    let mut first = inside("a/");
    first[1].1 = ROUTES.lines().take(2).collect::<Vec<_>>().join("\n");
    two.extend(first);
    two.push(("__MACOSX/._routes.txt".to_owned(), String::new()));
    let (network, issues) = read(zipped(&two));
    assert_eq!(names(&network.lines), ["B"]);
    assert!(codes(&issues).contains(&IssueCode::SeveralFeeds), "{issues:?}");
}

#[test]
fn bad_rows_are_left_out_and_named() {
    let (network, issues) = with(
        "routes.txt",
        Some("route_id,route_type,route_color,agency_id\nB,0,red,A\n,3,,\nB,3,,\nC\nD,3,,nobody\n"),
    );
    assert_eq!(
        network.lines.iter().map(|line| line.key.as_str()).collect::<Vec<_>>(),
        ["B", "C", "D"]
    );
    for code in [
        IssueCode::CodeUnknown,
        IssueCode::Unreadable,
        IssueCode::DuplicateKey,
        IssueCode::Unresolved,
    ] {
        assert!(codes(&issues).contains(&code), "{code}: {issues:?}");
    }
    let stops = "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station\nA,Sans lieu,,,,\nB,Nulle part,0,0,,\nC,Hors du monde,-100,-200,,\nD,,48.3,-4.4,9,A\nE,Orphelin,48.3,-4.4,0,X\nF,,,,3,D\n";
    let (network, issues) = with("stops.txt", Some(stops));
    let points: Vec<bool> = network.stops.iter().map(|stop| stop.point.is_some()).collect();
    assert_eq!(points, [false, false, false, true, true, false]);
    let TransitStop {
        name,
        location_type,
        parent,
        ..
    } = &network.stops[3];
    assert_eq!(
        (name.as_str(), *location_type, parent.as_deref()),
        ("Sans lieu", 0, Some("A"))
    );
    assert_eq!(network.stops[4].parent, None);
    assert_eq!(
        codes(&issues)
            .iter()
            .filter(|code| **code == IssueCode::CoordinatesMissing)
            .count(),
        3
    );
}

#[test]
fn absent_tables_are_named_and_the_rest_is_read() {
    for name in ["agency.txt", "stops.txt", "trips.txt", "stop_times.txt"] {
        let (network, issues) = with(name, None);
        assert_eq!(network.lines.len(), 2);
        assert!(
            issues
                .iter()
                .any(|issue| issue.code == IssueCode::FileMissing && issue.detail == name),
            "{name}: {issues:?}"
        );
    }
    assert_eq!(with("shapes.txt", None).1, []);
}

#[test]
fn what_is_no_feed_is_refused() {
    let nothing: [(&str, &str); 1] = [("readme.txt", "hello")];
    let mut cut = zipped(&feed()).to_vec();
    cut.truncate(cut.len() / 2);
    for body in [
        Bytes::from_static(b"<html></html>"),
        Bytes::new(),
        zipped(&nothing),
        cut.into(),
    ] {
        let refused = parse(body);
        assert!(matches!(refused, Err(SourceError::Unreadable(_))), "{refused:?}");
    }
}

#[test]
fn bombs_are_refused() {
    let open_quote = format!("route_id,route_type\n\"{}", "x,\n".repeat(20_000));
    let rows = format!("trip_id,stop_id\n{}", "a,b\n".repeat(60));
    let many: Vec<(String, &str)> = (0..30).map(|n| (n.to_string(), "")).collect();
    let bounds = Bounds {
        unpacked_bytes: 200_000,
        rows: 50,
        files: 20,
        row_bytes: 20_000,
    };
    let with_times = |table: &str| zipped(&[("routes.txt", ROUTES), ("stop_times.txt", table)]);
    let fat = format!("trip_id,stop_id\n{}", format!("t,{}\n", "0".repeat(10_000)).repeat(30));
    for (bomb, limit) in [
        (zipped(&[("routes.txt", open_quote)]), "one row"),
        (with_times(&rows), "rows"),
        (with_times(&fat), "unpacked"),
        (zipped(&many), "files"),
    ] {
        match read_archive(bomb, bounds) {
            Err(SourceError::TooLarge { limit: reached }) => assert!(reached.contains(limit), "{reached}"),
            other => panic!("{limit}: {other:?}"),
        }
    }
    assert!(read_archive(zipped(&feed()), bounds).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn damaged_archives_never_panic(flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8), table in 0_usize..6) {
        let mut files: Vec<(&str, Vec<u8>)> = feed().into_iter().map(|(name, text)| (name, text.into_bytes())).collect();
        let text = &mut files[table].1;
        for (place, byte) in &flips {
            let place = place.index(text.len());
            text[place] = *byte;
        }
        let _ = parse(zipped(&files));
        let mut body = zipped(&files).to_vec();
        for (place, byte) in flips {
            let place = place.index(body.len());
            body[place] = byte;
        }
        let _ = parse(body.into());
    }
}
