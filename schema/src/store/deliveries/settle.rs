//! What came of an attempt, and what the row says next.

use sea_orm::{ActiveModelTrait as _, DatabaseTransaction, EntityTrait as _, IntoActiveModel as _, Set};

use super::{drop_receipt, end_attempt, held, keep_receipt};
use crate::{
    clock::Timestamp,
    entity::{account, delivery},
    id::{AttemptId, DeliveryId},
    store::{Store, StoreResult},
    value::{AccountState, AttemptOutcome, DeliveryState, RemotePost},
};

/// What came of an attempt.
#[derive(Clone, Debug, PartialEq)]
pub enum Settlement {
    /// It is there: the network's id came back.
    Posted(RemotePost),
    /// It is gone, as asked.
    Removed,
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
    ByHand(String),
    /// The account is not accepted: it is locked, and the delivery waits.
    Locked(String),
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
        if let Some(attempt) = attempt {
            let (outcome, reason) = outcome(&settlement);
            end_attempt(&tx, attempt, now, outcome, reason).await?;
        }
        match &settlement {
            Settlement::Posted(remote) => keep_receipt(&tx, self, &row, remote.clone()).await?,
            Settlement::Removed | Settlement::Gone(_) => drop_receipt(&tx, self, &row).await?,
            Settlement::Later {
                at,
                account_waits: true,
                ..
            } => hold_account(&tx, &row, *at).await?,
            Settlement::Locked(reason) => lock_account(&tx, self, &row, reason).await?,
            Settlement::Later { .. }
            | Settlement::Doubtful { .. }
            | Settlement::NotFound { .. }
            | Settlement::Refused(_)
            | Settlement::ByHand(_)
            | Settlement::Skipped(_) => {}
        }
        settled(row, settlement, now).update(&tx).await?;
        tx.commit().await?;
        self.bus.nudge().await;
        Ok(())
    }
}

fn outcome(settlement: &Settlement) -> (AttemptOutcome, Option<&str>) {
    match settlement {
        Settlement::Posted(_) | Settlement::Removed => (AttemptOutcome::Done, None),
        Settlement::Later { reason, .. } => (AttemptOutcome::Retry, Some(reason)),
        Settlement::Doubtful { reason, .. } => (AttemptOutcome::Doubtful, Some(reason)),
        Settlement::NotFound { .. } => (AttemptOutcome::NotFound, None),
        Settlement::Refused(reason) | Settlement::ByHand(reason) | Settlement::Skipped(reason) => {
            (AttemptOutcome::Refused, Some(reason))
        }
        Settlement::Gone(reason) => (AttemptOutcome::Gone, Some(reason)),
        Settlement::Locked(reason) => (AttemptOutcome::Locked, Some(reason)),
    }
}

/// The row after the settlement.
fn settled(row: delivery::Model, settlement: Settlement, now: Timestamp) -> delivery::ActiveModel {
    let searches = row.searches;
    let was_doubtful = searches > 0;
    let mut active = row.into_active_model();
    active.lease_owner = Set(None);
    active.lease_until = Set(None);
    let (state, due, reason) = match settlement {
        Settlement::Posted(_) | Settlement::Removed => (DeliveryState::Done, None, None),
        // A search, or a repeat, that did not leave makes the first call no less doubtful.
        Settlement::Later { at, reason, .. } if was_doubtful => (DeliveryState::Unknown, Some(at), Some(reason)),
        Settlement::Later { at, reason, .. } => (DeliveryState::Waiting, Some(at), Some(reason)),
        Settlement::Doubtful { look_at, reason } => (DeliveryState::Unknown, Some(look_at), Some(reason)),
        Settlement::NotFound { look_at: Some(at) } => (DeliveryState::Unknown, Some(at), None),
        Settlement::NotFound { look_at: None } => (DeliveryState::Waiting, Some(now), None),
        Settlement::Refused(reason) => (DeliveryState::Refused, None, Some(reason)),
        Settlement::ByHand(reason) => (DeliveryState::ByHand, None, Some(reason)),
        Settlement::Gone(reason) | Settlement::Skipped(reason) => (DeliveryState::Skipped, None, Some(reason)),
        // Being refused says nothing of a call that may have left before: once signed in again, it is asked for first.
        Settlement::Locked(reason) if was_doubtful => (DeliveryState::Unknown, Some(now), Some(reason)),
        Settlement::Locked(reason) => (DeliveryState::Waiting, Some(now), Some(reason)),
    };
    let looking = state == DeliveryState::Unknown;
    active.searches = Set(if looking { searches + 1 } else { 0 });
    active.state = Set(state);
    active.reason = Set(reason);
    match due {
        Some(at) => active.due_at = Set(at),
        None => active.settled_at = Set(Some(now)),
    }
    active
}

async fn hold_account(tx: &DatabaseTransaction, row: &delivery::Model, until: Timestamp) -> StoreResult<()> {
    let held = account::ActiveModel {
        id: Set(row.account_id),
        not_before: Set(Some(until)),
        ..Default::default()
    };
    account::Entity::update(held).exec(tx).await?;
    Ok(())
}

async fn lock_account(tx: &DatabaseTransaction, store: &Store, row: &delivery::Model, reason: &str) -> StoreResult<()> {
    let locked = account::ActiveModel {
        id: Set(row.account_id),
        state: Set(AccountState::Locked),
        reason: Set(Some(reason.to_owned())),
        updated_at: Set(store.clock.now()),
        ..Default::default()
    };
    account::Entity::update(locked).exec(tx).await?;
    tracing::warn!(account.id = %row.account_id, reason, "an account is locked: somebody must sign in again");
    Ok(())
}
