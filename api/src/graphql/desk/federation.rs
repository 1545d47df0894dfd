//! Our own actors in the fediverse.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use beffroi_schema::{
    entity::federated_actor,
    id::FederatedActorId,
    store::{NewFederatedActor, Standing, StoreResult},
    value::{self, FederatedState},
};
use url::Url;

use super::{
    content::{LabelInput, label},
    facts::Label,
    local_time, scope, within,
};
use crate::graphql::{
    context::{Asked as _, PublicUrl},
    guard::{Role, RoleGuard, requires},
    id,
    problem::{Problem, settle},
    scalar::DateTime,
};

/// Most deliveries that are shown at once.
const DELIVERIES: u64 = 50;

/// An actor's row. Its private key has no field.
#[derive(Clone, Debug)]
pub struct FederatedActor(pub(super) federated_actor::Model);

/// An account of the authority in the fediverse, which this instance serves itself: people follow it from Mastodon,
/// Mobilizon and others.
#[Object]
impl FederatedActor {
    /// Its global id.
    async fn id(&self) -> ID {
        id::global("FederatedActor", self.0.id.0)
    }

    /// Whose it is.
    async fn authority_id(&self) -> ID {
        id::global("Authority", self.0.authority_id.0)
    }

    /// What people type to find it: `@travaux@ville.example`.
    async fn handle(&self, ctx: &Context<'_>) -> Result<String> {
        let public: &Url = &ctx.data::<PublicUrl>()?.0;
        Ok(format!("@{}@{}", self.0.name, crate::federation::host(public)))
    }

    /// Its name for people.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// Who it is, in each language.
    async fn summary(&self) -> Vec<Label> {
        Label::all(&self.0.summary)
    }

    /// It tells of items with this topic; null: of everything.
    async fn topic(&self) -> Option<&str> {
        self.0.topic.as_deref()
    }

    /// Whether it can be found, and speaks.
    async fn active(&self) -> bool {
        self.0.active
    }

    /// How many people it has reached.
    #[graphql(complexity = "20 + child_complexity")]
    async fn reach(&self, ctx: &Context<'_>) -> Result<FederatedReach> {
        let standing = ctx.store()?.federated_standing(self.0.id).await?;
        Ok(FederatedReach::from(standing))
    }

    /// Its last deliveries that wait or were given up, newest first.
    #[graphql(complexity = "20 + 5 * child_complexity")]
    async fn troubles(&self, ctx: &Context<'_>) -> Result<Vec<FederatedTrouble>> {
        let rows = ctx.store()?.federated_deliveries(self.0.id, DELIVERIES).await?;
        let troubled = rows.into_iter().filter(|row| row.reason.is_some());
        troubled
            .map(|row| {
                Ok(FederatedTrouble {
                    host: row.host,
                    reason: row.reason.unwrap_or_default(),
                    waits: row.state == FederatedState::Waiting,
                    since: local_time(ctx, self.0.authority_id, row.created_at)?,
                })
            })
            .collect()
    }
}

/// How many people an actor has reached.
#[derive(Debug, SimpleObject)]
pub struct FederatedReach {
    /// Who follow it.
    followers: u64,
    /// What it has told, and not taken back.
    posts: u64,
    /// How often that was liked.
    likes: u64,
    /// How often that was shared.
    shares: u64,
}

impl From<Standing> for FederatedReach {
    fn from(standing: Standing) -> Self {
        Self {
            followers: standing.followers,
            posts: standing.posts,
            likes: standing.likes,
            shares: standing.announces,
        }
    }
}

/// A delivery to another server that did not succeed, or not yet.
#[derive(Debug, SimpleObject)]
pub struct FederatedTrouble {
    /// The server.
    host: String,
    /// What happened.
    reason: String,
    /// Whether it is tried again.
    waits: bool,
    /// When it was to be told.
    since: DateTime,
}

/// Acts on actors.
#[derive(Debug, Default)]
pub struct FederationMutation;

#[Object]
impl FederationMutation {
    /// Adds an account in the fediverse. It speaks from now on; what was published before it does not tell.
    #[graphql(guard = "RoleGuard(value::Role::Admin)", directive = requires::apply(Role::Admin))]
    async fn create_federated_actor(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is wanted.")] input: CreateFederatedActorInput,
    ) -> Result<FederatedActorPayload> {
        let home = within(ctx, value::Role::Admin, &input.authority_id).await?;
        let icon = input
            .icon_id
            .as_ref()
            .map(|icon| id::local("Picture", icon))
            .transpose()?;
        let new = NewFederatedActor {
            authority: home.id,
            name: input.name,
            topic: input.topic,
            title: input.title,
            summary: label(input.summary.unwrap_or_default()),
            icon,
        };
        answered(ctx.store()?.create_federated_actor(new, ctx.viewer()?).await)
    }

    /// Has an account be silent: it cannot be found, and what it has to say waits. Its followers stay.
    #[graphql(guard = "RoleGuard(value::Role::Admin)", directive = requires::apply(Role::Admin))]
    async fn disable_federated_actor(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The account's global id.")] id: ID,
    ) -> Result<FederatedActorPayload> {
        set_active(ctx, &id, false).await
    }

    /// Lets a silent account speak again.
    #[graphql(guard = "RoleGuard(value::Role::Admin)", directive = requires::apply(Role::Admin))]
    async fn enable_federated_actor(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The account's global id.")] id: ID,
    ) -> Result<FederatedActorPayload> {
        set_active(ctx, &id, true).await
    }
}

async fn set_active(ctx: &Context<'_>, id: &ID, active: bool) -> Result<FederatedActorPayload> {
    let scope = scope(ctx, value::Role::Admin)?;
    let id = id::local::<FederatedActorId>("FederatedActor", id)?;
    let done = ctx
        .store()?
        .set_federated_actor_active(&scope, id, active, ctx.viewer()?);
    answered(done.await)
}

/// An account in the fediverse to add.
#[derive(Debug, InputObject)]
pub struct CreateFederatedActorInput {
    /// Whose it will be.
    authority_id: ID,
    /// Before the `@` of its handle: lower case, for ever. Followers know it by nothing else.
    name: String,
    /// Its name for people.
    title: String,
    /// It tells of items with this topic; null: of everything.
    topic: Option<String>,
    /// Who it is, in one language or several.
    summary: Option<Vec<LabelInput>>,
    /// A picture of the authority's that stands beside what it tells.
    icon_id: Option<ID>,
}

/// The account as it is after an act.
#[derive(Debug, SimpleObject)]
pub struct FederatedActorPayload {
    /// The account; null when there are problems: nothing was written then.
    actor: Option<FederatedActor>,
    /// What to put right.
    problems: Vec<Problem>,
}

fn answered(done: StoreResult<federated_actor::Model>) -> Result<FederatedActorPayload> {
    let (row, problems) = settle(done)?;
    Ok(FederatedActorPayload {
        actor: row.map(FederatedActor),
        problems,
    })
}
