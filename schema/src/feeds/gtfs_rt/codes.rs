//! The numbers of the standard's enumerations, and from a number its name.

use crate::value::{Cause, Effect, Severity};

/// `FeedHeader.incrementality`: the message is the whole feed.
pub(super) const FULL_DATASET: i32 = 0;

pub(super) const fn cause(cause: Cause) -> i32 {
    match cause {
        Cause::UnknownCause => 1,
        Cause::OtherCause => 2,
        Cause::TechnicalProblem => 3,
        Cause::Strike => 4,
        Cause::Demonstration => 5,
        Cause::Accident => 6,
        Cause::Holiday => 7,
        Cause::Weather => 8,
        Cause::Maintenance => 9,
        Cause::Construction => 10,
        Cause::PoliceActivity => 11,
        Cause::MedicalEmergency => 12,
        Cause::SpecialEvent => 13,
    }
}

pub(super) const fn effect(effect: Effect) -> i32 {
    match effect {
        Effect::NoService => 1,
        Effect::ReducedService => 2,
        Effect::SignificantDelays => 3,
        Effect::Detour => 4,
        Effect::AdditionalService => 5,
        Effect::ModifiedService => 6,
        Effect::OtherEffect => 7,
        Effect::UnknownEffect => 8,
        Effect::StopMoved => 9,
        Effect::NoEffect => 10,
        Effect::AccessibilityIssue => 11,
    }
}

pub(super) const fn severity(severity: Severity) -> i32 {
    match severity {
        Severity::UnknownSeverity => 1,
        Severity::Info => 2,
        Severity::Warning => 3,
        Severity::Severe => 4,
    }
}

pub(super) fn cause_name(number: i32) -> Option<&'static str> {
    Cause::ALL
        .iter()
        .find(|one| cause(**one) == number)
        .map(|one| one.as_str())
}

pub(super) fn effect_name(number: i32) -> Option<&'static str> {
    Effect::ALL
        .iter()
        .find(|one| effect(**one) == number)
        .map(|one| one.as_str())
}

pub(super) fn severity_name(number: i32) -> Option<&'static str> {
    Severity::ALL
        .iter()
        .find(|one| severity(**one) == number)
        .map(|one| one.as_str())
}
