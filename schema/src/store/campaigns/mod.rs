//! Campaigns: one revision brought to its audience, page by page.
//!
//! [`insert`] starts one inside the transaction that fans a revision out; `plan` lays out its pages; `page` claims one
//! and decides, device by device, who is told now; `settle` writes down what came of it. A crash anywhere repeats at most
//! the pages that were being sent, and loses none.

mod page;
mod plan;
mod progress;
mod settle;

use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, DatabaseTransaction, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QuerySelect as _,
    QueryTrait as _, TryInsertResult,
    sea_query::{Condition, Expr, SelectStatement, SimpleExpr},
};

pub use self::{page::Run, progress::Progress, settle::Settled};
use super::{Store, StoreError, StoreResult, Wanted, claim};
use crate::{
    clock::Timestamp,
    entity::{campaign, campaign_page, revision},
    id::{AuthorityId, CampaignId, ItemId, RevisionId},
    value::{Audience, CampaignState, Note, Problem, ProblemCode, Scope},
};

/// Campaigns whose time is over that are closed at once.
const EXPIRED_AT_ONCE: u64 = 50;
/// Why an older revision's campaign stops.
const OVERTAKEN: &str = "overtaken by a newer revision";
/// Why a campaign stops at its note's end.
const EXPIRED: &str = "expired";

/// A campaign to start.
#[derive(Clone, Debug)]
pub struct NewCampaign {
    /// Whose devices.
    pub authority: AuthorityId,
    /// What they are told of.
    pub item: ItemId,
    /// Which state of it.
    pub revision: RevisionId,
    /// What they are told. Its version is the revision's.
    pub note: Note,
    /// Who is told.
    pub audience: Audience,
}

/// Starts a campaign, and cancels those of older revisions of the item that are not done. None when the revision has
/// one already, or when a newer one has.
pub async fn insert(store: &Store, tx: &DatabaseTransaction, new: NewCampaign) -> StoreResult<Option<CampaignId>> {
    let now = store.clock.now();
    let of_item = |condition| campaign::Column::RevisionId.in_subquery(revisions(new.item, condition));
    let newer = campaign::Entity::find()
        .filter(of_item(revision::Column::Version.gt(new.note.version)))
        .count(tx)
        .await?;
    if newer > 0 {
        return Ok(None);
    }
    let id: CampaignId = store.ids.make();
    let older = of_item(revision::Column::Version.lt(new.note.version));
    let row = campaign::ActiveModel {
        id: Set(id),
        authority_id: Set(new.authority),
        item_id: Set(new.item),
        revision_id: Set(new.revision),
        urgent: Set(new.note.urgent),
        expires_at: Set(new.note.expires_at),
        note: Set(new.note),
        audience: Set(new.audience),
        state: Set(CampaignState::Running),
        reason: Set(None),
        planned: Set(false),
        planned_to: Set(None),
        sent: Set(0),
        gone: Set(0),
        refused: Set(0),
        held_back: Set(0),
        created_at: Set(now),
        finished_at: Set(None),
        lease_owner: Set(None),
        lease_until: Set(None),
    };
    let inserted = campaign::Entity::insert(row)
        .on_conflict_do_nothing_on([campaign::Column::RevisionId])
        .exec_without_returning(tx)
        .await?;
    if !matches!(inserted, TryInsertResult::Inserted(1..)) {
        return Ok(None);
    }
    close(tx, Condition::all().add(older), OVERTAKEN, now).await?;
    Ok(Some(id))
}

/// What becomes of the phones that an older revision's campaign has not reached yet: their page is not sent yet, or their
/// quiet hours go on.
#[derive(Clone, Debug)]
pub enum Waiting {
    /// They are told this instead.
    Reworded(Note),
    /// They are not told any more: it is over.
    Stopped,
}

/// Settles what older revisions of the item still have to tell.
pub(super) async fn settle_waiting(
    store: &Store,
    tx: &DatabaseTransaction,
    item: ItemId,
    version: i32,
    waiting: Waiting,
) -> StoreResult<()> {
    let now = store.clock.now();
    let older = campaign::Column::RevisionId.in_subquery(revisions(item, revision::Column::Version.lt(version)));
    let note = match waiting {
        Waiting::Reworded(note) => note,
        Waiting::Stopped => return close(tx, Condition::all().add(older), OVERTAKEN, now).await.map(drop),
    };
    let open = campaign::Entity::find()
        .filter(older)
        .filter(campaign::Column::State.is_in([CampaignState::Running, CampaignState::Halted]));
    for campaign in open.all(tx).await? {
        let note = Note {
            campaign: campaign.note.campaign,
            urgent: campaign.note.urgent,
            severity: campaign.note.severity,
            ..note.clone()
        };
        campaign::Entity::update_many()
            .col_expr(campaign::Column::ExpiresAt, Expr::value(note.expires_at))
            .col_expr(campaign::Column::Note, Expr::value(serde_json::json!(note)))
            .filter(campaign::Column::Id.eq(campaign.id))
            .exec(tx)
            .await?;
    }
    Ok(())
}

fn revisions(item: ItemId, condition: SimpleExpr) -> SelectStatement {
    revision::Entity::find()
        .select_only()
        .column(revision::Column::Id)
        .filter(revision::Column::ItemId.eq(item))
        .filter(condition)
        .into_query()
}

/// Cancels the open campaigns that `which` names, with their pages. A page that is being sent is left to its worker.
async fn close(tx: &DatabaseTransaction, which: Condition, reason: &str, now: Timestamp) -> StoreResult<bool> {
    let closed = campaign::Entity::update_many()
        .col_expr(campaign::Column::State, Expr::value(CampaignState::Cancelled))
        .col_expr(campaign::Column::Reason, Expr::value(reason))
        .col_expr(campaign::Column::FinishedAt, Expr::value(now))
        .filter(which)
        .filter(campaign::Column::State.is_in([CampaignState::Running, CampaignState::Halted]))
        .exec_with_returning(tx)
        .await?;
    if closed.is_empty() {
        return Ok(false);
    }
    campaign_page::Entity::update_many()
        .col_expr(campaign_page::Column::DoneAt, Expr::value(now))
        .filter(campaign_page::Column::CampaignId.is_in(closed.iter().map(|campaign| campaign.id)))
        .filter(campaign_page::Column::DoneAt.is_null())
        .filter(claim::free(campaign_page::Column::LeaseUntil, now))
        .exec(tx)
        .await?;
    Ok(true)
}

/// Whom a campaign looks for.
fn wanted(campaign: &campaign::Model) -> Wanted<'_> {
    Wanted {
        authority: campaign.authority_id,
        item: campaign.item_id,
        audience: &campaign.audience,
        // Who was told that it began is told that it is over, however mild it has become.
        severity: campaign.note.severity.filter(|_| !campaign.audience.told_before),
    }
}

impl Store {
    /// Starts a campaign by itself: see [`insert`].
    pub async fn start_campaign(&self, new: NewCampaign) -> StoreResult<Option<CampaignId>> {
        let tx = self.write().await?;
        let id = insert(self, &tx, new).await?;
        tx.commit().await?;
        self.bus.nudge().await;
        Ok(id)
    }

    /// Cancels campaigns whose note is of no use any more. Says whether there was one.
    pub async fn expire_campaigns(&self) -> StoreResult<bool> {
        let now = self.clock.now();
        let open = [CampaignState::Running, CampaignState::Halted];
        let expired: Vec<CampaignId> = campaign::Entity::find()
            .select_only()
            .column(campaign::Column::Id)
            .filter(campaign::Column::State.is_in(open))
            .filter(campaign::Column::ExpiresAt.lte(now))
            .limit(EXPIRED_AT_ONCE)
            .into_tuple()
            .all(&self.db)
            .await?;
        if expired.is_empty() {
            return Ok(false);
        }
        let tx = self.write().await?;
        let which = Condition::all().add(campaign::Column::Id.is_in(expired));
        let closed = close(&tx, which, EXPIRED, now).await?;
        tx.commit().await?;
        Ok(closed)
    }

    /// Stops a campaign for good, for a person who says why.
    pub async fn cancel_campaign(&self, scope: &Scope, id: CampaignId, reason: &str) -> StoreResult<()> {
        let tx = self.write().await?;
        in_scope(&tx, scope, id).await?;
        let which = Condition::all().add(campaign::Column::Id.eq(id));
        if !close(&tx, which, reason, self.clock.now()).await? {
            return Err(wrong_state().into());
        }
        Ok(tx.commit().await?)
    }

    /// Lets a halted campaign go on, once what halted it has been put right.
    pub async fn resume_campaign(&self, scope: &Scope, id: CampaignId) -> StoreResult<()> {
        let tx = self.write().await?;
        in_scope(&tx, scope, id).await?;
        let resumed = campaign::Entity::update_many()
            .col_expr(campaign::Column::State, Expr::value(CampaignState::Running))
            .col_expr(campaign::Column::Reason, Expr::value(None::<String>))
            .filter(campaign::Column::Id.eq(id))
            .filter(campaign::Column::State.eq(CampaignState::Halted))
            .exec(&tx)
            .await?;
        if resumed.rows_affected == 0 {
            return Err(wrong_state().into());
        }
        tx.commit().await?;
        self.bus.nudge().await;
        Ok(())
    }
}

async fn in_scope(tx: &DatabaseTransaction, scope: &Scope, id: CampaignId) -> StoreResult<()> {
    let row = campaign::Entity::find_by_id(id).one(tx).await?;
    row.filter(|row| scope.covers(row.authority_id))
        .map(|_| ())
        .ok_or(StoreError::NotFound)
}

fn wrong_state() -> Problem {
    Problem::new(
        ProblemCode::WrongState,
        "campaign",
        "L’état de cette campagne ne le permet pas.",
        "The state of this campaign does not allow it.",
    )
}
