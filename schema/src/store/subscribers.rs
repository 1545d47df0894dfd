//! Subscribers of feeds: what they ask, and what became of telling them. The row is the work: nothing else remembers.

mod outcome;

use std::time::Duration;

use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Condition, DatabaseTransaction, EntityTrait as _, ExprTrait as _,
    IntoActiveModel as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Set,
    sea_query::{Expr, Query},
};
use secrecy::SecretString;
use url::Url;

use self::outcome::after;
pub use self::outcome::{Known, Telling};
use super::{Store, StoreError, StoreResult, claim};
use crate::{
    entity::{outbox, subscriber},
    id::{AuthorityId, SubscriberId},
    value::HubMode,
};

/// Most subscribers of an authority's feeds.
const MAX_SUBSCRIBERS: u64 = 10_000;
/// Most of one host: nobody takes all the room.
const MAX_OF_HOST: u64 = 1_000;
/// Most that have not confirmed yet: anybody can name anybody's address.
const MAX_UNCONFIRMED: u64 = 500;
/// Most of them of one host, which may know nothing of it.
const MAX_UNCONFIRMED_OF_HOST: u64 = 20;

/// What a subscriber asks of the hub.
#[derive(Clone)]
pub struct HubRequest {
    /// Whose feed it is.
    pub authority: AuthorityId,
    /// The feed's address.
    pub topic: String,
    /// The subscriber's address.
    pub callback: Url,
    /// To begin or to end.
    pub mode: HubMode,
    /// For how long.
    pub lease_s: i32,
    /// To sign what is sent.
    pub secret: Option<SecretString>,
}

impl std::fmt::Debug for HubRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "HubRequest({} {})", self.mode, self.topic)
    }
}

impl Store {
    /// Writes down what is asked; a worker asks the subscriber whether it was it. False: too many ask.
    pub async fn ask_hub(&self, request: HubRequest) -> StoreResult<bool> {
        let now = self.clock.now();
        let tx = self.write().await?;
        let row = match named(&tx, &request).await? {
            Some(row) => row,
            // Who is not subscribed has nothing to end.
            None if request.mode == HubMode::Unsubscribe => return Ok(true),
            None if !has_room(&tx, &request).await? => return Ok(false),
            None => self.introduce(&tx, &request).await?,
        };
        let seal = |secret| self.seal.close(&self.ids, secret, &row.id.to_string());
        let sealed = request.secret.as_ref().map(seal).transpose()?;
        let mut row = row.into_active_model();
        row.asked = Set(Some(request.mode));
        row.asked_at = Set(Some(now));
        row.asked_secret = Set(sealed);
        row.asked_lease_s = Set(request.lease_s);
        row.failures = Set(0);
        row.due_at = Set(now);
        row.update(&tx).await?;
        tx.commit().await?;
        self.bus.nudge().await;
        Ok(true)
    }

    /// The row of a subscriber that has not said anything yet. Who asks twice at the same moment has one.
    async fn introduce(&self, tx: &DatabaseTransaction, request: &HubRequest) -> StoreResult<subscriber::Model> {
        let now = self.clock.now();
        let id: SubscriberId = self.ids.make();
        let row = subscriber::Model {
            id,
            authority_id: request.authority,
            topic: request.topic.clone(),
            callback: request.callback.to_string(),
            host: host(&request.callback),
            secret: None,
            ends_at: None,
            asked: None,
            asked_at: None,
            asked_secret: None,
            asked_lease_s: 0,
            seq: 0,
            told: None,
            failures: 0,
            due_at: now,
            created_at: now,
            lease_owner: None,
            lease_until: None,
        };
        subscriber::Entity::insert(row.into_active_model())
            .on_conflict_do_nothing_on([subscriber::Column::Topic, subscriber::Column::Callback])
            .exec_without_returning(tx)
            .await?;
        named(tx, request).await?.ok_or(StoreError::NotFound)
    }

    /// Takes up to `limit` subscribers that have asked for something, or for whom something was published, for the
    /// length of a lease.
    pub async fn claim_subscribers(
        &self,
        owner: &str,
        limit: u64,
        lease: Duration,
    ) -> StoreResult<Vec<subscriber::Model>> {
        let now = self.clock.now();
        let line = |column| Expr::col((outbox::Entity, column));
        let mine = |column| Expr::col((subscriber::Entity, column));
        let newer = Query::select()
            .expr(Expr::value(1))
            .from(outbox::Entity)
            .and_where(line(outbox::Column::AuthorityId).eq(mine(subscriber::Column::AuthorityId)))
            .and_where(line(outbox::Column::Seq).gt(mine(subscriber::Column::Seq)))
            .to_owned();
        let to_tell = Condition::all()
            .add(subscriber::Column::EndsAt.gt(now))
            .add(Expr::exists(newer));
        let work = Condition::any()
            .add(subscriber::Column::Asked.is_not_null())
            .add(to_tell);
        let due = subscriber::Entity::find()
            .select_only()
            .column(subscriber::Column::Id)
            .filter(subscriber::Column::DueAt.lte(now))
            .filter(claim::free(subscriber::Column::LeaseUntil, now))
            .filter(work)
            .order_by_asc(subscriber::Column::DueAt)
            .limit(limit);
        let claimed = subscriber::Entity::update_many()
            .col_expr(subscriber::Column::LeaseOwner, Expr::value(owner))
            .col_expr(subscriber::Column::LeaseUntil, Expr::value(claim::until(now, lease)))
            .filter(subscriber::Column::Id.in_subquery(claim::due(due)));
        Ok(claimed.exec_with_returning(&self.db).await?)
    }

    /// Forgets those whose time is over, unless they have just asked for more. Says how many.
    pub async fn forget_subscribers(&self) -> StoreResult<u64> {
        let now = self.clock.now();
        let over = Condition::all()
            .add(subscriber::Column::EndsAt.lte(now))
            .add(subscriber::Column::Asked.is_null())
            .add(claim::free(subscriber::Column::LeaseUntil, now));
        // Asked often, and mostly in vain: looking does not wait for who writes.
        let found = subscriber::Entity::find().filter(over.clone()).one(&self.db).await?;
        if found.is_none() {
            return Ok(0);
        }
        let gone = subscriber::Entity::delete_many().filter(over).exec(&self.db).await?;
        Ok(gone.rows_affected)
    }

    /// What deliveries to a subscriber are signed with.
    pub fn subscriber_secret(&self, row: &subscriber::Model) -> StoreResult<Option<SecretString>> {
        let open = |sealed: &Vec<u8>| self.seal.open(sealed, &row.id.to_string());
        row.secret.as_ref().map(open).transpose()
    }

    /// Writes what came of working on `claimed`, if `owner` still holds it. What was asked meanwhile is not answered
    /// with it.
    pub async fn settle_subscriber(
        &self,
        claimed: &subscriber::Model,
        owner: &str,
        telling: Telling,
    ) -> StoreResult<()> {
        let now = self.clock.now();
        let tx = self.write().await?;
        let row = subscriber::Entity::find_by_id(claimed.id)
            .lock_exclusive()
            .one(&tx)
            .await?
            .filter(|row| row.lease_owner.as_deref() == Some(owner))
            .ok_or(StoreError::NotFound)?;
        match after(row, claimed, telling, now) {
            Some(row) => {
                row.into_active_model().reset_all().update(&tx).await?;
            }
            None => {
                subscriber::Entity::delete_by_id(claimed.id).exec(&tx).await?;
            }
        }
        tx.commit().await?;
        Ok(())
    }
}

async fn named(tx: &DatabaseTransaction, request: &HubRequest) -> StoreResult<Option<subscriber::Model>> {
    let row = subscriber::Entity::find()
        .filter(subscriber::Column::Topic.eq(&request.topic))
        .filter(subscriber::Column::Callback.eq(request.callback.as_str()));
    Ok(row.lock_exclusive().one(tx).await?)
}

async fn has_room(tx: &DatabaseTransaction, request: &HubRequest) -> StoreResult<bool> {
    let all = subscriber::Entity::find().filter(subscriber::Column::AuthorityId.eq(request.authority));
    let of_host = all.clone().filter(subscriber::Column::Host.eq(host(&request.callback)));
    for (rows, most, most_unconfirmed) in [
        (of_host, MAX_OF_HOST, MAX_UNCONFIRMED_OF_HOST),
        (all, MAX_SUBSCRIBERS, MAX_UNCONFIRMED),
    ] {
        let unconfirmed = rows.clone().filter(subscriber::Column::EndsAt.is_null());
        if unconfirmed.count(tx).await? >= most_unconfirmed || rows.count(tx).await? >= most {
            return Ok(false);
        }
    }
    Ok(true)
}

fn host(callback: &Url) -> String {
    callback.host_str().unwrap_or_default().to_owned()
}
