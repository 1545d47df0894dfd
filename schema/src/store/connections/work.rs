//! What the loop does of a connection: it takes it, speaks to the network, and says what came of it.

use std::time::Duration;

use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, Set, sea_query::Expr,
};

use super::{super::claim, Connected, choices};
use crate::{
    entity::connection,
    store::{Store, StoreError, StoreResult},
    value::{Application, ConnectionState, Found, Private, Problem, RequestToken},
};

/// What came of a step.
#[derive(Debug)]
pub enum Step {
    /// The person may go to the network's page, and agree there to a token where there is one already.
    Go(Application, String, Option<RequestToken>),
    /// Their consent opens several accounts: they say which.
    Choose(Vec<Found>),
    /// It opens this one, which answers.
    Connect(Box<Connected>),
    /// It does not go on, and a person reads why.
    Fail(Problem),
}

impl Store {
    /// Takes up to `limit` connections that the loop has something to do for.
    pub async fn claim_connections(
        &self,
        owner: &str,
        limit: u64,
        lease: Duration,
    ) -> StoreResult<Vec<(connection::Model, Private)>> {
        let now = self.clock.now();
        let due = connection::Entity::find()
            .select_only()
            .column(connection::Column::Id)
            .filter(connection::Column::State.is_in([ConnectionState::Preparing, ConnectionState::Trying]))
            .filter(connection::Column::ExpiresAt.gt(now))
            .filter(claim::free(connection::Column::LeaseUntil, now))
            .order_by_asc(connection::Column::CreatedAt)
            .limit(limit);
        let claimed = connection::Entity::update_many()
            .col_expr(connection::Column::LeaseOwner, Expr::value(owner))
            .col_expr(connection::Column::LeaseUntil, Expr::value(claim::until(now, lease)))
            .filter(connection::Column::Id.in_subquery(claim::due(due)));
        let rows = claimed.exec_with_returning(&self.db).await?;
        rows.into_iter()
            .map(|row| self.private(&row).map(|private| (row, private)))
            .collect()
    }

    /// Writes what came of working on `claimed`, while it is still held. A code is not kept once it was exchanged.
    pub async fn settle_connection(&self, claimed: &connection::Model, step: Step) -> StoreResult<()> {
        let mut private = self.private(claimed)?;
        private.code = None;
        let (state, problem) = match step {
            Step::Go(application, address, token) => {
                (private.application, private.address) = (Some(application), Some(address));
                private.token = token;
                (ConnectionState::Waiting, None)
            }
            Step::Choose(found) => {
                private.found = found;
                (ConnectionState::Choosing, None)
            }
            Step::Fail(problem) => (ConnectionState::Failed, Some(problem)),
            Step::Connect(connected) => match self.finish_connection(claimed, &private, *connected).await {
                Err(StoreError::Problems(mut problems)) if !problems.is_empty() => {
                    (ConnectionState::Failed, Some(problems.swap_remove(0)))
                }
                done => return done,
            },
        };
        let tx = self.write().await?;
        let row = held(claimed).one(&tx).await?.ok_or(StoreError::NotFound)?;
        let mut active = row.into_active_model();
        active.choices = Set((state == ConnectionState::Choosing).then(|| choices(&private)));
        active.state = Set(state);
        active.problem = Set(problem);
        active.sealed = Set(self.closed(claimed.id, &private)?);
        active.lease_owner = Set(None);
        active.lease_until = Set(None);
        active.update(&tx).await?;
        tx.commit().await?;
        self.bus.nudge().await;
        Ok(())
    }
}

/// The row, while whoever claimed it holds it and nobody began it anew.
pub(super) fn held(claimed: &connection::Model) -> sea_orm::Select<connection::Entity> {
    connection::Entity::find_by_id(claimed.id)
        .filter(connection::Column::Mark.eq(&claimed.mark))
        .filter(connection::Column::LeaseOwner.eq(claimed.lease_owner.clone()))
        .lock_exclusive()
}
