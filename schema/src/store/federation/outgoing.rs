//! Deliveries to inboxes elsewhere.
//!
//! A receiver knows an activity by its id, so one that may have left is sent again: there is no doubt to settle. What
//! belongs together keeps its order: nothing leaves while something older of its lane waits for the same inbox.

use std::time::Duration;

use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, DatabaseTransaction, EntityTrait as _, ExprTrait as _,
    IntoActiveModel as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _, Set,
    sea_query::{Alias, Cond, Expr, OnConflict, Query, SelectStatement},
};

use super::super::{Store, StoreError, StoreResult, claim};
use crate::{
    clock::Timestamp,
    entity::{federated_activity, federated_actor, federated_delivery, federated_follower, federated_host},
    id::FederatedDeliveryId,
    value::FederatedState,
};

/// A delivery in a worker's hands.
#[derive(Clone, Debug)]
pub struct Parcel {
    /// The row, as claimed.
    pub delivery: federated_delivery::Model,
    /// Who says it.
    pub actor: federated_actor::Model,
    /// What is sent, byte for byte.
    pub body: String,
    /// How often in a row the server did not answer.
    pub failures: i32,
}

/// What came of a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Handed {
    /// They have it.
    Taken,
    /// Again at this time.
    Later {
        /// When.
        at: Timestamp,
        /// Why.
        reason: String,
        /// Whether the whole server is left alone until then.
        host_waits: bool,
    },
    /// Nobody is there any more: whoever was told there does not follow any longer.
    Gone(String),
    /// They will never take it.
    Dropped(String),
    /// Not tried: it is given back.
    Untried,
}

impl Store {
    /// Takes up to `limit` due deliveries for the length of a lease, in the order in which they are to be made.
    ///
    /// Passed over are those of actors that are silent, of servers that are left alone, of servers that a worker is
    /// speaking to at the moment, and those behind an older one of their lane.
    pub async fn claim_parcels(&self, owner: &str, limit: u64, lease: Duration) -> StoreResult<Vec<Parcel>> {
        let now = self.clock.now();
        let due = federated_delivery::Entity::find()
            .select_only()
            .column(federated_delivery::Column::Id)
            .filter(federated_delivery::Column::State.eq(FederatedState::Waiting))
            .filter(federated_delivery::Column::DueAt.lte(now))
            .filter(claim::free(federated_delivery::Column::LeaseUntil, now))
            .filter(federated_delivery::Column::ActorId.in_subquery(speaking()))
            .filter(federated_delivery::Column::Host.not_in_subquery(left_alone(now)))
            .filter(Expr::exists(spoken_to(now)).not())
            .filter(Expr::exists(older()).not())
            .order_by_asc(federated_delivery::Column::DueAt)
            .order_by_asc(federated_delivery::Column::Id)
            .limit(limit);
        let claimed = federated_delivery::Entity::update_many()
            .col_expr(federated_delivery::Column::LeaseOwner, Expr::value(owner))
            .col_expr(
                federated_delivery::Column::LeaseUntil,
                Expr::value(claim::until(now, lease)),
            )
            .filter(federated_delivery::Column::Id.in_subquery(claim::due(due)));
        let mut rows = claimed.exec_with_returning(&self.db).await?;
        rows.sort_by_key(|row| (row.due_at, row.id));
        let mut parcels = Vec::with_capacity(rows.len());
        for row in rows {
            parcels.push(self.parcel(row).await?);
        }
        Ok(parcels)
    }

    async fn parcel(&self, delivery: federated_delivery::Model) -> StoreResult<Parcel> {
        let actor = federated_actor::Entity::find_by_id(delivery.actor_id);
        let activity = federated_activity::Entity::find_by_id(delivery.activity_id);
        let host = federated_host::Entity::find_by_id(&delivery.host).one(&self.db).await?;
        Ok(Parcel {
            actor: actor.one(&self.db).await?.ok_or(StoreError::NotFound)?,
            body: activity.one(&self.db).await?.ok_or(StoreError::NotFound)?.body,
            failures: host.map_or(0, |host| host.failures),
            delivery,
        })
    }

    /// Writes what came of a try, if `owner` still holds the delivery.
    pub async fn settle_parcel(&self, id: FederatedDeliveryId, owner: &str, handed: Handed) -> StoreResult<()> {
        let now = self.clock.now();
        let tx = self.write().await?;
        let row = federated_delivery::Entity::find_by_id(id)
            .lock_exclusive()
            .one(&tx)
            .await?
            .filter(|row| row.lease_owner.as_deref() == Some(owner))
            .ok_or(StoreError::NotFound)?;
        match &handed {
            Handed::Taken => {
                federated_host::Entity::delete_by_id(&row.host).exec(&tx).await?;
            }
            Handed::Later {
                at,
                reason,
                host_waits: true,
            } => leave_alone(&tx, &row.host, *at, reason).await?,
            Handed::Gone(reason) => forget_inbox(&tx, &row, reason, now).await?,
            Handed::Later { .. } | Handed::Dropped(_) | Handed::Untried => {}
        }
        settled(row, handed, now).update(&tx).await?;
        tx.commit().await?;
        self.bus.nudge().await;
        Ok(())
    }

    /// Deliveries of an activity's actor that wait or were dropped, for whoever wants to know why.
    pub async fn federated_deliveries(
        &self,
        actor: crate::id::FederatedActorId,
        limit: u64,
    ) -> StoreResult<Vec<federated_delivery::Model>> {
        let rows = federated_delivery::Entity::find()
            .filter(federated_delivery::Column::ActorId.eq(actor))
            .order_by_desc(federated_delivery::Column::Id);
        Ok(rows.limit(limit).all(&self.db).await?)
    }
}

fn settled(row: federated_delivery::Model, handed: Handed, now: Timestamp) -> federated_delivery::ActiveModel {
    let attempts = row.attempts + 1;
    let mut active = row.into_active_model();
    active.lease_owner = Set(None);
    active.lease_until = Set(None);
    let (state, reason) = match handed {
        Handed::Untried => return active,
        Handed::Taken => (FederatedState::Done, None),
        Handed::Later { at, reason, .. } => {
            active.due_at = Set(at);
            (FederatedState::Waiting, Some(reason))
        }
        Handed::Gone(reason) | Handed::Dropped(reason) => (FederatedState::Dropped, Some(reason)),
    };
    if state != FederatedState::Waiting {
        active.settled_at = Set(Some(now));
    }
    active.attempts = Set(attempts);
    active.state = Set(state);
    active.reason = Set(reason);
    active
}

/// Of two workers that met the same silence, the longer wait holds.
async fn leave_alone(tx: &DatabaseTransaction, host: &str, until: Timestamp, reason: &str) -> StoreResult<()> {
    let row = federated_host::Model {
        host: host.to_owned(),
        not_before: until,
        failures: 1,
        reason: reason.to_owned(),
    };
    let failures = Expr::col((federated_host::Entity, federated_host::Column::Failures)).add(1);
    let again = OnConflict::column(federated_host::Column::Host)
        .update_columns([federated_host::Column::NotBefore, federated_host::Column::Reason])
        .value(federated_host::Column::Failures, failures)
        .to_owned();
    federated_host::Entity::insert(row.into_active_model())
        .on_conflict(again)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Nobody is told there any more, and what waits for that inbox goes nowhere.
async fn forget_inbox(
    tx: &DatabaseTransaction,
    row: &federated_delivery::Model,
    reason: &str,
    now: Timestamp,
) -> StoreResult<()> {
    federated_follower::Entity::delete_many()
        .filter(federated_follower::Column::Inbox.eq(&row.inbox))
        .exec(tx)
        .await?;
    federated_delivery::Entity::update_many()
        .col_expr(federated_delivery::Column::State, Expr::value(FederatedState::Dropped))
        .col_expr(federated_delivery::Column::Reason, Expr::value(reason))
        .col_expr(federated_delivery::Column::SettledAt, Expr::value(now))
        .filter(federated_delivery::Column::Inbox.eq(&row.inbox))
        .filter(federated_delivery::Column::State.eq(FederatedState::Waiting))
        .filter(federated_delivery::Column::Id.ne(row.id))
        .filter(claim::free(federated_delivery::Column::LeaseUntil, now))
        .exec(tx)
        .await?;
    Ok(())
}

fn speaking() -> SelectStatement {
    federated_actor::Entity::find()
        .select_only()
        .column(federated_actor::Column::Id)
        .filter(federated_actor::Column::Active.eq(true))
        .into_query()
}

fn left_alone(now: Timestamp) -> SelectStatement {
    federated_host::Entity::find()
        .select_only()
        .column(federated_host::Column::Host)
        .filter(federated_host::Column::NotBefore.gt(now))
        .into_query()
}

/// Another delivery to the same server that a worker holds.
fn spoken_to(now: Timestamp) -> SelectStatement {
    beside(|same, mine| {
        Cond::all()
            .add(same(federated_delivery::Column::Host).eq(mine(federated_delivery::Column::Host)))
            .add(same(federated_delivery::Column::LeaseUntil).gt(now))
    })
}

/// An older delivery of the same lane to the same inbox.
fn older() -> SelectStatement {
    beside(|same, mine| {
        let (version, id) = (federated_delivery::Column::Version, federated_delivery::Column::Id);
        let earlier = Cond::any().add(same(version).lt(mine(version))).add(
            Cond::all()
                .add(same(version).eq(mine(version)))
                .add(same(id).lt(mine(id))),
        );
        Cond::all()
            .add(same(federated_delivery::Column::Inbox).eq(mine(federated_delivery::Column::Inbox)))
            .add(same(federated_delivery::Column::Lane).eq(mine(federated_delivery::Column::Lane)))
            .add(earlier)
    })
}

/// Another delivery that waits, told apart from that of the outer query.
fn beside(
    is: impl FnOnce(&dyn Fn(federated_delivery::Column) -> Expr, &dyn Fn(federated_delivery::Column) -> Expr) -> Cond,
) -> SelectStatement {
    let other = Alias::new("other");
    let same = |c| Expr::col((Alias::new("other"), c));
    let mine = |c| Expr::col((federated_delivery::Entity, c));
    Query::select()
        .expr(Expr::value(1))
        .from_as(federated_delivery::Entity, other)
        .cond_where(is(&same, &mine))
        .and_where(same(federated_delivery::Column::State).eq(FederatedState::Waiting))
        .to_owned()
}
