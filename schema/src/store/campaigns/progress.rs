//! How far a campaign is, for the people who started it.

use sea_orm::{ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _};

use crate::{
    clock::Timestamp,
    entity::{campaign, campaign_page},
    id::ItemId,
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

impl Store {
    /// The campaigns of an item, newest first.
    pub async fn campaigns_of(&self, scope: &Scope, item: ItemId) -> StoreResult<Vec<Progress>> {
        let campaigns = campaign::Entity::find()
            .filter(campaign::Column::ItemId.eq(item))
            .order_by_desc(campaign::Column::Id)
            .all(&self.db)
            .await?;
        let mut all = Vec::new();
        for campaign in campaigns.into_iter().filter(|row| scope.covers(row.authority_id)) {
            all.push(self.progress(campaign).await?);
        }
        Ok(all)
    }

    async fn progress(&self, campaign: campaign::Model) -> StoreResult<Progress> {
        let pages = campaign_page::Entity::find().filter(campaign_page::Column::CampaignId.eq(campaign.id));
        let open = pages.clone().filter(campaign_page::Column::DoneAt.is_null());
        let total = pages.count(&self.db).await?;
        let left = open.clone().count(&self.db).await?;
        let next = open.order_by_asc(campaign_page::Column::DueAt).one(&self.db).await?;
        Ok(Progress {
            campaign,
            pages: total,
            pages_done: total.saturating_sub(left),
            next_due_at: next.map(|page| page.due_at),
        })
    }
}
