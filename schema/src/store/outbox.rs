//! The outbox: what was published, in order, for the loops and the boards to follow.

use std::time::Duration;

use sea_orm::{
    ActiveValue::NotSet, ColumnTrait as _, DatabaseTransaction, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, Set, sea_query::Expr,
};

use super::{Store, StoreResult, claim};
use crate::{
    clock::Timestamp,
    entity::outbox,
    id::{AuthorityId, ItemId, RevisionId},
    value::Subject,
};

/// What a line tells.
pub(super) enum Line {
    /// A revision was made; accounts and phones are told once it has settled.
    Revision {
        item: ItemId,
        revision: RevisionId,
        settle: chrono::Duration,
    },
    /// Something beside an item's content changed (where else it is): concerns boards, but neither accounts nor phones.
    Beside(ItemId),
    /// The authority, its zones, lines or stops changed.
    Places,
}

/// Appends one line.
pub(super) async fn append(
    tx: &DatabaseTransaction,
    store: &Store,
    authority: AuthorityId,
    line: Line,
) -> StoreResult<()> {
    let now = store.clock.now();
    let (item, revision, due_at) = match line {
        Line::Revision { item, revision, settle } => {
            (Some(item), Some(revision), settled(tx, item, now + settle).await?)
        }
        Line::Beside(item) => (Some(item), None, now),
        Line::Places => (None, None, now),
    };
    let line = outbox::ActiveModel {
        seq: NotSet,
        authority_id: Set(authority),
        subject: Set(if item.is_some() { Subject::Item } else { Subject::Places }),
        revision_id: Set(revision),
        item_id: Set(item),
        at: Set(now),
        due_at: Set(due_at),
        // Only revisions are fanned out.
        fanned_out_at: Set(revision.is_none().then_some(now)),
        lease_owner: Set(None),
        lease_until: Set(None),
    };
    outbox::Entity::insert(line).exec_without_returning(tx).await?;
    Ok(())
}

/// A revision that follows while an earlier one of the same item still settles waits with it: they are told as one.
async fn settled(tx: &DatabaseTransaction, item: ItemId, due_at: Timestamp) -> StoreResult<Timestamp> {
    let waiting = outbox::Entity::find()
        .filter(outbox::Column::ItemId.eq(item))
        .filter(outbox::Column::FannedOutAt.is_null());
    let latest = waiting.order_by_desc(outbox::Column::DueAt).one(tx).await?;
    Ok(latest.map_or(due_at, |line| line.due_at.max(due_at)))
}

impl Store {
    /// Lines after `seq`, oldest first: how boards follow.
    pub async fn outbox_after(&self, seq: i64, limit: u64) -> StoreResult<Vec<outbox::Model>> {
        let newer = outbox::Entity::find()
            .filter(outbox::Column::Seq.gt(seq))
            .order_by_asc(outbox::Column::Seq);
        Ok(newer.limit(limit).all(&self.db).await?)
    }

    /// The number of the last line, 0 when there is none.
    pub async fn outbox_head(&self) -> StoreResult<i64> {
        let last = outbox::Entity::find()
            .order_by_desc(outbox::Column::Seq)
            .one(&self.db)
            .await?;
        Ok(last.map_or(0, |line| line.seq))
    }

    /// Takes up to `limit` lines that are due and not fanned out yet, oldest first, for the length of a lease.
    pub async fn claim_outbox(&self, owner: &str, limit: u64, lease: Duration) -> StoreResult<Vec<outbox::Model>> {
        let now = self.clock.now();
        let due = outbox::Entity::find()
            .select_only()
            .column(outbox::Column::Seq)
            .filter(outbox::Column::FannedOutAt.is_null())
            .filter(outbox::Column::DueAt.lte(now))
            .filter(claim::free(outbox::Column::LeaseUntil, now))
            .order_by_asc(outbox::Column::Seq)
            .limit(limit);
        let claimed = outbox::Entity::update_many()
            .col_expr(outbox::Column::LeaseOwner, Expr::value(owner))
            .col_expr(outbox::Column::LeaseUntil, Expr::value(claim::until(now, lease)))
            .filter(outbox::Column::Seq.in_subquery(claim::due(due)));
        let mut lines = claimed.exec_with_returning(&self.db).await?;
        lines.sort_by_key(|line| line.seq);
        Ok(lines)
    }

    /// When the oldest line that is due was written: how far behind fan-out is.
    pub async fn oldest_outbox(&self) -> StoreResult<Option<Timestamp>> {
        let waiting = outbox::Entity::find().filter(outbox::Column::FannedOutAt.is_null());
        let due = waiting
            .filter(outbox::Column::DueAt.lte(self.clock.now()))
            .order_by_asc(outbox::Column::Seq);
        Ok(due.one(&self.db).await?.map(|line| line.at))
    }
}
