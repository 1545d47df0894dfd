//! People who work here.

use async_graphql::{Context, Object, Result, SimpleObject};

use crate::graphql::{
    context::Asked as _,
    guard::{Role, RoleGuard, requires},
};
use beffroi_schema::value;

/// Queries about people.
#[derive(Debug, Default)]
pub struct PeopleQuery;

#[Object]
impl PeopleQuery {
    /// Who is signed in; null when nobody is.
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Option<Viewer>> {
        Ok(ctx.asker()?.viewer.clone().map(Viewer))
    }
}

/// The person or program that is signed in.
#[derive(Debug)]
pub struct Viewer(pub value::Viewer);

#[Object]
impl Viewer {
    /// The name that the audit log shows.
    async fn name(&self) -> &str {
        &self.0.name
    }
}

/// Acts of people.
#[derive(Debug, Default)]
pub struct PeopleMutation;

#[Object]
impl PeopleMutation {
    /// Signs every browser of the viewer out.
    #[graphql(guard = "RoleGuard(value::Role::Contributor)", directive = requires::apply(Role::Contributor))]
    async fn sign_out_everywhere(&self) -> Result<SignedOut> {
        Ok(SignedOut { sessions: 0 })
    }
}

/// The browsers that were signed out.
#[derive(Debug, SimpleObject)]
pub struct SignedOut {
    /// How many.
    sessions: u64,
}
