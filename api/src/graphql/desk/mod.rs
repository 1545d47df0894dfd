//! What staff see and do.
//!
//! Each act says its least role in the contract; where it may reach is the viewer's scope, which the store's verbs take.
//! Verbs that create something take an authority instead: `within` is the only way to get one.

pub mod accounts;
pub mod audit;
pub mod authorities;
mod batch;
pub mod campaigns;
pub mod content;
pub mod deliveries;
pub mod drafting;
pub mod facts;
pub mod federation;
pub mod items;
pub mod media;
pub mod outlook;
pub mod people;
pub mod pictures;
pub mod room;
pub mod rules;
pub mod rulings;
pub mod settings;
pub mod sources;
pub mod tasks;
pub mod tokens;
pub mod wording;
pub mod words;
pub mod zones;

use async_graphql::{Context, ID, Result};
use beffroi_schema::{
    clock::Timestamp,
    entity::authority,
    id::AuthorityId,
    value::{Role, Scope},
};

use super::{context::Asked as _, error::Code, id, reading::Reading as _, scalar::DateTime};

/// The authority with this id, where the viewer has at least this role. Any other is reported as absent.
async fn within(ctx: &Context<'_>, role: Role, id: &ID) -> Result<authority::Model> {
    let id = id::local("Authority", id)?;
    let found = if ctx.viewer()?.may(role, id) {
        ctx.store()?.authority(id).await?
    } else {
        None
    };
    found.ok_or_else(|| Code::NotFound.error("no Authority with this id"))
}

/// Where the viewer has at least this role.
fn scope(ctx: &Context<'_>, role: Role) -> Result<Scope> {
    Ok(ctx.viewer()?.scope(role))
}

/// An instant by the clocks of an authority.
fn local_time(ctx: &Context<'_>, authority: AuthorityId, at: Timestamp) -> Result<DateTime> {
    let authorities = ctx.boards()?.authorities();
    let home = authorities.iter().find(|known| known.id == authority);
    Ok(DateTime::at(at, home.map_or("UTC", |home| home.time_zone.as_str())))
}
