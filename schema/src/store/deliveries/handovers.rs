//! What is handed over to people: a row beside the delivery, open until somebody says what became of it.
//!
//! Whoever takes a task has it for a while; nobody else can then say anything of it, and no newer delivery of the same
//! item to the same account goes past it. A newer delivery closes the open tasks of those before.

use std::time::Duration;

use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, DatabaseTransaction, EntityTrait as _,
    IntoActiveModel as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _, Set,
    sea_query::{Alias, Expr, ExprTrait as _, Query, SelectStatement},
};
use serde_json::json;

use super::outcomes::TaskOutcome;
use crate::{
    clock::Timestamp,
    entity::{account, delivery, handover, receipt, revision},
    id::{AccountId, AuthorityId, DeliveryId, HandoverId, ItemId, RevisionId},
    store::{Store, StoreError, StoreResult, claim, publish::wrong_state},
    value::{DeliveryState, Errand, HandOver, HandoverState, Problem, Scope, Viewer},
};

/// How long who takes a task has for it, unless they take it again: to open the app, post a picture and copy its address.
const CLAIM: Duration = Duration::from_mins(30);

/// Most tasks of a list: more than a town posts by hand in a day.
pub const MAX_TASKS: u64 = 100;

/// A task, with all that is shown of it.
#[derive(Clone, Debug)]
pub struct Task {
    /// The row.
    pub handover: handover::Model,
    /// What it is done for.
    pub delivery: delivery::Model,
    /// What it says.
    pub revision: revision::Model,
    /// Where it is done.
    pub account: account::Model,
    /// What the item is there now.
    pub receipt: Option<receipt::Model>,
}

/// Which tasks are listed.
#[derive(Clone, Debug, Default)]
pub struct TaskFilter {
    /// Of this authority only.
    pub authority: Option<AuthorityId>,
    /// In this state only.
    pub state: Option<HandoverState>,
    /// Those that the viewer has taken only.
    pub mine: bool,
    /// Those only that are due by then.
    pub due_by: Option<Timestamp>,
}

impl Store {
    /// Tasks in `scope`: the ones that are due first come first; of those that are closed, the last ones.
    pub async fn tasks(
        &self,
        scope: &Scope,
        filter: &TaskFilter,
        first: u64,
        viewer: &Viewer,
    ) -> StoreResult<Vec<Task>> {
        let mut rows = handover::Entity::find();
        if let Scope::Authorities(authorities) = scope {
            rows = rows.filter(handover::Column::AuthorityId.is_in(authorities.iter().copied()));
        }
        if let Some(authority) = filter.authority {
            rows = rows.filter(handover::Column::AuthorityId.eq(authority));
        }
        if let Some(state) = filter.state {
            rows = rows.filter(handover::Column::State.eq(state));
        }
        if let Some(by) = filter.due_by {
            rows = rows.filter(handover::Column::DueAt.lte(by));
        }
        if filter.mine {
            // Programs have a name only.
            let who = viewer.staff.map_or_else(
                || handover::Column::ClaimedBy.is_null(),
                |staff| handover::Column::ClaimedBy.eq(staff),
            );
            rows = rows
                .filter(who)
                .filter(handover::Column::ClaimedName.eq(viewer.name.as_str()))
                .filter(handover::Column::ClaimedUntil.gt(self.clock.now()));
        }
        let rows = if filter.state == Some(HandoverState::Open) {
            rows.order_by_asc(handover::Column::DueAt)
                .order_by_asc(handover::Column::Id)
        } else {
            rows.order_by_desc(handover::Column::Id)
        };
        let rows = rows.limit(Ord::min(first, MAX_TASKS)).all(&self.db).await?;
        self.with_parts(rows).await
    }

    /// The rows with what belongs to them, in as many statements as for one.
    async fn with_parts(&self, rows: Vec<handover::Model>) -> StoreResult<Vec<Task>> {
        let ids: Vec<DeliveryId> = rows.iter().map(|row| row.delivery_id).collect();
        let deliveries = delivery::Entity::find().filter(delivery::Column::Id.is_in(ids));
        let deliveries = deliveries.all(&self.db).await?;
        let ids: Vec<AccountId> = deliveries.iter().map(|row| row.account_id).collect();
        let accounts = account::Entity::find().filter(account::Column::Id.is_in(ids));
        let accounts = accounts.all(&self.db).await?;
        let ids: Vec<RevisionId> = deliveries.iter().map(|row| row.revision_id).collect();
        let revisions = revision::Entity::find().filter(revision::Column::Id.is_in(ids));
        let revisions = revisions.all(&self.db).await?;
        let items: Vec<ItemId> = deliveries.iter().map(|row| row.item_id).collect();
        let receipts = self.receipts_of(&items).await?;
        let whole = |handover: handover::Model| {
            let delivery = deliveries.iter().find(|row| row.id == handover.delivery_id)?.clone();
            let account = accounts.iter().find(|row| row.id == delivery.account_id)?.clone();
            let revision = revisions.iter().find(|row| row.id == delivery.revision_id)?.clone();
            let here = |row: &&receipt::Model| (row.item_id, row.account_id) == (delivery.item_id, account.id);
            let receipt = receipts.iter().find(here).cloned();
            Some(Task {
                handover,
                delivery,
                revision,
                account,
                receipt,
            })
        };
        Ok(rows.into_iter().filter_map(whole).collect())
    }

    /// Takes a task for a while, or for longer.
    pub async fn claim_task(&self, scope: &Scope, id: HandoverId, by: &Viewer) -> StoreResult<Task> {
        let now = self.clock.now();
        let tx = self.write().await?;
        let row = self.own_task(&tx, scope, id, by).await?;
        let mut active = row.into_active_model();
        active.claimed_by = Set(by.staff);
        active.claimed_name = Set(Some(by.name.clone()));
        active.claimed_until = Set(Some(claim::until(now, CLAIM)));
        let row = active.update(&tx).await?;
        self.task_done(tx, row, "task.claim", by).await
    }

    /// Gives a task back: somebody else may take it.
    pub async fn release_task(&self, scope: &Scope, id: HandoverId, by: &Viewer) -> StoreResult<Task> {
        let tx = self.write().await?;
        let row = self.own_task(&tx, scope, id, by).await?;
        let mut active = row.into_active_model();
        active.claimed_by = Set(None);
        active.claimed_name = Set(None);
        active.claimed_until = Set(None);
        let row = active.update(&tx).await?;
        self.task_done(tx, row, "task.release", by).await
    }

    /// Says what became of a task: it is there, it is not, or it is not done. The delivery follows.
    pub async fn settle_task(
        &self,
        scope: &Scope,
        id: HandoverId,
        outcome: TaskOutcome,
        by: &Viewer,
    ) -> StoreResult<Task> {
        let tx = self.publication().await?;
        let row = self.own_task(&tx, scope, id, by).await?;
        let (row, action) = self.conclude_task(&tx, row, outcome, by).await?;
        self.task_done(tx, row, action, by).await
    }

    /// The task, if it is open and nobody else has taken it; held until the end of the transaction.
    async fn own_task(
        &self,
        tx: &DatabaseTransaction,
        scope: &Scope,
        id: HandoverId,
        by: &Viewer,
    ) -> StoreResult<handover::Model> {
        let row = handover::Entity::find_by_id(id).lock_exclusive().one(tx).await?;
        let row = row.filter(|row| scope.covers(row.authority_id));
        let row = row.ok_or(StoreError::NotFound)?;
        if row.state != HandoverState::Open {
            let problem = wrong_state(
                "Cette tâche est close : ce qui reste à faire est dans une tâche plus récente.",
                "This task is closed: what is left to do is in a later task.",
            );
            return Err(problem.into());
        }
        taken(&row, by, self.clock.now()).map_or(Ok(row), |problem| Err(problem.into()))
    }

    async fn task_done(
        &self,
        tx: DatabaseTransaction,
        row: handover::Model,
        action: &str,
        by: &Viewer,
    ) -> StoreResult<Task> {
        let detail = json!({ "delivery": row.delivery_id, "errand": row.errand, "url": row.url, "note": row.note });
        self.audit(&tx, by, action, row.id, Some(row.authority_id), detail)
            .await?;
        tx.commit().await?;
        self.bus.nudge().await;
        let whole = self.with_parts(vec![row]).await?.pop();
        whole.ok_or(StoreError::NotFound)
    }
}

/// Why `by` may not touch the task: somebody else is at it.
pub(super) fn taken(row: &handover::Model, by: &Viewer, now: Timestamp) -> Option<Problem> {
    let held = row.claimed_until.is_some_and(|until| until > now);
    let mine = row.claimed_by == by.staff && row.claimed_name.as_deref() == Some(by.name.as_str());
    let who = row.claimed_name.as_deref().unwrap_or_default();
    (held && !mine).then(|| wrong_state(&format!("{who} s’en occupe déjà."), &format!("{who} is at it already.")))
}

/// The open task of a delivery, held until the end of the transaction.
pub(super) async fn open_task(tx: &DatabaseTransaction, delivery: DeliveryId) -> StoreResult<Option<handover::Model>> {
    let open = handover::Entity::find()
        .filter(handover::Column::DeliveryId.eq(delivery))
        .filter(handover::Column::State.eq(HandoverState::Open));
    Ok(open.lock_exclusive().one(tx).await?)
}

/// The open task of another delivery of the same item to the same account.
pub(super) async fn task_before(store: &Store, row: &delivery::Model) -> StoreResult<Option<handover::Model>> {
    let before = handover::Entity::find()
        .filter(handover::Column::State.eq(HandoverState::Open))
        .filter(handover::Column::DeliveryId.in_subquery(beside(row)))
        .order_by_desc(handover::Column::Id);
    Ok(before.one(&store.db).await?)
}

/// Those of these deliveries whose posts a person is asked to look for.
pub(in crate::store) async fn doubted(
    db: &impl ConnectionTrait,
    deliveries: impl IntoIterator<Item = DeliveryId>,
) -> StoreResult<Vec<DeliveryId>> {
    let open = handover::Entity::find()
        .filter(handover::Column::DeliveryId.is_in(deliveries))
        .filter(handover::Column::State.eq(HandoverState::Open))
        .filter(handover::Column::Errand.eq(Errand::Look));
    let open = open.all(db).await?;
    Ok(open.into_iter().map(|task| task.delivery_id).collect())
}

/// Hands a delivery over.
pub(super) async fn hand_over(
    tx: &DatabaseTransaction,
    store: &Store,
    row: &delivery::Model,
    handed: &HandOver,
) -> StoreResult<()> {
    let new = handover::Model {
        id: store.ids.make(),
        authority_id: row.authority_id,
        delivery_id: row.id,
        errand: handed.errand,
        reason: handed.reason.clone(),
        composer: handed.composer.clone(),
        state: HandoverState::Open,
        due_at: handed.due_at,
        claimed_by: None,
        claimed_name: None,
        claimed_until: None,
        created_at: store.clock.now(),
        closed_at: None,
        closed_name: None,
        url: None,
        note: None,
    };
    handover::Entity::insert(new.into_active_model())
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Closes the open tasks of the other deliveries of the same item to the same account: what is to be done there is said
/// by `row` now. Not while somebody is at one: then until when.
pub(super) async fn overtake(
    tx: &DatabaseTransaction,
    store: &Store,
    row: &delivery::Model,
) -> StoreResult<Option<Timestamp>> {
    let now = store.clock.now();
    let open = handover::Entity::find()
        .filter(handover::Column::State.eq(HandoverState::Open))
        .filter(handover::Column::DeliveryId.in_subquery(beside(row)));
    let open = open.lock_exclusive().all(tx).await?;
    let until = open.iter().filter_map(|task| task.claimed_until).max();
    if until.is_some_and(|until| until > now) {
        return Ok(until);
    }
    for task in open {
        delivery::Entity::update_many()
            .col_expr(delivery::Column::State, Expr::value(DeliveryState::Skipped))
            .col_expr(delivery::Column::Reason, Expr::value("a newer delivery took its place"))
            .col_expr(delivery::Column::SettledAt, Expr::value(now))
            .filter(delivery::Column::Id.eq(task.delivery_id))
            .filter(delivery::Column::State.eq(DeliveryState::ByHand))
            .exec(tx)
            .await?;
        let mut active = task.into_active_model();
        active.state = Set(HandoverState::Overtaken);
        active.closed_at = Set(Some(now));
        active.update(tx).await?;
    }
    Ok(None)
}

/// The other deliveries of the same item to the same account.
fn beside(row: &delivery::Model) -> SelectStatement {
    delivery::Entity::find()
        .select_only()
        .column(delivery::Column::Id)
        .filter(delivery::Column::ItemId.eq(row.item_id))
        .filter(delivery::Column::AccountId.eq(row.account_id))
        .filter(delivery::Column::Id.ne(row.id))
        .into_query()
}

/// A task that somebody is at, of a delivery of the same item to the same account as the row of the outer query.
pub(super) fn taken_beside(now: Timestamp) -> SelectStatement {
    let taken = handover::Entity::find()
        .select_only()
        .column(handover::Column::DeliveryId)
        .filter(handover::Column::State.eq(HandoverState::Open))
        .filter(handover::Column::ClaimedUntil.gt(now));
    let (mine, beside) = (
        |c| Expr::col((delivery::Entity, c)),
        |c| Expr::col((Alias::new("beside"), c)),
    );
    Query::select()
        .expr(Expr::value(1))
        .from_as(delivery::Entity, Alias::new("beside"))
        .and_where(beside(delivery::Column::AccountId).eq(mine(delivery::Column::AccountId)))
        .and_where(beside(delivery::Column::ItemId).eq(mine(delivery::Column::ItemId)))
        .and_where(beside(delivery::Column::Id).in_subquery(taken.into_query()))
        .to_owned()
}
