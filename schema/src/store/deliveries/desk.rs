//! What staff see of deliveries, and do with those that need a person.

use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, DatabaseTransaction, EntityTrait as _, IntoActiveModel as _,
    PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Set,
};

use super::{
    OPEN,
    handovers::{open_task, taken},
    keep_receipt,
    outcomes::{TaskOutcome, live_receipt},
};
use crate::{
    entity::{attempt, delivery, handover, item, receipt, revision},
    id::{DeliveryId, ItemId},
    store::{Store, StoreError, StoreResult, publish::wrong_state},
    value::{Action, DeliveryState, HandoverState, ItemStatus, RemotePost, Scope, Viewer},
};

impl Store {
    /// The deliveries of items, oldest first; ids tell apart what was made in the same moment.
    pub async fn deliveries_of(&self, scope: &Scope, items: &[ItemId]) -> StoreResult<Vec<delivery::Model>> {
        let rows = delivery::Entity::find().filter(delivery::Column::ItemId.is_in(items.iter().copied()));
        let rows = rows
            .order_by_asc(delivery::Column::CreatedAt)
            .order_by_asc(delivery::Column::Id);
        let rows = rows.all(&self.db).await?;
        Ok(rows.into_iter().filter(|row| scope.covers(row.authority_id)).collect())
    }

    /// The attempts at deliveries, oldest first.
    pub async fn attempts_of(&self, deliveries: &[DeliveryId]) -> StoreResult<Vec<attempt::Model>> {
        let rows = attempt::Entity::find().filter(attempt::Column::DeliveryId.is_in(deliveries.iter().copied()));
        let rows = rows
            .order_by_asc(attempt::Column::StartedAt)
            .order_by_asc(attempt::Column::Id);
        Ok(rows.all(&self.db).await?)
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
        Ok(delivery::Entity::find()
            .filter(delivery::Column::State.is_in(OPEN))
            .count(&self.db)
            .await?)
    }

    /// Sends a refused or doubtful delivery again, rendered anew: a person has looked. What goes out is what the item
    /// says now, not what it said when the network refused it.
    pub async fn retry_delivery(&self, scope: &Scope, id: DeliveryId, by: &Viewer) -> StoreResult<delivery::Model> {
        let tx = self.publication().await?;
        let row = self.undecided(&tx, scope, id).await?;
        let latest = latest_to_tell(&tx, &row).await?;
        if let Some(task) = self.task_of(&tx, &row, by).await? {
            let mut active = task.into_active_model();
            active.state = Set(HandoverState::Overtaken);
            active.closed_at = Set(Some(self.clock.now()));
            active.closed_name = Set(Some(by.name.clone()));
            active.update(&tx).await?;
        }
        let row = send_again(&tx, self, row, Some(latest)).await?;
        self.decided(tx, row, "delivery.retry", by).await
    }

    /// Notes that a person has posted it by hand, and where. A task that asks for it is done by that.
    pub async fn mark_posted(
        &self,
        scope: &Scope,
        id: DeliveryId,
        (url, remote_id): (String, Option<String>),
        by: &Viewer,
    ) -> StoreResult<delivery::Model> {
        let tx = self.publication().await?;
        let row = self.undecided(&tx, scope, id).await?;
        if let Some(task) = self.task_of(&tx, &row, by).await? {
            let (url, id) = (Some(url), remote_id);
            self.conclude_task(&tx, task, TaskOutcome::Posted { url, id }, by)
                .await?;
            let row = delivery::Entity::find_by_id(row.id).one(&tx).await?;
            let row = row.ok_or(StoreError::NotFound)?;
            return self.decided(tx, row, "delivery.posted_by_hand", by).await;
        }
        let remote = match live_receipt(&tx, &row).await? {
            // It is begun: what a person added to it goes with it.
            Some(known) if known.version == row.version => {
                let mut whole = known.remote;
                whole.replies.extend(remote_id);
                whole
            }
            Some(_) | None => RemotePost::by_person(url, remote_id),
        };
        keep_receipt(&tx, self, &row, remote).await?;
        let mut active = row.into_active_model();
        active.state = Set(DeliveryState::Done);
        active.reason = Set(None);
        active.settled_at = Set(Some(self.clock.now()));
        let row = active.update(&tx).await?;
        self.decided(tx, row, "delivery.posted_by_hand", by).await
    }

    /// The open task of a delivery, unless somebody else is at it.
    async fn task_of(
        &self,
        tx: &DatabaseTransaction,
        row: &delivery::Model,
        by: &Viewer,
    ) -> StoreResult<Option<handover::Model>> {
        let task = open_task(tx, row.id).await?;
        let problem = task.as_ref().and_then(|task| taken(task, by, self.clock.now()));
        problem.map_or(Ok(task), |problem| Err(problem.into()))
    }

    /// The delivery, if it waits for a person to decide and no worker has it in hand.
    async fn undecided(&self, tx: &DatabaseTransaction, scope: &Scope, id: DeliveryId) -> StoreResult<delivery::Model> {
        let row = delivery::Entity::find_by_id(id)
            .lock_exclusive()
            .one(tx)
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
        if row.lease_until.is_some_and(|until| until > self.clock.now()) {
            return Err(wrong_state(
                "Cet envoi est en cours : réessayez dans un instant.",
                "This delivery is being worked on: try again in a moment.",
            )
            .into());
        }
        Ok(row)
    }

    async fn decided(
        &self,
        tx: DatabaseTransaction,
        row: delivery::Model,
        action: &str,
        by: &Viewer,
    ) -> StoreResult<delivery::Model> {
        let authority = Some(row.authority_id);
        self.audit(&tx, by, action, row.id, authority, serde_json::Value::Null)
            .await?;
        tx.commit().await?;
        self.bus.nudge().await;
        Ok(row)
    }
}

/// The delivery is due again, rendered anew; with `latest`, it tells that. Where the first part of what it tells is there
/// already, the same text goes on.
pub(super) async fn send_again(
    tx: &DatabaseTransaction,
    store: &Store,
    row: delivery::Model,
    latest: Option<revision::Model>,
) -> StoreResult<delivery::Model> {
    let version = latest.as_ref().map_or(row.version, |latest| latest.version);
    let begun = live_receipt(tx, &row)
        .await?
        .is_some_and(|known| known.version == version);
    let mut active = row.into_active_model();
    if let Some(latest) = latest {
        active.revision_id = Set(latest.id);
        active.version = Set(latest.version);
        active.change = Set(latest.change);
    }
    active.state = Set(DeliveryState::Waiting);
    if !begun {
        active.rendered = Set(None);
    }
    active.searches = Set(0);
    active.due_at = Set(store.clock.now());
    active.settled_at = Set(None);
    Ok(active.update(tx).await?)
}

/// What a delivery that is sent again tells: the item's latest revision. An item that was withdrawn is told no more, and
/// where a newer revision is on its way or has been, that delivery is the one to look at.
pub(super) async fn latest_to_tell(tx: &DatabaseTransaction, row: &delivery::Model) -> StoreResult<revision::Model> {
    let item = item::Entity::find_by_id(row.item_id).one(tx).await?;
    let status = item.ok_or(StoreError::NotFound)?.status;
    if status == ItemStatus::Withdrawn && row.action != Action::Withdraw {
        return Err(wrong_state(
            "Cet élément a été retiré : il ne part plus.",
            "This item was withdrawn: it is not sent any more.",
        )
        .into());
    }
    let newer = delivery::Entity::find()
        .filter(delivery::Column::ItemId.eq(row.item_id))
        .filter(delivery::Column::AccountId.eq(row.account_id))
        .filter(delivery::Column::Version.gt(row.version));
    if newer.count(tx).await? > 0 {
        return Err(wrong_state(
            "Un envoi plus récent du même élément existe pour ce compte.",
            "There is a newer delivery of the same item to this account.",
        )
        .into());
    }
    let latest = revision::Entity::find()
        .filter(revision::Column::ItemId.eq(row.item_id))
        .order_by_desc(revision::Column::Version);
    latest.one(tx).await?.ok_or(StoreError::NotFound)
}
