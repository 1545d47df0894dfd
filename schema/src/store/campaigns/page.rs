//! Claims a page, and decides for each of its devices, now, whether it is told.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    time::Duration,
};

use chrono_tz::Tz;
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _,
    sea_query::{Expr, ExprTrait as _, SelectStatement},
};

use super::wanted;
use crate::{
    clock::Timestamp,
    device::QuietHours,
    discretion::{Habits, LONGEST_DAY, Verdict, Word, verdict},
    entity::{campaign, campaign_page, device, told},
    id::{CampaignId, DeviceId},
    store::{
        Store, StoreResult,
        audience::{ROWS, Selection, concerned},
        claim,
    },
    value::{CampaignState, DeviceList, Note, Target},
};

/// How long a worker may take for a page: many times what 500 messages need, and longer than their time-outs.
const LEASE: Duration = Duration::from_mins(2);
/// For a device whose time zone has left the tables.
const FALLBACK_ZONE: Tz = Tz::Europe__Paris;

/// A claimed page, and who of it is told now.
#[derive(Debug)]
pub struct Run {
    pub(super) campaign: campaign::Model,
    pub(super) page: campaign_page::Model,
    pub(super) targets: Vec<Target>,
    /// Who is in quiet hours, by their end.
    pub(super) later: BTreeMap<Timestamp, Vec<DeviceId>>,
    pub(super) held_back: i64,
}

impl Run {
    /// Which campaign.
    pub fn campaign(&self) -> CampaignId {
        self.campaign.id
    }

    /// What is told.
    pub fn note(&self) -> &Note {
        &self.campaign.note
    }

    /// Who is told now, in the order in which the outcomes are expected.
    pub fn targets(&self) -> &[Target] {
        &self.targets
    }
}

/// What the devices of a page were told before.
#[derive(Default)]
struct Told {
    of_item: HashMap<DeviceId, Vec<Word>>,
    today: HashMap<DeviceId, Vec<Timestamp>>,
    by_this: BTreeSet<DeviceId>,
}

impl Store {
    /// Claims the next page that is due, urgent campaigns first. None when no page is.
    ///
    /// The audience is looked up again within the page: who follows no longer, or is gone, is not told.
    pub async fn claim_page(&self) -> StoreResult<Option<Run>> {
        let Some(page) = self.claim_due_page().await? else {
            return Ok(None);
        };
        let Some(campaign) = campaign::Entity::find_by_id(page.campaign_id).one(&self.db).await? else {
            return Ok(None);
        };
        let devices = self.devices_of(&campaign, &page).await?;
        let now = self.clock.now();
        let mut told = self.told_before(&campaign, &devices, now).await?;
        let mut run = Run {
            campaign,
            page,
            targets: Vec::new(),
            later: BTreeMap::new(),
            held_back: 0,
        };
        for device in devices {
            if told.by_this.contains(&device.id) {
                continue;
            }
            match verdict(&told.habits(&device), &run.campaign.note, now) {
                Verdict::Tell => run.targets.push(target(device)),
                Verdict::Later(at) => run.later.entry(at).or_default().push(device.id),
                Verdict::HoldBack => run.held_back += 1,
            }
        }
        Ok(Some(run))
    }

    async fn claim_due_page(&self) -> StoreResult<Option<campaign_page::Model>> {
        let now = self.clock.now();
        let claimed = campaign_page::Entity::update_many()
            .col_expr(campaign_page::Column::LeaseOwner, Expr::value(self.claim_token()))
            .col_expr(campaign_page::Column::LeaseUntil, Expr::value(claim::until(now, LEASE)))
            // A scalar subquery is evaluated once; under IN, PostgreSQL may evaluate it again and lock a second row.
            .filter(Expr::col(campaign_page::Column::Id).eq(Expr::SubQuery(None, Box::new(due_page(now).into()))))
            .exec_with_returning(&self.db)
            .await?;
        Ok(claimed.into_iter().next())
    }

    async fn devices_of(
        &self,
        campaign: &campaign::Model,
        page: &campaign_page::Model,
    ) -> StoreResult<Vec<device::Model>> {
        let mut selection = Selection::of(&self.db, wanted(campaign), page.first..=page.last);
        let mut ids = selection.take(usize::MAX).await?;
        if let Some(DeviceList(named)) = &page.devices {
            let named: BTreeSet<_> = named.iter().collect();
            ids.retain(|id| named.contains(id));
        }
        concerned(&self.db, wanted(campaign), &ids).await
    }

    async fn told_before(
        &self,
        campaign: &campaign::Model,
        devices: &[device::Model],
        now: Timestamp,
    ) -> StoreResult<Told> {
        let mut told = Told::default();
        for devices in devices.chunks(ROWS) {
            let of_these = told::Column::DeviceId.is_in(devices.iter().map(|device| device.id));
            let of_item = told::Entity::find()
                .filter(of_these.clone())
                .filter(told::Column::ItemId.eq(campaign.item_id))
                .order_by_asc(told::Column::At);
            for row in of_item.all(&self.db).await? {
                told.add_word(&row, campaign.id);
            }
            if campaign.urgent {
                // It passes over the daily caps.
                continue;
            }
            let today = told::Entity::find()
                .filter(of_these)
                .filter(told::Column::At.gt(now - LONGEST_DAY))
                .filter(told::Column::Urgent.eq(false));
            for row in today.all(&self.db).await? {
                told.today.entry(row.device_id).or_default().push(row.at);
            }
        }
        Ok(told)
    }
}

impl Told {
    fn add_word(&mut self, row: &told::Model, campaign: CampaignId) {
        if row.campaign_id == campaign {
            self.by_this.insert(row.device_id);
        }
        let (at, kind, urgent) = (row.at, row.kind, row.urgent);
        self.of_item
            .entry(row.device_id)
            .or_default()
            .push(Word { at, kind, urgent });
    }

    fn habits(&mut self, device: &device::Model) -> Habits {
        Habits {
            time_zone: device.time_zone.parse().unwrap_or(FALLBACK_ZONE),
            quiet_hours: device
                .quiet_from
                .zip(device.quiet_to)
                .map(|(from, to)| QuietHours { from, to }),
            daily_cap: device.daily_cap,
            told_today: self.today.remove(&device.id).unwrap_or_default(),
            told_of_item: self.of_item.remove(&device.id).unwrap_or_default(),
        }
    }
}

fn due_page(now: Timestamp) -> SelectStatement {
    use campaign_page::Column::{CampaignId, DoneAt, DueAt, Id, Lane, LeaseUntil};
    let running = campaign::Entity::find()
        .select_only()
        .column(campaign::Column::Id)
        .filter(campaign::Column::State.eq(CampaignState::Running))
        .filter(campaign::Column::ExpiresAt.gt(now))
        .into_query();
    let due = campaign_page::Entity::find()
        .select_only()
        .column(Id)
        .filter(DoneAt.is_null())
        .filter(DueAt.lte(now))
        .filter(claim::free(LeaseUntil, now))
        .filter(CampaignId.in_subquery(running))
        // All of `done_at` is null here: named so that the order is that of an index.
        .order_by_asc(DoneAt)
        .order_by_asc(Lane)
        .order_by_asc(DueAt)
        .limit(1);
    claim::due(due)
}

fn target(device: device::Model) -> Target {
    Target {
        device: device.id,
        transport: device.transport,
        address: device.address,
        language: device.language,
        platform: device.platform,
    }
}
