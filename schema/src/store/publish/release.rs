//! What every change of public state writes, in the transaction of its verb: row, content, dates, revision, outbox.

use sea_orm::{ActiveModelTrait as _, DatabaseTransaction, EntityTrait as _, IntoActiveModel as _, Set};

use super::{check_public, dates};
use crate::{
    draft,
    entity::{disruption_update, item, revision},
    id::RevisionId,
    store::{
        Store, StoreError, StoreResult,
        items::{StoredItem, write_content},
        outbox::{self, Line},
    },
    value::{Change, ChangeClass, ItemContent, ItemStatus, Label, Viewer},
};

/// A change of public state, before it is written.
pub(in crate::store) struct Release<'a> {
    /// The item as it is.
    pub item: item::Model,
    /// What it says from now on.
    pub content: ItemContent,
    /// What happens to it.
    pub change: Change,
    /// For disruptions: who is told.
    pub class: Option<ChangeClass>,
    /// Shown in the app only: nothing is pushed, and no new post is made.
    pub quiet: bool,
    /// How long it settles before anybody is told.
    pub settle: chrono::Duration,
    /// On whose behalf.
    pub by: &'a Viewer,
}

impl Store {
    /// Writes a change of public state within a publication transaction: row, content, dates, revision, outbox.
    pub(in crate::store) async fn release(
        &self,
        tx: &DatabaseTransaction,
        release: Release<'_>,
    ) -> StoreResult<StoredItem> {
        let Release {
            item,
            content,
            change,
            class,
            quiet,
            settle,
            by,
        } = release;
        let problems = draft::problems(&content);
        if !problems.is_empty() {
            return Err(StoreError::Problems(problems));
        }
        check_public(tx, &content).await?;
        write_content(tx, &item, &content).await?;
        let row = self.turn(tx, item, change).await?;
        dates::write(tx, self, &row, &content).await?;
        let revision = self.freeze(tx, &row, &content, (change, class, quiet), by).await?;
        if let Some(class) = class {
            self.note_update(tx, &row, &content, class).await?;
        }
        outbox::append(
            tx,
            self,
            row.authority_id,
            Line::Revision {
                item: row.id,
                revision,
                settle,
            },
        )
        .await?;
        Ok(StoredItem { row, content })
    }

    /// Moves the item's row to its new state.
    async fn turn(&self, tx: &DatabaseTransaction, item: item::Model, change: Change) -> StoreResult<item::Model> {
        let now = self.clock.now();
        let (version, first) = (item.version, item.published_at);
        let mut active = item::Entity::find_by_id(item.id)
            .one(tx)
            .await?
            .ok_or(StoreError::NotFound)?
            .into_active_model();
        active.version = Set(version + 1);
        active.updated_at = Set(now);
        active.held = Set(None);
        active.publish_at = Set(None);
        match change {
            Change::Withdrawn => {
                active.status = Set(ItemStatus::Withdrawn);
                active.withdrawn_at = Set(Some(now));
            }
            Change::Published | Change::Amended | Change::Resolved | Change::Reopened => {
                active.status = Set(ItemStatus::Published);
                active.published_at = Set(first.or(Some(now)));
            }
        }
        Ok(active.update(tx).await?)
    }

    async fn freeze(
        &self,
        tx: &DatabaseTransaction,
        row: &item::Model,
        content: &ItemContent,
        (change, class, quiet): (Change, Option<ChangeClass>, bool),
        by: &Viewer,
    ) -> StoreResult<RevisionId> {
        let id = self.ids.make();
        let frozen = revision::Model {
            id,
            item_id: row.id,
            authority_id: row.authority_id,
            version: row.version,
            change,
            class,
            quiet,
            at: row.updated_at,
            by: by.staff,
            content: content.clone(),
        };
        revision::Entity::insert(frozen.into_active_model())
            .exec_without_returning(tx)
            .await?;
        Ok(id)
    }

    /// Adds a line to the history of a disruption: what it said at that moment.
    async fn note_update(
        &self,
        tx: &DatabaseTransaction,
        row: &item::Model,
        content: &ItemContent,
        class: ChangeClass,
    ) -> StoreResult<()> {
        let words = content
            .texts
            .0
            .iter()
            .map(|(language, text)| (language.clone(), text.title.clone()))
            .collect();
        let update = disruption_update::Model {
            id: self.ids.make(),
            item_id: row.id,
            at: row.updated_at,
            class,
            words: Label(words),
        };
        disruption_update::Entity::insert(update.into_active_model())
            .exec_without_returning(tx)
            .await?;
        Ok(())
    }
}
