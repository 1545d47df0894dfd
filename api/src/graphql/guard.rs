//! Who may ask for a field: the second of three rings (authentication before it, the store's `Scope` behind it).
//!
//! A guarded field says so twice, and a test compares the two:
//! `#[graphql(guard = "RoleGuard(Role::Editor)", directive = requires::apply(Role::Editor.into()))]`.

use async_graphql::{Context, Enum, Guard, Result, TypeDirective};
use beffroi_schema::value::{self, Viewer};

use super::{context::Asked as _, error::Code};

/// What a person or a token may do in one authority, least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "value::Role")]
pub enum Role {
    /// Writes drafts.
    Contributor,
    /// Publishes, amends, withdraws.
    Editor,
    /// Accounts, sources, zones, people.
    Admin,
    /// The whole instance, every authority.
    Operator,
}

/// Only a viewer with at least this role, in the authority concerned, may use the field.
#[TypeDirective(location = "FieldDefinition")]
pub(crate) fn requires(role: Role) {}

/// Lets a field be used by viewers who have at least this role in some authority. In which one is the store's business:
/// the field asks it with the viewer's scope, and a row outside that is absent.
#[derive(Clone, Copy, Debug)]
pub struct RoleGuard(pub value::Role);

impl Guard for RoleGuard {
    async fn check(&self, ctx: &Context<'_>) -> Result<()> {
        let viewer: &Viewer = ctx.viewer()?;
        if viewer.may_anywhere(self.0) {
            return Ok(());
        }
        Err(Code::Forbidden.error(format!("this needs the role {}", self.0)))
    }
}
