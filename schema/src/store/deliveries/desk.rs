//! What staff see of deliveries, and do with those that need a person.

use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, Set,
};

use super::{OPEN, keep_receipt};
use crate::{
    entity::{attempt, delivery, receipt},
    id::{DeliveryId, ItemId},
    store::{Store, StoreError, StoreResult, publish::wrong_state},
    value::{DeliveryState, RemotePost, Scope, Viewer},
};

impl Store {
    /// The deliveries of items, oldest first.
    pub async fn deliveries_of(&self, scope: &Scope, items: &[ItemId]) -> StoreResult<Vec<delivery::Model>> {
        let rows = delivery::Entity::find().filter(delivery::Column::ItemId.is_in(items.iter().copied()));
        let rows = rows.order_by_asc(delivery::Column::CreatedAt).all(&self.db).await?;
        Ok(rows.into_iter().filter(|row| scope.covers(row.authority_id)).collect())
    }

    /// The attempts at deliveries, oldest first.
    pub async fn attempts_of(&self, deliveries: &[DeliveryId]) -> StoreResult<Vec<attempt::Model>> {
        let rows = attempt::Entity::find().filter(attempt::Column::DeliveryId.is_in(deliveries.iter().copied()));
        Ok(rows.order_by_asc(attempt::Column::StartedAt).all(&self.db).await?)
    }

    /// What items became on every account.
    pub async fn receipts_of(&self, items: &[ItemId]) -> StoreResult<Vec<receipt::Model>> {
        Ok(receipt::Entity::find()
            .filter(receipt::Column::ItemId.is_in(items.iter().copied()))
            .all(&self.db)
            .await?)
    }

    /// Deliveries that wait for something, in number: a measure for operators.
    pub async fn open_deliveries(&self) -> StoreResult<u64> {
        use sea_orm::PaginatorTrait as _;
        Ok(delivery::Entity::find()
            .filter(delivery::Column::State.is_in(OPEN))
            .count(&self.db)
            .await?)
    }

    /// Sends a refused or doubtful delivery again, rendered anew: a person has looked.
    pub async fn retry_delivery(&self, scope: &Scope, id: DeliveryId, by: &Viewer) -> StoreResult<delivery::Model> {
        let now = self.clock.now();
        self.decide(scope, id, "delivery.retry", by, None, |active| {
            active.state = Set(DeliveryState::Waiting);
            active.rendered = Set(None);
            active.searches = Set(0);
            active.due_at = Set(now);
            active.settled_at = Set(None);
        })
        .await
    }

    /// Notes that a person has posted it by hand, and where.
    pub async fn mark_posted(
        &self,
        scope: &Scope,
        id: DeliveryId,
        remote: RemotePost,
        by: &Viewer,
    ) -> StoreResult<delivery::Model> {
        let now = self.clock.now();
        self.decide(scope, id, "delivery.posted_by_hand", by, Some(remote), |active| {
            active.state = Set(DeliveryState::Done);
            active.reason = Set(None);
            active.settled_at = Set(Some(now));
        })
        .await
    }

    async fn decide(
        &self,
        scope: &Scope,
        id: DeliveryId,
        action: &str,
        by: &Viewer,
        posted: Option<RemotePost>,
        change: impl FnOnce(&mut delivery::ActiveModel) + Send,
    ) -> StoreResult<delivery::Model> {
        let tx = self.publication().await?;
        let row = delivery::Entity::find_by_id(id)
            .lock_exclusive()
            .one(&tx)
            .await?
            .filter(|row| scope.covers(row.authority_id));
        let row = row.ok_or(StoreError::NotFound)?;
        if !matches!(
            row.state,
            DeliveryState::Refused | DeliveryState::Unknown | DeliveryState::ByHand
        ) {
            return Err(wrong_state(
                "Cet envoi n’attend personne.",
                "This delivery does not wait for anybody.",
            )
            .into());
        }
        if let Some(remote) = posted {
            keep_receipt(&tx, self, &row, remote).await?;
        }
        let authority = row.authority_id;
        let mut active = row.into_active_model();
        change(&mut active);
        let row = active.update(&tx).await?;
        self.audit(&tx, by, action, id, Some(authority), serde_json::Value::Null)
            .await?;
        tx.commit().await?;
        self.bus.nudge().await;
        Ok(row)
    }
}
