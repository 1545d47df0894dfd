//! Fan-out: from one line of the outbox to a delivery per account and a campaign, in one transaction.

use sea_orm::{
    ColumnTrait as _, Condition, DatabaseTransaction, EntityTrait as _, IntoActiveModel as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, TryInsertResult, sea_query::Expr,
};

use self::choose::NewDelivery;
pub(super) use self::choose::turn_kept;
use super::{
    Facts, Store, StoreError, StoreResult,
    campaigns::{self, NewCampaign, Waiting},
    federation::{self, Saying},
};
use crate::{
    entity::{delivery, outbox, revision},
    value::{Change, ChangeClass, DeliveryState},
};

mod choose;

/// What is to be told of an item: its latest revision, and how it differs from what was told before.
#[derive(Clone, Debug)]
pub struct News {
    /// The latest revision that waits.
    pub revision: revision::Model,
    /// The last line of the outbox that it settles.
    pub up_to: i64,
    /// The revision that was told last; none for a first word.
    pub before: Option<revision::Model>,
    /// What happened, all waiting revisions taken together.
    pub change: Change,
    /// For disruptions: the class that tells most people.
    pub class: Option<ChangeClass>,
    /// Nobody is told but by the app.
    pub quiet: bool,
}

/// What fan-out found, and decided of phones. Accounts are decided on within its transaction, where what else goes to
/// them stands still.
#[derive(Clone, Debug)]
pub struct FanOut<'a> {
    /// What is to be told.
    pub news: &'a News,
    /// The facts of its revision.
    pub facts: &'a Facts,
    /// Who is pushed.
    pub push: Push,
    /// What our own actors say of it.
    pub sayings: Vec<Saying>,
}

/// Who is pushed.
#[derive(Clone, Debug)]
pub enum Push {
    /// A campaign of its own, which takes the place of those before.
    Start(NewCampaign),
    /// Nobody rings anew; those before go on so.
    Waiting(Waiting),
}

impl Store {
    /// What a claimed line tells, together with the other waiting lines of its item. None when all is told already.
    pub async fn news(&self, line: &outbox::Model) -> StoreResult<Option<News>> {
        let Some(item) = line.item_id else { return Ok(None) };
        let waiting = outbox::Entity::find()
            .filter(outbox::Column::ItemId.eq(item))
            .filter(outbox::Column::FannedOutAt.is_null())
            .order_by_asc(outbox::Column::Seq)
            .all(&self.db)
            .await?;
        let ids = waiting.iter().filter_map(|line| line.revision_id);
        let revisions = revision::Entity::find()
            .filter(revision::Column::Id.is_in(ids))
            .order_by_asc(revision::Column::Version);
        let revisions = revisions.all(&self.db).await?;
        let (Some(first), Some(last), Some(line)) = (revisions.first(), revisions.last(), waiting.last()) else {
            return Ok(None);
        };
        let before = revision::Entity::find()
            .filter(revision::Column::ItemId.eq(item))
            .filter(revision::Column::Version.lt(first.version))
            .order_by_desc(revision::Column::Version)
            .one(&self.db)
            .await?;
        let first_word = revisions.iter().any(|revision| revision.change == Change::Published);
        let class = if last.change == Change::Resolved {
            last.class
        } else {
            revisions.iter().filter_map(|revision| revision.class).min()
        };
        Ok(Some(News {
            before,
            change: if first_word && last.change != Change::Withdrawn {
                Change::Published
            } else {
                last.change
            },
            class,
            quiet: revisions.iter().all(|revision| revision.quiet),
            up_to: line.seq,
            revision: last.clone(),
        }))
    }

    /// Writes what becomes of the news of a claimed line, if `owner` still holds it: a delivery per account that takes
    /// it, what the rules of each said, a campaign. Deliveries of older revisions that have not left yet are overtaken.
    /// Says how many deliveries there are.
    pub async fn fan_out(&self, seq: i64, owner: &str, told: FanOut<'_>) -> StoreResult<usize> {
        let news = told.news;
        let tx = self.write().await?;
        // Another worker may have told this line together with a later one: whoever comes second sees it here.
        let line = outbox::Entity::find_by_id(seq).lock_exclusive().one(&tx).await?;
        let held = |line: outbox::Model| line.lease_owner.as_deref() == Some(owner) && line.fanned_out_at.is_none();
        if !line.is_some_and(held) {
            return Err(StoreError::NotFound);
        }
        let copies = self.copies(&tx, news.revision.item_id).await?;
        self.overtake(&tx, news).await?;
        let deliveries = self.choose(&tx, news, told.facts, &copies).await?;
        for new in &deliveries {
            self.insert_delivery(&tx, news, new).await?;
        }
        match told.push {
            Push::Start(campaign) => {
                campaigns::insert(self, &tx, campaign).await?;
            }
            Push::Waiting(waiting) => {
                let (item, version) = (news.revision.item_id, news.revision.version);
                campaigns::settle_waiting(self, &tx, item, version, waiting).await?;
            }
        }
        federation::insert(self, &tx, news, told.sayings).await?;
        outbox::Entity::update_many()
            .col_expr(outbox::Column::FannedOutAt, Expr::value(self.clock.now()))
            .filter(outbox::Column::ItemId.eq(news.revision.item_id))
            .filter(outbox::Column::Seq.lte(news.up_to))
            .filter(outbox::Column::FannedOutAt.is_null())
            .exec(&tx)
            .await?;
        tx.commit().await?;
        self.bus.nudge().await;
        Ok(deliveries.len())
    }

    async fn overtake(&self, tx: &DatabaseTransaction, news: &News) -> StoreResult<()> {
        let now = self.clock.now();
        let not_left = Condition::all()
            .add(delivery::Column::ItemId.eq(news.revision.item_id))
            .add(delivery::Column::Version.lt(news.revision.version))
            .add(delivery::Column::State.eq(DeliveryState::Waiting))
            .add(super::claim::free(delivery::Column::LeaseUntil, now));
        delivery::Entity::update_many()
            .col_expr(delivery::Column::State, Expr::value(DeliveryState::Skipped))
            .col_expr(delivery::Column::Reason, Expr::value("overtaken by a newer revision"))
            .col_expr(delivery::Column::SettledAt, Expr::value(now))
            .filter(not_left)
            .exec(tx)
            .await?;
        Ok(())
    }

    async fn insert_delivery(&self, tx: &DatabaseTransaction, news: &News, new: &NewDelivery) -> StoreResult<()> {
        let row = delivery::Model {
            id: self.ids.make(),
            authority_id: news.revision.authority_id,
            item_id: news.revision.item_id,
            revision_id: news.revision.id,
            account_id: new.account,
            version: news.revision.version,
            change: news.change,
            action: new.action,
            state: DeliveryState::Waiting,
            rendered: None,
            due_at: new.due_at,
            attempts: 0,
            searches: 0,
            attempting_since: None,
            reason: None,
            weight: new.weight,
            queue: new.queue,
            slot: new.slot,
            turn_at: None,
            cleared_at: new.cleared_at,
            lease_owner: None,
            lease_until: None,
            created_at: self.clock.now(),
            settled_at: None,
        };
        let keys = [delivery::Column::RevisionId, delivery::Column::AccountId];
        let put = delivery::Entity::insert(row.into_active_model())
            .on_conflict_do_nothing_on(keys)
            .exec_without_returning(tx)
            .await?;
        if !matches!(put, TryInsertResult::Inserted(_)) {
            tracing::debug!(revision.id = %news.revision.id, account.id = %new.account, "this delivery exists already");
        }
        Ok(())
    }
}
