//! The numbers of the standard's enumerations.

use beffroi_schema::value::{Cause, Effect, Severity};

/// What an unknown name in JSON is read as: no number of the standard.
pub(super) const UNKNOWN_NAME: i32 = -1;
/// `FeedHeader.incrementality`: the message is the whole feed.
pub(super) const FULL_DATASET: i32 = 0;
/// `FeedHeader.incrementality`: only what changed; what that means is not specified.
pub(super) const DIFFERENTIAL: i32 = 1;

const CAUSES: &[(i32, Cause)] = &[
    (1, Cause::UnknownCause),
    (2, Cause::OtherCause),
    (3, Cause::TechnicalProblem),
    (4, Cause::Strike),
    (5, Cause::Demonstration),
    (6, Cause::Accident),
    (7, Cause::Holiday),
    (8, Cause::Weather),
    (9, Cause::Maintenance),
    (10, Cause::Construction),
    (11, Cause::PoliceActivity),
    (12, Cause::MedicalEmergency),
    (13, Cause::SpecialEvent),
];

const EFFECTS: &[(i32, Effect)] = &[
    (1, Effect::NoService),
    (2, Effect::ReducedService),
    (3, Effect::SignificantDelays),
    (4, Effect::Detour),
    (5, Effect::AdditionalService),
    (6, Effect::ModifiedService),
    (7, Effect::OtherEffect),
    (8, Effect::UnknownEffect),
    (9, Effect::StopMoved),
    (10, Effect::NoEffect),
    (11, Effect::AccessibilityIssue),
];

const SEVERITIES: &[(i32, Severity)] = &[
    (1, Severity::UnknownSeverity),
    (2, Severity::Info),
    (3, Severity::Warning),
    (4, Severity::Severe),
];

/// The cause of a number, if the standard has it.
pub fn cause(number: i32) -> Option<Cause> {
    CAUSES.iter().find(|(code, _)| *code == number).map(|(_, cause)| *cause)
}

/// The effect of a number, if the standard has it.
pub fn effect(number: i32) -> Option<Effect> {
    EFFECTS
        .iter()
        .find(|(code, _)| *code == number)
        .map(|(_, effect)| *effect)
}

/// The severity of a number, if the standard has it.
pub fn severity(number: i32) -> Option<Severity> {
    SEVERITIES
        .iter()
        .find(|(code, _)| *code == number)
        .map(|(_, severity)| *severity)
}

/// The number of a cause's name.
pub(super) fn cause_number(name: &str) -> i32 {
    CAUSES
        .iter()
        .find(|(_, cause)| cause.as_str().eq_ignore_ascii_case(name))
        .map_or(UNKNOWN_NAME, |(code, _)| *code)
}

/// The number of an effect's name.
pub(super) fn effect_number(name: &str) -> i32 {
    EFFECTS
        .iter()
        .find(|(_, effect)| effect.as_str().eq_ignore_ascii_case(name))
        .map_or(UNKNOWN_NAME, |(code, _)| *code)
}

/// The number of a severity's name.
pub(super) fn severity_number(name: &str) -> i32 {
    SEVERITIES
        .iter()
        .find(|(_, severity)| severity.as_str().eq_ignore_ascii_case(name))
        .map_or(UNKNOWN_NAME, |(code, _)| *code)
}

/// The number of an incrementality's name.
pub(super) fn incrementality_number(name: &str) -> i32 {
    match name.to_ascii_uppercase().as_str() {
        "FULL_DATASET" => FULL_DATASET,
        "DIFFERENTIAL" => DIFFERENTIAL,
        _ => UNKNOWN_NAME,
    }
}
