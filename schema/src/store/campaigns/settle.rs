//! Writes down what came of a page, in one transaction: who was told, who is gone, who is tried again and when.

use std::{collections::BTreeMap, time::Duration};

use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, Condition, ConnectionTrait as _, DatabaseTransaction, DbErr, EntityTrait as _, QueryFilter as _,
    QuerySelect as _, QueryTrait as _,
    sea_query::{Expr, ExprTrait as _, OnConflict, Query},
};

use super::page::Run;
use crate::{
    clock::Timestamp,
    entity::{campaign, campaign_page, device, told},
    id::{CampaignId, DeviceId},
    store::{Store, StoreResult, digest},
    value::{CampaignState, DeviceList, Outcome, Target},
};

/// Tries for one device, the first included; being asked to wait is no failure, and only the note's end ends that.
const MAX_ATTEMPTS: i32 = 5;
/// Before a second try; it doubles with each.
const FIRST_PAUSE: Duration = Duration::from_secs(10);
/// Two workers that failed together do not come back together.
const JITTER: std::ops::Range<f64> = 1.0..1.5;
/// From this share of faults of ours among the results of a page, in percent, the campaign halts.
const HALT_PERCENT: usize = 20;
/// Fewer results prove nothing, unless nothing was ever accepted.
const HALT_SAMPLE: usize = 20;

/// What became of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled {
    /// It is written down.
    Done,
    /// It is written down, and the campaign stopped for this reason: a person must look.
    Halted(String),
    /// The claim ran out and another worker has the page. Nothing was written.
    Lost,
}

/// The outcomes of a page, sorted by what is written.
#[derive(Default)]
struct Sorted<'a> {
    sent: Vec<&'a Target>,
    gone: Vec<&'a Target>,
    again: BTreeMap<Timestamp, Vec<DeviceId>>,
    refused: i64,
}

impl Store {
    /// Writes down the outcomes of a page, one for each of [`Run::targets`] in the same order. A target without an
    /// outcome is tried again.
    pub async fn settle_page(&self, run: Run, outcomes: &[Outcome]) -> StoreResult<Settled> {
        let now = self.clock.now();
        let reason = halt_reason(&run, outcomes);
        let sorted = self.sort(&run, outcomes, reason.is_some(), now);
        let tx = self.write().await?;
        let goes_on = count(&tx, &run, &sorted).await?;
        if !close_page(&tx, &run, now).await? {
            return Ok(Settled::Lost);
        }
        remember_told(&tx, &run, &sorted.sent, now).await?;
        mark_gone(&tx, &run, &sorted.gone, now).await?;
        if goes_on {
            let again = self.pages_of(&run, &sorted.again, run.page.attempts + 1);
            let later = self.pages_of(&run, &run.later, run.page.attempts);
            campaign_page::Entity::insert_many(again.into_iter().chain(later))
                .exec_without_returning(&tx)
                .await?;
        }
        if let Some(reason) = &reason {
            halt(&tx, run.campaign.id, reason).await?;
        }
        finish(&tx, run.campaign.id, now).await?;
        tx.commit().await?;
        Ok(reason.map_or(Settled::Done, Settled::Halted))
    }

    /// When the campaign halts, nobody is given up and no address is retired: the fault is ours.
    fn sort<'a>(&self, run: &'a Run, outcomes: &[Outcome], halted: bool, now: Timestamp) -> Sorted<'a> {
        let mut sorted = Sorted::default();
        let pause = FIRST_PAUSE.mul_f64(2_f64.powi(run.page.attempts.clamp(0, MAX_ATTEMPTS)) * self.ids.jitter(JITTER));
        let none = Outcome::Retry(None);
        for (place, target) in run.targets.iter().enumerate() {
            let outcome = outcomes.get(place).unwrap_or(&none);
            let wait = match outcome {
                Outcome::Sent => {
                    sorted.sent.push(target);
                    continue;
                }
                Outcome::Gone if !halted => {
                    sorted.gone.push(target);
                    continue;
                }
                Outcome::Refused(_) => {
                    sorted.refused += 1;
                    continue;
                }
                Outcome::Retry(Some(asked)) => pause.max(*asked),
                Outcome::Retry(None) | Outcome::Halt(_) | Outcome::Gone => pause,
            };
            let due_at = chrono::Duration::from_std(wait).map_or(run.campaign.expires_at, |wait| now + wait);
            let tired = run.page.attempts + 1 >= MAX_ATTEMPTS && !matches!(outcome, Outcome::Retry(Some(_)));
            if !halted && (tired || due_at >= run.campaign.expires_at) {
                sorted.refused += 1;
            } else {
                sorted.again.entry(due_at).or_default().push(target.device);
            }
        }
        sorted
    }

    fn pages_of(
        &self,
        run: &Run,
        devices: &BTreeMap<Timestamp, Vec<DeviceId>>,
        attempts: i32,
    ) -> Vec<campaign_page::ActiveModel> {
        let page = |(due_at, ids): (&Timestamp, &Vec<DeviceId>)| {
            let (first, last) = (*ids.iter().min()?, *ids.iter().max()?);
            let mut page = self.page(&run.campaign, first, last, *due_at);
            page.devices = Set(Some(DeviceList(ids.clone())));
            page.attempts = Set(attempts);
            Some(page)
        };
        devices.iter().filter_map(page).collect()
    }
}

/// Why the campaign must stop, if it must.
fn halt_reason(run: &Run, outcomes: &[Outcome]) -> Option<String> {
    let mut faults = outcomes.iter().filter_map(|outcome| match outcome {
        Outcome::Halt(reason) => Some(reason),
        Outcome::Sent | Outcome::Retry(_) | Outcome::Gone | Outcome::Refused(_) => None,
    });
    let first = faults.next()?;
    let count = faults.count() + 1;
    let nothing_accepted = run.campaign.sent == 0 && !outcomes.contains(&Outcome::Sent);
    let proven = outcomes.len() >= HALT_SAMPLE || nothing_accepted;
    (proven && count * 100 > outcomes.len() * HALT_PERCENT).then(|| first.clone())
}

/// Only under the claim that read it.
async fn close_page(tx: &DatabaseTransaction, run: &Run, now: Timestamp) -> StoreResult<bool> {
    let closed = campaign_page::Entity::update_many()
        .col_expr(campaign_page::Column::DoneAt, Expr::value(now))
        .col_expr(campaign_page::Column::LeaseOwner, Expr::value(None::<String>))
        .col_expr(campaign_page::Column::LeaseUntil, Expr::value(None::<Timestamp>))
        .filter(campaign_page::Column::Id.eq(run.page.id))
        .filter(campaign_page::Column::LeaseOwner.eq(run.page.lease_owner.clone()))
        .exec(tx)
        .await?;
    Ok(closed.rows_affected == 1)
}

/// A device that was erased while its message was under way is not remembered. The database copies the ids by itself: a
/// page's rows need not come here and go back.
async fn remember_told(tx: &DatabaseTransaction, run: &Run, sent: &[&Target], now: Timestamp) -> StoreResult<()> {
    use told::Column::{At, CampaignId, DeviceId, ItemId, Kind, Urgent};
    let alive = device::Entity::find()
        .select_only()
        .column(device::Column::Id)
        .expr(Expr::value(run.campaign.id))
        .expr(Expr::value(run.campaign.item_id))
        .expr(Expr::value(run.campaign.note.campaign))
        .expr(Expr::value(now))
        .expr(Expr::value(run.campaign.urgent))
        .filter(device::Column::Id.is_in(sent.iter().map(|target| target.device)))
        .lock_shared()
        .into_query();
    let mut rows = Query::insert();
    rows.into_table(told::Entity)
        .columns([DeviceId, CampaignId, ItemId, Kind, At, Urgent])
        .select_from(alive)
        .map_err(|error| DbErr::Custom(error.to_string()))?
        .on_conflict(OnConflict::new().do_nothing().to_owned());
    tx.execute(&rows).await?;
    Ok(())
}

/// The address must be the one that was written to, and not registered again since the campaign began.
async fn mark_gone(tx: &DatabaseTransaction, run: &Run, gone: &[&Target], now: Timestamp) -> StoreResult<()> {
    if gone.is_empty() {
        return Ok(());
    }
    let hashes = gone.iter().map(|target| digest::of(&target.address));
    device::Entity::update_many()
        .col_expr(device::Column::GoneAt, Expr::value(now))
        .filter(device::Column::Id.is_in(gone.iter().map(|target| target.device)))
        .filter(device::Column::AddressSha256.is_in(hashes))
        .filter(device::Column::RegisteredAt.lt(run.campaign.created_at))
        .filter(device::Column::GoneAt.is_null())
        .exec(tx)
        .await?;
    Ok(())
}

/// Adds to the campaign's counts; false when it was cancelled meanwhile.
///
/// Comes first for the row's lock: whoever cancels takes it before the pages' too, and of two workers with the last two
/// pages the second sees that the first's is done.
async fn count(tx: &DatabaseTransaction, run: &Run, sorted: &Sorted<'_>) -> StoreResult<bool> {
    let more = |column: campaign::Column, by: i64| Expr::col(column).add(by);
    let length = |targets: &[&Target]| i64::try_from(targets.len()).unwrap_or(i64::MAX);
    let counted = campaign::Entity::update_many()
        .col_expr(
            campaign::Column::Sent,
            more(campaign::Column::Sent, length(&sorted.sent)),
        )
        .col_expr(
            campaign::Column::Gone,
            more(campaign::Column::Gone, length(&sorted.gone)),
        )
        .col_expr(
            campaign::Column::Refused,
            more(campaign::Column::Refused, sorted.refused),
        )
        .col_expr(
            campaign::Column::HeldBack,
            more(campaign::Column::HeldBack, run.held_back),
        )
        .filter(campaign::Column::Id.eq(run.campaign.id))
        .exec_with_returning(tx)
        .await?;
    let open = |campaign: &campaign::Model| match campaign.state {
        CampaignState::Running | CampaignState::Halted => true,
        CampaignState::Done | CampaignState::Cancelled => false,
    };
    Ok(counted.iter().any(open))
}

async fn halt(tx: &DatabaseTransaction, id: CampaignId, reason: &str) -> StoreResult<()> {
    campaign::Entity::update_many()
        .col_expr(campaign::Column::State, Expr::value(CampaignState::Halted))
        .col_expr(campaign::Column::Reason, Expr::value(reason))
        .filter(campaign::Column::Id.eq(id))
        .filter(campaign::Column::State.eq(CampaignState::Running))
        .exec(tx)
        .await?;
    Ok(())
}

/// Calls the campaign done when all its pages are laid out and none is open.
pub(super) async fn finish(tx: &DatabaseTransaction, id: CampaignId, now: Timestamp) -> StoreResult<()> {
    let open = campaign_page::Entity::find()
        .select_only()
        .column(campaign_page::Column::Id)
        .filter(campaign_page::Column::CampaignId.eq(id))
        .filter(campaign_page::Column::DoneAt.is_null())
        .into_query();
    campaign::Entity::update_many()
        .col_expr(campaign::Column::State, Expr::value(CampaignState::Done))
        .col_expr(campaign::Column::FinishedAt, Expr::value(now))
        .filter(campaign::Column::Id.eq(id))
        .filter(campaign::Column::State.eq(CampaignState::Running))
        .filter(campaign::Column::Planned.eq(true))
        .filter(Condition::all().not().add(Expr::exists(open)))
        .exec(tx)
        .await?;
    Ok(())
}
