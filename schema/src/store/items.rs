//! Items as staff see them: drafts and published alike.

use std::collections::HashMap;

use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, DatabaseTransaction, EntityTrait as _, ExprTrait as _,
    IntoActiveModel as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Set,
};

use super::{Store, StoreError, StoreResult};
use crate::{
    clock::Timestamp,
    draft::{self, Draft},
    entity::{item, revision},
    id::{AuthorityId, ItemId},
    value::{ItemContent, ItemStatus, Kind, Scope, Viewer},
};

mod content;
mod links;

pub(super) use self::content::{read_contents, write_content};

/// An item with what it says now, public or not.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredItem {
    /// Its row.
    pub row: item::Model,
    /// What it says.
    pub content: ItemContent,
}

/// Which items a list shows.
#[derive(Clone, Debug, Default)]
pub struct ItemFilter {
    /// Of this authority only.
    pub authority: Option<AuthorityId>,
    /// In this state only.
    pub status: Option<ItemStatus>,
    /// Of this kind only.
    pub kind: Option<Kind>,
}

impl Store {
    /// Stores a draft. A draft with an idempotency key that is known already is not stored again: the first is returned.
    pub async fn create_draft(&self, draft: Draft, by: &Viewer) -> StoreResult<StoredItem> {
        let problems = draft.problems();
        if !problems.is_empty() {
            return Err(StoreError::Problems(problems));
        }
        if let Some(known) = self.keyed_draft(&draft).await? {
            return Ok(known);
        }
        let tx = self.write().await?;
        let row = self.insert_item(&tx, &draft, by).await?;
        self.audit(
            &tx,
            by,
            "item.draft",
            row.id,
            Some(row.authority_id),
            serde_json::Value::Null,
        )
        .await?;
        tx.commit().await?;
        Ok(StoredItem {
            row,
            content: draft.content,
        })
    }

    /// Changes a draft or a scheduled item, if `version` is still its version.
    pub async fn edit_draft(
        &self,
        scope: &Scope,
        id: ItemId,
        version: i32,
        content: ItemContent,
        by: &Viewer,
    ) -> StoreResult<StoredItem> {
        let problems = draft::problems(&content);
        if !problems.is_empty() {
            return Err(StoreError::Problems(problems));
        }
        let tx = self.write().await?;
        let row = item_at_version(&tx, scope, id, version).await?;
        if !matches!(row.status, ItemStatus::Draft | ItemStatus::Scheduled) {
            return Err(super::publish::wrong_state(
                "Cet élément est déjà public : corrigez-le.",
                "This item is public already: amend it.",
            )
            .into());
        }
        write_content(&tx, &row, &content).await?;
        let mut active = row.into_active_model();
        active.version = Set(version + 1);
        active.language = Set(content.language.clone());
        active.updated_at = Set(self.clock.now());
        let row = active.update(&tx).await?;
        self.audit(
            &tx,
            by,
            "item.edit",
            id,
            Some(row.authority_id),
            serde_json::Value::Null,
        )
        .await?;
        tx.commit().await?;
        Ok(StoredItem { row, content })
    }

    /// One item, if it lies in `scope`.
    pub async fn item(&self, scope: &Scope, id: ItemId) -> StoreResult<Option<StoredItem>> {
        Ok(self.items_by_id(scope, &[id]).await?.pop())
    }

    /// Items by id, those that lie in `scope`, in no particular order.
    pub async fn items_by_id(&self, scope: &Scope, ids: &[ItemId]) -> StoreResult<Vec<StoredItem>> {
        let rows = item::Entity::find()
            .filter(item::Column::Id.is_in(ids.iter().copied()))
            .all(&self.db)
            .await?;
        let rows = rows.into_iter().filter(|row| scope.covers(row.authority_id)).collect();
        with_contents(&self.db, rows).await
    }

    /// Items in `scope`, last changed first, those changed before `before`.
    pub async fn items(
        &self,
        scope: &Scope,
        filter: &ItemFilter,
        before: Option<(Timestamp, ItemId)>,
        limit: u64,
    ) -> StoreResult<Vec<StoredItem>> {
        let mut query = item::Entity::find();
        if let Scope::Authorities(list) = scope {
            query = query.filter(item::Column::AuthorityId.is_in(list.iter().copied()));
        }
        if let Some(authority) = filter.authority {
            query = query.filter(item::Column::AuthorityId.eq(authority));
        }
        if let Some(status) = filter.status {
            query = query.filter(item::Column::Status.eq(status));
        }
        if let Some(kind) = filter.kind {
            query = query.filter(item::Column::Kind.eq(kind));
        }
        if let Some((at, id)) = before {
            let same_instant = item::Column::UpdatedAt.eq(at).and(item::Column::Id.lt(id));
            query = query.filter(item::Column::UpdatedAt.lt(at).or(same_instant));
        }
        let newest_first = query
            .order_by_desc(item::Column::UpdatedAt)
            .order_by_desc(item::Column::Id);
        let rows = newest_first.limit(limit).all(&self.db).await?;
        with_contents(&self.db, rows).await
    }

    /// The public states of items, newest first.
    pub async fn revisions_of(&self, scope: &Scope, items: &[ItemId]) -> StoreResult<Vec<revision::Model>> {
        let rows = revision::Entity::find().filter(revision::Column::ItemId.is_in(items.iter().copied()));
        let rows = rows.order_by_desc(revision::Column::Version).all(&self.db).await?;
        Ok(rows.into_iter().filter(|row| scope.covers(row.authority_id)).collect())
    }

    async fn keyed_draft(&self, draft: &Draft) -> StoreResult<Option<StoredItem>> {
        let Some(key) = &draft.key else { return Ok(None) };
        let same = item::Column::AuthorityId
            .eq(draft.authority)
            .and(item::Column::DraftKey.eq(key));
        let row = item::Entity::find().filter(same).one(&self.db).await?;
        Ok(with_contents(&self.db, row.into_iter().collect()).await?.pop())
    }

    /// Inserts the rows of a new draft.
    pub(super) async fn insert_item(
        &self,
        tx: &DatabaseTransaction,
        draft: &Draft,
        by: &Viewer,
    ) -> StoreResult<item::Model> {
        let now = self.clock.now();
        let row = item::Model {
            id: self.ids.make(),
            authority_id: draft.authority,
            kind: draft.content.kind(),
            status: ItemStatus::Draft,
            version: 1,
            language: draft.content.language.clone(),
            topics: draft.content.topics.clone(),
            venue: draft.content.venue.clone(),
            link: draft.content.link.clone(),
            held: None,
            draft_key: draft.key.clone(),
            publish_at: None,
            published_at: None,
            updated_at: now,
            withdrawn_at: None,
            created_at: now,
            created_by: by.staff,
        };
        item::Entity::insert(row.clone().into_active_model())
            .exec_without_returning(tx)
            .await?;
        write_content(tx, &row, &draft.content).await?;
        Ok(row)
    }
}

/// The row of an item in `scope`, if `version` is still its version.
pub(super) async fn item_at_version(
    tx: &impl ConnectionTrait,
    scope: &Scope,
    id: ItemId,
    version: i32,
) -> StoreResult<item::Model> {
    // Locked on PostgreSQL; on SQLite the transaction has the write lock already.
    let row = item::Entity::find_by_id(id)
        .lock_exclusive()
        .one(tx)
        .await?
        .filter(|row| scope.covers(row.authority_id));
    let row = row.ok_or(StoreError::NotFound)?;
    if row.version == version {
        Ok(row)
    } else {
        Err(StoreError::Conflict { current: row.version })
    }
}

async fn with_contents(db: &impl ConnectionTrait, rows: Vec<item::Model>) -> StoreResult<Vec<StoredItem>> {
    let mut contents: HashMap<ItemId, ItemContent> = read_contents(db, &rows).await?;
    let join = |row: item::Model| contents.remove(&row.id).map(|content| StoredItem { row, content });
    Ok(rows.into_iter().filter_map(join).collect())
}
