use chrono::TimeZone as _;
use chrono_tz::Europe::Paris;

use super::*;

/// `2026-06-14 14:30` in Paris.
fn at(local: &str) -> Timestamp {
    let local = NaiveDateTime::parse_from_str(local, "%Y-%m-%d %H:%M").unwrap_or_default();
    Paris
        .from_local_datetime(&local)
        .earliest()
        .map(|at| at.to_utc())
        .unwrap_or_default()
}

fn told(start: &str, end: &str, all_day: bool) -> [String; 2] {
    let date = When {
        start: at(start),
        end: (!end.is_empty()).then(|| at(end)),
        all_day,
    };
    [Tongue::French, Tongue::English].map(|tongue| spaced(&when(&date, Paris, Seen::AnyTime, tongue)))
}

fn lasting(start: &str, end: &str, seen: Seen) -> [String; 2] {
    let bound = |at_: &str| (!at_.is_empty()).then(|| at(at_));
    let span = Period {
        start: bound(start),
        end: bound(end),
    };
    [Tongue::French, Tongue::English].map(|tongue| spaced(&period(&span, Paris, seen, tongue).unwrap_or_default()))
}

/// No-break spaces made visible.
fn spaced(text: &str) -> String {
    text.replace(crate::text::NO_BREAK, "~")
}

#[test]
fn one_day() {
    for (start, end, all_day, french, english) in [
        (
            "2026-06-13 14:00",
            "2026-06-13 18:00",
            false,
            "samedi 13~juin 2026 de 14~h à 18~h",
            "Saturday 13~June 2026, 2–6~pm",
        ),
        (
            "2026-06-13 10:00",
            "2026-06-13 12:30",
            false,
            "samedi 13~juin 2026 de 10~h à 12~h~30",
            "Saturday 13~June 2026, 10~am–12:30~pm",
        ),
        (
            "2026-06-13 12:00",
            "2026-06-14 00:00",
            false,
            "samedi 13~juin 2026 de 12~h à minuit",
            "Saturday 13~June 2026, noon–midnight",
        ),
        (
            "2026-06-13 21:05",
            "2026-06-14 02:00",
            false,
            "samedi 13~juin 2026 de 21~h~05 à 2~h",
            "Saturday 13~June 2026, 9:05~pm–2~am",
        ),
        (
            "2026-05-01 14:30",
            "",
            false,
            "vendredi 1er~mai 2026 à 14~h~30",
            "Friday 1~May 2026, 2:30~pm",
        ),
        (
            "2026-08-01 00:00",
            "2026-08-02 00:00",
            true,
            "samedi 1er~août 2026",
            "Saturday 1~August 2026",
        ),
        (
            "2026-08-01 00:00",
            "",
            true,
            "samedi 1er~août 2026",
            "Saturday 1~August 2026",
        ),
    ] {
        assert_eq!(told(start, end, all_day), [french, english]);
    }
}

#[test]
fn several_days() {
    for (start, end, all_day, french, english) in [
        (
            "2026-05-03 00:00",
            "2026-05-06 00:00",
            true,
            "du 3 au 5~mai 2026",
            "3–5~May 2026",
        ),
        (
            "2026-05-01 00:00",
            "2026-05-04 00:00",
            true,
            "du 1er au 3~mai 2026",
            "1–3~May 2026",
        ),
        (
            "2026-04-30 00:00",
            "2026-05-03 00:00",
            true,
            "du 30~avril au 2~mai 2026",
            "30~April – 2~May 2026",
        ),
        (
            "2026-12-30 00:00",
            "2027-01-03 00:00",
            true,
            "du 30~décembre 2026 au 2~janvier 2027",
            "30~December 2026 – 2~January 2027",
        ),
        (
            "2026-06-13 14:00",
            "2026-06-15 18:30",
            false,
            "du samedi 13~juin à 14~h au lundi 15~juin 2026 à 18~h~30",
            "Saturday 13~June, 2~pm – Monday 15~June 2026, 6:30~pm",
        ),
    ] {
        assert_eq!(told(start, end, all_day), [french, english]);
    }
}

#[test]
fn periods_that_are_open_on_one_side() {
    let any = Seen::AnyTime;
    assert_eq!(
        lasting("", "2026-12-25 00:00", any),
        ["jusqu’au 24~décembre 2026", "until 24~December 2026"]
    );
    assert_eq!(
        lasting("", "2026-12-24 18:00", any),
        ["jusqu’au 24~décembre 2026 à 18~h", "until 24~December 2026, 6~pm"]
    );
    assert_eq!(
        lasting("2026-05-03 05:00", "", any),
        ["à partir du 3~mai 2026 à 5~h", "from 3~May 2026, 5~am"]
    );
    assert_eq!(
        lasting("2026-05-03 00:00", "2026-05-06 00:00", any),
        ["du 3 au 5~mai 2026", "3–5~May 2026"]
    );
    assert_eq!(period(&Period::default(), Paris, any, Tongue::French), None);
}

#[test]
fn near_days_have_names() {
    let seen = Seen::at(at("2026-12-24 09:00"), Paris);
    assert_eq!(lasting("", "2026-12-24 18:00", seen), ["jusqu’à 18~h", "until 6~pm"]);
    assert_eq!(
        lasting("", "2026-12-25 00:00", seen),
        ["jusqu’à minuit", "until midnight"]
    );
    assert_eq!(
        lasting("", "2026-12-26 00:00", seen),
        ["jusqu’à demain inclus", "until the end of tomorrow"]
    );
    assert_eq!(
        lasting("", "2026-12-25 18:00", seen),
        ["jusqu’à demain à 18~h", "until tomorrow, 6~pm"]
    );
    assert_eq!(
        lasting("2026-12-20 06:00", "2026-12-29 00:00", seen),
        ["jusqu’au 28~décembre", "until 28~December"]
    );
    assert_eq!(
        lasting("2026-12-25 05:00", "", seen),
        ["demain à partir de 5~h", "from tomorrow, 5~am"]
    );
    assert_eq!(
        lasting("2026-12-24 00:00", "", seen),
        ["à partir d’aujourd’hui", "from today"]
    );
    assert_eq!(
        lasting("2026-12-24 14:00", "2026-12-24 18:00", seen),
        ["aujourd’hui de 14~h à 18~h", "today, 2–6~pm"]
    );
    assert_eq!(
        lasting("2026-12-28 00:00", "2027-01-03 00:00", seen),
        [
            "du 28~décembre 2026 au 2~janvier 2027",
            "28~December 2026 – 2~January 2027"
        ]
    );
}

#[test]
fn the_zone_decides_the_day() {
    let late = When {
        start: at("2026-06-13 23:30"),
        end: None,
        all_day: false,
    };
    let utc = when(&late, Tz::UTC, Seen::AnyTime, Tongue::French);
    assert_eq!(spaced(&utc), "samedi 13~juin 2026 à 21~h~30");
    // The night clocks go back in Paris: 2:30 exists twice, and the length of the day does not matter.
    assert_eq!(
        told("2026-10-24 22:00", "2026-10-25 02:30", false)[0],
        "samedi 24~octobre 2026 de 22~h à 2~h~30"
    );
}
