//! Fan-out: who is told of what was published. One delivery per account that the rules choose, one campaign for phones.

mod actors;
mod campaign;

use std::time::Duration;

use beffroi_schema::{
    address::Addresses,
    entity::{self, outbox},
    reconcile::{Told, ToldState, entry_of, told},
    store::{Facts, FanOut, News, Push, Store, StoreError, StoreResult},
    value::{CampaignKind, Detail, Scope},
};

/// Lines taken at once.
const LINES: u64 = 16;
/// How long a worker has for them.
const LEASE: Duration = Duration::from_mins(1);

/// Fans revisions out.
#[derive(Debug)]
pub struct FanOuts<'a> {
    store: &'a Store,
    addresses: &'a Addresses,
    owner: &'a str,
}

impl<'a> FanOuts<'a> {
    /// `owner` names this worker on the rows it holds.
    pub fn new(store: &'a Store, addresses: &'a Addresses, owner: &'a str) -> Self {
        Self {
            store,
            addresses,
            owner,
        }
    }

    /// Fans out what is due. False: nothing is.
    pub async fn step(&self) -> StoreResult<bool> {
        let lines = self.store.claim_outbox(self.owner, LINES, LEASE).await?;
        let mut failure = None;
        for line in &lines {
            match self.fan_out(line).await {
                // Another worker told it together with another line of the same item.
                Ok(()) | Err(StoreError::NotFound) => {}
                // One line that fails must not hold back those behind it.
                Err(error) => failure = Some(error),
            }
        }
        failure.map_or(Ok(!lines.is_empty()), Err)
    }

    async fn fan_out(&self, line: &outbox::Model) -> StoreResult<()> {
        let Some(news) = self.store.news(line).await? else {
            return Ok(());
        };
        let facts = self.store.facts(news.revision.id).await?;
        let page = self
            .addresses
            .item(&facts.authority.slug, facts.item.kind, facts.item.id);
        let rung = self.rung(&facts).await?;
        let told = self.told(&facts, &news, &rung);
        let sayings = actors::choose(self.store, self.addresses, &facts, &news).await?;
        let said = sayings.len();
        let told = FanOut {
            news: &news,
            facts: &facts,
            sayings,
            push: campaign::push(&facts, &news, told, &rung, &page, self.store.clock().now()),
        };
        let pushed = matches!(told.push, Push::Start(_));
        let deliveries = self.store.fan_out(line.seq, self.owner, told).await?;
        tracing::info!(
            item.id = %facts.item.id,
            revision.version = news.revision.version,
            change = %news.change,
            deliveries,
            sayings = said,
            pushed,
            "a revision is fanned out"
        );
        Ok(())
    }

    /// The campaigns by which phones rang for the item so far.
    async fn rung(&self, facts: &Facts) -> StoreResult<Vec<entity::campaign::Model>> {
        let known = self.store.campaigns_of(&Scope::Instance, facts.item.id).await?;
        let rings = |row: &entity::campaign::Model| match row.note.campaign {
            CampaignKind::Alert | CampaignKind::Update => true,
            CampaignKind::Resolved | CampaignKind::Withdrawn => false,
        };
        Ok(known.into_iter().map(|known| known.campaign).filter(rings).collect())
    }

    /// Who is told of a disruption, by how it changed. None for items of other kinds: they follow their change alone.
    fn told(&self, facts: &Facts, news: &News, rung: &[entity::campaign::Model]) -> Option<Told> {
        let (class, entry) = (news.class?, entry_of(&facts.revision.content)?);
        let first = rung.iter().map(|campaign| campaign.created_at).min();
        let before = news.before.as_ref().map(|revision| &revision.content.detail);
        // How many is decided for each phone, when its page is sent; and what is on a network follows whatever this
        // says.
        let state = ToldState {
            first_push: first,
            last_push: rung.iter().map(|campaign| campaign.created_at).max(),
            pushes: u32::from(first.is_some()),
            posted: true,
            old_end: match before {
                Some(Detail::Disruption(before)) => before.impact.end(),
                Some(Detail::Event(_) | Detail::Article(_)) | None => None,
            },
            quiet: news.quiet,
        };
        let now = self.store.clock().now();
        Some(told(class, &entry, now, chrono::TimeDelta::zero(), &state))
    }
}
