//! Carries out a plan of [`crate::reconcile`]: records first, then the items that stand for them.

use std::collections::BTreeMap;

use sea_orm::{
    ColumnTrait as _, Condition, DatabaseTransaction, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, Set,
};

use super::{
    content::Places,
    settle::{Kept, PollSummary},
};
use crate::{
    clock::Timestamp,
    draft::Draft,
    entity::{item, record, source},
    id::{ItemId, RecordId},
    reconcile::{self, Ended, Group, Held, Known, Memory, Poll, REOPEN_WITHIN, Settings, Step},
    store::{
        Store, StoreResult, machine,
        publish::{Release, content_of},
    },
    value::{Change, ChangeClass, Detail, ItemContent, ItemStatus, PollClass, SourcePolicy},
};

/// A disruption that began longer ago than this, when a source is read for the first time, is no news.
const BACKLOG_AGE: chrono::Duration = chrono::Duration::hours(2);

/// What a poll does to one group of records.
#[derive(Default)]
struct Turn {
    class: Option<ChangeClass>,
    held: Option<Held>,
    unstable: bool,
    reopened: bool,
}

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
        let places = Places::load(tx, source).await?;
        let first_reading = source.last_good_at.is_none();
        for (group, turn) in turns {
            turn_group(
                tx,
                store,
                source,
                &places,
                (group, turn),
                &records,
                first_reading,
                &mut summary,
            )
            .await?;
        }
    }
    Ok((plan.class, summary))
}

/// How patient the source's settings are; other settings beside these are the format's own.
fn settings(source: &source::Model) -> Settings {
    let own = source
        .settings
        .get("reconcile")
        .cloned()
        .unwrap_or_else(|| serde_json::json!({}));
    serde_json::from_value(own).unwrap_or_default()
}

type Records = BTreeMap<RecordId, (Known, Option<ItemId>)>;

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
    turns.retain(|_, turn| turn.class.is_some());
    (turns, touched)
}

impl Turn {
    /// Adds what one step does; of several classes the one that tells most people counts.
    fn take(&mut self, step: &Step) {
        let class = match step {
            Step::Touch { .. } | Step::Miss { .. } => return,
            Step::Create { class, held, .. } | Step::Revise { class, held, .. } => {
                self.held = self.held.or(*held);
                *class
            }
            Step::Resolve { .. } => ChangeClass::Resolved,
            Step::Reopen { unstable, .. } => {
                self.reopened = true;
                self.unstable |= unstable;
                ChangeClass::Reopened
            }
        };
        self.class = Some(self.class.map_or(class, |before| before.min(class)));
    }
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

/// Brings the item of one group up to what its records say now.
#[expect(
    clippy::too_many_arguments,
    reason = "all of them are the poll; a struct would only rename them"
)]
async fn turn_group(
    tx: &DatabaseTransaction,
    store: &Store,
    source: &source::Model,
    places: &Places,
    (group, turn): (RecordId, Turn),
    records: &Records,
    first_reading: bool,
    summary: &mut PollSummary,
) -> StoreResult<()> {
    let members: Vec<&(Known, Option<ItemId>)> = records.values().filter(|(known, _)| known.group == group).collect();
    let open: Vec<_> = members
        .iter()
        .filter(|(known, _)| known.resolved_at.is_none())
        .map(|(known, _)| &known.entry)
        .collect();
    let content = places.content(&open);
    let item = members.iter().find_map(|(_, item)| *item);
    match (item, content) {
        (None, None) => Ok(()),
        (None, Some(content)) => {
            let quiet = turn.unstable || (first_reading && backlog(&content, store.clock.now()));
            let id = create(tx, store, source, content, &turn, quiet).await?;
            adopt(tx, id, members.iter().map(|(known, _)| known.id)).await?;
            summary.created += 1;
            Ok(())
        }
        (Some(id), content) => {
            adopt(
                tx,
                id,
                members
                    .iter()
                    .filter(|(_, item)| item.is_none())
                    .map(|(known, _)| known.id),
            )
            .await?;
            follow(tx, store, source, id, content, &turn, summary).await
        }
    }
}

/// Makes the item of a new group: public, or a draft where the source's policy or a doubt asks for a person.
async fn create(
    tx: &DatabaseTransaction,
    store: &Store,
    source: &source::Model,
    content: ItemContent,
    turn: &Turn,
    quiet: bool,
) -> StoreResult<ItemId> {
    let by = machine(&source.name);
    let draft = Draft {
        authority: source.authority_id,
        content,
        key: None,
    };
    let row = store.insert_item(tx, &draft, &by).await?;
    let id = row.id;
    if let Some(reason) = turn
        .held
        .map(why_held)
        .or((source.policy == SourcePolicy::Draft).then_some("proposed by a source"))
    {
        let held = item::ActiveModel {
            id: Set(id),
            held: Set(Some(reason.to_owned())),
            ..Default::default()
        };
        item::Entity::update(held).exec(tx).await?;
        return Ok(id);
    }
    store
        .release(
            tx,
            Release {
                item: row,
                content: draft.content,
                change: Change::Published,
                class: turn.class,
                quiet,
                settle: chrono::Duration::seconds(settings(source).settling_s.into()),
                by: &by,
            },
        )
        .await?;
    Ok(id)
}

/// Changes the item of a known group.
async fn follow(
    tx: &DatabaseTransaction,
    store: &Store,
    source: &source::Model,
    id: ItemId,
    content: Option<ItemContent>,
    turn: &Turn,
    summary: &mut PollSummary,
) -> StoreResult<()> {
    let Some(item) = item::Entity::find_by_id(id).one(tx).await? else {
        return Ok(());
    };
    let before = content_of(tx, &item).await?;
    let by = machine(&source.name);
    match item.status {
        // A person took it back: the source has no say any more.
        ItemStatus::Withdrawn => Ok(()),
        ItemStatus::Draft | ItemStatus::Scheduled => match content {
            Some(content) => super::super::items::write_content(tx, &item, &content).await,
            None => Ok(()),
        },
        ItemStatus::Published => {
            let Some((content, change)) = next(&before, content, turn, store.clock.now()) else {
                return Ok(());
            };
            match change {
                Change::Resolved => summary.resolved += 1,
                Change::Published | Change::Amended | Change::Reopened | Change::Withdrawn => summary.revised += 1,
            }
            let class = if change == Change::Resolved {
                Some(ChangeClass::Resolved)
            } else {
                turn.class.map(still_open)
            };
            store
                .release(
                    tx,
                    Release {
                        item,
                        content,
                        change,
                        class,
                        quiet: turn.unstable,
                        settle: chrono::Duration::zero(),
                        by: &by,
                    },
                )
                .await?;
            Ok(())
        }
    }
}

/// What a public item says next, if that is anything else than before.
fn next(
    before: &ItemContent,
    content: Option<ItemContent>,
    turn: &Turn,
    now: Timestamp,
) -> Option<(ItemContent, Change)> {
    let resolved = matches!(&before.detail, Detail::Disruption(disruption) if disruption.resolved_at.is_some());
    match content {
        // A person has declared it over; only its coming back says otherwise.
        Some(_) if resolved && !turn.reopened => None,
        None if resolved => None,
        None => {
            let mut over = before.clone();
            if let Detail::Disruption(disruption) = &mut over.detail {
                disruption.resolved_at = Some(now);
            }
            Some((over, Change::Resolved))
        }
        Some(content) if resolved => Some((content, Change::Reopened)),
        Some(content) => (content != *before).then_some((content, Change::Amended)),
    }
}

/// One member of a group that is over makes the rest smaller, not over.
fn still_open(class: ChangeClass) -> ChangeClass {
    match class {
        // A new member of a known group: more lines.
        ChangeClass::Created | ChangeClass::Announced | ChangeClass::Escalated => ChangeClass::Escalated,
        ChangeClass::Rescheduled => ChangeClass::Rescheduled,
        ChangeClass::Edited => ChangeClass::Edited,
        ChangeClass::Resolved | ChangeClass::Deescalated => ChangeClass::Deescalated,
        ChangeClass::Reopened => ChangeClass::Reopened,
    }
}

/// Ties records to the item that stands for them.
async fn adopt(tx: &DatabaseTransaction, id: ItemId, records: impl Iterator<Item = RecordId>) -> StoreResult<()> {
    use sea_orm::sea_query::Expr;
    let mine = record::Entity::update_many().col_expr(record::Column::ItemId, Expr::value(id));
    mine.filter(record::Column::Id.is_in(records)).exec(tx).await?;
    Ok(())
}

/// Whether a disruption was there long before its source was first read.
fn backlog(content: &ItemContent, now: Timestamp) -> bool {
    let Detail::Disruption(disruption) = &content.detail else {
        return false;
    };
    disruption.impact.start().is_some_and(|start| now - start > BACKLOG_AGE)
}

fn why_held(held: Held) -> &'static str {
    match held {
        Held::ScopeMissing => "nothing says what is concerned",
        Held::TextMissing => "there is nothing to read",
        Held::InternalWording => "it looks as if it was meant for staff",
    }
}
