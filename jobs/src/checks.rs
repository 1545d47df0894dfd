//! The loop of checks: how accounts are, and what can be done there.

use std::time::Duration;

use beffroi_schema::{
    entity::account,
    store::{CheckResult, Store, StoreResult},
    value::{AccountState, Network},
};
use tokio_util::sync::CancellationToken;

use crate::{
    abreast::{Bounds, in_lanes},
    deliver::Accounts,
    networks::{DeliveryError, SocialNetwork},
};

/// Accounts checked side by side.
const BOUNDS: Bounds = Bounds {
    side_by_side: 12,
    of_one_network: 3,
    at_once: 2,
};
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
        let claim =
            |full: Vec<Network>| async move { self.store.claim_checks(self.owner, BOUNDS.at_once, LEASE, &full).await };
        in_lanes(
            self.halt,
            self.store.bus(),
            BOUNDS,
            claim,
            |account: &account::Model| account.network,
            |account| self.look(account),
        )
        .await
    }

    async fn look(&self, account: account::Model) -> StoreResult<()> {
        let result = match self.accounts.open(self.store, &account) {
            Err(reason) if account.state == AccountState::Paused => CheckResult::Lost(reason),
            Err(reason) => CheckResult::Locked(reason),
            Ok(network) if account.state == AccountState::Paused => kept(&account, &*network).await,
            Ok(network) => check(&account, &*network).await,
        };
        let pause = match result {
            CheckResult::Well(..) | CheckResult::Kept | CheckResult::Lost(_) => CHECK_EVERY,
            CheckResult::Locked(_) | CheckResult::Silent(_) => CHECK_AGAIN,
        };
        let next = self.store.clock().now() + pause;
        self.store.settle_check(&account, result, next).await
    }
}

/// How an account is, and what it can do. What lets us in is renewed while it does.
async fn check(account: &account::Model, network: &dyn SocialNetwork) -> CheckResult {
    match network.check().await {
        Ok((health, capabilities)) => {
            if let Some(warning) = &health.warning {
                let (name, warning) = (&account.name, &warning.en);
                tracing::warn!(account = %name, network = %account.network, warning, "an account will stop");
            }
            if account.state != AccountState::Locked {
                renewed(account, network).await;
            }
            CheckResult::Well(Box::new(health), capabilities)
        }
        Err(DeliveryError::Locked(reason)) => CheckResult::Locked(reason),
        Err(
            error @ (DeliveryError::Retry { .. }
            | DeliveryError::Doubtful(_)
            | DeliveryError::Refused(_)
            | DeliveryError::Gone(_)),
        ) => CheckResult::Silent(error.to_string()),
    }
}

/// An account that a person stopped is asked nothing, and does not lose what opens it meanwhile.
async fn kept(account: &account::Model, network: &dyn SocialNetwork) -> CheckResult {
    match renewed(account, network).await {
        Some(DeliveryError::Locked(reason)) => CheckResult::Lost(reason),
        Some(
            error @ (DeliveryError::Retry { .. }
            | DeliveryError::Doubtful(_)
            | DeliveryError::Refused(_)
            | DeliveryError::Gone(_)),
        ) => CheckResult::Silent(error.to_string()),
        None => CheckResult::Kept,
    }
}

/// Why what lets us in could not be renewed; it is tried again at the next check, and people are reminded of its end.
async fn renewed(account: &account::Model, network: &dyn SocialNetwork) -> Option<DeliveryError> {
    let wrong = network.renew().await.err()?;
    tracing::warn!(account = %account.name, network = %account.network, %wrong, "an authorisation is not renewed");
    Some(wrong)
}
