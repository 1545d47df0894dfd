//! What readers did with our posts: asked of networks seldom, and less and less often.

use std::time::Duration;

use chrono::TimeDelta;
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, sea_query::Expr,
};

use super::{Store, StoreError, StoreResult, accounts, claim};
use crate::{
    clock::Timestamp,
    entity::{account, receipt},
    value::{Metrics, Network},
};

/// How old a post is when its network is asked. Calls are counted, and on some networks paid; what happens to a post
/// happens on its first days.
const AGES: [TimeDelta; 6] = [
    TimeDelta::hours(1),
    TimeDelta::hours(6),
    TimeDelta::days(1),
    TimeDelta::days(3),
    TimeDelta::days(7),
    TimeDelta::days(30),
];

/// What a network said of a post.
#[derive(Clone, Copy, Debug)]
pub enum Reading {
    /// This is what readers did.
    Told(Metrics),
    /// Not now: asked again at the post's next age.
    Silent,
    /// It never will: it does not tell such things, or the post is not there any more.
    Never,
}

impl Store {
    /// Takes up to `limit` posts whose network is to be asked what readers did, none of the networks `except`.
    pub async fn claim_readings(
        &self,
        owner: &str,
        limit: u64,
        lease: Duration,
        except: &[Network],
    ) -> StoreResult<Vec<(receipt::Model, account::Model)>> {
        let now = self.clock.now();
        let due = receipt::Entity::find()
            .select_only()
            .column(receipt::Column::Id)
            .filter(receipt::Column::NextReadAt.lte(now))
            .filter(receipt::Column::AccountId.in_subquery(accounts::open_now(now, except)))
            .filter(claim::free(receipt::Column::LeaseUntil, now))
            .order_by_asc(receipt::Column::NextReadAt)
            .limit(limit);
        let claimed = receipt::Entity::update_many()
            .col_expr(receipt::Column::LeaseOwner, Expr::value(owner))
            .col_expr(receipt::Column::LeaseUntil, Expr::value(claim::until(now, lease)))
            .filter(receipt::Column::Id.in_subquery(claim::due(due)));
        let rows = claimed.exec_with_returning(&self.db).await?;
        let ids = rows.iter().map(|row| row.account_id);
        let accounts = account::Entity::find().filter(account::Column::Id.is_in(ids));
        let accounts = accounts.all(&self.db).await?;
        let of = |row: &receipt::Model| accounts.iter().find(|account| account.id == row.account_id).cloned();
        Ok(rows
            .into_iter()
            .filter_map(|row| of(&row).map(|account| (row, account)))
            .collect())
    }

    /// Keeps what was said of a post, and when to ask again. What was told before stays when nothing is.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the lease ran out, or the post was replaced or taken back meanwhile.
    pub async fn settle_reading(&self, post: &receipt::Model, owner: &str, reading: Reading) -> StoreResult<()> {
        let now = self.clock.now();
        let next_at = match reading {
            Reading::Told(_) | Reading::Silent => next(post.posted_at, now),
            Reading::Never => None,
        };
        let mut settled = receipt::Entity::update_many()
            .col_expr(receipt::Column::LeaseOwner, Expr::value(None::<String>))
            .col_expr(receipt::Column::LeaseUntil, Expr::value(None::<Timestamp>))
            .col_expr(receipt::Column::NextReadAt, Expr::value(next_at));
        if let Reading::Told(metrics) = reading {
            settled = settled
                .col_expr(receipt::Column::Metrics, Expr::value(metrics))
                .col_expr(receipt::Column::ReadAt, Expr::value(now));
        }
        let settled = settled
            .filter(receipt::Column::Id.eq(post.id))
            .filter(receipt::Column::LeaseOwner.eq(owner))
            .filter(receipt::Column::PostedAt.eq(post.posted_at))
            .filter(receipt::Column::WithdrawnAt.is_null())
            .exec(&self.db)
            .await?;
        if settled.rows_affected == 1 {
            Ok(())
        } else {
            Err(StoreError::NotFound)
        }
    }
}

/// When a post made at `posted` is looked at after `now`.
pub(super) fn next(posted: Timestamp, now: Timestamp) -> Option<Timestamp> {
    AGES.into_iter().map(|age| posted + age).find(|at| *at > now)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    #[test]
    fn a_post_is_looked_at_less_and_less_and_then_no_more() {
        let posted = DateTime::from_timestamp(1_780_000_000, 0).unwrap();
        let (mut now, mut looks) = (posted, Vec::new());
        while let Some(at) = next(posted, now) {
            looks.push((at - posted).num_hours());
            now = at;
        }
        assert_eq!(looks, [1, 6, 24, 72, 168, 720]);
        let after_a_silence = next(posted, posted + TimeDelta::days(2)).unwrap();
        assert_eq!(after_a_silence - posted, TimeDelta::days(3));
    }
}
