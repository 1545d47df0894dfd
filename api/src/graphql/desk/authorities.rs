//! Authorities of the instance.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use beffroi_schema::{board, store::NewAuthority, value};

use super::within;
use crate::graphql::{
    context::Asked as _,
    guard::{Role, RoleGuard, requires},
    problem::{Problem, settle},
    reading::authority::Authority,
    scalar::{Geometry, LanguageTag, TimeZone},
    words::AuthorityKind,
};

/// Acts on authorities.
#[derive(Debug, Default)]
pub struct AuthorityMutation;

#[Object]
impl AuthorityMutation {
    /// Adds an authority to the instance.
    #[graphql(guard = "RoleGuard(value::Role::Operator)", directive = requires::apply(Role::Operator))]
    async fn create_authority(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is wanted.")] input: CreateAuthorityInput,
    ) -> Result<CreateAuthorityPayload> {
        let parent = match &input.parent_id {
            Some(parent) => Some(within(ctx, value::Role::Operator, parent).await?.id),
            None => None,
        };
        let new = NewAuthority {
            slug: input.slug,
            kind: input.kind.into(),
            parent,
            name: input.name,
            language: input.language.0,
            time_zone: input.time_zone.0,
            boundary: input.boundary.map(|shape| shape.0),
        };
        let (row, problems) = settle(ctx.store()?.create_authority(new, ctx.viewer()?).await)?;
        Ok(CreateAuthorityPayload {
            authority: row.map(|row| Authority(Arc::new(board::Authority::from(row)))),
            problems,
        })
    }
}

/// An authority to add.
#[derive(Debug, InputObject)]
pub struct CreateAuthorityInput {
    /// Its name in addresses: `valbourg`.
    slug: String,
    /// Its rung.
    kind: AuthorityKind,
    /// The authority above it on this instance.
    parent_id: Option<ID>,
    /// Its name for people.
    name: String,
    /// The language of its texts, when nothing else is said.
    language: LanguageTag,
    /// Its time zone.
    time_zone: TimeZone,
    /// Its limits on the map.
    boundary: Option<Geometry>,
}

/// The authority that was added.
#[derive(Debug, SimpleObject)]
pub struct CreateAuthorityPayload {
    /// The authority; null when there are problems: nothing was written then.
    authority: Option<Authority>,
    /// What to put right.
    problems: Vec<Problem>,
}
