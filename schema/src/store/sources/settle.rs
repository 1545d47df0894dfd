//! Writes what one poll brought: everything it changes, in one transaction.

use sea_orm::{ActiveModelTrait as _, DatabaseTransaction, EntityTrait as _, IntoActiveModel as _, Set};

use super::apply;
use crate::{
    clock::Timestamp,
    entity::{poll, source},
    reconcile::Poll,
    store::{Store, StoreError, StoreResult},
    value::{Content, Cursor, Issue, Issues, PollClass, Reading, SourcePolicy},
};

/// After so many failures in a row, the pause between two polls does not grow any more: 64 times the interval.
const MAX_BACKOFF_DOUBLINGS: u32 = 6;
/// Longest pause between two polls.
const MAX_PAUSE: chrono::Duration = chrono::Duration::hours(1);
/// Issues kept of one poll.
const MAX_ISSUES: usize = 200;

/// How one reading of a source went.
#[derive(Debug)]
pub struct PollOutcome {
    /// When it began.
    pub started_at: Timestamp,
    /// What came, or why nothing did.
    pub reading: Result<Reading, String>,
    /// How long the source asked us to wait.
    pub wait: Option<std::time::Duration>,
}

/// What a poll changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PollSummary {
    /// Entries read.
    pub entries: i32,
    /// New items.
    pub created: i32,
    /// Items that say something else.
    pub revised: i32,
    /// Items that are over.
    pub resolved: i32,
}

impl Store {
    /// Writes what a poll of `source` brought, if `owner` still holds it.
    pub async fn settle_poll(
        &self,
        id: crate::id::SourceId,
        owner: &str,
        outcome: PollOutcome,
    ) -> StoreResult<(PollClass, PollSummary)> {
        let tx = self.publication().await?;
        let source = source::Entity::find_by_id(id).one(&tx).await?;
        let source = source
            .filter(|row| row.lease_owner.as_deref() == Some(owner))
            .ok_or(StoreError::NotFound)?;
        let mut kept = Kept {
            cursor: source.cursor.clone(),
            memory: source.memory.clone(),
            issues: Issues::default(),
            reason: None,
        };
        let (class, summary) = self.take_in(&tx, &source, &outcome, &mut kept).await?;
        self.write_poll(&tx, &source, &outcome, class, summary, &kept).await?;
        self.move_on(source, class, outcome.wait, kept).update(&tx).await?;
        tx.commit().await?;
        self.bus.nudge().await;
        Ok((class, summary))
    }

    /// Carries out what the reading means.
    async fn take_in(
        &self,
        tx: &DatabaseTransaction,
        source: &source::Model,
        outcome: &PollOutcome,
        kept: &mut Kept,
    ) -> StoreResult<(PollClass, PollSummary)> {
        let snapshot = match &outcome.reading {
            Err(reason) => {
                kept.reason = Some(reason.clone());
                return apply::alerts(tx, self, source, Poll::Failed, kept).await;
            }
            Ok(Reading::Unchanged) => return apply::alerts(tx, self, source, Poll::Unchanged, kept).await,
            Ok(Reading::Snapshot(snapshot)) => snapshot,
        };
        for issue in &snapshot.issues {
            kept.note(issue.clone());
        }
        let result = match &snapshot.content {
            Content::Alerts(entries) => {
                for issue in entries.iter().flat_map(|entry| &entry.issues) {
                    kept.note(issue.clone());
                }
                let (coverage, feed_timestamp) = (snapshot.coverage, snapshot.cursor.feed_timestamp);
                apply::alerts(
                    tx,
                    self,
                    source,
                    Poll::Read {
                        entries,
                        coverage,
                        feed_timestamp,
                    },
                    kept,
                )
                .await?
            }
            Content::Transit(network) => {
                if source.policy != SourcePolicy::Ignore {
                    self.put_transit(tx, source.authority_id, source.id, network).await?;
                }
                let rows = network.lines.len() + network.stops.len();
                let entries = i32::try_from(rows).unwrap_or(i32::MAX);
                (
                    PollClass::Good,
                    PollSummary {
                        entries,
                        ..PollSummary::default()
                    },
                )
            }
        };
        // A doubted answer must be read again: were its cursor kept, the next one would be "unchanged".
        if result.0 != PollClass::Suspicious {
            kept.cursor = snapshot.cursor.clone();
        }
        Ok(result)
    }

    async fn write_poll(
        &self,
        tx: &DatabaseTransaction,
        source: &source::Model,
        outcome: &PollOutcome,
        class: PollClass,
        summary: PollSummary,
        kept: &Kept,
    ) -> StoreResult<()> {
        let took = self.clock.now() - outcome.started_at;
        let row = poll::Model {
            id: self.ids.make(),
            source_id: source.id,
            at: outcome.started_at,
            duration_ms: i32::try_from(took.num_milliseconds()).unwrap_or(i32::MAX),
            class,
            reason: kept.reason.clone(),
            feed_timestamp: kept.cursor.feed_timestamp,
            entries: summary.entries,
            created: summary.created,
            revised: summary.revised,
            resolved: summary.resolved,
            issues: kept.issues.clone(),
        };
        poll::Entity::insert(row.into_active_model())
            .exec_without_returning(tx)
            .await?;
        Ok(())
    }

    /// The source after a poll: when it is polled next, and from where.
    fn move_on(
        &self,
        source: source::Model,
        class: PollClass,
        wait: Option<std::time::Duration>,
        kept: Kept,
    ) -> source::ActiveModel {
        let now = self.clock.now();
        let failed = class == PollClass::Failed;
        let failures = if failed { source.failures.saturating_add(1) } else { 0 };
        let asked = wait
            .and_then(|wait| chrono::Duration::from_std(wait).ok())
            .unwrap_or_default();
        let pause = backoff(source.interval_s, failures)
            .max(asked)
            .min(MAX_PAUSE.max(chrono::Duration::seconds(source.interval_s.into())));
        let good = matches!(class, PollClass::Good | PollClass::Unchanged);
        let mut active = source.into_active_model();
        active.next_poll_at = Set(now + pause);
        active.failures = Set(failures);
        active.cursor = Set(kept.cursor);
        active.memory = Set(kept.memory);
        active.lease_owner = Set(None);
        active.lease_until = Set(None);
        if good {
            active.last_good_at = Set(Some(now));
        }
        active
    }
}

/// What a poll leaves behind beside items.
pub(super) struct Kept {
    pub cursor: Cursor,
    pub memory: serde_json::Value,
    pub issues: Issues,
    pub reason: Option<String>,
}

impl Kept {
    /// Notes one more oddity, as long as there is room.
    pub(super) fn note(&mut self, issue: Issue) {
        if self.issues.0.len() < MAX_ISSUES {
            self.issues.0.push(issue);
        }
    }
}

/// The pause after `failures` failures in a row: the interval, doubled each time.
fn backoff(interval_s: i32, failures: i32) -> chrono::Duration {
    let doublings = u32::try_from(failures).unwrap_or_default().min(MAX_BACKOFF_DOUBLINGS);
    chrono::Duration::seconds(i64::from(interval_s) << doublings)
}
