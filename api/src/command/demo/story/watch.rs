//! Sees where a revision has got to, and says so the moment it is there: the feed, the phones, each account.

use std::{collections::HashSet, time::Duration};

use anyhow::bail;
use beffroi_schema::{
    address::Addresses,
    board::Boards,
    entity::campaign,
    id::{AccountId, CampaignId, DeliveryId, ItemId},
    store::{ItemFilter, Store, campaigns},
    value::{Action, CampaignState, Change, DeliveryState, Kind, Scope},
};

use crate::command::demo::{
    Stage, Tongue,
    town::{LOOK_EVERY, SLUG},
};

/// How long one change may take to reach everybody.
const PATIENCE: Duration = Duration::from_mins(1);
/// Items that are looked through.
const LATEST: u64 = 20;

/// Looks at the tables and the board, as the desk does.
#[derive(Debug)]
pub struct Watch<'a> {
    pub store: &'a Store,
    pub boards: &'a Boards,
    pub stage: &'a Stage,
    pub addresses: Addresses,
}

/// What has been said of one revision.
#[derive(Debug, Default)]
struct Said {
    feed: bool,
    campaigns: HashSet<CampaignId>,
    deliveries: HashSet<DeliveryId>,
}

impl Watch<'_> {
    /// The disruption that changed last and its version, once that comes after `before`.
    pub async fn disruption(&self, before: i32) -> anyhow::Result<(ItemId, i32)> {
        let filter = ItemFilter {
            kind: Some(Kind::Disruption),
            ..ItemFilter::default()
        };
        let found = async {
            loop {
                let items = self.store.items(&Scope::Instance, &filter, None, LATEST).await?;
                if let Some(item) = items.into_iter().find(|item| item.row.version > before) {
                    return Ok((item.row.id, item.row.version));
                }
                tokio::time::sleep(LOOK_EVERY).await;
            }
        };
        self.patiently(found).await
    }

    /// Says where `version` of the item arrives, until it is everywhere.
    pub async fn follow(&self, item: ItemId, version: i32) -> anyhow::Result<()> {
        let mut said = Said::default();
        let arrived = async {
            while !self.look(item, version, &mut said).await? {
                tokio::time::sleep(LOOK_EVERY).await;
            }
            Ok(())
        };
        self.patiently(arrived).await
    }

    /// Until nothing is on its way any more.
    pub async fn quiet(&self) -> anyhow::Result<()> {
        let still = async {
            loop {
                let fanned_out = self.store.oldest_outbox().await?.is_none();
                let accounts = self.store.accounts(&Scope::Instance, None).await?;
                let checked = accounts.iter().all(|account| account.health.is_some());
                if fanned_out && checked && self.store.open_deliveries().await? == 0 && self.pushed().await? {
                    return Ok(());
                }
                tokio::time::sleep(LOOK_EVERY).await;
            }
        };
        self.patiently(still).await
    }

    /// Whether every campaign of the latest items is through.
    async fn pushed(&self) -> anyhow::Result<bool> {
        for item in self
            .store
            .items(&Scope::Instance, &ItemFilter::default(), None, LATEST)
            .await?
        {
            let campaigns = self.store.campaigns_of(&Scope::Instance, item.row.id).await?;
            if campaigns.iter().any(|progress| !through(progress, self.store)) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn patiently<T>(&self, work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
        match tokio::time::timeout(PATIENCE, work).await {
            Ok(done) => done,
            Err(_) => bail!("the story did not go on within {PATIENCE:?}: see the log"),
        }
    }

    /// Says what is new. True: nothing more will come.
    async fn look(&self, item: ItemId, version: i32, said: &mut Said) -> anyhow::Result<bool> {
        if !said.feed {
            said.feed = self.in_feed(item, version).await?;
        }
        let fanned_out = self.store.oldest_outbox().await?.is_none();
        let pushed = self.campaigns(item, version, said).await?;
        let posted = self.deliveries(item, version, said).await?;
        Ok(said.feed && fanned_out && pushed && posted && self.waited(item, version).await?)
    }

    /// Whether the revision's settling time is over: fan-out leaves its mark in a delivery or a campaign.
    async fn waited(&self, item: ItemId, version: i32) -> anyhow::Result<bool> {
        let deliveries = self.store.deliveries_of(&Scope::Instance, &[item]).await?;
        Ok(deliveries.iter().any(|delivery| delivery.version >= version))
    }

    async fn in_feed(&self, item: ItemId, version: i32) -> anyhow::Result<bool> {
        let Some(found) = self.boards.item(item).await? else {
            return Ok(false);
        };
        if found.item.version < version {
            return Ok(false);
        }
        let t = self.stage.tongue;
        let event = match found.item.change {
            Change::Published => t.say("nouveau", "new"),
            Change::Amended => t.say("mis à jour", "updated"),
            Change::Resolved => t.say("terminé", "over"),
            Change::Reopened => t.say("de nouveau", "again"),
            Change::Withdrawn => t.say("retiré", "withdrawn"),
        };
        let link = self.addresses.item(SLUG, found.item.content.kind(), item);
        self.stage.happened(t.say("Fil", "Feed"), event, Some(&link));
        Ok(true)
    }

    async fn campaigns(&self, item: ItemId, version: i32, said: &mut Said) -> anyhow::Result<bool> {
        let all = self.store.campaigns_of(&Scope::Instance, item).await?;
        let revisions = self.store.revisions_of(&Scope::Instance, &[item]).await?;
        // By the revision it began with: what still waits is reworded by those that follow.
        let told: HashSet<_> = revisions
            .iter()
            .filter(|revision| revision.version >= version)
            .map(|revision| revision.id)
            .collect();
        let mine = all
            .iter()
            .filter(|progress| told.contains(&progress.campaign.revision_id));
        let mut done = true;
        for progress in mine {
            if !through(progress, self.store) {
                done = false;
            } else if said.campaigns.insert(progress.campaign.id) {
                self.pushed_to(&progress.campaign);
            }
        }
        Ok(done)
    }

    fn pushed_to(&self, campaign: &campaign::Model) {
        let t = self.stage.tongue;
        let number = |count: i64| usize::try_from(count).unwrap_or_default();
        let phones = t.count(number(campaign.sent), ("prévenu", "prévenus"), ("told", "told"));
        let gone = (campaign.gone > 0).then(|| {
            t.count(
                number(campaign.gone),
                ("désinstallé, oublié", "désinstallés, oubliés"),
                ("uninstalled, forgotten", "uninstalled, forgotten"),
            )
        });
        let held = (campaign.held_back > 0).then(|| {
            t.count(
                number(campaign.held_back),
                ("laissé en paix", "laissés en paix"),
                ("left in peace", "left in peace"),
            )
        });
        let words: Vec<String> = [Some(phones), gone, held].into_iter().flatten().collect();
        self.stage
            .happened(t.say("Téléphones", "Phones"), &words.join(" · "), None);
    }

    async fn deliveries(&self, item: ItemId, version: i32, said: &mut Said) -> anyhow::Result<bool> {
        let deliveries = self.store.deliveries_of(&Scope::Instance, &[item]).await?;
        let accounts = self.store.accounts(&Scope::Instance, None).await?;
        let mut done = true;
        for delivery in deliveries.iter().filter(|delivery| delivery.version >= version) {
            let Some(account) = accounts.iter().find(|account| account.id == delivery.account_id) else {
                continue;
            };
            match delivery.state {
                DeliveryState::Waiting | DeliveryState::Attempting | DeliveryState::Unknown => done = false,
                DeliveryState::Done if said.deliveries.insert(delivery.id) => {
                    let link = self.link(item, account.id).await?;
                    let event = done_word(self.stage.tongue, delivery.action);
                    self.stage.happened(account.network.title(), event, link.as_deref());
                }
                DeliveryState::Refused | DeliveryState::ByHand if said.deliveries.insert(delivery.id) => {
                    let reason = delivery.reason.as_deref().unwrap_or_default();
                    self.stage.failed(account.network.title(), reason);
                }
                DeliveryState::Skipped | DeliveryState::Done | DeliveryState::Refused | DeliveryState::ByHand => {}
            }
        }
        Ok(done)
    }

    async fn link(&self, item: ItemId, account: AccountId) -> anyhow::Result<Option<String>> {
        Ok(self
            .store
            .receipt(item, account)
            .await?
            .and_then(|receipt| receipt.remote.url))
    }
}

/// Whether nothing more happens to a campaign for now: what is left of it waits for the end of quiet hours.
fn through(progress: &campaigns::Progress, store: &Store) -> bool {
    progress.campaign.state != CampaignState::Running
        || (progress.campaign.planned && progress.next_due_at.is_some_and(|due| due > store.clock().now()))
}

fn done_word(t: Tongue, action: Action) -> &'static str {
    match action {
        Action::Publish => t.say("publié", "posted"),
        Action::Amend => t.say("corrigé", "corrected"),
        Action::Withdraw => t.say("retiré", "deleted"),
    }
}
