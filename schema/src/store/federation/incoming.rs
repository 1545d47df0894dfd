//! What comes into our inboxes, as it came: kept at once, believed later.

use std::time::Duration;

use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Condition, DatabaseTransaction, EntityTrait as _, ExprTrait as _,
    IntoActiveModel as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Set,
    TryInsertResult,
    sea_query::{Alias, Expr, Query, SelectStatement},
};

use super::super::{Store, StoreError, StoreResult, claim};
use crate::{clock::Timestamp, entity::federated_request, id::RequestId, value::RequestState};

/// Most requests that wait, of everybody together: a town's inbox does not fill in earnest.
const MAX_WAITING: u64 = 10_000;
/// Most of one key: whoever sends more comes back later.
const MAX_WAITING_OF_KEY: u64 = 200;
/// How long a request is remembered: longer than a signature is good for, so that none is believed twice.
const KEPT: chrono::Duration = chrono::Duration::days(7);

/// A request whose form is good.
#[derive(Clone, Debug)]
pub struct NewRequest {
    /// SHA-256 of signature and body.
    pub fingerprint: String,
    /// The key that is said to have signed.
    pub key_id: String,
    /// What was signed.
    pub signed: String,
    /// The signature.
    pub signature: Vec<u8>,
    /// The activity, as it came.
    pub body: String,
}

/// What became of a request at the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It will be looked at.
    Stored,
    /// The same came before.
    Known,
    /// Too much waits: come back later.
    Full,
}

/// What became of a request when it was looked at, and nothing is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing for us.
    Ignored(String),
    /// Not believed.
    Refused(String),
    /// Who sent it could not be asked who they are: again at this time.
    Later {
        /// When.
        at: Timestamp,
        /// Why.
        reason: String,
    },
}

impl Store {
    /// Keeps a request.
    pub async fn receive(&self, new: NewRequest) -> StoreResult<Kept> {
        let waiting =
            federated_request::Entity::find().filter(federated_request::Column::State.eq(RequestState::Waiting));
        let of_key = waiting.clone().filter(federated_request::Column::KeyId.eq(&new.key_id));
        if of_key.count(&self.db).await? >= MAX_WAITING_OF_KEY || waiting.count(&self.db).await? >= MAX_WAITING {
            return Ok(Kept::Full);
        }
        let now = self.clock.now();
        let row = federated_request::Model {
            id: self.ids.make(),
            fingerprint: new.fingerprint,
            key_id: new.key_id,
            signed: new.signed,
            signature: new.signature,
            body: new.body,
            state: RequestState::Waiting,
            due_at: now,
            attempts: 0,
            reason: None,
            activity: None,
            received_at: now,
            settled_at: None,
            lease_owner: None,
            lease_until: None,
        };
        let put = federated_request::Entity::insert(row.into_active_model())
            .on_conflict_do_nothing_on([federated_request::Column::Fingerprint])
            .exec_without_returning(&self.db)
            .await?;
        if !matches!(put, TryInsertResult::Inserted(_)) {
            return Ok(Kept::Known);
        }
        self.bus.nudge().await;
        Ok(Kept::Stored)
    }

    /// Takes up to `limit` requests that are due, oldest first: of each key the oldest alone, so that an `Undo` is not
    /// done before what it undoes.
    pub async fn claim_requests(
        &self,
        owner: &str,
        limit: u64,
        lease: Duration,
    ) -> StoreResult<Vec<federated_request::Model>> {
        let now = self.clock.now();
        let due = federated_request::Entity::find()
            .select_only()
            .column(federated_request::Column::Id)
            .filter(federated_request::Column::State.eq(RequestState::Waiting))
            .filter(federated_request::Column::DueAt.lte(now))
            .filter(claim::free(federated_request::Column::LeaseUntil, now))
            .filter(Expr::exists(older()).not())
            .order_by_asc(federated_request::Column::Id)
            .limit(limit);
        let claimed = federated_request::Entity::update_many()
            .col_expr(federated_request::Column::LeaseOwner, Expr::value(owner))
            .col_expr(
                federated_request::Column::LeaseUntil,
                Expr::value(claim::until(now, lease)),
            )
            .filter(federated_request::Column::Id.in_subquery(claim::due(due)));
        Ok(claimed.exec_with_returning(&self.db).await?)
    }

    /// Writes why nothing is done for a request, if `owner` still holds it.
    pub async fn settle_request(&self, id: RequestId, owner: &str, verdict: Verdict) -> StoreResult<()> {
        let tx = self.write().await?;
        let row = held(&tx, id, owner).await?;
        let attempts = row.attempts + 1;
        let mut active = row.into_active_model();
        active.attempts = Set(attempts);
        active.lease_owner = Set(None);
        active.lease_until = Set(None);
        let (state, reason) = match verdict {
            Verdict::Ignored(reason) => (RequestState::Ignored, reason),
            Verdict::Refused(reason) => (RequestState::Refused, reason),
            Verdict::Later { at, reason } => {
                active.due_at = Set(at);
                (RequestState::Waiting, reason)
            }
        };
        if state != RequestState::Waiting {
            active.settled_at = Set(Some(self.clock.now()));
        }
        active.state = Set(state);
        active.reason = Set(Some(reason));
        active.update(&tx).await?;
        tx.commit().await?;
        self.bus.nudge().await;
        Ok(())
    }

    /// Forgets requests that are too old to be believed again. Says how many.
    pub async fn forget_requests(&self) -> StoreResult<u64> {
        let old = Condition::all()
            .add(federated_request::Column::State.ne(RequestState::Waiting))
            .add(federated_request::Column::ReceivedAt.lt(self.clock.now() - KEPT));
        // Asked often, and mostly in vain: looking does not wait for who writes.
        if federated_request::Entity::find()
            .filter(old.clone())
            .one(&self.db)
            .await?
            .is_none()
        {
            return Ok(0);
        }
        let gone = federated_request::Entity::delete_many()
            .filter(old)
            .exec(&self.db)
            .await?;
        Ok(gone.rows_affected)
    }
}

/// The row, while `owner` holds it.
pub(super) async fn held(
    tx: &DatabaseTransaction,
    id: RequestId,
    owner: &str,
) -> StoreResult<federated_request::Model> {
    federated_request::Entity::find_by_id(id)
        .lock_exclusive()
        .one(tx)
        .await?
        .filter(|row| row.lease_owner.as_deref() == Some(owner) && row.state == RequestState::Waiting)
        .ok_or(StoreError::NotFound)
}

/// An older request of the same key that waits.
fn older() -> SelectStatement {
    let same = |c| Expr::col((Alias::new("other"), c));
    let mine = |c| Expr::col((federated_request::Entity, c));
    Query::select()
        .expr(Expr::value(1))
        .from_as(federated_request::Entity, Alias::new("other"))
        .and_where(same(federated_request::Column::KeyId).eq(mine(federated_request::Column::KeyId)))
        .and_where(same(federated_request::Column::State).eq(RequestState::Waiting))
        .and_where(same(federated_request::Column::Id).lt(mine(federated_request::Column::Id)))
        .to_owned()
}
