//! Carries out a plan of [`crate::reconcile`]: records first, then the items that stand for them.

use std::collections::BTreeMap;

use sea_orm::{
    ColumnTrait as _, Condition, DatabaseTransaction, EntityTrait as _, IntoActiveModel as _, QueryFilter as _,
};

use super::{
    settle::{Kept, PollSummary},
    turn::{Became, Followed, Turn},
};
use crate::{
    clock::Timestamp,
    entity::{record, source},
    id::{ItemId, RecordId},
    reconcile::{self, Ended, Group, Known, Memory, Poll, REOPEN_WITHIN, Settings, Step},
    store::{Store, StoreResult},
    value::{PollClass, SourcePolicy},
};

/// Reconciles a poll of alerts with what is known.
pub(super) async fn alerts(
    tx: &DatabaseTransaction,
    store: &Store,
    source: &source::Model,
    poll: Poll<'_>,
    kept: &mut Kept,
) -> StoreResult<(PollClass, PollSummary)> {
    let now = store.clock.now();
    let settings = settings(source);
    let memory: Memory = serde_json::from_value(source.memory.clone()).unwrap_or_default();
    let mut records = load(tx, source, now).await?;
    let known: Vec<Known> = records.values().map(|(known, _)| known.clone()).collect();
    let plan = reconcile::plan(&known, &poll, &memory, &settings, now);
    kept.memory = serde_json::to_value(&plan.memory).unwrap_or_default();
    let (turns, touched) = take_steps(store, &plan.steps, &mut records, kept, now);
    save(tx, source, &records, &touched, now).await?;
    let mut summary = PollSummary {
        entries: match poll {
            Poll::Read { entries, .. } => i32::try_from(entries.len()).unwrap_or(i32::MAX),
            Poll::Failed | Poll::Unchanged => 0,
        },
        ..PollSummary::default()
    };
    if source.policy != SourcePolicy::Ignore && !turns.is_empty() {
        let followed = Followed::load(tx, store, source).await?;
        for (group, turn) in turns {
            match followed.turn(tx, group, &turn, &records, kept).await? {
                Became::Same => {}
                Became::Created => summary.created += 1,
                Became::Revised => summary.revised += 1,
                Became::Resolved => summary.resolved += 1,
            }
        }
    }
    Ok((plan.class, summary))
}

/// How patient the source's settings are; other settings beside these are the format's own.
pub(super) fn settings(source: &source::Model) -> Settings {
    let own = source
        .settings
        .get("reconcile")
        .cloned()
        .unwrap_or_else(|| serde_json::json!({}));
    serde_json::from_value(own).unwrap_or_default()
}

/// What is known of a source's entries, each with the item that stands for it.
pub(super) type Records = BTreeMap<RecordId, (Known, Option<ItemId>)>;

/// The records that are open, and those that could come back.
async fn load(tx: &DatabaseTransaction, source: &source::Model, now: Timestamp) -> StoreResult<Records> {
    let current = Condition::any()
        .add(record::Column::Open.eq(true))
        .add(record::Column::LastSeen.gte(now - REOPEN_WITHIN));
    let rows = record::Entity::find()
        .filter(record::Column::SourceId.eq(source.id))
        .filter(current)
        .all(tx)
        .await?;
    let read = |row: record::Model| match serde_json::from_value::<Known>(row.known) {
        Ok(known) => Some((row.id, (known, row.item_id))),
        Err(error) => {
            tracing::error!(record.id = %row.id, %error, "a record cannot be read; it is left as it is");
            None
        }
    };
    Ok(rows.into_iter().filter_map(read).collect())
}

/// Takes the plan's steps on the records; says which groups turn how, and which records changed.
fn take_steps(
    store: &Store,
    steps: &[Step],
    records: &mut Records,
    kept: &mut Kept,
    now: Timestamp,
) -> (BTreeMap<RecordId, Turn>, Vec<RecordId>) {
    let (mut turns, mut touched) = (BTreeMap::<RecordId, Turn>::new(), Vec::new());
    let mut new_groups = BTreeMap::<u32, RecordId>::new();
    for step in steps {
        let id = match step {
            Step::Create { entry, group, .. } => {
                let id: RecordId = store.ids.make();
                let group = match group {
                    Group::Of(record) => records.get(record).map_or(*record, |(known, _)| known.group),
                    Group::New(number) => *new_groups.entry(*number).or_insert(id),
                };
                records.insert(id, (Known::create(id, group, entry.clone(), now), None));
                id
            }
            Step::Revise { record, .. }
            | Step::Touch { record, .. }
            | Step::Miss { record }
            | Step::Resolve { record, .. }
            | Step::Reopen { record, .. } => *record,
        };
        let Some((known, _)) = records.get_mut(&id) else {
            continue;
        };
        known.apply(step, now);
        touched.push(id);
        if let Step::Resolve { why, .. } = step {
            kept.reason = Some(resolved_because(*why, known, now));
        }
        turns.entry(known.group).or_default().take(step);
    }
    turns.retain(|_, turn| turn.matters());
    (turns, touched)
}

/// Why a poll declared something over, in words for the poll's row.
fn resolved_because(why: Ended, known: &Known, now: Timestamp) -> String {
    match why {
        Ended::Closed => "resolved because the source says so".to_owned(),
        Ended::PeriodsOver => "resolved because all its periods are over".to_owned(),
        Ended::Absent => {
            let minutes = (now - known.first_missed_at.unwrap_or(now)).num_minutes();
            format!(
                "resolved because absent in {} good polls over {minutes} minutes",
                known.misses
            )
        }
    }
}

async fn save(
    tx: &DatabaseTransaction,
    source: &source::Model,
    records: &Records,
    touched: &[RecordId],
    now: Timestamp,
) -> StoreResult<()> {
    use sea_orm::sea_query::OnConflict;
    let columns = [record::Column::Known, record::Column::Open, record::Column::LastSeen];
    for id in touched {
        let Some((known, item)) = records.get(id) else { continue };
        let row = record::Model {
            id: *id,
            source_id: source.id,
            item_id: *item,
            said: None,
            known: serde_json::to_value(known).unwrap_or_default(),
            open: known.resolved_at.is_none(),
            last_seen: known
                .resolved_at
                .map_or(known.last_seen, |at| at.max(known.last_seen))
                .min(now),
        };
        let put = record::Entity::insert(row.into_active_model());
        put.on_conflict(
            OnConflict::column(record::Column::Id)
                .update_columns(columns)
                .to_owned(),
        )
        .exec_without_returning(tx)
        .await?;
    }
    Ok(())
}
