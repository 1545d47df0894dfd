//! Placeholder until the expansion arrives.
use crate::{
    clock::Timestamp,
    value::{EventDetail, Label, OccurrenceStatus, Problem},
};
/// One date.
#[derive(Clone, Debug, PartialEq)]
pub struct Date {
    /// d
    pub date: chrono::NaiveDateTime,
    /// s
    pub starts_at: Timestamp,
    /// e
    pub ends_at: Timestamp,
    /// st
    pub status: OccurrenceStatus,
    /// n
    pub note: Option<Label>,
}
/// v
pub fn validate(_: &EventDetail) -> Vec<Problem> {
    Vec::new()
}
/// e
pub fn expand(_: &EventDetail, _: Timestamp, _: Timestamp) -> Vec<Date> {
    Vec::new()
}
