//! Events: what happens when, and again (RFC 5545).

use chrono::NaiveDateTime;
use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

use super::Label;

closed_set! {
    /// Whether one date of an event takes place.
    pub enum OccurrenceStatus {
        /// As announced.
        Scheduled = "scheduled",
        /// At another time than the rule says.
        Moved = "moved",
        /// Will not take place.
        Cancelled = "cancelled",
        /// Takes place, without a seat left.
        Full = "full",
    }
}

/// What differs for one date of a recurring event. `date` names it by the local start that the rule gives
/// (RFC 5545 `RECURRENCE-ID`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Override {
    /// Local start that the rule gives.
    pub date: NaiveDateTime,
    /// What becomes of it.
    pub status: OccurrenceStatus,
    /// New local start, when moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_at: Option<NaiveDateTime>,
    /// New local end, when moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<NaiveDateTime>,
    /// Why, in a few words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Label>,
}

/// How an event repeats. Empty: it takes place once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(default)]
pub struct Recurrence {
    /// An RFC 5545 `RRULE` value, without its name: `FREQ=WEEKLY;BYDAY=SA`.
    pub rule: Option<String>,
    /// Local starts that the rule gives and that are left out (`EXDATE`).
    pub excluded: Vec<NaiveDateTime>,
    /// Dates that differ.
    pub overrides: Vec<Override>,
}
