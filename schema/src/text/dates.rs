//! Dates in words, in the authority's time zone: what is told is decided here, how it is worded in one file a language.

mod english;
mod french;

use chrono::{DateTime, Datelike as _, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike as _};
use chrono_tz::Tz;

use super::Tongue;
use crate::{clock::Timestamp, value::Period};

/// An evening that ends the next morning before this hour still belongs to the day it began.
const NIGHT_ENDS_AT: u32 = 6;
/// An end is the first instant after: the last day is that of the instant before.
const JUST_BEFORE: TimeDelta = TimeDelta::seconds(1);

/// When something takes place: `[start, end)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct When {
    /// First instant.
    pub start: Timestamp,
    /// First instant after, where it is known.
    pub end: Option<Timestamp>,
    /// Only the days matter: both bounds are local midnights.
    pub all_day: bool,
}

/// What a date says, before it is worded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Span {
    /// One day, all of it.
    Day(NaiveDate),
    /// One day, from a time, perhaps to a time.
    Hours(NaiveDate, NaiveTime, Option<NaiveTime>),
    /// Whole days, the first and the last.
    Days(NaiveDate, NaiveDate),
    /// From a time on one day to a time on another.
    Across(NaiveDateTime, NaiveDateTime),
    /// From then on.
    From(Moment),
    /// Up to then.
    Until(Moment),
}

/// An instant as it is told: a midnight is the day itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Moment {
    day: NaiveDate,
    time: Option<NaiveTime>,
}

/// Against which day dates are told.
///
/// A post is read for months: it says the whole date. A notification is read within the hour: it says "today".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// At any time: day, month and year.
    AnyTime,
    /// On this day: "today", "tomorrow", and no year where it goes without saying.
    On(NaiveDate),
}

impl Seen {
    /// On the day that `now` is in `zone`.
    pub fn at(now: Timestamp, zone: Tz) -> Self {
        Self::On(now.with_timezone(&zone).date_naive())
    }

    fn is_today(self, day: NaiveDate) -> bool {
        self == Self::On(day)
    }

    fn is_tomorrow(self, day: NaiveDate) -> bool {
        matches!(self, Self::On(today) if today.succ_opt() == Some(day))
    }

    /// The year goes without saying.
    fn knows_year(self, day: NaiveDate) -> bool {
        matches!(self, Self::On(today) if today.year() == day.year())
    }
}

/// `when` in words, to stand alone: "samedi 14 juin 2026 de 14 h à 18 h", "3–5 May 2026".
pub fn when(when: &When, zone: Tz, seen: Seen, tongue: Tongue) -> String {
    word(&span(when, zone), seen, tongue)
}

/// `period` in words, to stand alone: "du 3 au 5 mai 2026", "until 24 December 2026". `None` when it is open on both
/// sides. A start in the past is not told.
pub fn period(period: &Period, zone: Tz, seen: Seen, tongue: Tongue) -> Option<String> {
    let local = |at: Timestamp| at.with_timezone(&zone);
    let past = |at: Timestamp| matches!(seen, Seen::On(today) if local(at).date_naive() < today);
    let start = period.start.filter(|at| !past(*at));
    let span = match (start, period.end) {
        (Some(start), Some(end)) => {
            let midnights = local(start).time() == NaiveTime::MIN && local(end).time() == NaiveTime::MIN;
            span(
                &When {
                    start,
                    end: Some(end),
                    all_day: midnights,
                },
                zone,
            )
        }
        (Some(start), None) => Span::From(first_moment(local(start))),
        (None, Some(end)) => Span::Until(last_moment(local(end))),
        (None, None) => return None,
    };
    Some(word(&span, seen, tongue))
}

fn word(span: &Span, seen: Seen, tongue: Tongue) -> String {
    match tongue {
        Tongue::French => french::word(span, seen),
        Tongue::English => english::word(span, seen),
    }
}

fn span(when: &When, zone: Tz) -> Span {
    let start = when.start.with_timezone(&zone).naive_local();
    let end = when
        .end
        .filter(|end| *end > when.start)
        .map(|end| end.with_timezone(&zone).naive_local());
    if when.all_day {
        let last = end.map_or(start.date(), |end| (end - JUST_BEFORE).date());
        return if last > start.date() {
            Span::Days(start.date(), last)
        } else {
            Span::Day(start.date())
        };
    }
    let Some(end) = end else {
        return Span::Hours(start.date(), start.time(), None);
    };
    let at_midnight = end.time() == NaiveTime::MIN;
    let in_the_night = at_midnight || (end.hour() < NIGHT_ENDS_AT && start.hour() >= NIGHT_ENDS_AT);
    if start.date() == end.date() || (start.date() + Days::new(1) == end.date() && in_the_night) {
        Span::Hours(start.date(), start.time(), Some(end.time()))
    } else {
        // People place a midnight at the end of the day before.
        Span::Across(start, if at_midnight { end - Days::new(1) } else { end })
    }
}

fn first_moment(at: DateTime<Tz>) -> Moment {
    Moment {
        day: at.date_naive(),
        time: Some(at.time()).filter(|time| *time != NaiveTime::MIN),
    }
}

/// Up to a midnight is up to the end of the day before.
fn last_moment(at: DateTime<Tz>) -> Moment {
    match at.time() {
        NaiveTime::MIN => Moment {
            day: at.date_naive() - Days::new(1),
            time: None,
        },
        time => Moment {
            day: at.date_naive(),
            time: Some(time),
        },
    }
}

#[cfg(test)]
mod tests;
