//! Hours, slots and days of an account, on the authority's clock.

use chrono::{DateTime, Datelike as _, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike as _};
use chrono_tz::Tz;

use crate::{
    clock::Timestamp,
    value::{Slot, Weekday, within},
};

/// Minutes of an hour.
const HOUR_MINUTES: u16 = 60;
/// How many minutes the clock jumps over at most when summer begins.
const CLOCK_JUMP_MINUTES: i64 = 180;

/// When the hours let a new post through: at once, or at their next beginning.
pub(super) fn next_open(hours: Option<(u16, u16)>, zone: Tz, at: Timestamp) -> Timestamp {
    let local = at.with_timezone(&zone);
    let minute = minute_of(&local);
    let Some((from, _)) = hours.filter(|_| !within(hours, minute)) else {
        return at;
    };
    let mut day = Some(local.date_naive());
    while let Some(today) = day {
        let opens = instants(zone, today, from);
        if let Some(open) = opens.into_iter().flatten().find(|open| *open > at) {
            return open;
        }
        day = today.succ_opt();
    }
    at
}

/// The first slot from `at` on, within `ahead`, that is not taken.
pub(super) fn next_slot(
    slots: &[Slot],
    zone: Tz,
    at: Timestamp,
    ahead: TimeDelta,
    taken: impl Fn(Timestamp) -> bool,
) -> Option<Timestamp> {
    let today = at.with_timezone(&zone).date_naive();
    let last = (at + ahead).with_timezone(&zone).date_naive();
    let days = today.iter_days().take_while(|day| *day <= last);
    let mut free = days.filter_map(|day| {
        let of_day = slots.iter().filter(|slot| on(slot, day));
        let begins = of_day.filter_map(|slot| instants(zone, day, slot.minute)[0]);
        begins.filter(|slot| *slot >= at && !taken(*slot)).min()
    });
    free.next()
}

/// The local day of `at`: its beginning, and that of the next.
pub(super) fn day(zone: Tz, at: Timestamp) -> (Timestamp, Timestamp) {
    let today = at.with_timezone(&zone).date_naive();
    let begins = |day: NaiveDate| instants(zone, day, 0)[0].unwrap_or(at);
    (begins(today), begins(today + Days::new(1)))
}

/// When the local month of `at` began.
pub fn month(zone: Tz, at: Timestamp) -> Timestamp {
    let today = at.with_timezone(&zone).date_naive();
    instants(zone, today - Days::new(today.day0().into()), 0)[0].unwrap_or(at)
}

fn minute_of(local: &DateTime<Tz>) -> u16 {
    let (hour, minute) = (local.hour(), local.minute());
    u16::try_from(hour).unwrap_or_default() * HOUR_MINUTES + u16::try_from(minute).unwrap_or_default()
}

fn on(slot: &Slot, day: NaiveDate) -> bool {
    let weekday = match day.weekday() {
        chrono::Weekday::Mon => Weekday::Monday,
        chrono::Weekday::Tue => Weekday::Tuesday,
        chrono::Weekday::Wed => Weekday::Wednesday,
        chrono::Weekday::Thu => Weekday::Thursday,
        chrono::Weekday::Fri => Weekday::Friday,
        chrono::Weekday::Sat => Weekday::Saturday,
        chrono::Weekday::Sun => Weekday::Sunday,
    };
    slot.days.is_empty() || slot.days.contains(&weekday)
}

/// When a local day shows a minute: twice in the night in which winter begins; where the clock jumps over it, right after.
fn instants(zone: Tz, day: NaiveDate, minute: u16) -> [Option<Timestamp>; 2] {
    let clock = NaiveTime::from_hms_opt((minute / HOUR_MINUTES).into(), (minute % HOUR_MINUTES).into(), 0);
    let local = day.and_time(clock.unwrap_or_default());
    let shown = |local: NaiveDateTime| local.and_local_timezone(zone);
    let found = (0..=CLOCK_JUMP_MINUTES)
        .map(|late| shown(local + TimeDelta::minutes(late)))
        .find(|shown| shown.earliest().is_some());
    found.map_or([None, None], |shown| {
        let (first, second) = (shown.earliest(), shown.latest());
        [
            first.map(|at| at.to_utc()),
            second.filter(|_| first != second).map(|at| at.to_utc()),
        ]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        DateTime::parse_from_rfc3339(text).unwrap().to_utc()
    }

    #[test]
    fn hours_begin_on_the_wall_clock_of_summer_and_of_winter() {
        let paris = chrono_tz::Europe::Paris;
        for (hours, now, open) in [
            // Open already.
            ((480, 1200), "2026-06-14T06:00:00Z", "2026-06-14T06:00:00Z"),
            // This morning; tomorrow morning.
            ((480, 1200), "2026-06-14T02:00:00Z", "2026-06-14T06:00:00Z"),
            ((480, 1200), "2026-06-14T18:00:00Z", "2026-06-15T06:00:00Z"),
            // Over midnight.
            ((1320, 360), "2026-06-14T22:30:00Z", "2026-06-14T22:30:00Z"),
            ((1320, 360), "2026-06-14T10:00:00Z", "2026-06-14T20:00:00Z"),
            // Eight o'clock is an hour earlier once summer has begun, and later once it is over.
            ((480, 1200), "2026-03-28T20:00:00Z", "2026-03-29T06:00:00Z"),
            ((480, 1200), "2026-10-24T20:00:00Z", "2026-10-25T07:00:00Z"),
            // 2:30 does not exist in the night of 29 March 2026: right after.
            ((150, 300), "2026-03-28T20:00:00Z", "2026-03-29T01:00:00Z"),
            // 2:30 exists twice in the night of 25 October 2026: whoever missed the first takes the second.
            ((150, 300), "2026-10-25T00:10:00Z", "2026-10-25T00:30:00Z"),
            ((150, 175), "2026-10-25T01:10:00Z", "2026-10-25T01:30:00Z"),
        ] {
            let found = next_open(Some(hours), paris, at(now));
            assert_eq!(found, at(open), "{hours:?} at {now}");
        }
        assert_eq!(
            next_open(None, paris, at("2026-06-14T00:00:00Z")),
            at("2026-06-14T00:00:00Z")
        );
    }

    #[test]
    fn slots_are_found_in_order_on_their_days() {
        let paris = chrono_tz::Europe::Paris;
        let slot = |days: &[Weekday], minute| Slot {
            days: days.to_vec(),
            minute,
        };
        let slots = [slot(&[], 18 * 60), slot(&[Weekday::Sunday], 9 * 60), slot(&[], 150)];
        let month = TimeDelta::days(31);
        let all = |from: &str, taken: &[&str]| {
            let taken: Vec<_> = taken.iter().map(|text| at(text)).collect();
            next_slot(&slots, paris, at(from), month, |slot| taken.contains(&slot))
        };
        // A Saturday.
        assert_eq!(all("2026-06-13T10:00:00Z", &[]), Some(at("2026-06-13T16:00:00Z")));
        assert_eq!(
            all("2026-06-13T16:00:00Z", &[]),
            Some(at("2026-06-13T16:00:00Z")),
            "its first instant counts"
        );
        assert_eq!(
            all("2026-06-13T10:00:00Z", &["2026-06-13T16:00:00Z"]),
            Some(at("2026-06-14T00:30:00Z"))
        );
        assert_eq!(
            all("2026-06-14T01:00:00Z", &[]),
            Some(at("2026-06-14T07:00:00Z")),
            "Sunday at nine"
        );
        assert_eq!(
            all("2026-06-15T01:00:00Z", &[]),
            Some(at("2026-06-15T16:00:00Z")),
            "and on no Monday"
        );
        assert_eq!(
            all("2026-03-28T20:00:00Z", &[]),
            Some(at("2026-03-29T01:00:00Z")),
            "2:30 is jumped over"
        );
        assert_eq!(
            all("2026-10-24T20:00:00Z", &[]),
            Some(at("2026-10-25T00:30:00Z")),
            "2:30 comes twice…"
        );
        assert_eq!(
            all("2026-10-25T01:00:00Z", &[]),
            Some(at("2026-10-25T08:00:00Z")),
            "…and is used once"
        );
        assert_eq!(
            next_slot(
                &[slot(&[Weekday::Friday], 0)],
                paris,
                at("2026-06-13T10:00:00Z"),
                TimeDelta::days(3),
                |_| false
            ),
            None
        );
    }

    #[test]
    fn a_day_is_as_long_as_its_clock_says() {
        let paris = chrono_tz::Europe::Paris;
        for (now, hours) in [
            ("2026-03-29T12:00:00Z", 23),
            ("2026-06-14T12:00:00Z", 24),
            ("2026-10-25T12:00:00Z", 25),
        ] {
            let (from, to) = day(paris, at(now));
            assert_eq!((to - from).num_hours(), hours, "{now}");
        }
    }
}
