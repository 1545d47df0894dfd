//! Lays out a campaign's pages: ranges of device ids, found by walking through its audience once.

use std::time::Duration;

use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, DatabaseTransaction, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, ExprTrait as _},
};

use super::{settle::finish, wanted};
use crate::{
    clock::Timestamp,
    entity::{campaign, campaign_page},
    id::DeviceId,
    store::{
        Store, StoreResult,
        audience::{EVERY_DEVICE, Selection, after},
        claim,
    },
    value::CampaignState,
};

/// Devices in a page, as its audience stands when it is laid out.
const PAGE_DEVICES: usize = 500;
/// Pages laid out in one transaction: sending starts before a large audience has been walked through.
const PAGES_AT_ONCE: usize = 100;
/// How long a worker may take for them.
const LEASE: Duration = Duration::from_mins(2);

impl Store {
    /// Lays out the next pages of a campaign that lacks some. Says whether there was one.
    pub async fn plan_campaign(&self) -> StoreResult<bool> {
        let Some(campaign) = self.claim_unplanned().await? else {
            return Ok(false);
        };
        let (ranges, planned) = self.next_ranges(&campaign).await?;
        let now = self.clock.now();
        let tx = self.write().await?;
        if !advance(&tx, &campaign, ranges.last().map(|(_, last)| *last), planned).await? {
            // Cancelled, or taken over by another worker after this one was too slow.
            return Ok(true);
        }
        let pages = ranges
            .into_iter()
            .map(|(first, last)| self.page(&campaign, first, last, now));
        campaign_page::Entity::insert_many(pages)
            .exec_without_returning(&tx)
            .await?;
        finish(&tx, campaign.id, now).await?;
        tx.commit().await?;
        self.bus.nudge().await;
        Ok(true)
    }

    async fn claim_unplanned(&self) -> StoreResult<Option<campaign::Model>> {
        let now = self.clock.now();
        let due = campaign::Entity::find()
            .select_only()
            .column(campaign::Column::Id)
            .filter(campaign::Column::State.eq(CampaignState::Running))
            .filter(campaign::Column::Planned.eq(false))
            .filter(campaign::Column::ExpiresAt.gt(now))
            .filter(claim::free(campaign::Column::LeaseUntil, now))
            .order_by_desc(campaign::Column::Urgent)
            .order_by_asc(campaign::Column::Id)
            .limit(1);
        let claimed = campaign::Entity::update_many()
            .col_expr(campaign::Column::LeaseOwner, Expr::value(self.claim_token()))
            .col_expr(campaign::Column::LeaseUntil, Expr::value(claim::until(now, LEASE)))
            // A scalar subquery is evaluated once; under IN, PostgreSQL may evaluate it again and lock a second row.
            .filter(Expr::col(campaign::Column::Id).eq(Expr::SubQuery(None, Box::new(claim::due(due).into()))))
            .exec_with_returning(&self.db)
            .await?;
        Ok(claimed.into_iter().next())
    }

    /// The next ranges, and whether they are the last.
    async fn next_ranges(&self, campaign: &campaign::Model) -> StoreResult<(Vec<(DeviceId, DeviceId)>, bool)> {
        let from = campaign.planned_to.map_or(*EVERY_DEVICE.start(), after);
        let mut selection = Selection::of(&self.db, wanted(campaign), from..=*EVERY_DEVICE.end());
        let mut ranges = Vec::new();
        while ranges.len() < PAGES_AT_ONCE {
            let ids = selection.take(PAGE_DEVICES).await?;
            ranges.extend(ids.first().copied().zip(ids.last().copied()));
            if ids.len() < PAGE_DEVICES {
                return Ok((ranges, true));
            }
        }
        Ok((ranges, false))
    }

    /// A page of `campaign` that is due at `due_at`.
    pub(super) fn page(
        &self,
        campaign: &campaign::Model,
        first: DeviceId,
        last: DeviceId,
        due_at: Timestamp,
    ) -> campaign_page::ActiveModel {
        campaign_page::ActiveModel {
            id: Set(self.ids.make()),
            campaign_id: Set(campaign.id),
            first: Set(first),
            last: Set(last),
            devices: Set(None),
            lane: Set(i16::from(!campaign.urgent)),
            due_at: Set(due_at),
            attempts: Set(0),
            done_at: Set(None),
            lease_owner: Set(None),
            lease_until: Set(None),
        }
    }

    /// A name for one claim: a worker that was too slow cannot write under the claim of the next, not even its own next.
    pub(super) fn claim_token(&self) -> String {
        self.ids.make::<uuid::Uuid>().to_string()
    }
}

/// Moves the campaign's cursor and gives the claim back; false when the claim is no longer ours.
async fn advance(
    tx: &DatabaseTransaction,
    campaign: &campaign::Model,
    to: Option<DeviceId>,
    planned: bool,
) -> StoreResult<bool> {
    let advanced = campaign::Entity::update_many()
        .col_expr(campaign::Column::Planned, Expr::value(planned))
        .col_expr(campaign::Column::PlannedTo, Expr::value(to.or(campaign.planned_to)))
        .col_expr(campaign::Column::LeaseOwner, Expr::value(None::<String>))
        .col_expr(campaign::Column::LeaseUntil, Expr::value(None::<Timestamp>))
        .filter(campaign::Column::Id.eq(campaign.id))
        .filter(campaign::Column::LeaseOwner.eq(campaign.lease_owner.clone()))
        .filter(campaign::Column::State.eq(CampaignState::Running))
        .exec(tx)
        .await?;
    Ok(advanced.rows_affected == 1)
}
