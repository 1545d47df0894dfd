//! From the rule of an event to its dates.
//!
//! A rule is followed on the wall clock (RFC 5545 §3.3.10): a market at 8 o'clock is at 8 o'clock in summer and in
//! winter. Only then is each date placed on the line of time, by the event's zone.

mod local;
mod rule;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, Duration, NaiveDateTime};

use crate::{
    clock::Timestamp,
    value::{EventDetail, Label, OccurrenceStatus, Override, Problem, ProblemCode},
};

/// Most dates that one event is expanded to.
pub const MAX_OCCURRENCES: usize = 2_000;
/// How far ahead of the present dates are expanded.
pub const WINDOW_AHEAD: Days = Days::new(730);
/// How far behind the present dates are kept.
pub const WINDOW_BEHIND: Days = Days::new(400);
/// Longest span of one date.
const MAX_DURATION: Duration = Duration::days(366);
/// Span of a date that lasts whole days and does not say how many.
const WHOLE_DAY: Duration = Duration::days(1);
/// Offsets from UTC stay below it: the margin between a window in UTC and the same in local time.
const MAX_OFFSET: Duration = Duration::hours(26);

/// One date of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// The local start that the rule gives: the date's name.
    pub date: NaiveDateTime,
    /// When it starts.
    pub starts_at: Timestamp,
    /// When it ends; its start, when the event does not say.
    pub ends_at: Timestamp,
    /// Whether it takes place.
    pub status: OccurrenceStatus,
    /// Why it differs.
    pub note: Option<Label>,
}

/// A span of time, `[from, to)`, for which dates are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// First instant.
    pub from: Timestamp,
    /// First instant after.
    pub to: Timestamp,
}

impl Window {
    /// The window that is stored and held in memory: from [`WINDOW_BEHIND`] to [`WINDOW_AHEAD`] of `now`.
    pub fn around(now: Timestamp) -> Self {
        Self {
            from: now - WINDOW_BEHIND,
            to: now + WINDOW_AHEAD,
        }
    }

    /// Whether something that lasts from `start` to `end` happens in part within the window. What has no length happens
    /// at its start.
    pub fn touches(&self, start: Timestamp, end: Timestamp) -> bool {
        start < self.to && (end > self.from || start >= self.from)
    }
}

/// The dates of `event` within `window`, in the order of their start; at most [`MAX_OCCURRENCES`], the earliest.
///
/// An event that does not repeat has its one date even outside the window. A rule or zone that cannot be read is a
/// problem, the same that [`validate`] tells.
pub fn expand(event: &EventDetail, window: Window) -> Result<Vec<Occurrence>, Problem> {
    let zone = local::zone(&event.time_zone)?;
    let length = length(event);
    let changed: BTreeMap<NaiveDateTime, &Override> = event
        .recurrence
        .overrides
        .iter()
        .map(|change| (change.date, change))
        .collect();
    let mut occurrences: Vec<Occurrence> = dates(event, zone, window, length)?
        .into_iter()
        .map(|date| occurrence(date, length, changed.get(&date).copied(), zone))
        .filter(|one| event.recurrence.rule.is_none() || window.touches(one.starts_at, one.ends_at))
        .collect();
    occurrences.sort_by_key(|one| (one.starts_at, one.date));
    occurrences.truncate(MAX_OCCURRENCES);
    Ok(occurrences)
}

/// The event's rule as calendars of others read it; none: it takes place once.
pub fn standard_rule(event: &EventDetail) -> Option<String> {
    let zone = local::zone(&event.time_zone).ok()?;
    let rule = event.recurrence.rule.as_ref()?;
    Some(rule::standard(rule, event.all_day, zone))
}

/// What a person must put right before the event can be expanded.
pub fn validate(event: &EventDetail) -> Vec<Problem> {
    let mut problems = Vec::new();
    let zone = local::zone(&event.time_zone)
        .map_err(|problem| problems.push(problem))
        .ok();
    if event
        .ends_at
        .is_some_and(|end| end < event.starts_at || end - event.starts_at > MAX_DURATION)
    {
        problems.push(Problem::new(
            ProblemCode::OutOfRange,
            "event.endsAt",
            "La fin doit suivre le début, d’un an au plus.",
            "The end must follow the start, by one year at most.",
        ));
    }
    if let (Some(text), Some(zone)) = (&event.recurrence.rule, zone)
        && let Err(problem) = rule::Rule::read(text, event.starts_at, zone)
    {
        problems.push(problem);
    }
    for (position, change) in event.recurrence.overrides.iter().enumerate() {
        if change.status == OccurrenceStatus::Moved && change.starts_at.is_none() {
            problems.push(Problem::new(
                ProblemCode::Missing,
                format!("event.overrides.{position}.startsAt"),
                "Dites à quelle heure cette date est déplacée.",
                "Say when this date takes place instead.",
            ));
        }
    }
    problems
}

/// Local starts that may touch the window, after `EXDATE`, with those that are moved (a date may be moved into the
/// window from outside).
fn dates(
    event: &EventDetail,
    zone: chrono_tz::Tz,
    window: Window,
    length: Duration,
) -> Result<BTreeSet<NaiveDateTime>, Problem> {
    let Some(text) = &event.recurrence.rule else {
        return Ok(BTreeSet::from([event.starts_at]));
    };
    let rule = rule::Rule::read(text, event.starts_at, zone)?;
    let from = window.from.naive_utc() - length - MAX_OFFSET;
    let to = window.to.naive_utc() + MAX_OFFSET;
    let mut dates: BTreeSet<NaiveDateTime> = rule.between(from, to).into_iter().collect();
    let moved = event
        .recurrence
        .overrides
        .iter()
        .filter(|change| change.starts_at.is_some());
    dates.extend(moved.map(|change| change.date));
    for excluded in &event.recurrence.excluded {
        dates.remove(excluded);
    }
    Ok(dates)
}

fn occurrence(date: NaiveDateTime, length: Duration, change: Option<&Override>, zone: chrono_tz::Tz) -> Occurrence {
    let start = change.and_then(|change| change.starts_at).unwrap_or(date);
    let end = change
        .and_then(|change| change.ends_at)
        .unwrap_or(start + length)
        .max(start);
    Occurrence {
        date,
        starts_at: local::instant(start, zone),
        ends_at: local::instant(end, zone),
        status: change.map_or(OccurrenceStatus::Scheduled, |change| change.status),
        note: change.and_then(|change| change.note.clone()),
    }
}

/// How long one date lasts on the wall clock: what the event says, else a day when it lasts whole days, else nothing.
fn length(event: &EventDetail) -> Duration {
    let unsaid = if event.all_day { WHOLE_DAY } else { Duration::zero() };
    event
        .ends_at
        .map_or(unsaid, |end| end - event.starts_at)
        .clamp(Duration::zero(), MAX_DURATION)
}
