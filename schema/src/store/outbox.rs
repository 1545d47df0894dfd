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

/// Appends one line. `item` names an item, with the revision that was just made; without a revision, something beside
/// its content changed (where else it is), which concerns boards but neither accounts nor phones. No item at all means
/// the authority's zones, lines or stops.
pub(super) async fn append(
    tx: &DatabaseTransaction,
    store: &Store,
    authority: AuthorityId,
    item: Option<(ItemId, Option<RevisionId>)>,
) -> StoreResult<()> {
    let revision = item.and_then(|(_, revision)| revision);
    let now = store.clock.now();
    let line = outbox::ActiveModel {
        seq: NotSet,
        authority_id: Set(authority),
        subject: Set(if item.is_some() { Subject::Item } else { Subject::Places }),
        revision_id: Set(revision),
        item_id: Set(item.map(|(item, _)| item)),
        trace: Set(None),
        at: Set(now),
        // Only revisions are fanned out.
        fanned_out_at: Set(revision.is_none().then_some(now)),
        lease_owner: Set(None),
        lease_until: Set(None),
    };
    outbox::Entity::insert(line).exec_without_returning(tx).await?;
    Ok(())
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

    /// Takes up to `limit` lines that are not fanned out yet, oldest first, for the length of a lease.
    pub async fn claim_outbox(&self, owner: &str, limit: u64, lease: Duration) -> StoreResult<Vec<outbox::Model>> {
        let now = self.clock.now();
        let due = outbox::Entity::find()
            .select_only()
            .column(outbox::Column::Seq)
            .filter(outbox::Column::FannedOutAt.is_null())
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

    /// When the oldest line that waits was written: how far behind fan-out is.
    pub async fn oldest_outbox(&self) -> StoreResult<Option<Timestamp>> {
        let oldest = outbox::Entity::find()
            .filter(outbox::Column::FannedOutAt.is_null())
            .order_by_asc(outbox::Column::Seq);
        Ok(oldest.one(&self.db).await?.map(|line| line.at))
    }
}
