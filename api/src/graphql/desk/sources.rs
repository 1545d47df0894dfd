//! Sources: what is read by itself, and how that goes.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use beffroi_schema::{
    entity::{poll, source},
    id::{AuthorityId, SourceId},
    store::{NewSource, Store, StoreResult},
    value,
};
use serde_json::json;
use tokio::sync::OnceCell;

use super::{
    local_time, scope, within,
    words::{IssueCode, PollClass, SourceFormat, SourcePolicy},
};
use crate::graphql::{
    context::Asked as _,
    guard::{Role, RoleGuard, requires},
    id,
    problem::{Problem, settle},
    scalar::{DateTime, Duration},
};

/// Polls of one source that are shown.
const MAX_POLLS: u64 = 20;
/// Between two polls, when nothing is said.
const USUAL_INTERVAL_S: i32 = 60;

/// A source, and the polls of all that stand beside it.
#[derive(Debug)]
pub struct Source {
    row: source::Model,
    beside: Arc<Beside>,
}

/// The sources of one answer: their polls are read once for all.
#[derive(Debug)]
struct Beside {
    store: Store,
    sources: Vec<SourceId>,
    polls: OnceCell<HashMap<SourceId, Vec<poll::Model>>>,
}

impl Source {
    /// The sources of one answer, in order.
    pub(super) fn all(store: &Store, rows: Vec<source::Model>) -> Vec<Self> {
        let beside = Arc::new(Beside {
            store: store.clone(),
            sources: rows.iter().map(|row| row.id).collect(),
            polls: OnceCell::new(),
        });
        let source = |row| Self {
            row,
            beside: Arc::clone(&beside),
        };
        rows.into_iter().map(source).collect()
    }
}

impl Beside {
    async fn polls(&self, source: SourceId) -> StoreResult<&[poll::Model]> {
        let read = async {
            let mut polls: HashMap<_, Vec<_>> = HashMap::new();
            for poll in self.store.polls_of(&self.sources, MAX_POLLS).await? {
                polls.entry(poll.source_id).or_default().push(poll);
            }
            StoreResult::Ok(polls)
        };
        let polls = self.polls.get_or_try_init(|| read).await?;
        Ok(polls.get(&source).map_or(&[], Vec::as_slice))
    }
}

/// Something that is read by itself, again and again.
#[Object]
impl Source {
    /// Its global id.
    async fn id(&self) -> ID {
        id::global("Source", self.row.id.0)
    }

    /// Whose it is.
    async fn authority_id(&self) -> ID {
        id::global("Authority", self.row.authority_id.0)
    }

    /// How staff call it.
    async fn name(&self) -> &str {
        &self.row.name
    }

    /// What it speaks.
    async fn format(&self) -> SourceFormat {
        self.row.format.into()
    }

    /// Where it is.
    async fn url(&self) -> &str {
        &self.row.url
    }

    /// What becomes of its entries.
    async fn policy(&self) -> SourcePolicy {
        self.row.policy.into()
    }

    /// Whether a person stopped it.
    async fn paused(&self) -> bool {
        self.row.paused
    }

    /// Between two polls.
    async fn interval(&self) -> Duration {
        Duration(chrono::Duration::seconds(i64::from(self.row.interval_s)))
    }

    /// When it is read next, unless it is paused.
    async fn next_poll_at(&self, ctx: &Context<'_>) -> Result<DateTime> {
        local_time(ctx, self.row.authority_id, self.row.next_poll_at)
    }

    /// When it was last read well; null when it never was.
    async fn last_good_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>> {
        let at = self.row.last_good_at;
        at.map(|at| local_time(ctx, self.row.authority_id, at)).transpose()
    }

    /// Polls in a row that failed.
    async fn failures(&self) -> i32 {
        self.row.failures
    }

    /// Its last polls, newest first, at most 20.
    #[graphql(complexity = "5 + 5 * child_complexity")]
    async fn polls(&self) -> Result<Vec<Poll>> {
        let polls = self.beside.polls(self.row.id).await?;
        let poll = |row: &poll::Model| Poll {
            row: row.clone(),
            authority: self.row.authority_id,
        };
        Ok(polls.iter().map(poll).collect())
    }
}

/// A poll, and where its clocks are.
#[derive(Debug)]
pub struct Poll {
    row: poll::Model,
    authority: AuthorityId,
}

/// One reading of a source: what came, and what became of it.
#[Object]
impl Poll {
    /// When.
    async fn at(&self, ctx: &Context<'_>) -> Result<DateTime> {
        local_time(ctx, self.authority, self.row.at)
    }

    /// What it was worth.
    async fn class(&self) -> PollClass {
        self.row.class.into()
    }

    /// Why it was not good; null when it was.
    async fn reason(&self) -> Option<&str> {
        self.row.reason.as_deref()
    }

    /// How long it took, in milliseconds.
    async fn duration_ms(&self) -> i32 {
        self.row.duration_ms
    }

    /// When the source says that it was made; null when it does not say.
    async fn feed_timestamp(&self, ctx: &Context<'_>) -> Result<Option<DateTime>> {
        let at = self.row.feed_timestamp;
        at.map(|at| local_time(ctx, self.authority, at)).transpose()
    }

    /// Entries that were read.
    async fn entries(&self) -> i32 {
        self.row.entries
    }

    /// Items that it made.
    async fn created(&self) -> i32 {
        self.row.created
    }

    /// Items that it changed.
    async fn revised(&self) -> i32 {
        self.row.revised
    }

    /// Items that it ended.
    async fn resolved(&self) -> i32 {
        self.row.resolved
    }

    /// What was not as the standard asks, and what was done with it.
    async fn issues(&self) -> Vec<Issue> {
        let issue = |issue: &value::Issue| Issue {
            code: issue.code.into(),
            detail: issue.detail.clone(),
        };
        self.row.issues.0.iter().map(issue).collect()
    }
}

/// Something that was not as the standard asks.
#[derive(Debug, SimpleObject)]
pub struct Issue {
    /// What.
    code: IssueCode,
    /// Which part, and what was done with it.
    detail: String,
}

/// Acts on sources.
#[derive(Debug, Default)]
pub struct SourceMutation;

#[Object]
impl SourceMutation {
    /// Adds a source. It is read at once; its `polls` say how that went.
    #[graphql(guard = "RoleGuard(value::Role::Admin)", directive = requires::apply(Role::Admin))]
    async fn create_source(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is wanted.")] input: CreateSourceInput,
    ) -> Result<SourcePayload> {
        let home = within(ctx, value::Role::Admin, &input.authority_id).await?;
        let interval = input.interval.map(|length| length.0.num_seconds());
        let timetable = input.timetable_id.as_ref();
        let timetable = timetable.map(|id| id::local::<SourceId>("Source", id)).transpose()?;
        let new = NewSource {
            authority: home.id,
            format: input.format.into(),
            name: input.name,
            url: input.url,
            settings: timetable.map_or_else(|| json!({}), |id| json!({ (value::TIMETABLE): id })),
            policy: input.policy.into(),
            interval_s: interval.map_or(USUAL_INTERVAL_S, |seconds| i32::try_from(seconds).unwrap_or(i32::MAX)),
        };
        let store = ctx.store()?;
        answered(store, store.create_source(new, ctx.viewer()?).await)
    }

    /// Stops reading a source. What it brought stays.
    #[graphql(guard = "RoleGuard(value::Role::Admin)", directive = requires::apply(Role::Admin))]
    async fn pause_source(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The source's global id.")] id: ID,
    ) -> Result<SourcePayload> {
        paused(ctx, &id, true).await
    }

    /// Reads a source again.
    #[graphql(guard = "RoleGuard(value::Role::Admin)", directive = requires::apply(Role::Admin))]
    async fn resume_source(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The source's global id.")] id: ID,
    ) -> Result<SourcePayload> {
        paused(ctx, &id, false).await
    }
}

/// A source to add.
#[derive(Debug, InputObject)]
pub struct CreateSourceInput {
    /// Whose it will be.
    authority_id: ID,
    /// How staff will call it.
    name: String,
    /// What it speaks.
    format: SourceFormat,
    /// Where it is: a complete address.
    url: String,
    /// What becomes of its entries.
    policy: SourcePolicy,
    /// Between two polls: a minute when absent; cut to ten seconds at least and a day at most.
    interval: Option<Duration>,
    /// For alerts: the timetable (a source of the same authority) whose lines and stops they name. Absent: the
    /// authority's only one.
    timetable_id: Option<ID>,
}

/// The source as it is after an act.
#[derive(Debug, SimpleObject)]
pub struct SourcePayload {
    /// The source; null when there are problems: nothing was written then.
    source: Option<Source>,
    /// What to put right.
    problems: Vec<Problem>,
}

async fn paused(ctx: &Context<'_>, id: &ID, paused: bool) -> Result<SourcePayload> {
    let (scope, id) = (scope(ctx, value::Role::Admin)?, id::local("Source", id)?);
    let store = ctx.store()?;
    answered(store, store.pause_source(&scope, id, paused, ctx.viewer()?).await)
}

fn answered(store: &Store, done: StoreResult<source::Model>) -> Result<SourcePayload> {
    let (row, problems) = settle(done)?;
    Ok(SourcePayload {
        source: row.and_then(|row| Source::all(store, vec![row]).pop()),
        problems,
    })
}
