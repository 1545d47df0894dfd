//! Disruptions, in the words of GTFS-Realtime Service Alerts.
//!
//! Enumerations: <https://gtfs.org/documentation/realtime/reference/#message-alert>.

use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

closed_set! {
    /// Why service is disrupted (GTFS-Realtime `Alert.Cause`).
    #[expect(clippy::enum_variant_names, reason = "GTFS-Realtime's own names")]
    pub enum Cause {
        /// Not said.
        UnknownCause = "UNKNOWN_CAUSE",
        /// None of the others.
        OtherCause = "OTHER_CAUSE",
        /// A technical problem.
        TechnicalProblem = "TECHNICAL_PROBLEM",
        /// A strike.
        Strike = "STRIKE",
        /// A demonstration on the route.
        Demonstration = "DEMONSTRATION",
        /// An accident.
        Accident = "ACCIDENT",
        /// A public holiday.
        Holiday = "HOLIDAY",
        /// The weather.
        Weather = "WEATHER",
        /// Maintenance.
        Maintenance = "MAINTENANCE",
        /// Works.
        Construction = "CONSTRUCTION",
        /// A police operation.
        PoliceActivity = "POLICE_ACTIVITY",
        /// A person is unwell.
        MedicalEmergency = "MEDICAL_EMERGENCY",
        /// A festival, a match, a market.
        SpecialEvent = "SPECIAL_EVENT",
    }
}

closed_set! {
    /// What it does to service (GTFS-Realtime `Alert.Effect`).
    #[expect(clippy::enum_variant_names, reason = "GTFS-Realtime's own names")]
    pub enum Effect {
        /// No service.
        NoService = "NO_SERVICE",
        /// Fewer departures.
        ReducedService = "REDUCED_SERVICE",
        /// Significant delays.
        SignificantDelays = "SIGNIFICANT_DELAYS",
        /// Another route.
        Detour = "DETOUR",
        /// More departures.
        AdditionalService = "ADDITIONAL_SERVICE",
        /// Another timetable or part of the line only.
        ModifiedService = "MODIFIED_SERVICE",
        /// Something else.
        OtherEffect = "OTHER_EFFECT",
        /// Not said.
        UnknownEffect = "UNKNOWN_EFFECT",
        /// The stop is elsewhere.
        StopMoved = "STOP_MOVED",
        /// Information only.
        NoEffect = "NO_EFFECT",
        /// A lift or ramp is out of order.
        AccessibilityIssue = "ACCESSIBILITY_ISSUE",
    }
}

closed_set! {
    /// How bad it is (GTFS-Realtime `Alert.SeverityLevel`), least first: the order is compared.
    #[expect(clippy::enum_variant_names, reason = "GTFS-Realtime's own names")]
    pub enum Severity {
        /// Not said.
        UnknownSeverity = "UNKNOWN_SEVERITY",
        /// Good to know.
        Info = "INFO",
        /// Plan for it.
        Warning = "WARNING",
        /// Urgent: overrides quiet hours and daily caps.
        Severe = "SEVERE",
    }
}

/// What is concerned, in the ids of the operator (GTFS-Realtime `EntitySelector`): all fields that are present must
/// match (AND); several selectors are alternatives (OR).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Selector {
    /// The operator: alone, the whole network.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agency: Option<String>,
    /// A GTFS `route_id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<String>,
    /// A GTFS `route_type`: a whole mode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<i32>,
    /// 0 or 1, only together with `line`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<u32>,
    /// A GTFS `stop_id`: platform, stop or station.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop: Option<String>,
    /// One journey.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trip: Option<Trip>,
}

/// One journey (GTFS-Realtime `TripDescriptor`, as far as a selector uses it).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Trip {
    /// A GTFS `trip_id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The line this journey belongs to; never means "the whole line".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<String>,
    /// Service day, `YYYYMMDD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_date: Option<String>,
    /// Departure from the first stop, `HH:MM:SS`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_time: Option<String>,
    /// 0 or 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<u32>,
}

/// All selectors of a disruption.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Selectors(pub Vec<Selector>);

closed_set! {
    /// How a disruption differs from what was known: decides who is told.
    pub enum ChangeClass {
        /// New, and in effect.
        Created = "created",
        /// New, and still ahead.
        Announced = "announced",
        /// Severity up, effect worse, or lines added.
        Escalated = "escalated",
        /// The end moved by 15 minutes or more.
        Rescheduled = "rescheduled",
        /// The words, or the places within the same lines, changed.
        Edited = "edited",
        /// Severity down or lines removed.
        Deescalated = "deescalated",
        /// Back to normal.
        Resolved = "resolved",
        /// Came back within hours of being resolved.
        Reopened = "reopened",
    }
}
