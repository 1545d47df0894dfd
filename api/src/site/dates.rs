//! Dates as people write them, in French and in English.

use beffroi_schema::{clock::Timestamp, recurrence::Occurrence};
use chrono::{DateTime, Datelike as _, TimeZone as _, Timelike as _};
use chrono_tz::Tz;

const DAYS_FR: [&str; 7] = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"];
const DAYS_EN: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];
const MONTHS_FR: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];
const MONTHS_EN: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// An instant by the clocks of `zone`; of Greenwich, when there is no such zone.
fn local(at: Timestamp, zone: &str) -> DateTime<Tz> {
    let zone: Tz = zone.parse().unwrap_or(Tz::UTC);
    zone.from_utc_datetime(&at.naive_utc())
}

fn day(at: &DateTime<Tz>, french: bool) -> String {
    let (days, months) = if french {
        (DAYS_FR, MONTHS_FR)
    } else {
        (DAYS_EN, MONTHS_EN)
    };
    let weekday = at.weekday().num_days_from_monday();
    let name = days.get(weekday as usize).copied().unwrap_or_default();
    let month = months.get(at.month0() as usize).copied().unwrap_or_default();
    let first = if french && at.day() == 1 { "er" } else { "" };
    format!("{name} {}{first} {month} {}", at.day(), at.year())
}

fn hour(at: &DateTime<Tz>, french: bool) -> String {
    let joint = if french { "\u{a0}h\u{a0}" } else { ":" };
    format!("{}{joint}{:02}", at.hour(), at.minute())
}

/// `samedi 6 juin 2026, 8 h 00`.
pub(super) fn moment(at: Timestamp, zone: &str, french: bool) -> String {
    let at = local(at, zone);
    format!("{}, {}", day(&at, french), hour(&at, french))
}

/// `samedi 6 juin 2026, 8 h 00 – 12 h 30`; days alone for what lasts whole days.
pub(super) fn span(date: &Occurrence, zone: &str, all_day: bool, french: bool) -> String {
    let (start, end) = (local(date.starts_at, zone), local(date.ends_at, zone));
    if all_day {
        return day(&start, french);
    }
    let from = format!("{}, {}", day(&start, french), hour(&start, french));
    if date.starts_at == date.ends_at {
        from
    } else if start.date_naive() == end.date_naive() {
        format!("{from} – {}", hour(&end, french))
    } else {
        format!("{from} – {}, {}", day(&end, french), hour(&end, french))
    }
}

/// For machines: RFC 3339 with the place's offset.
pub(super) fn machine(at: Timestamp, zone: &str) -> String {
    local(at, zone).to_rfc3339()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_read_as_people_write_them() {
        let at = DateTime::parse_from_rfc3339("2026-08-01T06:05:00Z").unwrap().to_utc();
        assert_eq!(
            moment(at, "Europe/Paris", true),
            "samedi 1er août 2026, 8\u{a0}h\u{a0}05"
        );
        assert_eq!(moment(at, "Europe/Paris", false), "Saturday 1 August 2026, 8:05");
        assert_eq!(machine(at, "Europe/Paris"), "2026-08-01T08:05:00+02:00");
    }
}
