//! An alert as an operator thinks of it.

use chrono::{DateTime, Utc};

/// One alert of the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// Stays the same while the alert changes.
    pub id: String,
    pub cause: Cause,
    pub effect: Effect,
    pub severity: Severity,
    pub from: DateTime<Utc>,
    /// `None`: until further notice.
    pub until: Option<DateTime<Utc>>,
    /// Alternatives: a line, a stop, or a stop of a line.
    pub concerned: Vec<Concerned>,
    /// By language.
    pub title: Vec<(String, String)>,
    /// By language.
    pub text: Vec<(String, String)>,
}

/// What an alert is about, in the timetable's ids; both together mean this line at this stop.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Concerned {
    pub line: Option<String>,
    pub stop: Option<String>,
}

impl Concerned {
    /// A whole line.
    pub fn line(id: &str) -> Self {
        Self {
            line: Some(id.to_owned()),
            stop: None,
        }
    }

    /// A stop, whatever calls there.
    pub fn stop(id: &str) -> Self {
        Self {
            line: None,
            stop: Some(id.to_owned()),
        }
    }
}

/// Why; as many as stories need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    TechnicalProblem = 3,
    Accident = 6,
    Construction = 10,
}

/// What it does to service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    NoService = 1,
    SignificantDelays = 3,
    Detour = 4,
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    Info = 2,
    Warning = 3,
    Severe = 4,
}
