//! What calls cost on networks that charge for posts, and what an account may spend.

use sea_orm::{
    ColumnTrait as _, DatabaseTransaction, EntityTrait as _, QueryFilter as _, QuerySelect as _, QueryTrait as _,
    sea_query::Expr,
};

use crate::{
    clock::Timestamp,
    entity::{account, attempt, delivery},
    id::{AccountId, DeliveryId},
    store::StoreResult,
    value::AttemptOutcome,
};

/// What a call costs, in millionths of a US dollar, and what the account may spend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charge {
    /// This call.
    pub cost: u32,
    /// The most that the account's calls may cost, and since when they count; none: any amount.
    pub budget: Option<(u64, Timestamp)>,
}

/// An account's budget does not allow the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overspent {
    /// What was spent of it, in millionths of a US dollar.
    pub spent: u64,
}

/// Whether the account can afford a call. Of two workers that ask at once, one waits for what the other spends.
pub(super) async fn afford(
    tx: &DatabaseTransaction,
    account: AccountId,
    charge: Charge,
) -> StoreResult<Result<(), Overspent>> {
    let Some((most, since)) = charge.budget else {
        return Ok(Ok(()));
    };
    account::Entity::find_by_id(account).lock_exclusive().one(tx).await?;
    let ours = delivery::Entity::find()
        .select_only()
        .column(delivery::Column::Id)
        .filter(delivery::Column::AccountId.eq(account));
    let spent: Option<Option<i64>> = attempt::Entity::find()
        .select_only()
        .column_as(attempt::Column::Cost.sum(), "spent")
        .filter(attempt::Column::StartedAt.gte(since))
        .filter(attempt::Column::DeliveryId.in_subquery(ours.into_query()))
        .into_tuple()
        .one(tx)
        .await?;
    let spent = spent
        .flatten()
        .and_then(|spent| u64::try_from(spent).ok())
        .unwrap_or_default();
    if spent + u64::from(charge.cost) > most {
        return Ok(Err(Overspent { spent }));
    }
    Ok(Ok(()))
}

/// Whether an attempt that ended so was charged, or may have been.
pub(super) fn charged(outcome: AttemptOutcome) -> bool {
    match outcome {
        AttemptOutcome::Done | AttemptOutcome::Doubtful | AttemptOutcome::NotFound => true,
        AttemptOutcome::Retry | AttemptOutcome::Refused | AttemptOutcome::Gone | AttemptOutcome::Locked => false,
    }
}

/// Nothing ever arrived of a delivery: its attempts cost nothing.
pub(super) async fn refund(tx: &DatabaseTransaction, delivery: DeliveryId) -> StoreResult<()> {
    attempt::Entity::update_many()
        .col_expr(attempt::Column::Cost, Expr::value(Option::<i32>::None))
        .filter(attempt::Column::DeliveryId.eq(delivery))
        .exec(tx)
        .await?;
    Ok(())
}
