//! Time ranges made sense of.

use beffroi_schema::{
    clock::Timestamp,
    value::{IssueCode, Period, Periods},
};
use chrono::{DateTime, TimeDelta};

use super::message::{Alert, TimeRange};
use crate::sources::issues::IssueLog;

/// Seconds that must be something finer: the year 5138.
const NOT_SECONDS: u64 = 100_000_000_000;
/// 2000-01-01: before that, a start means "always".
const YEAR_2000: i64 = 946_684_800;
/// Further ahead than this, a time means "until further notice".
const TOO_FAR: TimeDelta = TimeDelta::days(3_653);
/// Periods of one alert that are read.
const MAX_PERIODS: usize = 500;

/// When service is affected, and when the alert is shown. The old `active_period` stands in for whichever of the two
/// newer fields is absent.
pub(super) fn periods(alert: &Alert, now: Timestamp, log: &mut IssueLog) -> (Periods, Periods) {
    let mut read = |own: &[TimeRange]| clean(if own.is_empty() { &alert.active_period } else { own }, now, log);
    let impact = read(&alert.impact_period);
    if alert.communication_period == alert.impact_period {
        return (impact.clone(), impact);
    }
    (impact, read(&alert.communication_period))
}

/// Sorted, those that touch merged. When nothing usable is left the list is empty: always.
fn clean(ranges: &[TimeRange], now: Timestamp, log: &mut IssueLog) -> Periods {
    if ranges.len() > MAX_PERIODS {
        log.note(
            IssueCode::OverLimit,
            format!("{} periods; the first {MAX_PERIODS} are kept", ranges.len()),
        );
    }
    let mut usable: Vec<Period> = ranges
        .iter()
        .take(MAX_PERIODS)
        .filter_map(|range| period(*range, now, log))
        .collect();
    usable.sort_unstable();
    let mut merged: Vec<Period> = Vec::with_capacity(usable.len());
    for next in usable {
        match merged.last_mut() {
            Some(last) if touches(last, &next) => {
                last.end = last.end.zip(next.end).map(|(a, b)| a.max(b));
            }
            Some(_) | None => merged.push(next),
        }
    }
    // "Always" is written as no period at all.
    if matches!(merged[..], [Period { start: None, end: None }]) {
        merged.clear();
    }
    Periods(merged)
}

/// Whether `next`, which does not start earlier, begins before `last` has ended.
fn touches(last: &Period, next: &Period) -> bool {
    match (last.end, next.start) {
        (Some(end), Some(start)) => start <= end,
        (None, _) | (_, None) => true,
    }
}

fn period(range: TimeRange, now: Timestamp, log: &mut IssueLog) -> Option<Period> {
    let start = range.start.and_then(|seconds| bound(seconds, now, log));
    let end = match range.end {
        Some(0) => {
            log.note(IssueCode::EndZero, "an end of 0; open");
            None
        }
        other => other.and_then(|seconds| bound(seconds, now, log)),
    };
    if let (Some(from), Some(until)) = (start, end)
        && until <= from
    {
        log.note(IssueCode::PeriodReversed, format!("{from} to {until}; dropped"));
        return None;
    }
    Some(Period { start, end })
}

/// The instant, or none (open) when it makes no sense.
pub(super) fn bound(seconds: u64, now: Timestamp, log: &mut IssueLog) -> Option<Timestamp> {
    let mut plain = seconds;
    while plain > NOT_SECONDS {
        plain /= 1_000;
    }
    if plain != seconds {
        log.note(IssueCode::Milliseconds, format!("{seconds}; divided by 1,000"));
    }
    let at = i64::try_from(plain)
        .ok()
        .filter(|plain| *plain >= YEAR_2000)
        .and_then(|plain| DateTime::from_timestamp(plain, 0))
        .filter(|at| *at - now <= TOO_FAR);
    if at.is_none() {
        log.note(IssueCode::TimeImplausible, format!("{seconds}; open"));
    }
    at
}
