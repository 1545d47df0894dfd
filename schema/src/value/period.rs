//! Spans of time.

use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;

/// `[start, end)`; an absent bound is open, as in GTFS-Realtime's `TimeRange`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Period {
    /// First instant, or since ever.
    pub start: Option<Timestamp>,
    /// First instant after, or until further notice.
    pub end: Option<Timestamp>,
}

impl Period {
    /// Whether `at` lies in the period.
    pub fn contains(&self, at: Timestamp) -> bool {
        self.start.is_none_or(|start| start <= at) && self.end.is_none_or(|end| at < end)
    }

    /// Whether the two periods share an instant.
    pub fn overlaps(&self, other: &Self) -> bool {
        let before =
            |end: Option<Timestamp>, start: Option<Timestamp>| matches!((end, start), (Some(e), Some(s)) if e <= s);
        !before(self.end, other.start) && !before(other.end, self.start)
    }
}

/// Several periods. None at all means: as long as it is announced.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Periods(pub Vec<Period>);

impl Periods {
    /// Whether `at` lies in one of the periods; always, when there is none.
    pub fn contains(&self, at: Timestamp) -> bool {
        self.0.is_empty() || self.0.iter().any(|period| period.contains(at))
    }

    /// Whether every period lies before `at`; never, when there is none.
    pub fn over(&self, at: Timestamp) -> bool {
        !self.0.is_empty() && self.0.iter().all(|period| period.end.is_some_and(|end| end <= at))
    }

    /// Whether every period lies after `at`; never, when there is none.
    pub fn ahead(&self, at: Timestamp) -> bool {
        !self.0.is_empty() && self.0.iter().all(|period| period.start.is_some_and(|start| start > at))
    }

    /// The period that matters at `at`: the one that runs, else the next one, else the last one.
    pub fn current(&self, at: Timestamp) -> Option<Period> {
        let running = self.0.iter().find(|period| period.contains(at));
        let ahead = || {
            let ahead = self
                .0
                .iter()
                .filter(|period| period.start.is_some_and(|start| start > at));
            ahead.min_by_key(|period| period.start)
        };
        let last = || self.0.iter().max_by_key(|period| period.end);
        running.or_else(ahead).or_else(last).copied()
    }

    /// The last end; none when one of the periods is open.
    pub fn end(&self) -> Option<Timestamp> {
        self.0
            .iter()
            .map(|period| period.end)
            .collect::<Option<Vec<_>>>()?
            .into_iter()
            .max()
    }

    /// The first start; none when one of the periods is open.
    pub fn start(&self) -> Option<Timestamp> {
        self.0
            .iter()
            .map(|period| period.start)
            .collect::<Option<Vec<_>>>()?
            .into_iter()
            .min()
    }
}
