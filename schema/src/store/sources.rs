//! Sources: what is polled, when, and how it went.

use std::time::Duration;

use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, Set,
    sea_query::{Expr, ExprTrait as _, Query},
};

use super::{Store, StoreError, StoreResult, claim, error::name_taken};
use crate::{
    draft::{MAX_NAME, text_problem, url_problem},
    entity::{poll, source},
    id::{AuthorityId, SourceId},
    value::{Cursor, Problem, ProblemCode, Scope, SourceFormat, SourcePolicy, TIMETABLE, Viewer},
};

mod apply;
mod content;
mod settle;
mod turn;

pub use self::settle::{PollOutcome, PollSummary};

/// Seconds between two polls, at least and at most.
const INTERVAL_S: std::ops::RangeInclusive<i32> = 10..=86_400;

/// How recent a poll is among those of its source, from 1.
const RANK: &str = "rank";

/// A new source.
#[derive(Clone, Debug)]
pub struct NewSource {
    /// Whose it is.
    pub authority: AuthorityId,
    /// What it speaks.
    pub format: SourceFormat,
    /// How staff call it.
    pub name: String,
    /// Where it is.
    pub url: String,
    /// The format's own settings.
    pub settings: serde_json::Value,
    /// What becomes of its entries.
    pub policy: SourcePolicy,
    /// Seconds between two polls.
    pub interval_s: i32,
}

impl Store {
    /// Adds a source. It is polled at the next look.
    pub async fn create_source(&self, new: NewSource, by: &Viewer) -> StoreResult<source::Model> {
        let problems: Vec<_> = [text_problem("name", &new.name, MAX_NAME), url_problem("url", &new.url)]
            .into_iter()
            .flatten()
            .collect();
        let problems = [problems, self.timetable_problems(&new).await?].concat();
        if !problems.is_empty() {
            return Err(StoreError::Problems(problems));
        }
        let now = self.clock.now();
        let row = source::Model {
            id: self.ids.make(),
            authority_id: new.authority,
            format: new.format,
            name: new.name,
            url: new.url,
            settings: new.settings,
            policy: new.policy,
            paused: false,
            interval_s: new.interval_s.clamp(*INTERVAL_S.start(), *INTERVAL_S.end()),
            next_poll_at: now,
            cursor: Cursor::default(),
            memory: serde_json::json!({}),
            failures: 0,
            last_good_at: None,
            version: 1,
            created_at: now,
            updated_at: now,
            lease_owner: None,
            lease_until: None,
        };
        let tx = self.write().await?;
        source::Entity::insert(row.clone().into_active_model())
            .exec_without_returning(&tx)
            .await
            .map_err(|error| name_taken(error, "name"))?;
        self.audit(
            &tx,
            by,
            "source.create",
            row.id,
            Some(row.authority_id),
            serde_json::Value::Null,
        )
        .await?;
        tx.commit().await?;
        self.bus.nudge().await;
        Ok(row)
    }

    /// Alerts name lines and stops of one timetable, of the same authority.
    async fn timetable_problems(&self, new: &NewSource) -> StoreResult<Vec<Problem>> {
        let Some(named) = new.settings.get(TIMETABLE) else {
            return Ok(Vec::new());
        };
        let found = match serde_json::from_value::<SourceId>(named.clone()) {
            Ok(id) => source::Entity::find_by_id(id).one(&self.db).await?,
            Err(_) => None,
        };
        if found.is_some_and(|row| row.authority_id == new.authority && row.format == SourceFormat::GtfsStatic) {
            return Ok(Vec::new());
        }
        Ok(vec![Problem::new(
            ProblemCode::Unknown,
            "timetableId",
            "Cette collectivité n’a pas d’horaires sous cet identifiant.",
            "This authority has no timetable with this id.",
        )])
    }

    /// Stops polling a source, or goes on.
    pub async fn pause_source(
        &self,
        scope: &Scope,
        id: SourceId,
        paused: bool,
        by: &Viewer,
    ) -> StoreResult<source::Model> {
        let tx = self.write().await?;
        let row = source::Entity::find_by_id(id)
            .lock_exclusive()
            .one(&tx)
            .await?
            .filter(|row| scope.covers(row.authority_id));
        let row = row.ok_or(StoreError::NotFound)?;
        let (authority, version) = (row.authority_id, row.version);
        let mut active = row.into_active_model();
        active.paused = Set(paused);
        active.version = Set(version + 1);
        active.updated_at = Set(self.clock.now());
        active.next_poll_at = Set(self.clock.now());
        let row = active.update(&tx).await?;
        let action = if paused { "source.pause" } else { "source.resume" };
        self.audit(&tx, by, action, id, Some(authority), serde_json::Value::Null)
            .await?;
        tx.commit().await?;
        self.bus.nudge().await;
        Ok(row)
    }

    /// The sources in `scope`, of one authority if it is named.
    pub async fn sources(&self, scope: &Scope, authority: Option<AuthorityId>) -> StoreResult<Vec<source::Model>> {
        let mut query = source::Entity::find().order_by_asc(source::Column::Name);
        if let Some(authority) = authority {
            query = query.filter(source::Column::AuthorityId.eq(authority));
        }
        let rows = query.all(&self.db).await?;
        Ok(rows.into_iter().filter(|row| scope.covers(row.authority_id)).collect())
    }

    /// The last polls of each of these sources, newest first, `each` of one source at most.
    pub async fn polls_of(&self, sources: &[SourceId], each: u64) -> StoreResult<Vec<poll::Model>> {
        let rank = Expr::cust("ROW_NUMBER() OVER (PARTITION BY source_id ORDER BY at DESC, id DESC)");
        let ranked = Query::select()
            .column(poll::Column::Id)
            .expr_as(rank, RANK)
            .from(poll::Entity)
            .and_where(poll::Column::SourceId.is_in(sources.iter().copied()))
            .take();
        let last = Query::select()
            .column(poll::Column::Id)
            .from_subquery(ranked, "ranked")
            .and_where(Expr::col(RANK).lte(each))
            .take();
        let polls = poll::Entity::find().filter(poll::Column::Id.in_subquery(last));
        Ok(polls
            .order_by_desc(poll::Column::At)
            .order_by_desc(poll::Column::Id)
            .all(&self.db)
            .await?)
    }

    /// Takes up to `limit` sources that are due: one poller per source, however many workers there are.
    pub async fn claim_sources(&self, owner: &str, limit: u64, lease: Duration) -> StoreResult<Vec<source::Model>> {
        let now = self.clock.now();
        let due = source::Entity::find()
            .select_only()
            .column(source::Column::Id)
            .filter(source::Column::NextPollAt.lte(now))
            .filter(source::Column::Paused.eq(false))
            .filter(claim::free(source::Column::LeaseUntil, now))
            .order_by_asc(source::Column::NextPollAt)
            .limit(limit);
        let claimed = source::Entity::update_many()
            .col_expr(source::Column::LeaseOwner, Expr::value(owner))
            .col_expr(source::Column::LeaseUntil, Expr::value(claim::until(now, lease)))
            .filter(source::Column::Id.in_subquery(claim::due(due)));
        Ok(claimed.exec_with_returning(&self.db).await?)
    }
}
