//! The loop of checks: how accounts are, and what can be done there.

use std::time::Duration;

use beffroi_schema::{
    entity::account,
    store::{CheckResult, Store, StoreResult},
};
use tokio_util::sync::CancellationToken;

use crate::{
    abreast::{Lanes, Taken, abreast},
    deliver::Accounts,
    networks::DeliveryError,
};

/// Accounts checked side by side; beyond that nothing more is taken.
const SIDE_BY_SIDE: usize = 12;
/// When so many of them are of one network, none is added.
const OF_ONE_NETWORK: usize = 3;
/// Accounts taken at once: all of them are begun at once.
const TAKEN: u64 = 2;
/// How long a worker has for one: a check is a few calls.
const LEASE: Duration = Duration::from_mins(5);
/// Between two checks of an account that is well.
const CHECK_EVERY: chrono::Duration = chrono::Duration::hours(6);
/// Between two checks of one that is not.
const CHECK_AGAIN: chrono::Duration = chrono::Duration::minutes(15);

/// Checks accounts.
#[derive(Debug)]
pub struct Checks<'a> {
    store: &'a Store,
    accounts: &'a Accounts,
    halt: &'a CancellationToken,
    owner: &'a str,
}

impl<'a> Checks<'a> {
    /// `owner` names this worker on the rows it holds.
    pub fn new(store: &'a Store, accounts: &'a Accounts, halt: &'a CancellationToken, owner: &'a str) -> Self {
        Self {
            store,
            accounts,
            halt,
            owner,
        }
    }

    /// Checks what is due, and goes on as long as there is something. False: nothing was.
    pub async fn step(&self) -> StoreResult<bool> {
        let lanes = Lanes::default();
        let take = || async {
            let full = lanes.full(OF_ONE_NETWORK);
            let due = self.store.claim_checks(self.owner, TAKEN, LEASE, &full).await?;
            let placed = |account: account::Model| (lanes.enter(account.network), account);
            Ok(Taken {
                more: due.len() as u64 >= TAKEN,
                work: due.into_iter().map(placed).collect(),
            })
        };
        let work = |(place, account)| async move {
            let _place = place;
            self.look(&account).await
        };
        abreast(self.halt, self.store.bus(), SIDE_BY_SIDE, take, work).await
    }

    async fn look(&self, account: &account::Model) -> StoreResult<()> {
        let result = self.check(account).await;
        let pause = match result {
            CheckResult::Well(..) => CHECK_EVERY,
            CheckResult::Locked(_) | CheckResult::Silent(_) => CHECK_AGAIN,
        };
        let next = self.store.clock().now() + pause;
        self.store.settle_check(account, result, next).await
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
