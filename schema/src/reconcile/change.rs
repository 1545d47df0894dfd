//! How what a source says now differs from what it said before.

use chrono::TimeDelta;

use super::facts;
use crate::{
    clock::Timestamp,
    value::{AlertEntry, ChangeClass, Effect, Severity},
};

/// An end that moves by less is not news.
const END_MOVES_BY: TimeDelta = TimeDelta::minutes(15);

/// Whether something new is in effect or still ahead.
pub(super) fn first(entry: &AlertEntry, now: Timestamp) -> ChangeClass {
    let periods = if entry.impact.0.is_empty() {
        &entry.display
    } else {
        &entry.impact
    };
    if periods.ahead(now) {
        ChangeClass::Announced
    } else {
        ChangeClass::Created
    }
}

/// The class of a change; when several apply, the one that tells most people.
pub(super) fn class(before: &AlertEntry, after: &AlertEntry) -> ChangeClass {
    let (old_lines, new_lines) = (facts::lines(before), facts::lines(after));
    let worse = severity_rank(after.severity) > severity_rank(before.severity)
        || effect_rank(after.effect) > effect_rank(before.effect);
    let better = severity_rank(after.severity) < severity_rank(before.severity)
        || effect_rank(after.effect) < effect_rank(before.effect);
    if worse || new_lines.difference(&old_lines).next().is_some() {
        ChangeClass::Escalated
    } else if end_moved(before, after) {
        ChangeClass::Rescheduled
    } else if better || old_lines.difference(&new_lines).next().is_some() {
        ChangeClass::Deescalated
    } else {
        ChangeClass::Edited
    }
}

fn end_moved(before: &AlertEntry, after: &AlertEntry) -> bool {
    match (before.impact.end(), after.impact.end()) {
        (Some(old), Some(new)) => (new - old).abs() >= END_MOVES_BY,
        (None, None) => false,
        (Some(_), None) | (None, Some(_)) => true,
    }
}

/// "Not said" is no better and no worse than "good to know".
const fn severity_rank(severity: Severity) -> u8 {
    match severity {
        Severity::UnknownSeverity | Severity::Info => 0,
        Severity::Warning => 1,
        Severity::Severe => 2,
    }
}

/// How much of a journey is lost. "Not said" stands in the middle: only a real loss is worse.
const fn effect_rank(effect: Effect) -> u8 {
    match effect {
        Effect::NoEffect | Effect::AdditionalService => 0,
        Effect::UnknownEffect
        | Effect::OtherEffect
        | Effect::Detour
        | Effect::ModifiedService
        | Effect::StopMoved
        | Effect::AccessibilityIssue => 1,
        Effect::ReducedService | Effect::SignificantDelays => 2,
        Effect::NoService => 3,
    }
}
