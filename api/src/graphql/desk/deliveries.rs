//! What was brought to accounts, and what a person does about it.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use beffroi_schema::{
    draft::{MAX_NAME, text_problem, url_problem},
    entity::{attempt, delivery, receipt},
    id::AuthorityId,
    store::StoreError,
    value,
};

use super::{
    accounts::Account,
    batch::Batch,
    local_time, scope,
    words::{AttemptOutcome, DeliveryAction, DeliveryState},
};
use crate::graphql::{
    context::Asked as _,
    guard::{Role, RoleGuard, requires},
    id,
    problem::{Problem, settle},
    scalar::DateTime,
};

/// Costs are kept in millionths of a US dollar.
pub(super) const MILLIONTHS: f64 = 1e6;

/// A delivery, and what its page shares.
#[derive(Debug)]
pub struct Delivery {
    row: delivery::Model,
    batch: Arc<Batch>,
}

impl Delivery {
    pub(super) fn new(row: delivery::Model, batch: Arc<Batch>) -> Self {
        Self { row, batch }
    }
}

/// One revision of an item, brought to one account.
#[Object]
impl Delivery {
    /// Its global id.
    async fn id(&self) -> ID {
        id::global("Delivery", self.row.id.0)
    }

    /// The account; null when it is not there any more.
    async fn account(&self) -> Result<Option<Account>> {
        let account = self.batch.account(self.row.account_id).await?;
        Ok(account.cloned())
    }

    /// The item's version that is brought.
    async fn version(&self) -> i32 {
        self.row.version
    }

    /// What is asked of the network.
    async fn action(&self) -> DeliveryAction {
        self.row.action.into()
    }

    /// Where it is.
    async fn state(&self) -> DeliveryState {
        self.row.state.into()
    }

    /// The network's own sentence at the last try; null when it said nothing.
    async fn reason(&self) -> Option<&str> {
        self.row.reason.as_deref()
    }

    /// The text as it is sent; null before the first try.
    async fn text(&self) -> Option<&str> {
        self.row.rendered.as_ref().map(|rendered| rendered.text.as_str())
    }

    /// What goes on in answers to it, each to the one before: the rest of a long text, or the first comment.
    async fn thread(&self) -> &[String] {
        let post = self.row.rendered.as_ref();
        post.map(|post| &*post.thread).unwrap_or_default()
    }

    /// When it is tried next, while it waits.
    async fn due_at(&self, ctx: &Context<'_>) -> Result<DateTime> {
        local_time(ctx, self.row.authority_id, self.row.due_at)
    }

    /// When it ended; null while it has not.
    async fn settled_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>> {
        let at = self.row.settled_at;
        at.map(|at| local_time(ctx, self.row.authority_id, at)).transpose()
    }

    /// The tries, oldest first.
    #[graphql(complexity = "2 + 2 * child_complexity")]
    async fn attempts(&self) -> Result<Vec<Attempt>> {
        let rows = self.batch.attempts(self.row.id).await?;
        let attempt = |row: &attempt::Model| Attempt {
            row: row.clone(),
            authority: self.row.authority_id,
        };
        Ok(rows.iter().map(attempt).collect())
    }

    /// What its tries cost so far, in US dollars; null where the network charges nothing. A try of which nobody knows
    /// whether it arrived counts.
    #[graphql(complexity = 2)]
    async fn cost(&self) -> Result<Option<f64>> {
        let rows = self.batch.attempts(self.row.id).await?;
        let costs = rows.iter().filter_map(|row| row.cost);
        let cost = costs.map(f64::from).reduce(|sum, cost| sum + cost);
        Ok(cost.map(|cost| cost / MILLIONTHS))
    }

    /// What the item is on this account now; null when it never got there.
    async fn post(&self) -> Result<Option<RemotePostState>> {
        let receipt = self.batch.receipt(self.row.item_id, self.row.account_id).await?;
        Ok(receipt.cloned().map(|row| RemotePostState {
            row,
            authority: self.row.authority_id,
        }))
    }
}

/// A try, and where its clocks are.
#[derive(Debug)]
pub struct Attempt {
    row: attempt::Model,
    authority: AuthorityId,
}

/// One try at a delivery.
#[Object]
impl Attempt {
    /// From 1.
    async fn number(&self) -> i32 {
        self.row.number
    }

    /// When it started.
    async fn started_at(&self, ctx: &Context<'_>) -> Result<DateTime> {
        local_time(ctx, self.authority, self.row.started_at)
    }

    /// When it ended; null while it has not.
    async fn ended_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>> {
        let at = self.row.ended_at;
        at.map(|at| local_time(ctx, self.authority, at)).transpose()
    }

    /// How it ended; null while it has not.
    async fn outcome(&self) -> Option<AttemptOutcome> {
        self.row.outcome.map(Into::into)
    }

    /// The network's own sentence; null when it said nothing.
    async fn reason(&self) -> Option<&str> {
        self.row.reason.as_deref()
    }
}

/// A receipt, and where its clocks are.
#[derive(Debug)]
pub struct RemotePostState {
    row: receipt::Model,
    authority: AuthorityId,
}

/// What an item is on one account.
#[Object(name = "RemotePost")]
impl RemotePostState {
    /// The network's own id of the post.
    async fn remote_id(&self) -> &str {
        &self.row.remote.id
    }

    /// The post's page there; null when the network gives none.
    async fn url(&self) -> Option<&str> {
        self.row.remote.url.as_deref()
    }

    /// The item's version that it says.
    async fn version(&self) -> i32 {
        self.row.version
    }

    /// When it was posted.
    async fn posted_at(&self, ctx: &Context<'_>) -> Result<DateTime> {
        local_time(ctx, self.authority, self.row.posted_at)
    }

    /// When it was last changed there; null when it was not.
    async fn amended_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>> {
        let at = self.row.amended_at;
        at.map(|at| local_time(ctx, self.authority, at)).transpose()
    }

    /// When it was taken back there; null when it was not.
    async fn withdrawn_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>> {
        let at = self.row.withdrawn_at;
        at.map(|at| local_time(ctx, self.authority, at)).transpose()
    }

    /// What readers did with it; null when the network does not tell, or was not asked yet.
    async fn metrics(&self, ctx: &Context<'_>) -> Result<Option<PostMetrics>> {
        let (Some(metrics), Some(at)) = (self.row.metrics, self.row.read_at) else {
            return Ok(None);
        };
        Ok(Some(PostMetrics {
            likes: metrics.likes,
            shares: metrics.shares,
            replies: metrics.replies,
            views: metrics.views,
            read_at: local_time(ctx, self.authority, at)?,
        }))
    }
}

/// What readers did with a post, as its network told. What it does not measure is null.
#[derive(Debug, SimpleObject)]
pub struct PostMetrics {
    /// Likes, favourites, reactions.
    likes: Option<u64>,
    /// Shares, reposts, boosts.
    shares: Option<u64>,
    /// Replies and comments.
    replies: Option<u64>,
    /// How often it was shown.
    views: Option<u64>,
    /// When the network told.
    read_at: DateTime,
}

/// Acts on deliveries.
#[derive(Debug, Default)]
pub struct DeliveryMutation;

#[Object]
impl DeliveryMutation {
    /// Sends a refused or doubtful delivery again, with the text fitted anew: a person has looked.
    #[graphql(guard = "RoleGuard(value::Role::Editor)", directive = requires::apply(Role::Editor))]
    async fn retry_delivery(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The delivery's global id.")] id: ID,
    ) -> Result<DeliveryPayload> {
        let scope = scope(ctx, value::Role::Editor)?;
        let id = id::local("Delivery", &id)?;
        let done = ctx.store()?.retry_delivery(&scope, id, ctx.viewer()?).await;
        answered(ctx, done)
    }

    /// Notes that a person has posted by hand what the network does not take from programs, and where.
    #[graphql(guard = "RoleGuard(value::Role::Editor)", directive = requires::apply(Role::Editor))]
    async fn mark_posted(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is wanted.")] input: MarkPostedInput,
    ) -> Result<DeliveryPayload> {
        let scope = scope(ctx, value::Role::Editor)?;
        let id = id::local("Delivery", &input.delivery_id)?;
        let remote_id = input.remote_id.as_deref();
        let problems = [
            url_problem("url", &input.url),
            remote_id.and_then(|id| text_problem("remoteId", id, MAX_NAME)),
        ];
        let problems: Vec<_> = problems.into_iter().flatten().collect();
        if !problems.is_empty() {
            return answered(ctx, Err(StoreError::Problems(problems)));
        }
        let posted = (input.url, input.remote_id);
        let done = ctx.store()?.mark_posted(&scope, id, posted, ctx.viewer()?).await;
        answered(ctx, done)
    }
}

/// Where a person posted.
#[derive(Debug, InputObject)]
pub struct MarkPostedInput {
    /// The delivery that waited for it.
    delivery_id: ID,
    /// The post's page.
    url: String,
    /// The network's own id of the post, by which it can be corrected later; absent: a person is
    /// asked to correct it.
    remote_id: Option<String>,
}

/// The delivery as it is after an act.
#[derive(Debug, SimpleObject)]
pub struct DeliveryPayload {
    /// The delivery; null when there are problems: nothing was written then.
    delivery: Option<Delivery>,
    /// What to put right.
    problems: Vec<Problem>,
}

fn answered(ctx: &Context<'_>, done: beffroi_schema::store::StoreResult<delivery::Model>) -> Result<DeliveryPayload> {
    let (row, problems) = settle(done)?;
    let scope = scope(ctx, value::Role::Contributor)?;
    let store = ctx.store()?;
    let delivery = row.map(|row| {
        let batch = Batch::of(store, scope, vec![row.item_id]);
        Delivery { row, batch }
    });
    Ok(DeliveryPayload { delivery, problems })
}
