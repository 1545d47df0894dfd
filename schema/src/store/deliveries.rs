//! Deliveries: the rows that the delivery loop works through, and that staff look at.
//!
//! A delivery is frozen (what exactly is sent), armed (the call may leave from now on) and settled (what came of it),
//! each in a transaction of its own that is committed before the next step begins. A worker that dies between two
//! steps leaves a row from which another one knows what may have happened.

use std::time::Duration;

use sea_orm::{
    ActiveModelTrait as _,
    ActiveValue::NotSet,
    ColumnTrait as _, DatabaseTransaction, EntityTrait as _, ExprTrait as _, IntoActiveModel as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Set,
    sea_query::{Alias, Expr, Query},
};

use super::{
    Store, StoreError, StoreResult, accounts, claim,
    outbox::{self, Line},
    readings,
};
use crate::{
    clock::Timestamp,
    entity::{account, attempt, delivery, handover, item, receipt, revision},
    id::{AccountId, AttemptId, DeliveryId, ItemId},
    value::{Action, AttemptOutcome, DeliveryState, Network, RemotePost, Rendered},
};

mod cost;
mod desk;
mod handovers;
mod outcomes;
mod settle;

pub(super) use self::handovers::doubted;
pub use self::{
    cost::{Charge, Overspent},
    handovers::{MAX_TASKS, Task, TaskFilter},
    outcomes::TaskOutcome,
    settle::Settlement,
};

/// States in which something is still to be done.
pub(super) const OPEN: [DeliveryState; 3] = [
    DeliveryState::Waiting,
    DeliveryState::Attempting,
    DeliveryState::Unknown,
];

/// A delivery in a worker's hands, with all that it needs.
#[derive(Clone, Debug)]
pub struct Job {
    /// The row, as claimed.
    pub delivery: delivery::Model,
    /// Where it goes.
    pub account: account::Model,
    /// What the item became there before.
    pub receipt: Option<receipt::Model>,
    /// What a person is still to do for an earlier delivery of the item to the account.
    pub task: Option<handover::Model>,
    /// What is to be said.
    pub revision: revision::Model,
    /// The item's row.
    pub item: item::Model,
}

impl Store {
    /// Takes up to `limit` due deliveries for the length of a lease.
    ///
    /// Passed over are those of accounts that are paused, locked or asked to wait, those behind an older open delivery of
    /// the same item to the same account or behind a task of it that somebody is at (a correction never overtakes what it
    /// corrects), and new posts behind others where the account keeps their order.
    ///
    /// Those on the networks `except` are left for later: this worker has enough of them in hand.
    pub async fn claim_deliveries(
        &self,
        owner: &str,
        limit: u64,
        lease: Duration,
        except: &[Network],
    ) -> StoreResult<Vec<Job>> {
        let now = self.clock.now();
        self.doubt_abandoned(now).await?;
        let due = delivery::Entity::find()
            .select_only()
            .column(delivery::Column::Id)
            .filter(delivery::Column::State.is_in(OPEN))
            .filter(delivery::Column::DueAt.lte(now))
            .filter(claim::free(delivery::Column::LeaseUntil, now))
            .filter(delivery::Column::AccountId.in_subquery(accounts::open_now(now, except)))
            .filter(Expr::exists(older_open()).not())
            .filter(Expr::exists(ahead()).not())
            .filter(Expr::exists(handovers::taken_beside(now)).not())
            .order_by_asc(delivery::Column::DueAt)
            .limit(limit);
        let claimed = delivery::Entity::update_many()
            .col_expr(delivery::Column::LeaseOwner, Expr::value(owner))
            .col_expr(delivery::Column::LeaseUntil, Expr::value(claim::until(now, lease)))
            .filter(delivery::Column::Id.in_subquery(claim::due(due)));
        let rows = claimed.exec_with_returning(&self.db).await?;
        let mut jobs = Vec::with_capacity(rows.len());
        for row in rows {
            jobs.push(self.job(row).await?);
        }
        Ok(jobs)
    }

    /// A delivery found between arming and settling, after its worker's lease ran out, may have left or not.
    async fn doubt_abandoned(&self, now: Timestamp) -> StoreResult<()> {
        let abandoned = delivery::Column::State
            .eq(DeliveryState::Attempting)
            .and(delivery::Column::LeaseUntil.lte(now));
        delivery::Entity::update_many()
            .col_expr(delivery::Column::State, Expr::value(DeliveryState::Unknown))
            .col_expr(delivery::Column::Searches, Expr::value(1))
            .col_expr(
                delivery::Column::Reason,
                Expr::value("the worker stopped before the network answered"),
            )
            .filter(abandoned)
            .exec(&self.db)
            .await?;
        Ok(())
    }

    async fn job(&self, delivery: delivery::Model) -> StoreResult<Job> {
        let account = account::Entity::find_by_id(delivery.account_id)
            .one(&self.db)
            .await?
            .ok_or(StoreError::NotFound)?;
        let revision = revision::Entity::find_by_id(delivery.revision_id)
            .one(&self.db)
            .await?
            .ok_or(StoreError::NotFound)?;
        let item = item::Entity::find_by_id(delivery.item_id)
            .one(&self.db)
            .await?
            .ok_or(StoreError::NotFound)?;
        let receipt = self.receipt(delivery.item_id, delivery.account_id).await?;
        let task = handovers::task_before(self, &delivery).await?;
        Ok(Job {
            delivery,
            account,
            receipt,
            task,
            revision,
            item,
        })
    }

    /// What an item became on an account.
    pub async fn receipt(&self, item: ItemId, account: AccountId) -> StoreResult<Option<receipt::Model>> {
        let here = receipt::Column::ItemId
            .eq(item)
            .and(receipt::Column::AccountId.eq(account));
        Ok(receipt::Entity::find().filter(here).one(&self.db).await?)
    }

    /// Freezes what is sent. A delivery that is frozen already keeps what it has: a second try sends the very same.
    pub async fn freeze_delivery(
        &self,
        id: DeliveryId,
        owner: &str,
        action: Action,
        rendered: &Rendered,
    ) -> StoreResult<delivery::Model> {
        let tx = self.write().await?;
        let row = held(&tx, id, owner).await?;
        let frozen = row.rendered.is_some();
        let mut active = row.into_active_model();
        active.action = Set(action);
        if !frozen {
            active.rendered = Set(Some(rendered.clone()));
        }
        let row = active.update(&tx).await?;
        tx.commit().await?;
        Ok(row)
    }

    /// Says that the call may leave from now on, and begins an attempt. Committed before the call is made. When the
    /// account cannot afford the call, nothing is written.
    pub async fn arm_delivery(
        &self,
        id: DeliveryId,
        owner: &str,
        charge: Option<Charge>,
    ) -> StoreResult<Result<AttemptId, Overspent>> {
        let now = self.clock.now();
        let tx = self.write().await?;
        let row = held(&tx, id, owner).await?;
        if let Some(charge) = charge
            && let Err(overspent) = cost::afford(&tx, row.account_id, charge).await?
        {
            return Ok(Err(overspent));
        }
        let number = row.attempts + 1;
        let since = row.attempting_since.filter(|_| row.state != DeliveryState::Waiting);
        let mut active = row.into_active_model();
        active.state = Set(DeliveryState::Attempting);
        active.attempts = Set(number);
        active.attempting_since = Set(since.or(Some(now)));
        active.update(&tx).await?;
        let begun = attempt::Model {
            id: self.ids.make(),
            delivery_id: id,
            number,
            started_at: now,
            ended_at: None,
            outcome: None,
            reason: None,
            cost: charge.map(|charge| i32::try_from(charge.cost).unwrap_or(i32::MAX)),
        };
        let attempt = begun.id;
        attempt::Entity::insert(begun.into_active_model())
            .exec_without_returning(&tx)
            .await?;
        tx.commit().await?;
        Ok(Ok(attempt))
    }
}

/// The delivery, if `owner` still holds it: a worker that was slower than its lease must not write any more.
pub(super) async fn held(tx: &DatabaseTransaction, id: DeliveryId, owner: &str) -> StoreResult<delivery::Model> {
    let row = delivery::Entity::find_by_id(id).lock_exclusive().one(tx).await?;
    row.filter(|row| row.lease_owner.as_deref() == Some(owner))
        .ok_or(StoreError::NotFound)
}

/// An older open delivery of the same item to the same account as the row of the outer query.
fn older_open() -> sea_orm::sea_query::SelectStatement {
    let older = Alias::new("older");
    let (mine, same) = (
        |c| Expr::col((delivery::Entity, c)),
        |c| Expr::col((Alias::new("older"), c)),
    );
    Query::select()
        .expr(Expr::value(1))
        .from_as(delivery::Entity, older)
        .and_where(same(delivery::Column::AccountId).eq(mine(delivery::Column::AccountId)))
        .and_where(same(delivery::Column::ItemId).eq(mine(delivery::Column::ItemId)))
        .and_where(same(delivery::Column::Version).lt(mine(delivery::Column::Version)))
        .and_where(same(delivery::Column::State).is_in(OPEN))
        .to_owned()
}

/// A new post that goes before the row of the outer query, in an account that keeps their order. A doubtful one left
/// before, if it left.
fn ahead() -> sea_orm::sea_query::SelectStatement {
    let (mine, other) = (
        |c| Expr::col((delivery::Entity, c)),
        |c| Expr::col((Alias::new("ahead"), c)),
    );
    Query::select()
        .expr(Expr::value(1))
        .from_as(delivery::Entity, Alias::new("ahead"))
        .and_where(mine(delivery::Column::State).eq(DeliveryState::Waiting))
        .and_where(other(delivery::Column::AccountId).eq(mine(delivery::Column::AccountId)))
        .and_where(other(delivery::Column::Queue).lt(mine(delivery::Column::Queue)))
        .and_where(other(delivery::Column::Weight).gte(mine(delivery::Column::Weight)))
        .and_where(other(delivery::Column::State).is_in([DeliveryState::Waiting, DeliveryState::Attempting]))
        .to_owned()
}

/// Writes how an attempt ended.
async fn end_attempt(
    tx: &DatabaseTransaction,
    id: AttemptId,
    at: Timestamp,
    outcome: AttemptOutcome,
    reason: Option<&str>,
) -> StoreResult<()> {
    let cost = if cost::charged(outcome) { NotSet } else { Set(None) };
    let ended = attempt::ActiveModel {
        cost,
        id: Set(id),
        ended_at: Set(Some(at)),
        outcome: Set(Some(outcome)),
        reason: Set(reason.map(str::to_owned)),
        ..Default::default()
    };
    attempt::Entity::update(ended).exec(tx).await?;
    Ok(())
}

/// Keeps what an item became on an account, and has the boards look: where else an item is, is part of what they show.
async fn keep_receipt(
    tx: &DatabaseTransaction,
    store: &Store,
    row: &delivery::Model,
    remote: RemotePost,
) -> StoreResult<()> {
    let now = store.clock.now();
    let here = receipt::Column::ItemId
        .eq(row.item_id)
        .and(receipt::Column::AccountId.eq(row.account_id));
    if let Some(known) = receipt::Entity::find().filter(here).one(tx).await? {
        let (reposted, known_version) = (known.withdrawn_at.is_some(), known.version);
        let mut active = known.into_active_model();
        active.remote = Set(remote);
        // A part of the post changes nothing of it.
        if known_version != row.version {
            active.amended_at = Set(Some(now));
        }
        active.version = Set(row.version);
        if reposted {
            active.posted_at = Set(now);
            active.withdrawn_at = Set(None);
            active.metrics = Set(None);
            active.read_at = Set(None);
            active.next_read_at = Set(readings::next(now, now));
        }
        active.update(tx).await?;
    } else {
        let new = receipt::Model {
            id: store.ids.make(),
            item_id: row.item_id,
            account_id: row.account_id,
            delivery_id: row.id,
            remote,
            version: row.version,
            posted_at: now,
            amended_at: None,
            withdrawn_at: None,
            metrics: None,
            read_at: None,
            next_read_at: readings::next(now, now),
            lease_owner: None,
            lease_until: None,
        };
        receipt::Entity::insert(new.into_active_model())
            .exec_without_returning(tx)
            .await?;
    }
    outbox::append(tx, store, row.authority_id, Line::Beside(row.item_id)).await
}

/// Notes that our post is not there any more.
async fn drop_receipt(tx: &DatabaseTransaction, store: &Store, row: &delivery::Model) -> StoreResult<()> {
    let here = receipt::Column::ItemId
        .eq(row.item_id)
        .and(receipt::Column::AccountId.eq(row.account_id));
    receipt::Entity::update_many()
        .col_expr(receipt::Column::WithdrawnAt, Expr::value(store.clock.now()))
        .col_expr(receipt::Column::NextReadAt, Expr::value(None::<Timestamp>))
        .filter(here)
        .exec(tx)
        .await?;
    outbox::append(tx, store, row.authority_id, Line::Beside(row.item_id)).await
}
