//! What a poll does to the items: each stands for one group of records, and follows what they say together.

use sea_orm::{
    ColumnTrait as _, DatabaseTransaction, EntityTrait as _, QueryFilter as _, QuerySelect as _, Set,
    TransactionTrait as _, sea_query::Expr,
};

use super::{
    apply::{Records, settings},
    content::{Places, Said},
    settle::Kept,
};
use crate::{
    clock::Timestamp,
    draft::{self, Draft},
    entity::{item, record, source},
    id::{ItemId, RecordId},
    reconcile::{self, Held, Known, Settings, Step},
    store::{
        Store, StoreError, StoreResult,
        items::write_content,
        machine,
        publish::{Release, content_of},
    },
    value::{Change, ChangeClass, Detail, Issue, IssueCode, ItemContent, ItemStatus, SourcePolicy, Viewer},
};

/// A disruption that began longer ago than this, when a source is read for the first time, is no news.
const BACKLOG_AGE: chrono::Duration = chrono::Duration::hours(2);

/// What a poll does to one group of records.
#[derive(Default)]
pub(super) struct Turn {
    class: Option<ChangeClass>,
    unstable: bool,
    reopened: bool,
}

/// What became of an item.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Became {
    /// Nothing that is counted.
    Same,
    /// It is new.
    Created,
    /// It says something else in public.
    Revised,
    /// It is over.
    Resolved,
}

impl Turn {
    /// Adds what one step does; of several classes the one that tells most people counts.
    pub(super) fn take(&mut self, step: &Step) {
        let class = match step {
            Step::Touch { .. } | Step::Miss { .. } => return,
            Step::Create { class, .. } | Step::Revise { class, .. } => *class,
            Step::Resolve { .. } => ChangeClass::Resolved,
            Step::Reopen { unstable, .. } => {
                self.reopened = true;
                self.unstable |= unstable;
                ChangeClass::Reopened
            }
        };
        self.class = Some(self.class.map_or(class, |before| before.min(class)));
    }

    /// Whether it changes anything.
    pub(super) fn matters(&self) -> bool {
        self.class.is_some()
    }
}

/// A source whose items follow it.
pub(super) struct Followed<'a> {
    store: &'a Store,
    source: &'a source::Model,
    settings: Settings,
    places: Places,
    by: Viewer,
}

impl<'a> Followed<'a> {
    pub(super) async fn load(
        tx: &DatabaseTransaction,
        store: &'a Store,
        source: &'a source::Model,
    ) -> StoreResult<Self> {
        Ok(Self {
            store,
            source,
            settings: settings(source),
            places: Places::load(tx, source).await?,
            by: machine(&source.name),
        })
    }

    /// Brings the item of one group up to what its records say now. What a person must put right stops this one group:
    /// its item says that it waits, the poll says why, and nothing else of the poll is lost.
    pub(super) async fn turn(
        &self,
        tx: &DatabaseTransaction,
        group: RecordId,
        turn: &Turn,
        records: &Records,
        kept: &mut Kept,
    ) -> StoreResult<Became> {
        let members: Vec<&(Known, Option<ItemId>)> =
            records.values().filter(|(known, _)| known.group == group).collect();
        let item = members.iter().find_map(|(_, item)| *item);
        let savepoint = tx.begin().await?;
        let problems = match self.take_over(&savepoint, item, &members, turn, kept).await {
            Ok(became) => {
                savepoint.commit().await?;
                return Ok(became);
            }
            Err(StoreError::Problems(problems)) => problems,
            Err(error) => return Err(error),
        };
        savepoint.rollback().await?;
        let reason = problems.first().map_or_else(String::new, |problem| problem.en.clone());
        kept.note(Issue {
            code: IssueCode::Unreadable,
            detail: format!("an alert could not be taken over: {reason}"),
        });
        if let Some(id) = item {
            set_held(tx, id, Some(reason)).await?;
        }
        Ok(Became::Same)
    }

    async fn take_over(
        &self,
        tx: &DatabaseTransaction,
        item: Option<ItemId>,
        members: &[&(Known, Option<ItemId>)],
        turn: &Turn,
        kept: &mut Kept,
    ) -> StoreResult<Became> {
        let open = members.iter().filter(|(known, _)| known.resolved_at.is_none());
        let open: Vec<_> = open.map(|(known, _)| &known.entry).collect();
        let held = open.iter().find_map(|entry| reconcile::held(entry, &self.settings));
        let held = held
            .map(Held::reason)
            .or((self.source.policy == SourcePolicy::Draft).then_some("proposed by a source"));
        let said = self.places.content(&open).map(|Said { content, issues }| {
            for issue in issues {
                kept.note(issue);
            }
            content
        });
        match (item, said) {
            (None, None) => Ok(Became::Same),
            (None, Some(said)) => {
                let id = self.create(tx, &said, held, turn).await?;
                adopt(tx, id, members).await?;
                remember(tx, id, &said).await?;
                Ok(Became::Created)
            }
            (Some(id), said) => {
                adopt(tx, id, members).await?;
                self.follow(tx, id, said, held, turn).await
            }
        }
    }

    /// Makes the item of a new group: public, or a draft where the source's policy, a doubt or a problem asks for a
    /// person.
    async fn create(
        &self,
        tx: &DatabaseTransaction,
        said: &ItemContent,
        held: Option<&str>,
        turn: &Turn,
    ) -> StoreResult<ItemId> {
        let draft = Draft {
            authority: self.source.authority_id,
            content: said.clone(),
            key: None,
        };
        let row = self.store.insert_item(tx, &draft, &self.by).await?;
        let id = row.id;
        let problems = [draft::problems(said), draft::problems_before_public(said)].concat();
        let problem = problems.first().map(|problem| problem.en.as_str());
        if let Some(reason) = held.or(problem) {
            set_held(tx, id, Some(reason.to_owned())).await?;
            return Ok(id);
        }
        let first_reading = self.source.last_good_at.is_none();
        let release = Release {
            item: row,
            content: draft.content,
            change: Change::Published,
            class: turn.class,
            quiet: turn.unstable || (first_reading && backlog(said, self.store.clock.now())),
            settle: chrono::Duration::seconds(self.settings.settling_s.into()),
            by: &self.by,
        };
        self.store.release(tx, release).await?;
        Ok(id)
    }

    /// Changes the item of a known group.
    async fn follow(
        &self,
        tx: &DatabaseTransaction,
        id: ItemId,
        said: Option<ItemContent>,
        held: Option<&str>,
        turn: &Turn,
    ) -> StoreResult<Became> {
        // Locked on PostgreSQL: a person may be writing.
        let Some(item) = item::Entity::find_by_id(id).lock_exclusive().one(tx).await? else {
            return Ok(Became::Same);
        };
        let stands = content_of(tx, &item).await?;
        let Some(said) = said else {
            return self.end(tx, item, stands).await;
        };
        let before = remembered(tx, id).await?;
        let merged = reconcile::keep_edits(before.as_ref().unwrap_or(&stands), said.clone(), &stands);
        let became = self.say(tx, item, &stands, merged, held, turn).await?;
        if became.is_some() {
            remember(tx, id, &said).await?;
        }
        Ok(became.unwrap_or(Became::Same))
    }

    /// Has the item say `merged`; none when it does not follow, or waits for a person.
    async fn say(
        &self,
        tx: &DatabaseTransaction,
        item: item::Model,
        stands: &ItemContent,
        merged: ItemContent,
        held: Option<&str>,
        turn: &Turn,
    ) -> StoreResult<Option<Became>> {
        let (id, over) = (item.id, is_over(stands));
        match (item.status, held) {
            // A person took it back: the source has no say any more.
            (ItemStatus::Withdrawn, _) => return Ok(None),
            // A person has declared it over; only its coming back says otherwise, now or when what waits began.
            (ItemStatus::Published, _) if over && !turn.reopened && item.held.is_none() => return Ok(None),
            (ItemStatus::Scheduled | ItemStatus::Published, _) if merged == *stands => {
                set_held(tx, id, None).await?;
            }
            // What goes out without a further look must not change without one.
            (ItemStatus::Scheduled | ItemStatus::Published, Some(reason)) => {
                set_held(tx, id, Some(format!("a change of the source waits: {reason}"))).await?;
                return Ok(None);
            }
            (ItemStatus::Draft, _) | (ItemStatus::Scheduled, None) => {
                self.redraft(tx, item, stands, &merged).await?;
                if let Some(reason) = held {
                    set_held(tx, id, Some(reason.to_owned())).await?;
                }
            }
            (ItemStatus::Published, None) => {
                let change = if over { Change::Reopened } else { Change::Amended };
                let class = turn.class.map(still_open);
                self.change(tx, item, merged, (change, class), turn.unstable).await?;
                return Ok(Some(Became::Revised));
            }
        }
        Ok(Some(Became::Same))
    }

    /// Writes a draft anew, so that who has it open notices.
    async fn redraft(
        &self,
        tx: &DatabaseTransaction,
        item: item::Model,
        stands: &ItemContent,
        merged: &ItemContent,
    ) -> StoreResult<()> {
        if merged == stands {
            return Ok(());
        }
        let problems = draft::problems(merged);
        if !problems.is_empty() {
            return Err(StoreError::Problems(problems));
        }
        write_content(tx, &item, merged).await?;
        let renewed = item::ActiveModel {
            id: Set(item.id),
            version: Set(item.version + 1),
            updated_at: Set(self.store.clock.now()),
            ..Default::default()
        };
        item::Entity::update(renewed).exec(tx).await?;
        Ok(())
    }

    /// Says that it is over, unless a person has said so already. It holds no new word, so it waits for nobody.
    async fn end(&self, tx: &DatabaseTransaction, item: item::Model, mut content: ItemContent) -> StoreResult<Became> {
        match &mut content.detail {
            Detail::Disruption(disruption)
                if item.status == ItemStatus::Published && disruption.resolved_at.is_none() =>
            {
                disruption.resolved_at = Some(self.store.clock.now());
            }
            Detail::Disruption(_) | Detail::Event(_) | Detail::Article(_) => return Ok(Became::Same),
        }
        let change = (Change::Resolved, Some(ChangeClass::Resolved));
        self.change(tx, item, content, change, false).await?;
        Ok(Became::Resolved)
    }

    async fn change(
        &self,
        tx: &DatabaseTransaction,
        item: item::Model,
        content: ItemContent,
        (change, class): (Change, Option<ChangeClass>),
        quiet: bool,
    ) -> StoreResult<()> {
        let release = Release {
            item,
            content,
            change,
            class,
            quiet,
            settle: chrono::Duration::zero(),
            by: &self.by,
        };
        self.store.release(tx, release).await?;
        Ok(())
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

/// Ties the records that are new in a group to the item that stands for it.
async fn adopt(tx: &DatabaseTransaction, id: ItemId, members: &[&(Known, Option<ItemId>)]) -> StoreResult<()> {
    let new = members.iter().filter(|(_, item)| item.is_none());
    record::Entity::update_many()
        .col_expr(record::Column::ItemId, Expr::value(id))
        .filter(record::Column::Id.is_in(new.map(|(known, _)| known.id)))
        .exec(tx)
        .await?;
    Ok(())
}

/// Keeps what the source says, now that the item follows it.
async fn remember(tx: &DatabaseTransaction, id: ItemId, said: &ItemContent) -> StoreResult<()> {
    let said = record::ActiveModel {
        said: Set(Some(said.clone())),
        ..Default::default()
    };
    record::Entity::update_many()
        .set(said)
        .filter(record::Column::ItemId.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}

/// What the source said when the item last followed it.
async fn remembered(tx: &DatabaseTransaction, id: ItemId) -> StoreResult<Option<ItemContent>> {
    let record = record::Entity::find()
        .filter(record::Column::ItemId.eq(id))
        .filter(record::Column::Said.is_not_null());
    Ok(record.one(tx).await?.and_then(|record| record.said))
}

/// Says on an item's row why it waits for a person, or that it does not any more.
async fn set_held(tx: &DatabaseTransaction, id: ItemId, reason: Option<String>) -> StoreResult<()> {
    let held = item::ActiveModel {
        id: Set(id),
        held: Set(reason),
        ..Default::default()
    };
    item::Entity::update(held).exec(tx).await?;
    Ok(())
}

fn is_over(content: &ItemContent) -> bool {
    matches!(&content.detail, Detail::Disruption(disruption) if disruption.resolved_at.is_some())
}

/// Whether a disruption was there long before its source was first read.
fn backlog(content: &ItemContent, now: Timestamp) -> bool {
    let Detail::Disruption(disruption) = &content.detail else {
        return false;
    };
    disruption.impact.start().is_some_and(|start| now - start > BACKLOG_AGE)
}
