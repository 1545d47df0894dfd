//! How far a campaign is, for the people who started it.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait as _, EntityTrait as _, FromQueryResult, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, ExprTrait as _},
};

use crate::{
    clock::Timestamp,
    entity::{campaign, campaign_page},
    id::{CampaignId, ItemId},
    store::{Store, StoreResult},
    value::Scope,
};

/// How far a campaign is.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// Its state and its counts.
    pub campaign: campaign::Model,
    /// Pages laid out so far, those of later tries included.
    pub pages: u64,
    /// Of them, settled.
    pub pages_done: u64,
    /// When the next page is due: in the future, the campaign waits for retries or for the end of quiet hours.
    pub next_due_at: Option<Timestamp>,
}

/// The pages of one campaign, counted.
#[derive(Debug, FromQueryResult)]
struct Pages {
    campaign_id: CampaignId,
    laid_out: i64,
    done: i64,
    next_due_at: Option<Timestamp>,
}

impl Store {
    /// The campaigns of an item, newest first.
    pub async fn campaigns_of(&self, scope: &Scope, item: ItemId) -> StoreResult<Vec<Progress>> {
        self.campaigns_of_items(scope, &[item]).await
    }

    /// The campaigns of items, newest first.
    pub async fn campaigns_of_items(&self, scope: &Scope, items: &[ItemId]) -> StoreResult<Vec<Progress>> {
        let campaigns = campaign::Entity::find()
            .filter(campaign::Column::ItemId.is_in(items.iter().copied()))
            .order_by_desc(campaign::Column::Id)
            .all(&self.db)
            .await?;
        let seen: Vec<_> = campaigns
            .into_iter()
            .filter(|row| scope.covers(row.authority_id))
            .collect();
        let mut pages = self
            .counted_pages(seen.iter().map(|campaign| campaign.id).collect())
            .await?;
        let progress = |campaign: campaign::Model| {
            let counted = pages.remove(&campaign.id);
            let count = |of: fn(&Pages) -> i64| counted.as_ref().map_or(0, |pages| of(pages).unsigned_abs());
            Progress {
                pages: count(|pages| pages.laid_out),
                pages_done: count(|pages| pages.done),
                next_due_at: counted.as_ref().and_then(|pages| pages.next_due_at),
                campaign,
            }
        };
        Ok(seen.into_iter().map(progress).collect())
    }

    async fn counted_pages(&self, campaigns: Vec<CampaignId>) -> StoreResult<HashMap<CampaignId, Pages>> {
        let open_due = Expr::case(
            campaign_page::Column::DoneAt.is_null(),
            Expr::col(campaign_page::Column::DueAt),
        );
        let counted = campaign_page::Entity::find()
            .select_only()
            .column(campaign_page::Column::CampaignId)
            .column_as(campaign_page::Column::Id.count(), "laid_out")
            .column_as(campaign_page::Column::DoneAt.count(), "done")
            .column_as(Expr::expr(open_due).min(), "next_due_at")
            .filter(campaign_page::Column::CampaignId.is_in(campaigns))
            .group_by(campaign_page::Column::CampaignId);
        let rows = counted.into_model::<Pages>().all(&self.db).await?;
        Ok(rows.into_iter().map(|pages| (pages.campaign_id, pages)).collect())
    }
}
