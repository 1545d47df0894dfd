//! The public life of an item: publish, schedule, amend, resolve, withdraw.
//!
//! Each is one transaction: the item's row, a revision that freezes what it says, and a line in the outbox, from which
//! accounts, phones and boards follow.

use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, DatabaseTransaction, EntityTrait as _, ExprTrait as _,
    IntoActiveModel as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Set, sea_query::Expr,
};

use super::{
    Store, StoreError, StoreResult,
    items::{StoredItem, item_at_version, read_contents},
};
use crate::{
    clock::Timestamp,
    draft,
    entity::{item, media},
    id::ItemId,
    value::{Change, ChangeClass, Detail, ItemContent, ItemStatus, MediaKind, Problem, ProblemCode, Scope, Viewer},
};

mod dates;
mod release;

pub(super) use self::release::Release;

/// Scheduled items that one look publishes.
const DUE_ITEMS: u64 = 50;

impl Store {
    /// Makes a draft or a scheduled item public, if `version` is still its version.
    pub async fn publish(&self, scope: &Scope, id: ItemId, version: i32, by: &Viewer) -> StoreResult<StoredItem> {
        let tx = self.publication().await?;
        let item = item_at_version(&tx, scope, id, version).await?;
        if !matches!(item.status, ItemStatus::Draft | ItemStatus::Scheduled) {
            return Err(wrong_state("Cet élément est déjà public.", "This item is public already.").into());
        }
        let content = content_of(&tx, &item).await?;
        let class = first_class(&content, self.clock.now());
        let stored = self
            .release(
                &tx,
                Release {
                    item,
                    content,
                    change: Change::Published,
                    class,
                    quiet: false,
                    settle: chrono::Duration::zero(),
                    by,
                },
            )
            .await?;
        self.commit_release(tx, stored, Change::Published, by).await
    }

    /// Has a draft go out by itself at `at`.
    pub async fn schedule(
        &self,
        scope: &Scope,
        id: ItemId,
        version: i32,
        at: Timestamp,
        by: &Viewer,
    ) -> StoreResult<StoredItem> {
        let tx = self.write().await?;
        let item = item_at_version(&tx, scope, id, version).await?;
        if !matches!(item.status, ItemStatus::Draft | ItemStatus::Scheduled) {
            return Err(wrong_state("Cet élément est déjà public.", "This item is public already.").into());
        }
        if at <= self.clock.now() {
            let problem = Problem::new(
                ProblemCode::OutOfRange,
                "publishAt",
                "Cette heure est déjà passée.",
                "This time has passed already.",
            );
            return Err(problem.into());
        }
        let content = content_of(&tx, &item).await?;
        check_public(&tx, &content).await?;
        let mut active = item.into_active_model();
        active.status = Set(ItemStatus::Scheduled);
        active.publish_at = Set(Some(at));
        active.version = Set(version + 1);
        active.updated_at = Set(self.clock.now());
        let row = active.update(&tx).await?;
        self.audit(
            &tx,
            by,
            "item.schedule",
            id,
            Some(row.authority_id),
            serde_json::Value::Null,
        )
        .await?;
        tx.commit().await?;
        Ok(StoredItem { row, content })
    }

    /// Changes what a public item says, everywhere, if `version` is still its version.
    pub async fn amend(
        &self,
        scope: &Scope,
        id: ItemId,
        version: i32,
        content: ItemContent,
        by: &Viewer,
    ) -> StoreResult<StoredItem> {
        let tx = self.publication().await?;
        let item = public_item(&tx, scope, id, version).await?;
        let before = content_of(&tx, &item).await?;
        let class = class_of(&before, &content);
        let stored = self
            .release(
                &tx,
                Release {
                    item,
                    content,
                    change: Change::Amended,
                    class,
                    quiet: false,
                    settle: chrono::Duration::zero(),
                    by,
                },
            )
            .await?;
        self.commit_release(tx, stored, Change::Amended, by).await
    }

    /// Says that a disruption is over; the item stays readable as past.
    pub async fn resolve(&self, scope: &Scope, id: ItemId, version: i32, by: &Viewer) -> StoreResult<StoredItem> {
        let tx = self.publication().await?;
        let item = public_item(&tx, scope, id, version).await?;
        let mut content = content_of(&tx, &item).await?;
        over(&mut content, self.clock.now())?;
        let class = Some(ChangeClass::Resolved);
        let stored = self
            .release(
                &tx,
                Release {
                    item,
                    content,
                    change: Change::Resolved,
                    class,
                    quiet: false,
                    settle: chrono::Duration::zero(),
                    by,
                },
            )
            .await?;
        self.commit_release(tx, stored, Change::Resolved, by).await
    }

    /// Takes a public item back: it leaves every list, and a tombstone stays.
    pub async fn withdraw(&self, scope: &Scope, id: ItemId, version: i32, by: &Viewer) -> StoreResult<StoredItem> {
        let tx = self.publication().await?;
        let item = public_item(&tx, scope, id, version).await?;
        let content = content_of(&tx, &item).await?;
        let stored = self
            .release(
                &tx,
                Release {
                    item,
                    content,
                    change: Change::Withdrawn,
                    class: None,
                    quiet: false,
                    settle: chrono::Duration::zero(),
                    by,
                },
            )
            .await?;
        self.commit_release(tx, stored, Change::Withdrawn, by).await
    }

    /// Publishes the scheduled items whose time has come; says how many. One that a person must put right first goes
    /// back to draft, with the reason on its row.
    pub async fn publish_due(&self, by: &Viewer) -> StoreResult<usize> {
        let due = item::Column::Status
            .eq(ItemStatus::Scheduled)
            .and(item::Column::PublishAt.lte(self.clock.now()));
        let rows = item::Entity::find()
            .filter(due)
            .order_by_asc(item::Column::PublishAt)
            .limit(DUE_ITEMS)
            .all(&self.db)
            .await?;
        let mut failure = None;
        for row in &rows {
            match self.publish(&Scope::Instance, row.id, row.version, by).await {
                // Somebody changed or published it between the look and the lock: the next look sees.
                Ok(_) | Err(StoreError::Conflict { .. } | StoreError::NotFound) => {}
                Err(StoreError::Problems(problems)) => {
                    if let Err(error) = self.hold(row, &problems).await {
                        failure = Some(error);
                    }
                }
                // One item that fails must not hold back those that are due after it.
                Err(error) => failure = Some(error),
            }
        }
        failure.map_or(Ok(rows.len()), Err)
    }

    /// Takes a scheduled item back to draft, unless somebody has changed or published it since it was looked at.
    async fn hold(&self, seen: &item::Model, problems: &[Problem]) -> StoreResult<()> {
        item::Entity::update_many()
            .col_expr(item::Column::Status, Expr::value(ItemStatus::Draft))
            .col_expr(
                item::Column::Held,
                Expr::value(problems.first().map(|problem| problem.fr.clone())),
            )
            .col_expr(item::Column::Version, Expr::value(seen.version + 1))
            .col_expr(item::Column::UpdatedAt, Expr::value(self.clock.now()))
            .filter(item::Column::Id.eq(seen.id))
            .filter(item::Column::Status.eq(ItemStatus::Scheduled))
            .filter(item::Column::Version.eq(seen.version))
            .exec(&self.db)
            .await?;
        Ok(())
    }

    async fn commit_release(
        &self,
        tx: DatabaseTransaction,
        stored: StoredItem,
        change: Change,
        by: &Viewer,
    ) -> StoreResult<StoredItem> {
        self.audit(
            &tx,
            by,
            &format!("item.{change}"),
            stored.row.id,
            Some(stored.row.authority_id),
            serde_json::Value::Null,
        )
        .await?;
        tx.commit().await?;
        self.bus.nudge().await;
        Ok(stored)
    }
}

/// What an item says now.
pub(super) async fn content_of(tx: &DatabaseTransaction, item: &item::Model) -> StoreResult<ItemContent> {
    read_contents(tx, std::slice::from_ref(item))
        .await?
        .remove(&item.id)
        .ok_or(StoreError::NotFound)
}

async fn public_item(tx: &DatabaseTransaction, scope: &Scope, id: ItemId, version: i32) -> StoreResult<item::Model> {
    let item = item_at_version(tx, scope, id, version).await?;
    if item.status == ItemStatus::Published {
        return Ok(item);
    }
    Err(wrong_state("Cet élément n’est pas public.", "This item is not public.").into())
}

/// What must be put right before `content` can be public, alternative texts included.
pub(super) async fn check_public(tx: &impl ConnectionTrait, content: &ItemContent) -> StoreResult<()> {
    let mut problems = draft::problems_before_public(content);
    let named = content.pictures.iter().chain(&content.attachments);
    let files = media::Entity::find()
        .filter(media::Column::Id.is_in(named.copied()))
        .all(tx)
        .await?;
    let silent = files
        .iter()
        .filter(|file| file.alt.0.values().all(|alt| alt.trim().is_empty()));
    problems.extend(silent.map(alt_missing));
    if problems.is_empty() {
        Ok(())
    } else {
        Err(StoreError::Problems(problems))
    }
}

fn alt_missing(file: &media::Model) -> Problem {
    let (path, fr, en) = match file.kind {
        MediaKind::Picture => (
            "pictures",
            "Décrivez cette image pour qui ne la voit pas.",
            "Describe this picture for those who do not see it.",
        ),
        MediaKind::Video => (
            "attachments",
            "Décrivez cette vidéo pour qui ne la voit ou ne l’entend pas.",
            "Describe this video for those who do not see or hear it.",
        ),
        MediaKind::Document => (
            "attachments",
            "Dites ce que contient ce document, pour qui ne peut pas l’ouvrir.",
            "Say what this document contains, for those who cannot open it.",
        ),
    };
    Problem::new(ProblemCode::AltTextMissing, format!("{path}.{}", file.id), fr, en)
}

/// Marks a disruption as over.
pub(super) fn over(content: &mut ItemContent, now: Timestamp) -> Result<(), Problem> {
    match &mut content.detail {
        Detail::Disruption(disruption) if disruption.resolved_at.is_none() => {
            disruption.resolved_at = Some(now);
        }
        Detail::Disruption(_) => {
            return Err(wrong_state(
                "Cette perturbation est déjà terminée.",
                "This disruption is over already.",
            ));
        }
        Detail::Event(_) | Detail::Article(_) => {
            return Err(wrong_state(
                "Seule une perturbation se termine ainsi.",
                "Only a disruption is resolved.",
            ));
        }
    }
    Ok(())
}

/// How a disruption that becomes public differs from nothing at all.
pub(super) fn first_class(content: &ItemContent, now: Timestamp) -> Option<ChangeClass> {
    match &content.detail {
        Detail::Disruption(disruption) if disruption.impact.ahead(now) => Some(ChangeClass::Announced),
        Detail::Disruption(_) => Some(ChangeClass::Created),
        Detail::Event(_) | Detail::Article(_) => None,
    }
}

/// How an amended disruption differs from what it said before.
pub(super) fn class_of(before: &ItemContent, after: &ItemContent) -> Option<ChangeClass> {
    let (Detail::Disruption(old), Detail::Disruption(new)) = (&before.detail, &after.detail) else {
        return None;
    };
    let more_lines = after.lines.iter().any(|line| !before.lines.contains(line));
    let fewer_lines = before.lines.iter().any(|line| !after.lines.contains(line));
    Some(if new.severity > old.severity || more_lines {
        ChangeClass::Escalated
    } else if new.severity < old.severity || fewer_lines {
        ChangeClass::Deescalated
    } else if new.impact.end() != old.impact.end() {
        ChangeClass::Rescheduled
    } else {
        ChangeClass::Edited
    })
}

pub(super) fn wrong_state(fr: &str, en: &str) -> Problem {
    Problem::new(ProblemCode::WrongState, "status", fr, en)
}
