//! A zone of the IANA database as `VTIMEZONE` (RFC 5545 §3.6.5): each change of its clocks around the events.

use chrono::{Datelike as _, Duration, NaiveDate, NaiveDateTime, Offset as _, TimeZone as _};
use chrono_tz::{OffsetComponents as _, OffsetName as _, Tz};

use super::lines::{self, Lines};
use crate::clock::Timestamp;

/// Years ahead of the present for which changes are told; readers know the zones by their names for the rest.
const YEARS_AHEAD: i32 = 3;
/// Years behind.
const MOST_YEARS_BEHIND: i32 = 10;
/// Between two looks at the clocks: no zone changes them twice within it.
const STEP: Duration = Duration::days(7);
/// Clocks change at whole seconds.
const SECOND: Duration = Duration::seconds(1);

/// The clocks, from an instant on.
struct Observance {
    /// In UTC.
    from: NaiveDateTime,
    /// Seconds before it.
    before: i32,
    /// Seconds from then on.
    after: i32,
    name: String,
    summer: bool,
}

pub(super) fn write(lines: &mut Lines, name: &str, zone: Tz, earliest: Option<NaiveDateTime>, now: Timestamp) {
    let year = now.year();
    let first = earliest
        .map_or(year, |at| at.year())
        .clamp(year - MOST_YEARS_BEHIND, year);
    lines.put("BEGIN", "VTIMEZONE");
    lines.put("TZID", name);
    for one in observances(zone, first, year + YEARS_AHEAD) {
        let component = if one.summer { "DAYLIGHT" } else { "STANDARD" };
        lines.put("BEGIN", component);
        let start = one.from + SECOND * one.before;
        lines.put("DTSTART", &lines::local(start));
        lines.put("TZOFFSETFROM", &offset(one.before));
        lines.put("TZOFFSETTO", &offset(one.after));
        lines.put("TZNAME", &one.name);
        lines.put("END", component);
    }
    lines.put("END", "VTIMEZONE");
}

fn observances(zone: Tz, first_year: i32, last_year: i32) -> Vec<Observance> {
    let midnight = |year: i32| {
        NaiveDate::from_ymd_opt(year, 1, 1)
            .unwrap_or_default()
            .and_time(chrono::NaiveTime::MIN)
    };
    let (mut at, end) = (midnight(first_year), midnight(last_year + 1));
    let mut all = vec![observance(zone, at, seconds(zone, at))];
    while at < end {
        let next = at + STEP;
        let before = seconds(zone, at);
        if seconds(zone, next) != before {
            let change = first_with_another(zone, at, next);
            all.push(observance(zone, change, before));
        }
        at = next;
    }
    all
}

/// The first second at which the clocks are not what they were at `low`.
fn first_with_another(zone: Tz, mut low: NaiveDateTime, mut high: NaiveDateTime) -> NaiveDateTime {
    let before = seconds(zone, low);
    while high - low > SECOND {
        let middle = low + (high - low) / 2;
        if seconds(zone, middle) == before {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

fn observance(zone: Tz, from: NaiveDateTime, before: i32) -> Observance {
    let offset = zone.offset_from_utc_datetime(&from);
    Observance {
        from,
        before,
        after: offset.fix().local_minus_utc(),
        name: offset.abbreviation().unwrap_or_default().to_owned(),
        summer: !offset.dst_offset().is_zero(),
    }
}

fn seconds(zone: Tz, at: NaiveDateTime) -> i32 {
    zone.offset_from_utc_datetime(&at).fix().local_minus_utc()
}

/// `+0200` (§3.3.14).
fn offset(seconds: i32) -> String {
    let (sign, minutes) = (if seconds < 0 { '-' } else { '+' }, seconds.abs() / 60);
    format!("{sign}{:02}{:02}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(zone: Tz) -> String {
        let mut lines = Lines::default();
        let now = chrono::DateTime::from_timestamp(1_780_000_000, 0).unwrap();
        write(&mut lines, zone.name(), zone, None, now);
        String::from_utf8(lines.finish()).unwrap()
    }

    #[test]
    fn the_clocks_of_paris_change_when_they_do() {
        let paris = written(Tz::Europe__Paris);
        let spring =
            "BEGIN:DAYLIGHT\r\nDTSTART:20260329T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nTZNAME:CEST\r\n";
        let autumn =
            "BEGIN:STANDARD\r\nDTSTART:20261025T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nTZNAME:CET\r\n";
        assert!(paris.contains(spring) && paris.contains(autumn), "{paris}");
    }

    #[test]
    fn a_zone_that_never_changes_has_one_observance() {
        let reunion = written(Tz::Indian__Reunion);
        assert_eq!(reunion.matches("BEGIN:STANDARD").count(), 1);
        assert!(reunion.contains("TZOFFSETTO:+0400"));
    }
}
