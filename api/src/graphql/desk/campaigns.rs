//! What was brought to phones.

use async_graphql::{Context, Object, Result};
use beffroi_schema::store::campaigns::Progress;

use super::{
    local_time,
    words::{CampaignKind, CampaignState},
};
use crate::graphql::scalar::DateTime;

/// A campaign and how far it is.
#[derive(Debug)]
pub struct Campaign(pub(super) Progress);

/// One revision of an item, brought to its audience by notification.
#[Object]
impl Campaign {
    /// The item's version that is told.
    async fn version(&self) -> i32 {
        self.0.campaign.note.version
    }

    /// Why it is sent.
    async fn kind(&self) -> CampaignKind {
        self.0.campaign.note.campaign.into()
    }

    /// Where it is.
    async fn state(&self) -> CampaignState {
        self.0.campaign.state.into()
    }

    /// Why it was halted or cancelled; null when it was not.
    async fn reason(&self) -> Option<&str> {
        self.0.campaign.reason.as_deref()
    }

    /// Whether it passes over quiet hours.
    async fn urgent(&self) -> bool {
        self.0.campaign.urgent
    }

    /// Phones that were told.
    async fn sent(&self) -> i64 {
        self.0.campaign.sent
    }

    /// Phones that are not there any more.
    async fn gone(&self) -> i64 {
        self.0.campaign.gone
    }

    /// Phones that could not be told.
    async fn refused(&self) -> i64 {
        self.0.campaign.refused
    }

    /// Phones that were left in peace: quiet hours, the daily limit, or told a moment ago.
    async fn held_back(&self) -> i64 {
        self.0.campaign.held_back
    }

    /// Pages of phones laid out so far.
    async fn pages(&self) -> u64 {
        self.0.pages
    }

    /// Of them, finished.
    async fn pages_done(&self) -> u64 {
        self.0.pages_done
    }

    /// Whether every phone concerned stands on a page: while not, `pages` still grows.
    async fn planned(&self) -> bool {
        self.0.campaign.planned
    }

    /// When it started.
    async fn created_at(&self, ctx: &Context<'_>) -> Result<DateTime> {
        local_time(ctx, self.0.campaign.authority_id, self.0.campaign.created_at)
    }

    /// When the next page is sent; null when none waits.
    async fn next_due_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>> {
        let at = self.0.next_due_at;
        at.map(|at| local_time(ctx, self.0.campaign.authority_id, at))
            .transpose()
    }

    /// When it ended; null while it has not.
    async fn finished_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>> {
        let at = self.0.campaign.finished_at;
        at.map(|at| local_time(ctx, self.0.campaign.authority_id, at))
            .transpose()
    }
}
