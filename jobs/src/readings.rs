//! The loop of readings: what readers did with our posts, as far as networks tell.

use std::time::Duration;

use beffroi_schema::{
    entity::{account, receipt},
    store::{Reading, Store, StoreResult},
    value::Network,
};
use tokio_util::sync::CancellationToken;

use crate::{
    abreast::{Bounds, in_lanes},
    deliver::Accounts,
    networks::{DeliveryError, registry},
};

/// Posts asked about side by side.
const BOUNDS: Bounds = Bounds {
    side_by_side: 8,
    of_one_network: 2,
    at_once: 2,
};
/// How long a worker has for one: it is one call, or two.
const LEASE: Duration = Duration::from_mins(5);

/// Asks what readers did.
#[derive(Debug)]
pub struct Readings<'a> {
    store: &'a Store,
    accounts: &'a Accounts,
    halt: &'a CancellationToken,
    owner: &'a str,
}

impl<'a> Readings<'a> {
    /// `owner` names this worker on the rows it holds.
    pub fn new(store: &'a Store, accounts: &'a Accounts, halt: &'a CancellationToken, owner: &'a str) -> Self {
        Self {
            store,
            accounts,
            halt,
            owner,
        }
    }

    /// Asks what is due, and goes on as long as there is something. False: nothing was.
    pub async fn step(&self) -> StoreResult<bool> {
        let claim = |full: Vec<Network>| async move {
            self.store
                .claim_readings(self.owner, BOUNDS.at_once, LEASE, &full)
                .await
        };
        in_lanes(
            self.halt,
            self.store.bus(),
            BOUNDS,
            claim,
            |(_, account)| account.network,
            |(post, account)| self.ask(post, account),
        )
        .await
    }

    async fn ask(&self, post: receipt::Model, account: account::Model) -> StoreResult<()> {
        let reading = self.read(&post, &account).await;
        self.store.settle_reading(&post, self.owner, reading).await
    }

    async fn read(&self, post: &receipt::Model, account: &account::Model) -> Reading {
        let refined = account.capabilities.as_ref().map(|abilities| abilities.metrics);
        let told = refined.unwrap_or_else(|| registry::capabilities(account.network).metrics);
        // Of what a person posted, we know where it is, not how its network calls it.
        if !told || post.remote.only_by_address() {
            return Reading::Never;
        }
        let Ok(network) = self.accounts.open(self.store, account) else {
            return Reading::Silent;
        };
        match network.metrics(&post.remote).await {
            Ok(metrics) => Reading::Told(metrics),
            Err(DeliveryError::Gone(_)) => Reading::Never,
            Err(error) => {
                tracing::info!(%error, account = %account.name, "what readers did was not told");
                Reading::Silent
            }
        }
    }
}
