//! A record as it is remembered, and how each step changes it.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::{
    hash,
    plan::{Ended, Step},
};
use crate::{clock::Timestamp, id::RecordId, value::AlertEntry};

/// A disruption that comes back within this time is the same one.
pub const REOPEN_WITHIN: TimeDelta = TimeDelta::hours(6);
/// So many returns within [`FLAP_WINDOW`] make a record unstable.
const FLAPS_UNSTABLE: usize = 3;
/// See [`FLAPS_UNSTABLE`].
const FLAP_WINDOW: TimeDelta = TimeDelta::hours(2);

/// What we know of one disruption of one source. The store loads those that are not resolved, and those that were seen
/// or resolved within [`REOPEN_WITHIN`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Known {
    /// Which row it is.
    pub id: RecordId,
    /// The first record of its group; its own id when it stands alone.
    pub group: RecordId,
    /// The source's id at the last sight.
    pub key: String,
    /// [`hash::text`] of `entry`.
    pub text_hash: String,
    /// [`hash::content`] of `entry`.
    pub content_hash: String,
    /// What the source last said.
    pub entry: AlertEntry,
    /// First sight.
    pub first_seen: Timestamp,
    /// Last sight.
    pub last_seen: Timestamp,
    /// Polls in a row without it; 0: it was in the last one.
    pub misses: u32,
    /// The first of them.
    pub first_missed_at: Option<Timestamp>,
    /// Since when it is over.
    pub resolved_at: Option<Timestamp>,
    /// Its returns, oldest first; those within the window count.
    pub flap_times: Vec<Timestamp>,
}

impl Known {
    /// A record of something seen for the first time.
    pub fn create(id: RecordId, group: RecordId, entry: AlertEntry, now: Timestamp) -> Self {
        Self {
            id,
            group,
            key: entry.key.clone(),
            text_hash: hash::text(&entry),
            content_hash: hash::content(&entry),
            entry,
            first_seen: now,
            last_seen: now,
            misses: 0,
            first_missed_at: None,
            resolved_at: None,
            flap_times: Vec::new(),
        }
    }

    /// Carries out a step about this record.
    pub fn apply(&mut self, step: &Step, now: Timestamp) {
        match step {
            Step::Create { .. } => {}
            Step::Touch { key, .. } => self.touch(key, now),
            Step::Revise { entry, .. } => self.revise(entry, now),
            Step::Miss { .. } => self.miss(now),
            Step::Resolve { why, .. } => {
                if *why == Ended::Absent {
                    self.miss(now);
                }
                self.resolved_at = Some(now);
            }
            Step::Reopen { entry, .. } => {
                self.revise(entry, now);
                self.resolved_at = None;
                self.flap_times.retain(|at| now - at <= FLAP_WINDOW);
                self.flap_times.push(now);
            }
        }
    }

    fn touch(&mut self, key: &str, now: Timestamp) {
        key.clone_into(&mut self.key);
        self.last_seen = now;
        self.misses = 0;
        self.first_missed_at = None;
    }

    fn revise(&mut self, entry: &AlertEntry, now: Timestamp) {
        self.touch(&entry.key, now);
        self.text_hash = hash::text(entry);
        self.content_hash = hash::content(entry);
        self.entry = entry.clone();
    }

    fn miss(&mut self, now: Timestamp) {
        self.misses += 1;
        self.first_missed_at.get_or_insert(now);
    }

    /// Whether one more return, now, would make it one that comes and goes.
    pub(super) fn unstable_after_return(&self, now: Timestamp) -> bool {
        1 + self.recent_flaps(now) >= FLAPS_UNSTABLE
    }

    /// Whether it comes and goes: nothing is sent by itself.
    pub fn unstable(&self, now: Timestamp) -> bool {
        self.recent_flaps(now) >= FLAPS_UNSTABLE
    }

    fn recent_flaps(&self, now: Timestamp) -> usize {
        self.flap_times.iter().filter(|at| now - **at <= FLAP_WINDOW).count()
    }

    /// Whether something seen now can be this record.
    pub(super) fn may_return(&self, now: Timestamp) -> bool {
        self.resolved_at
            .is_none_or(|at| now - at.max(self.last_seen) <= REOPEN_WITHIN)
    }
}
