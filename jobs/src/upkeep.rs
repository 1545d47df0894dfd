//! What must happen from time to time: scheduled items go out, accounts are checked, what is of no use any more goes.

use std::time::Duration;

use beffroi_schema::{
    entity::account,
    store::{CheckResult, Store, StoreError, StoreResult, machine},
};

use crate::{deliver::Accounts, networks::DeliveryError};

/// Accounts checked at once.
const CHECKS: u64 = 4;
/// How long a worker has for them.
const LEASE: Duration = Duration::from_mins(2);
/// Between two checks of an account that is well.
const CHECK_EVERY: chrono::Duration = chrono::Duration::hours(6);
/// Between two checks of one that is not.
const CHECK_AGAIN: chrono::Duration = chrono::Duration::minutes(15);

/// Keeps the house in order.
#[derive(Debug)]
pub struct Upkeep<'a> {
    store: &'a Store,
    accounts: &'a Accounts,
    owner: &'a str,
}

impl<'a> Upkeep<'a> {
    /// `owner` names this worker on the rows it holds.
    pub fn new(store: &'a Store, accounts: &'a Accounts, owner: &'a str) -> Self {
        Self { store, accounts, owner }
    }

    /// Does what is due. False: nothing is.
    pub async fn step(&self) -> StoreResult<bool> {
        let published = self.store.publish_due(&machine("schedule")).await;
        let checked = self.check_accounts().await;
        let dropped = self.store.drop_expired_uploads().await;
        let moved = self.store.move_former_file().await;
        let requests = self.store.forget_requests().await;
        let subscribers = self.store.forget_subscribers().await;
        let forgotten = requests? + subscribers?;
        Ok(published? > 0 || checked? > 0 || dropped? > 0 || moved? || forgotten > 0)
    }

    async fn check_accounts(&self) -> StoreResult<usize> {
        let due = self.store.claim_checks(self.owner, CHECKS, LEASE).await?;
        let mut failure = None;
        for account in &due {
            let result = self.check(account).await;
            let pause = if matches!(result, CheckResult::Well(..)) {
                CHECK_EVERY
            } else {
                CHECK_AGAIN
            };
            match self
                .store
                .settle_check(account, result, self.store.clock().now() + pause)
                .await
            {
                Ok(()) | Err(StoreError::NotFound) => {}
                Err(error) => failure = Some(error),
            }
        }
        failure.map_or(Ok(due.len()), Err)
    }

    /// How an account is, and what it can do.
    async fn check(&self, account: &account::Model) -> CheckResult {
        let network = match self.accounts.open(self.store, account) {
            Ok(network) => network,
            Err(reason) => return CheckResult::Locked(reason),
        };
        match network.check().await {
            Ok((health, capabilities)) => CheckResult::Well(health, capabilities),
            Err(DeliveryError::Locked(reason)) => CheckResult::Locked(reason),
            Err(
                error @ (DeliveryError::Retry { .. }
                | DeliveryError::Doubtful(_)
                | DeliveryError::Refused(_)
                | DeliveryError::Gone(_)),
            ) => CheckResult::Silent(error.to_string()),
        }
    }
}
