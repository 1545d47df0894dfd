use chrono::{DateTime, NaiveDate, Utc};

use super::*;
use crate::value::Recurrence;

fn local(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap()
}

fn at(text: &str) -> Timestamp {
    DateTime::parse_from_rfc3339(text).unwrap().with_timezone(&Utc)
}

fn year(year: i32) -> Window {
    let first = |year| {
        NaiveDate::from_ymd_opt(year, 1, 1)
            .unwrap()
            .and_time(chrono::NaiveTime::MIN)
            .and_utc()
    };
    Window {
        from: first(year),
        to: first(year + 1),
    }
}

fn event(start: &str, end: Option<&str>, rule: Option<&str>) -> EventDetail {
    EventDetail {
        starts_at: local(start),
        ends_at: end.map(local),
        time_zone: "Europe/Paris".to_owned(),
        all_day: false,
        recurrence: Recurrence {
            rule: rule.map(str::to_owned),
            ..Recurrence::default()
        },
    }
}

fn starts(event: &EventDetail, window: Window) -> Vec<String> {
    let dates = expand(event, window).unwrap();
    dates
        .iter()
        .map(|one| one.starts_at.format("%Y-%m-%dT%H:%MZ").to_string())
        .collect()
}

#[test]
fn the_wall_clock_holds_through_summer_time() {
    let market = event(
        "2026-03-21 08:00",
        Some("2026-03-21 13:00"),
        Some("FREQ=WEEKLY;COUNT=3"),
    );
    assert_eq!(
        starts(&market, year(2026)),
        ["2026-03-21T07:00Z", "2026-03-28T07:00Z", "2026-04-04T06:00Z"]
    );
    let autumn = event("2026-10-24 08:00", None, Some("FREQ=DAILY;COUNT=2"));
    assert_eq!(starts(&autumn, year(2026)), ["2026-10-24T06:00Z", "2026-10-25T07:00Z"]);
}

#[test]
fn an_hour_that_is_skipped_moves_forward_and_one_shown_twice_counts_once() {
    let night = event("2026-03-29 02:30", None, None);
    assert_eq!(
        starts(&night, year(2026)),
        ["2026-03-29T01:30Z"],
        "03:30 by the new clocks"
    );
    let night = event("2026-10-25 02:30", None, None);
    assert_eq!(
        starts(&night, year(2026)),
        ["2026-10-25T00:30Z"],
        "the first of the two"
    );
}

#[test]
fn a_date_can_last_over_the_change_of_clocks() {
    let ball = event("2026-03-28 22:00", Some("2026-03-29 04:00"), None);
    let dates = expand(&ball, year(2026)).unwrap();
    assert_eq!(dates[0].ends_at - dates[0].starts_at, Duration::hours(5));
}

#[test]
fn excluded_dates_are_left_out() {
    let mut market = event("2026-01-03 08:00", None, Some("FREQ=WEEKLY;COUNT=3"));
    market.recurrence.excluded = vec![local("2026-01-10 08:00")];
    assert_eq!(starts(&market, year(2026)), ["2026-01-03T07:00Z", "2026-01-17T07:00Z"]);
}

#[test]
fn a_moved_date_keeps_its_name_and_a_cancelled_one_is_said() {
    let mut market = event(
        "2026-01-03 08:00",
        Some("2026-01-03 12:00"),
        Some("FREQ=WEEKLY;COUNT=3"),
    );
    market.recurrence.overrides = vec![
        Override {
            date: local("2026-01-10 08:00"),
            status: OccurrenceStatus::Moved,
            starts_at: Some(local("2026-01-11 09:00")),
            ends_at: None,
            note: None,
        },
        Override {
            date: local("2026-01-17 08:00"),
            status: OccurrenceStatus::Cancelled,
            starts_at: None,
            ends_at: None,
            note: None,
        },
    ];
    let dates = expand(&market, year(2026)).unwrap();
    assert_eq!(dates.len(), 3);
    assert_eq!(dates[1].date, local("2026-01-10 08:00"));
    assert_eq!(dates[1].starts_at, at("2026-01-11T08:00:00Z"));
    assert_eq!(
        dates[1].ends_at,
        at("2026-01-11T12:00:00Z"),
        "it lasts as long as the others"
    );
    assert_eq!(dates[2].status, OccurrenceStatus::Cancelled);
}

#[test]
fn a_date_moved_into_the_window_is_seen_in_it() {
    let mut fair = event("2025-12-30 10:00", None, Some("FREQ=YEARLY"));
    fair.recurrence.overrides = vec![Override {
        date: local("2025-12-30 10:00"),
        status: OccurrenceStatus::Moved,
        starts_at: Some(local("2026-01-02 10:00")),
        ends_at: None,
        note: None,
    }];
    assert_eq!(starts(&fair, year(2026)), ["2026-01-02T09:00Z", "2026-12-30T09:00Z"]);
}

#[test]
fn the_first_saturday_of_the_month() {
    let fair = event("2026-01-03 10:00", None, Some("FREQ=MONTHLY;BYDAY=1SA;COUNT=3"));
    assert_eq!(
        starts(&fair, year(2026)),
        ["2026-01-03T09:00Z", "2026-02-07T09:00Z", "2026-03-07T09:00Z"]
    );
}

#[test]
fn whole_days_follow_the_local_calendar() {
    let mut feast = event("2026-10-24 00:00", None, Some("FREQ=DAILY;COUNT=2"));
    feast.all_day = true;
    let dates = expand(&feast, year(2026)).unwrap();
    assert_eq!(dates[1].starts_at, at("2026-10-24T22:00:00Z"));
    assert_eq!(
        dates[1].ends_at - dates[1].starts_at,
        Duration::hours(25),
        "the day of the change is long"
    );
}

#[test]
fn until_is_read_in_utc_by_the_wall_clock_and_as_a_day() {
    for (until, dates) in [
        ("20260110T070000Z", 2),
        ("20260110T065959Z", 1),
        ("20260110T080000", 2),
        ("20260110T075959", 1),
        ("20260110", 2),
        ("20260109", 1),
    ] {
        let market = event("2026-01-03 08:00", None, Some(&format!("FREQ=WEEKLY;UNTIL={until}")));
        assert_eq!(starts(&market, year(2026)).len(), dates, "{until}");
    }
}

#[test]
fn only_what_touches_the_window_is_given_and_never_more_than_the_limit() {
    let daily = event("2020-01-01 08:00", Some("2020-01-01 09:00"), Some("FREQ=DAILY"));
    assert_eq!(expand(&daily, year(2026)).unwrap().len(), 365);
    let minutely = event("2026-01-01 00:00", None, Some("FREQ=MINUTELY;COUNT=100000"));
    assert_eq!(expand(&minutely, year(2026)).unwrap().len(), MAX_OCCURRENCES);
}

#[test]
fn what_cannot_be_read_is_a_problem_in_both_languages() {
    let codes = |event: &EventDetail| {
        validate(event)
            .iter()
            .map(|p| (p.code, p.path.clone()))
            .collect::<Vec<_>>()
    };
    for rule in [
        "",
        "FREQ=SOMETIMES",
        "BYDAY=SA",
        "FREQ=WEEKLY;UNTIL=tomorrow",
        "FREQ=DAILY;INTERVAL=-1",
        &"X".repeat(600),
    ] {
        let wrong = event("2026-01-03 08:00", None, Some(rule));
        assert_eq!(
            codes(&wrong),
            [(ProblemCode::Invalid, "event.rule".to_owned())],
            "{rule}"
        );
        assert!(expand(&wrong, year(2026)).is_err());
    }
    let endless = event("2026-01-03 08:00", None, Some("FREQ=SECONDLY"));
    assert_eq!(codes(&endless), [(ProblemCode::OutOfRange, "event.rule".to_owned())]);
    let mut nowhere = event("2026-01-03 08:00", Some("2026-01-02 08:00"), None);
    nowhere.time_zone = "Europe/Valbourg".to_owned();
    assert_eq!(codes(&nowhere).len(), 2);
    assert!(
        validate(&event(
            "2026-01-03 08:00",
            Some("2026-01-03 09:00"),
            Some("FREQ=WEEKLY")
        ))
        .is_empty()
    );
}
