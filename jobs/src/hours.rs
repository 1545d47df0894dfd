//! When an account takes new posts: the hours of its rules, and its days, on the authority's clock.

use beffroi_schema::{
    clock::Timestamp,
    store::Facts,
    telling,
    value::{AccountRules, Detail, Severity},
};
use chrono::{Datelike as _, Days, NaiveDate, NaiveTime, TimeZone as _, Timelike as _};
use chrono_tz::Tz;

/// Minutes of a day.
const DAY_MINUTES: u32 = 24 * 60;
/// How much the clock jumps over at most when summer begins.
const CLOCK_JUMP: chrono::Duration = chrono::Duration::hours(1);

/// When the account's hours allow a new post: now, or at their next beginning.
pub(crate) fn next_open(rules: &AccountRules, facts: &Facts, now: Timestamp) -> Timestamp {
    let Some((from, to)) = rules.hours.filter(|_| !severe(facts)) else {
        return now;
    };
    let zone = telling::zone(facts);
    let local = now.with_timezone(&zone);
    let minute = local.hour() * 60 + local.minute();
    let (from, to) = (u32::from(from), u32::from(to));
    let open = if from <= to {
        (from..to).contains(&minute)
    } else {
        minute >= from || minute < to
    };
    if open {
        return now;
    }
    at_minute(zone, now, u64::from(minute >= from), from)
}

/// The local day of `at`: its beginning, and that of the next.
pub(crate) fn day(zone: Tz, at: Timestamp) -> (Timestamp, Timestamp) {
    (at_minute(zone, at, 0, 0), at_minute(zone, at, 1, 0))
}

/// When the local month of `at` began.
pub(crate) fn month(zone: Tz, at: Timestamp) -> Timestamp {
    let today = at.with_timezone(&zone).date_naive();
    instant(zone, at, today - Days::new(today.day0().into()), 0)
}

/// The instant of a minute of the local day, `days` days from today.
fn at_minute(zone: Tz, now: Timestamp, days: u64, minute: u32) -> Timestamp {
    let day = now.with_timezone(&zone).date_naive() + Days::new(days);
    instant(zone, now, day, minute)
}

/// The instant of a minute of a local day. Where the clock jumps over it: right after.
fn instant(zone: Tz, now: Timestamp, day: NaiveDate, minute: u32) -> Timestamp {
    let minute = minute.min(DAY_MINUTES - 1);
    let clock = NaiveTime::from_hms_opt(minute / 60, minute % 60, 0).unwrap_or_default();
    let local = day.and_time(clock);
    let shifted = || zone.from_local_datetime(&(local + CLOCK_JUMP)).earliest();
    zone.from_local_datetime(&local)
        .earliest()
        .or_else(shifted)
        .map_or(now, |at| at.to_utc())
}

/// Whether neither hours nor limits hold it back.
pub(crate) fn severe(facts: &Facts) -> bool {
    matches!(&facts.revision.content.detail, Detail::Disruption(disruption) if disruption.severity == Severity::Severe)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    #[test]
    fn a_minute_of_the_day_is_found_across_the_change_of_clocks() {
        let at = |text: &str| DateTime::parse_from_rfc3339(text).unwrap().to_utc();
        let paris = chrono_tz::Europe::Paris;
        assert_eq!(
            at_minute(paris, at("2026-06-14T20:00:00Z"), 1, 8 * 60),
            at("2026-06-15T06:00:00Z")
        );
        // 2:30 does not exist in the night of 29 March 2026.
        assert_eq!(
            at_minute(paris, at("2026-03-28T20:00:00Z"), 1, 150),
            at("2026-03-29T01:30:00Z")
        );
    }
}
