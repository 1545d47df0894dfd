//! Authorities.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};
use beffroi_schema::board;

use super::Reading as _;
use crate::graphql::{
    id,
    scalar::{Geometry, LanguageTag, TimeZone, Url},
    words::AuthorityKind,
};

/// A public authority that publishes here.
#[derive(Clone, Debug)]
pub struct Authority(pub Arc<board::Authority>);

/// A public authority that publishes here: a commune, an intercommunalité, a département, a région.
#[Object]
impl Authority {
    /// Its global id.
    pub async fn id(&self) -> ID {
        id::global("Authority", self.0.id.0)
    }

    /// Its name in addresses: what other fields take as `authority`.
    async fn slug(&self) -> &str {
        &self.0.slug
    }

    /// Its name for people.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Its rung.
    async fn kind(&self) -> AuthorityKind {
        self.0.kind.into()
    }

    /// The authority above it on this instance; null when there is none.
    async fn parent(&self, ctx: &Context<'_>) -> Result<Option<Authority>> {
        let authorities = ctx.boards()?.authorities();
        let above = authorities.iter().find(|authority| Some(authority.id) == self.0.parent);
        Ok(above.cloned().map(Authority))
    }

    /// The language of its texts, when nothing else is said.
    async fn language(&self) -> LanguageTag {
        LanguageTag(self.0.language.clone())
    }

    /// Its time zone.
    async fn time_zone(&self) -> TimeZone {
        TimeZone(self.0.time_zone.clone())
    }

    /// Its limits on the map; null when they are not known.
    async fn boundary(&self) -> Option<Geometry> {
        self.0.boundary.clone().map(Geometry)
    }

    /// Its public page.
    async fn url(&self, ctx: &Context<'_>) -> Result<Url> {
        Ok(Url(ctx.addresses()?.authority(&self.0.slug)))
    }
}

/// Asking for authorities.
#[derive(Debug, Default)]
pub struct AuthorityQuery;

#[Object]
impl AuthorityQuery {
    /// An authority by its name in addresses; null when there is none.
    async fn authority(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its name in addresses: `valbourg`.")] slug: String,
    ) -> Result<Option<Authority>> {
        let authorities = ctx.boards()?.authorities();
        Ok(authorities
            .iter()
            .find(|authority| authority.slug == slug)
            .cloned()
            .map(Authority))
    }

    /// Every authority of this instance, by name.
    async fn authorities(&self, ctx: &Context<'_>) -> Result<Vec<Authority>> {
        Ok(ctx.boards()?.authorities().iter().cloned().map(Authority).collect())
    }
}
