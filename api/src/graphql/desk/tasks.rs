//! What a person does on a network that does not let us do it, or does not say whether it was done.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use beffroi_schema::{
    clock::Timestamp,
    draft::{MAX_NAME, text_problem, url_problem},
    id::HandoverId,
    store::{self, StoreError, StoreResult, TaskOutcome},
    text::count::units,
    value::{self, Scope},
};

use super::{
    accounts::Account,
    batch::Batch,
    deliveries::Delivery,
    local_time, scope,
    words::{Errand, PostNeeds, TaskState},
};
use crate::graphql::{
    context::Asked as _,
    guard::{Role, RoleGuard, requires},
    id,
    problem::{Problem, settle},
    scalar::DateTime,
};

/// A task, and what its page shares.
#[derive(Debug)]
pub struct Task {
    whole: store::Task,
    batch: Arc<Batch>,
}

impl Task {
    /// The tasks of one page.
    pub(super) fn page(ctx: &Context<'_>, scope: Scope, tasks: Vec<store::Task>) -> Result<Vec<Self>> {
        let items = tasks.iter().map(|task| task.delivery.item_id).collect();
        let batch = Batch::of(ctx.store()?, scope, items);
        let task = |whole| Self {
            whole,
            batch: Arc::clone(&batch),
        };
        Ok(tasks.into_iter().map(task).collect())
    }

    /// Until when somebody is at it; none: nobody is.
    fn claimed(&self, now: Timestamp) -> Option<Timestamp> {
        let open = self.whole.handover.state == value::HandoverState::Open;
        self.whole.handover.claimed_until.filter(|until| open && *until > now)
    }

    fn time(&self, ctx: &Context<'_>, at: Timestamp) -> Result<DateTime> {
        local_time(ctx, self.whole.handover.authority_id, at)
    }
}

/// Something that a person is to do on a social network: to post, to correct, to delete, or to look.
#[Object]
impl Task {
    /// Its global id.
    async fn id(&self) -> ID {
        id::global("Task", self.whole.handover.id.0)
    }

    /// Whose it is.
    async fn authority_id(&self) -> ID {
        id::global("Authority", self.whole.handover.authority_id.0)
    }

    /// What is to be done.
    async fn errand(&self) -> Errand {
        self.whole.handover.errand.into()
    }

    /// What became of it.
    async fn state(&self) -> TaskState {
        self.whole.handover.state.into()
    }

    /// Why it is a person's.
    async fn reason(&self) -> &str {
        &self.whole.handover.reason
    }

    /// By when it should be done.
    async fn due_at(&self, ctx: &Context<'_>) -> Result<DateTime> {
        self.time(ctx, self.whole.handover.due_at)
    }

    /// Since when it is to be done.
    async fn created_at(&self, ctx: &Context<'_>) -> Result<DateTime> {
        self.time(ctx, self.whole.handover.created_at)
    }

    /// Who is at it; null when nobody is.
    async fn claimed_by(&self, ctx: &Context<'_>) -> Result<Option<&str>> {
        let claimed = self.claimed(ctx.store()?.clock().now());
        Ok(claimed.and(self.whole.handover.claimed_name.as_deref()))
    }

    /// Until when it is theirs; null when nobody is at it.
    async fn claimed_until(&self, ctx: &Context<'_>) -> Result<Option<DateTime>> {
        let claimed = self.claimed(ctx.store()?.clock().now());
        claimed.map(|until| self.time(ctx, until)).transpose()
    }

    /// Where it is to be done.
    async fn account(&self) -> Account {
        Account::one(self.whole.account.clone())
    }

    /// What it is done for.
    async fn delivery(&self) -> Delivery {
        Delivery::new(self.whole.delivery.clone(), Arc::clone(&self.batch))
    }

    /// The item's title.
    async fn title(&self) -> Option<&str> {
        let content = &self.whole.revision.content;
        let text = content
            .texts
            .0
            .get(&content.language)
            .or(content.texts.0.values().next());
        text.map(|text| text.title.as_str())
    }

    /// The text, ready to be pasted; null where none is needed.
    async fn text(&self) -> Option<&str> {
        self.whole.delivery.rendered.as_ref().map(|post| post.text.as_str())
    }

    /// What goes on in answers to it, each to the one before: the rest of a long text, or the first comment.
    async fn thread(&self) -> &[String] {
        let post = self.whole.delivery.rendered.as_ref();
        post.map(|post| &*post.thread).unwrap_or_default()
    }

    /// The title that goes with the text, where the network has a field for it; null where it has none.
    async fn headline(&self) -> Option<&str> {
        let post = self.whole.delivery.rendered.as_ref()?;
        Some(post.title.as_str()).filter(|title| !title.is_empty())
    }

    /// How long the text is, as the network counts; null where there is none.
    async fn length(&self) -> Option<usize> {
        let post = self.whole.delivery.rendered.as_ref()?;
        let able = self.whole.account.capabilities.as_ref()?;
        Some(units(&post.text, &able.text_limit(!post.pictures.is_empty())))
    }

    /// How long it may be there; null before the account's first check.
    async fn most(&self) -> Option<u32> {
        let able = self.whole.account.capabilities.as_ref()?;
        let post = self.whole.delivery.rendered.as_ref();
        let illustrated = post.is_some_and(|post| !post.pictures.is_empty());
        Some(able.text_limit(illustrated).units)
    }

    /// The pictures that go with it, in order.
    #[graphql(complexity = "2 + 2 * child_complexity")]
    async fn pictures(&self) -> Vec<TaskPicture> {
        let post = self.whole.delivery.rendered.as_ref();
        let picture = |picture: &value::Picture| TaskPicture {
            url: picture.url.clone(),
            mime: picture.mime.clone(),
            alt: picture.alt.clone(),
            width: picture.width,
            height: picture.height,
        };
        post.map(|post| post.pictures.iter().map(picture).collect())
            .unwrap_or_default()
    }

    /// The one shape in which readers see pictures there; null: more than one.
    async fn ratio(&self) -> Option<PictureRatio> {
        let ratios = self.whole.account.capabilities.as_ref()?.picture_rules().ratios?;
        let ratio = (ratios.tallest == ratios.widest).then_some(ratios.tallest)?;
        Some(PictureRatio {
            width: ratio.width,
            height: ratio.height,
        })
    }

    /// Without what the network takes no post; null before the account's first check.
    async fn needs(&self) -> Option<PostNeeds> {
        self.whole.account.capabilities.as_ref().map(|able| able.needs.into())
    }

    /// The item's public page.
    async fn link(&self) -> Option<&str> {
        self.whole.delivery.rendered.as_ref().map(|post| post.link.as_str())
    }

    /// Opens the place where it is written; null where the network has no such address.
    async fn composer_url(&self) -> Option<&str> {
        self.whole.handover.composer.as_deref()
    }

    /// The post that is to be corrected or deleted; null where there is none, or nobody knows its address.
    async fn post_url(&self) -> Option<&str> {
        let there = self.whole.receipt.as_ref().filter(|row| row.withdrawn_at.is_none());
        there?.remote.url.as_deref()
    }

    /// When somebody said what became of it; null while nobody has.
    async fn closed_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>> {
        let at = self.whole.handover.closed_at;
        at.map(|at| self.time(ctx, at)).transpose()
    }

    /// Who said so; null when it was no person.
    async fn closed_by(&self) -> Option<&str> {
        self.whole.handover.closed_name.as_deref()
    }

    /// Where the post is, as they said; null when they did not.
    async fn url(&self) -> Option<&str> {
        self.whole.handover.url.as_deref()
    }

    /// Why it is not done, as they said; null when they did not.
    async fn note(&self) -> Option<&str> {
        self.whole.handover.note.as_deref()
    }
}

/// A picture to go with a post.
#[derive(Debug, SimpleObject)]
pub struct TaskPicture {
    /// Where it can be fetched.
    url: String,
    /// `image/jpeg`, `image/png` or `image/webp`.
    mime: String,
    /// Its alternative text, fitted to the network; empty where the network has no field for it.
    alt: String,
    /// Pixels.
    width: u32,
    /// Pixels.
    height: u32,
}

/// Width to height.
#[derive(Debug, SimpleObject)]
pub struct PictureRatio {
    /// Parts of width…
    width: u32,
    /// …to parts of height.
    height: u32,
}

/// Acts on tasks.
#[derive(Debug, Default)]
pub struct TaskMutation;

#[Object]
impl TaskMutation {
    /// Takes a task for half an hour, or for half an hour more: nobody else can do it meanwhile.
    #[graphql(guard = "RoleGuard(value::Role::Editor)", directive = requires::apply(Role::Editor))]
    async fn claim_task(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The task's global id.")] id: ID,
    ) -> Result<TaskPayload> {
        let (scope, id) = (scope(ctx, value::Role::Editor)?, task(&id)?);
        let done = ctx.store()?.claim_task(&scope, id, ctx.viewer()?).await;
        answered(ctx, done)
    }

    /// Gives a task back.
    #[graphql(guard = "RoleGuard(value::Role::Editor)", directive = requires::apply(Role::Editor))]
    async fn release_task(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The task's global id.")] id: ID,
    ) -> Result<TaskPayload> {
        let (scope, id) = (scope(ctx, value::Role::Editor)?, task(&id)?);
        let done = ctx.store()?.release_task(&scope, id, ctx.viewer()?).await;
        answered(ctx, done)
    }

    /// Says that the post is there and says what it should: posted, corrected, or found.
    #[graphql(guard = "RoleGuard(value::Role::Editor)", directive = requires::apply(Role::Editor))]
    async fn mark_task_posted(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is wanted.")] input: MarkTaskPostedInput,
    ) -> Result<TaskPayload> {
        let (url, id) = (input.url.as_deref(), input.remote_id.as_deref());
        let problems: Vec<_> = [
            url.and_then(|url| url_problem("url", url)),
            id.and_then(|id| text_problem("remoteId", id, MAX_NAME)),
        ]
        .into_iter()
        .flatten()
        .collect();
        if !problems.is_empty() {
            return answered(ctx, Err(StoreError::Problems(problems)));
        }
        let outcome = TaskOutcome::Posted {
            url: input.url,
            id: input.remote_id,
        };
        conclude(ctx, &input.task_id, outcome).await
    }

    /// Says that there is no such post, or none any more. What may have been sent and was not is sent again.
    #[graphql(guard = "RoleGuard(value::Role::Editor)", directive = requires::apply(Role::Editor))]
    async fn mark_task_absent(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The task's global id.")] id: ID,
    ) -> Result<TaskPayload> {
        conclude(ctx, &id, TaskOutcome::Absent).await
    }

    /// Says that a task is not done, and why.
    #[graphql(guard = "RoleGuard(value::Role::Editor)", directive = requires::apply(Role::Editor))]
    async fn skip_task(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The task's global id.")] id: ID,
        #[graphql(desc = "Why, for the others.")] reason: String,
    ) -> Result<TaskPayload> {
        conclude(ctx, &id, TaskOutcome::Skipped(reason)).await
    }
}

/// Where a person posted, or found, what a task asked for.
#[derive(Debug, InputObject)]
pub struct MarkTaskPostedInput {
    /// The task.
    task_id: ID,
    /// The post's page; of a correction, absent where it stays the same.
    url: Option<String>,
    /// The network's own id of the post, by which programs can change it later; absent: a person is asked again.
    remote_id: Option<String>,
}

/// The task as it is after an act.
#[derive(Debug, SimpleObject)]
pub struct TaskPayload {
    /// The task; null when there are problems: nothing was written then.
    task: Option<Task>,
    /// What to put right.
    problems: Vec<Problem>,
}

fn task(id: &ID) -> Result<HandoverId> {
    id::local("Task", id)
}

async fn conclude(ctx: &Context<'_>, id: &ID, outcome: TaskOutcome) -> Result<TaskPayload> {
    let (scope, id) = (scope(ctx, value::Role::Editor)?, task(id)?);
    let done = ctx.store()?.settle_task(&scope, id, outcome, ctx.viewer()?).await;
    answered(ctx, done)
}

fn answered(ctx: &Context<'_>, done: StoreResult<store::Task>) -> Result<TaskPayload> {
    let (task, problems) = settle(done)?;
    let scope = scope(ctx, value::Role::Contributor)?;
    let task = Task::page(ctx, scope, task.into_iter().collect())?.pop();
    Ok(TaskPayload { task, problems })
}
