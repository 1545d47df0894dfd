//! Zones of an authority.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use beffroi_schema::{board, store::ZoneDraft, value};

use super::{scope, within};
use crate::graphql::{
    context::Asked as _,
    guard::{Role, RoleGuard, requires},
    id,
    problem::{Problem, settle},
    reading::place::Zone,
    scalar::Geometry,
};

/// Acts on zones.
#[derive(Debug, Default)]
pub struct ZoneMutation;

#[Object]
impl ZoneMutation {
    /// Draws a zone, or draws it again: within an authority, the slug names it.
    #[graphql(guard = "RoleGuard(value::Role::Admin)", directive = requires::apply(Role::Admin))]
    async fn put_zone(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is wanted.")] input: PutZoneInput,
    ) -> Result<PutZonePayload> {
        let home = within(ctx, value::Role::Admin, &input.authority_id).await?;
        let draft = ZoneDraft {
            slug: input.slug,
            name: input.name,
            shape: input.shape.0,
        };
        let (row, problems) = settle(ctx.store()?.put_zone(home.id, draft, ctx.viewer()?).await)?;
        Ok(PutZonePayload {
            zone: row.map(|row| Zone(Arc::new(board::Zone::from(row)))),
            problems,
        })
    }

    /// Removes a zone. Items that named it concern the whole authority from then on.
    #[graphql(guard = "RoleGuard(value::Role::Admin)", directive = requires::apply(Role::Admin))]
    async fn remove_zone(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The zone's global id.")] id: ID,
    ) -> Result<RemoveZonePayload> {
        let (scope, zone) = (scope(ctx, value::Role::Admin)?, id::local("Zone", &id)?);
        ctx.store()?.remove_zone(&scope, zone, ctx.viewer()?).await?;
        Ok(RemoveZonePayload { id })
    }
}

/// A zone to draw.
#[derive(Debug, InputObject)]
pub struct PutZoneInput {
    /// Whose it is.
    authority_id: ID,
    /// Its name in addresses: `centre-ville`.
    slug: String,
    /// Its name for people.
    name: String,
    /// Its outline: a `Polygon` or a `MultiPolygon`.
    shape: Geometry,
}

/// The zone that was drawn.
#[derive(Debug, SimpleObject)]
pub struct PutZonePayload {
    /// The zone; null when there are problems: nothing was written then.
    zone: Option<Zone>,
    /// What to put right.
    problems: Vec<Problem>,
}

/// The zone that was removed.
#[derive(Debug, SimpleObject)]
pub struct RemoveZonePayload {
    /// Its global id, which names nothing any more.
    id: ID,
}
