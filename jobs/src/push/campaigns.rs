//! The push loop, one step at a time: the runner calls [`Campaigns::step`] until nothing is left to do, and tests call
//! the same steps by hand.
//!
//! A page is sent by one worker, one after the other. Several workers (tasks or processes) may step at once: each claims
//! a page of its own.

use beffroi_schema::{
    store::{Store, StoreError, campaigns::Settled},
    value::{Outcome, Target},
};

use super::Transport;

/// The store whose campaigns are sent, and what sends them.
pub struct Campaigns<'a> {
    store: &'a Store,
    transport: &'a dyn Transport,
}

impl std::fmt::Debug for Campaigns<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Campaigns(..)")
    }
}

impl<'a> Campaigns<'a> {
    /// The campaigns of `store`, sent by `transport`.
    pub fn new(store: &'a Store, transport: &'a dyn Transport) -> Self {
        Self { store, transport }
    }

    /// Does the most pressing thing there is to do. False: nothing is due now.
    ///
    /// Sending goes before planning, so that the pages of an alert do not wait for the next campaign to be laid out.
    pub async fn step(&self) -> Result<bool, StoreError> {
        Ok(self.store.expire_campaigns().await?
            || send_due_page(self.store, self.transport).await?
            || plan_due(self.store).await?)
    }
}

/// Lays out the next pages of a campaign, if one lacks some.
pub async fn plan_due(store: &Store) -> Result<bool, StoreError> {
    store.plan_campaign().await
}

/// Claims the next due page, sends it, and writes down what came of it.
pub async fn send_due_page(store: &Store, transport: &dyn Transport) -> Result<bool, StoreError> {
    let Some(run) = store.claim_page().await? else {
        return Ok(false);
    };
    let outcomes = if run.targets().is_empty() {
        Vec::new()
    } else {
        transport.send(run.note(), run.targets()).await
    };
    let campaign = run.campaign();
    for (target, reason) in refusals(run.targets(), &outcomes) {
        tracing::info!(campaign.id = %campaign, device.id = %target.device, reason, "a device's notification was refused");
    }
    match store.settle_page(run, &outcomes).await? {
        Settled::Done => {}
        Settled::Halted(reason) => {
            tracing::error!(campaign.id = %campaign, reason, "a campaign was halted: it needs a person");
        }
        Settled::Lost => {
            tracing::warn!(campaign.id = %campaign, "a page took longer than its lease; another worker has it");
        }
    }
    Ok(true)
}

fn refusals<'a>(targets: &'a [Target], outcomes: &'a [Outcome]) -> impl Iterator<Item = (&'a Target, &'a str)> {
    targets
        .iter()
        .zip(outcomes)
        .filter_map(|(target, outcome)| match outcome {
            Outcome::Refused(reason) => Some((target, reason.as_str())),
            Outcome::Sent | Outcome::Retry(_) | Outcome::Gone | Outcome::Halt(_) => None,
        })
}
