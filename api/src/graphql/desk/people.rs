//! People who work here and what they may do where.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use beffroi_schema::{id::AuthorityId, store, value};

use crate::graphql::{
    context::Asked as _,
    error::Code,
    guard::{Role, RoleGuard, requires},
    id,
    problem::{Problem, settle},
};

/// Queries about people.
#[derive(Debug, Default)]
pub struct PeopleQuery;

#[Object]
impl PeopleQuery {
    /// Who is signed in; null when nobody is.
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Option<Viewer>> {
        Ok(ctx.asker()?.viewer.clone().map(Viewer))
    }

    /// The people who have a role where the viewer is an administrator, by name, with their roles there.
    #[graphql(
        guard = "RoleGuard(value::Role::Admin)",
        directive = requires::apply(Role::Admin),
        complexity = "20 + child_complexity"
    )]
    async fn staff(&self, ctx: &Context<'_>) -> Result<Vec<Staff>> {
        let scope = ctx.viewer()?.scope(value::Role::Admin);
        Ok(ctx.store()?.people(&scope).await?.into_iter().map(Staff).collect())
    }
}

/// The person or program that is signed in.
#[derive(Debug)]
pub struct Viewer(pub value::Viewer);

/// The person or program that is signed in.
#[Object]
impl Viewer {
    /// The name that the audit log shows.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What they may do, and where.
    async fn roles(&self) -> Vec<Place> {
        places(&self.0.roles)
    }
}

/// A person who works here.
#[derive(Debug)]
pub struct Staff(store::Person);

/// A person who works here.
#[Object]
impl Staff {
    /// Global id.
    async fn id(&self) -> ID {
        id::global("Staff", self.0.staff.id.0)
    }

    /// As colleagues read it.
    async fn name(&self) -> &str {
        &self.0.staff.name
    }

    /// What they sign in with.
    async fn email(&self) -> &str {
        &self.0.staff.email
    }

    /// What they may do, where the viewer may see it.
    async fn roles(&self) -> Vec<Place> {
        places(&self.0.roles)
    }
}

/// A role, and where it holds.
#[derive(Debug, SimpleObject)]
pub struct Place {
    /// What may be done.
    role: Role,
    /// Where; null means the whole instance.
    authority_id: Option<ID>,
}

fn places(roles: &[(Option<AuthorityId>, value::Role)]) -> Vec<Place> {
    let place = |(at, role): &(Option<AuthorityId>, value::Role)| Place {
        role: (*role).into(),
        authority_id: at.map(|at| id::global("Authority", at.0)),
    };
    roles.iter().map(place).collect()
}

/// Acts of people.
#[derive(Debug, Default)]
pub struct PeopleMutation;

#[Object]
impl PeopleMutation {
    /// Makes a link by which one person joins with a role. It works once, for a day.
    #[graphql(guard = "RoleGuard(value::Role::Admin)", directive = requires::apply(Role::Admin))]
    async fn invite_staff(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is wanted.")] input: InviteStaffInput,
    ) -> Result<InviteStaffPayload> {
        let at = authority(input.authority_id.as_ref())?;
        let (secret, problems) = settle(ctx.store()?.invite(ctx.viewer()?, at, input.role.into()).await)?;
        let url = match secret {
            Some(secret) => {
                use secrecy::ExposeSecret as _;
                Some(
                    ctx.address(&format!("invitation/{}", secret.expose_secret()))?
                        .to_string(),
                )
            }
            None => None,
        };
        Ok(InviteStaffPayload { url, problems })
    }

    /// Gives a person a role, in place of the one they had there. People who have no role where the viewer is an
    /// administrator cannot be found this way: invite them.
    #[graphql(guard = "RoleGuard(value::Role::Admin)", directive = requires::apply(Role::Admin))]
    async fn grant_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is wanted.")] input: GrantRoleInput,
    ) -> Result<GrantRolePayload> {
        let (person, at) = (
            id::local("Staff", &input.staff_id)?,
            authority(input.authority_id.as_ref())?,
        );
        let granted = ctx
            .store()?
            .grant_role(ctx.viewer()?, person, at, input.role.into())
            .await;
        let (staff, problems) = settle(granted)?;
        Ok(GrantRolePayload {
            staff: staff.map(Staff),
            problems,
        })
    }

    /// Takes a person's role in one authority, or over the whole instance, which keeps at least one operator.
    #[graphql(guard = "RoleGuard(value::Role::Admin)", directive = requires::apply(Role::Admin))]
    async fn revoke_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is wanted.")] input: RevokeRoleInput,
    ) -> Result<RevokeRolePayload> {
        let (person, at) = (
            id::local("Staff", &input.staff_id)?,
            authority(input.authority_id.as_ref())?,
        );
        let (revoked, problems) = settle(ctx.store()?.revoke_role(ctx.viewer()?, person, at).await)?;
        Ok(RevokeRolePayload {
            revoked: revoked.is_some(),
            problems,
        })
    }

    /// Ends every session of the viewer, on every browser, this one included.
    #[graphql(guard = "RoleGuard(value::Role::Contributor)", directive = requires::apply(Role::Contributor))]
    async fn sign_out_everywhere(&self, ctx: &Context<'_>) -> Result<SignOutEverywherePayload> {
        let viewer = ctx.viewer()?;
        let person = viewer
            .staff
            .ok_or_else(|| Code::BadUserInput.error("a token has no sessions"))?;
        let sessions = ctx.store()?.sign_out_everywhere(viewer, person).await?;
        Ok(SignOutEverywherePayload { sessions })
    }
}

/// The authority that an optional id names.
fn authority(id: Option<&ID>) -> Result<Option<AuthorityId>> {
    id.map(|id| id::local("Authority", id)).transpose()
}

/// Whom to invite.
#[derive(Debug, InputObject)]
pub struct InviteStaffInput {
    /// Where; absent means the whole instance, for operators.
    authority_id: Option<ID>,
    /// The role that comes with it.
    role: Role,
}

/// The link, to be handed to one person.
#[derive(Debug, SimpleObject)]
pub struct InviteStaffPayload {
    /// The link, shown this once; null when there are problems.
    url: Option<String>,
    /// What to put right.
    problems: Vec<Problem>,
}

/// Which role for whom.
#[derive(Debug, InputObject)]
pub struct GrantRoleInput {
    /// The person.
    staff_id: ID,
    /// Where; absent means the whole instance, for operators.
    authority_id: Option<ID>,
    /// The role they get.
    role: Role,
}

/// The person with the new role.
#[derive(Debug, SimpleObject)]
pub struct GrantRolePayload {
    /// The person; null when there are problems.
    staff: Option<Staff>,
    /// What to put right.
    problems: Vec<Problem>,
}

/// Whose role to take.
#[derive(Debug, InputObject)]
pub struct RevokeRoleInput {
    /// The person.
    staff_id: ID,
    /// Where; absent means the whole instance.
    authority_id: Option<ID>,
}

/// Whether the role was taken.
#[derive(Debug, SimpleObject)]
pub struct RevokeRolePayload {
    /// False when there are problems.
    revoked: bool,
    /// What to put right.
    problems: Vec<Problem>,
}

/// The browsers that were signed out.
#[derive(Debug, SimpleObject)]
pub struct SignOutEverywherePayload {
    /// How many.
    sessions: u64,
}
