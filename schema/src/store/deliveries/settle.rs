//! What came of an attempt, and what the row says next.

use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Condition, DatabaseTransaction, EntityTrait as _, IntoActiveModel as _,
    QueryFilter as _, Set, sea_query::Expr,
};

use super::{
    cost::refund,
    drop_receipt, end_attempt,
    handovers::{hand_over, overtake},
    held, keep_receipt,
    outcomes::live_receipt,
};
use crate::{
    clock::Timestamp,
    entity::{account, delivery},
    id::{AccountId, AttemptId, DeliveryId},
    store::{Store, StoreResult},
    value::{AccountState, AttemptOutcome, DeliveryState, HandOver, RemotePost},
};

/// What came of an attempt.
#[derive(Clone, Debug, PartialEq)]
pub enum Settlement {
    /// It is there: the network's id came back.
    Posted(RemotePost),
    /// It is there, and its next part goes now.
    GoesOn(RemotePost),
    /// It is gone, as asked.
    Removed,
    /// Our former post is gone, and this one takes its place now.
    Cleared,
    /// Again at `at`. When the network asked the whole account to wait, `account_waits`.
    Later {
        /// When.
        at: Timestamp,
        /// The network's own sentence.
        reason: String,
        /// Whether nothing at all goes to the account until then.
        account_waits: bool,
    },
    /// It may be there: ask again at `look_at`.
    Doubtful {
        /// When to ask the network.
        look_at: Timestamp,
        /// What happened.
        reason: String,
    },
    /// The network was asked and does not have it: ask once more at `look_at`, or, without it, send it again.
    NotFound {
        /// When to ask again.
        look_at: Option<Timestamp>,
    },
    /// This content never; a person can put it right.
    Refused(String),
    /// Our post was removed by others: nothing is left to correct.
    Gone(String),
    /// The network has no way to do this: a person does it.
    ByHand(HandOver),
    /// The account is not accepted: it is locked, and the delivery waits.
    Locked {
        /// The network's own sentence.
        reason: String,
        /// The account's version that the worker signed in with: a person may have changed it since.
        version: i32,
        /// Whether a check sees it too, and so sees when it is over. Otherwise a person lets the account go on.
        reopens: bool,
    },
    /// Nothing is to be done.
    Skipped(String),
}

impl Store {
    /// Writes what came of an attempt, in a transaction that does nothing else. `attempt` is none when none was begun.
    pub async fn settle_delivery(
        &self,
        id: DeliveryId,
        owner: &str,
        attempt: Option<AttemptId>,
        settlement: Settlement,
    ) -> StoreResult<()> {
        let now = self.clock.now();
        // A receipt has the boards look, so this may append to the outbox.
        let tx = self.publication().await?;
        let row = held(&tx, id, owner).await?;
        let settlement = self.after_tasks(&tx, &row, settlement).await?;
        if let Some(attempt) = attempt {
            let (outcome, reason) = outcome(&settlement);
            end_attempt(&tx, attempt, now, outcome, reason).await?;
        }
        match &settlement {
            Settlement::Posted(remote) | Settlement::GoesOn(remote) => {
                keep_receipt(&tx, self, &row, remote.clone()).await?;
            }
            Settlement::Removed | Settlement::Cleared | Settlement::Gone(_) => drop_receipt(&tx, self, &row).await?,
            Settlement::Later {
                at,
                account_waits: true,
                ..
            } => hold_account(&tx, row.account_id, *at).await?,
            Settlement::Locked {
                reason,
                version,
                reopens,
            } => lock_account(&tx, self, row.account_id, *version, reason, *reopens).await?,
            Settlement::NotFound { look_at: None } => refund(&tx, id).await?,
            Settlement::Later { .. }
            | Settlement::Doubtful { .. }
            | Settlement::NotFound { .. }
            | Settlement::Refused(_)
            | Settlement::Skipped(_) => {}
            Settlement::ByHand(handed) => hand_over(&tx, self, &row, handed).await?,
        }
        let begun = live_receipt(&tx, &row)
            .await?
            .is_some_and(|known| known.version == row.version);
        settled(row, settlement, begun, now).update(&tx).await?;
        tx.commit().await?;
        self.bus.nudge().await;
        Ok(())
    }

    /// What comes to its end closes the tasks of earlier deliveries. Where somebody took one of them just now, what is to
    /// be handed over waits for what they say of it.
    async fn after_tasks(
        &self,
        tx: &DatabaseTransaction,
        row: &delivery::Model,
        settlement: Settlement,
    ) -> StoreResult<Settlement> {
        if !is_end(&settlement) {
            return Ok(settlement);
        }
        let taken = overtake(tx, self, row).await?;
        Ok(match (settlement, taken) {
            (Settlement::ByHand(_), Some(at)) => Settlement::Later {
                at,
                reason: "somebody is at an earlier task for this post".to_owned(),
                account_waits: false,
            },
            (settlement, _) => settlement,
        })
    }

    /// Has nothing go to an account before `until`: its budget of calls is spent.
    pub async fn rest_account(&self, account: AccountId, until: Timestamp) -> StoreResult<()> {
        let tx = self.write().await?;
        hold_account(&tx, account, until).await?;
        tx.commit().await?;
        Ok(())
    }
}

fn outcome(settlement: &Settlement) -> (AttemptOutcome, Option<&str>) {
    match settlement {
        Settlement::Posted(_) | Settlement::GoesOn(_) | Settlement::Removed | Settlement::Cleared => {
            (AttemptOutcome::Done, None)
        }
        Settlement::Later { reason, .. } => (AttemptOutcome::Retry, Some(reason)),
        Settlement::Doubtful { reason, .. } => (AttemptOutcome::Doubtful, Some(reason)),
        Settlement::NotFound { .. } => (AttemptOutcome::NotFound, None),
        Settlement::Refused(reason) | Settlement::ByHand(HandOver { reason, .. }) | Settlement::Skipped(reason) => {
            (AttemptOutcome::Refused, Some(reason))
        }
        Settlement::Gone(reason) => (AttemptOutcome::Gone, Some(reason)),
        Settlement::Locked { reason, .. } => (AttemptOutcome::Locked, Some(reason)),
    }
}

/// Whether nothing more is tried.
fn is_end(settlement: &Settlement) -> bool {
    match settlement {
        Settlement::Posted(_)
        | Settlement::Removed
        | Settlement::Refused(_)
        | Settlement::Gone(_)
        | Settlement::ByHand(_)
        | Settlement::Skipped(_) => true,
        Settlement::Cleared
        | Settlement::GoesOn(_)
        | Settlement::Later { .. }
        | Settlement::Doubtful { .. }
        | Settlement::NotFound { .. }
        | Settlement::Locked { .. } => false,
    }
}

/// The row after the settlement. `begun`: something of what it tells is there.
fn settled(row: delivery::Model, settlement: Settlement, begun: bool, now: Timestamp) -> delivery::ActiveModel {
    let searches = searches_after(&settlement, row.searches);
    let was_doubtful = row.searches > 0;
    let mut active = row.into_active_model();
    active.lease_owner = Set(None);
    active.lease_until = Set(None);
    let (state, due, reason) = match settlement {
        Settlement::Posted(_) | Settlement::Removed => (DeliveryState::Done, None, None),
        Settlement::Cleared => {
            active.cleared_at = Set(Some(now));
            (DeliveryState::Waiting, Some(now), None)
        }
        // A search, or a repeat, that did not leave makes the first call no less doubtful.
        Settlement::Later { at, reason, .. } if was_doubtful => (DeliveryState::Unknown, Some(at), Some(reason)),
        Settlement::Later { at, reason, .. } => (DeliveryState::Waiting, Some(at), Some(reason)),
        Settlement::Doubtful { look_at, reason } => (DeliveryState::Unknown, Some(look_at), Some(reason)),
        Settlement::NotFound { look_at: Some(at) } => (DeliveryState::Unknown, Some(at), None),
        Settlement::GoesOn(_) | Settlement::NotFound { look_at: None } => (DeliveryState::Waiting, Some(now), None),
        Settlement::Refused(reason) => (DeliveryState::Refused, None, Some(reason)),
        Settlement::ByHand(handed) => (DeliveryState::ByHand, None, Some(handed.reason)),
        Settlement::Gone(reason) | Settlement::Skipped(reason) => (DeliveryState::Skipped, None, Some(reason)),
        // Being refused says nothing of a call that may have left before: once signed in again, it is asked for first.
        Settlement::Locked { reason, .. } if was_doubtful => (DeliveryState::Unknown, Some(now), Some(reason)),
        Settlement::Locked { reason, .. } => (DeliveryState::Waiting, Some(now), Some(reason)),
    };
    // Who did not go gives its turn back.
    let went = matches!(
        state,
        DeliveryState::Done | DeliveryState::ByHand | DeliveryState::Attempting | DeliveryState::Unknown
    );
    if !went && !begun {
        active.turn_at = Set(None);
    }
    active.searches = Set(searches);
    active.state = Set(state);
    active.reason = Set(reason);
    match due {
        Some(at) => active.due_at = Set(at),
        None => active.settled_at = Set(Some(now)),
    }
    active
}

/// How often it was looked for in vain, counted from one while it is doubtful. A question that was not answered is no
/// question, and after one more doubtful call those before it say nothing any more.
fn searches_after(settlement: &Settlement, before: i32) -> i32 {
    match settlement {
        Settlement::Doubtful { .. } => 1,
        Settlement::NotFound { look_at: Some(_) } => before + 1,
        Settlement::Later { .. } | Settlement::Locked { .. } => before,
        Settlement::Posted(_)
        | Settlement::GoesOn(_)
        | Settlement::Removed
        | Settlement::Cleared
        | Settlement::NotFound { look_at: None }
        | Settlement::Refused(_)
        | Settlement::Gone(_)
        | Settlement::ByHand(_)
        | Settlement::Skipped(_) => 0,
    }
}

/// Of two waits that a network asked for, the longer one holds.
async fn hold_account(tx: &DatabaseTransaction, id: AccountId, until: Timestamp) -> StoreResult<()> {
    let shorter = Condition::any()
        .add(account::Column::NotBefore.is_null())
        .add(account::Column::NotBefore.lt(until));
    account::Entity::update_many()
        .col_expr(account::Column::NotBefore, Expr::value(until))
        .filter(account::Column::Id.eq(id))
        .filter(shorter)
        .exec(tx)
        .await?;
    Ok(())
}

/// Locks an account that is as the worker knew it: what a person did to it meanwhile stands.
async fn lock_account(
    tx: &DatabaseTransaction,
    store: &Store,
    id: AccountId,
    version: i32,
    reason: &str,
    reopens: bool,
) -> StoreResult<()> {
    let locked = account::Entity::update_many()
        .col_expr(account::Column::State, Expr::value(AccountState::Locked))
        .col_expr(account::Column::Reason, Expr::value(reason))
        .col_expr(account::Column::Reopens, Expr::value(reopens))
        .col_expr(account::Column::UpdatedAt, Expr::value(store.clock.now()))
        .filter(account::Column::Id.eq(id))
        .filter(account::Column::State.eq(AccountState::Active))
        .filter(account::Column::Version.eq(version))
        .exec(tx)
        .await?;
    if locked.rows_affected > 0 {
        tracing::warn!(account.id = %id, reason, "an account is locked: somebody must sign in again");
    }
    Ok(())
}
