//! What residents read: everything here answers from a board, in memory.

pub mod article;
pub mod authority;
pub mod changes;
pub mod connection;
pub mod disruption;
pub mod event;
pub mod filter;
pub mod item;
pub mod lists;
pub mod node;
pub mod picture;
pub mod place;
pub mod shown;

use std::sync::Arc;

use async_graphql::{Context, Error, Result};
use beffroi_schema::{
    board::{Board, Boards},
    store::StoreError,
    value::Language,
};

use super::{context::Asked as _, error::Code};
use beffroi_schema::address::Addresses;

/// Short ways to what reading needs.
pub trait Reading {
    /// The boards.
    fn boards(&self) -> Result<&Boards>;
    /// Public addresses.
    fn addresses(&self) -> Result<&Addresses>;
    /// Wanted languages, most wanted first.
    fn wanted(&self) -> Result<&[Language]>;
}

impl Reading for Context<'_> {
    fn boards(&self) -> Result<&Boards> {
        self.data::<Boards>()
    }

    fn addresses(&self) -> Result<&Addresses> {
        self.data::<Addresses>()
    }

    fn wanted(&self) -> Result<&[Language]> {
        Ok(&self.asker()?.languages)
    }
}

/// The board of the authority with this slug; without one, of the only authority there is.
async fn board(ctx: &Context<'_>, slug: Option<&str>) -> Result<Arc<Board>> {
    let boards = ctx.boards()?;
    let authorities = boards.authorities();
    let slug = match (slug, authorities.as_slice()) {
        (Some(slug), _) => slug,
        (None, [only]) => only.slug.as_str(),
        (None, []) => return Err(Code::NotFound.error("this instance has no authority yet")),
        (None, _) => return Err(Code::BadUserInput.error("several authorities share this instance: name one")),
    };
    let board = boards.by_slug(slug).await.map_err(fault)?;
    board.ok_or_else(|| Code::NotFound.error("there is no such authority"))
}

/// A failure of the store, which the client cannot put right. The HTTP layer logs it and hides its words.
fn fault(error: StoreError) -> Error {
    Error::new_with_source(error)
}
