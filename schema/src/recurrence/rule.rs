//! One RFC 5545 `RRULE`, read for the wall clock.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeZone as _};
use chrono_tz::Tz;
use rrule::{RRule, RRuleSet, Unvalidated};

use crate::value::{Problem, ProblemCode};

/// Longest accepted rule.
const MAX_LENGTH: usize = 500;
/// Most dates taken from a rule within one window; more than any window keeps.
const MAX_DATES: usize = 4_000;
/// Most dates a rule is followed for, from its first one: 270 years of days.
const MAX_STEPS: usize = 100_000;
/// The last instant of a day named by `UNTIL` without an hour.
const END_OF_DAY: NaiveTime = match NaiveTime::from_hms_opt(23, 59, 59) {
    Some(time) => time,
    None => NaiveTime::MIN,
};

/// A rule with its first date, ready to be followed.
///
/// The `rrule` crate counts in UTC that stands for the wall clock; `UNTIL` is kept here, because it may be written in
/// real UTC.
#[derive(Debug)]
pub struct Rule {
    set: RRuleSet,
    until: Option<NaiveDateTime>,
}

impl Rule {
    /// Reads `FREQ=WEEKLY;BYDAY=SA`, for an event that first starts at `start` by the clocks of `zone`.
    pub fn read(text: &str, start: NaiveDateTime, zone: Tz) -> Result<Self, Problem> {
        let text = text.trim().trim_end_matches(';').to_ascii_uppercase();
        if text.len() > MAX_LENGTH {
            return Err(unreadable());
        }
        let (until, others): (Vec<&str>, Vec<&str>) = text.split(';').partition(|part| part.starts_with("UNTIL="));
        let until = until
            .first()
            .map(|part| read_until(&part["UNTIL=".len()..], zone))
            .transpose()?;
        let bounded = until.is_some() || others.iter().any(|part| part.starts_with("COUNT="));
        let sub_daily = ["FREQ=HOURLY", "FREQ=MINUTELY", "FREQ=SECONDLY"];
        if !bounded && others.iter().any(|part| sub_daily.contains(part)) {
            return Err(Problem::new(
                ProblemCode::OutOfRange,
                "event.rule",
                "Une règle plus fréquente que chaque jour doit avoir une fin (COUNT ou UNTIL).",
                "A rule that repeats within a day must have an end (COUNT or UNTIL).",
            ));
        }
        let rule: RRule<Unvalidated> = others.join(";").parse().map_err(|_| unreadable())?;
        let set = rule
            .build(rrule::Tz::UTC.from_utc_datetime(&start))
            .map_err(|_| unreadable())?;
        Ok(Self { set, until })
    }

    /// The local starts from `from` to `to`, both included.
    pub fn between(self, from: NaiveDateTime, to: NaiveDateTime) -> Vec<NaiveDateTime> {
        let to = self.until.map_or(to, |until| until.min(to));
        (&self.set.limit())
            .into_iter()
            .take(MAX_STEPS)
            .map(|date| date.naive_utc())
            .skip_while(|date| *date < from)
            .take_while(|date| *date <= to)
            .take(MAX_DATES)
            .collect()
    }
}

/// A rule as RFC 5545 (§3.3.10) wants it beside a start that names a zone, or a day alone: `UNTIL` in UTC, or a day.
pub fn standard(text: &str, all_day: bool, zone: Tz) -> String {
    let text = text.trim().trim_end_matches(';').to_ascii_uppercase();
    let parts = text.split(';').map(|part| {
        let until = part.strip_prefix("UNTIL=").map(|until| read_until(until, zone));
        match until {
            Some(Ok(until)) if all_day => format!("UNTIL={}", until.format("%Y%m%d")),
            Some(Ok(until)) => format!("UNTIL={}", super::local::instant(until, zone).format("%Y%m%dT%H%M%SZ")),
            Some(Err(_)) | None => part.to_owned(),
        }
    });
    parts.collect::<Vec<_>>().join(";")
}

/// `UNTIL` in local time: a day, an hour by the wall clock, or an instant in UTC.
fn read_until(text: &str, zone: Tz) -> Result<NaiveDateTime, Problem> {
    if let Some(utc) = text.strip_suffix('Z') {
        let at = NaiveDateTime::parse_from_str(utc, "%Y%m%dT%H%M%S").map_err(|_| unreadable())?;
        return Ok(zone.from_utc_datetime(&at).naive_local());
    }
    NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%S")
        .or_else(|_| NaiveDate::parse_from_str(text, "%Y%m%d").map(|day| day.and_time(END_OF_DAY)))
        .map_err(|_| unreadable())
}

fn unreadable() -> Problem {
    Problem::new(
        ProblemCode::Invalid,
        "event.rule",
        "Cette règle de répétition ne se lit pas ; par exemple : FREQ=WEEKLY;BYDAY=SA.",
        "This rule of repetition cannot be read; for example: FREQ=WEEKLY;BYDAY=SA.",
    )
}
