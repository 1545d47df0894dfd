//! What residents read, in memory: one immutable [`Board`] per authority, replaced as the outbox grows.
//!
//! Public reads ask a board and touch no database. Everything a board answers depends only on the question, on its
//! version (a sequence number of the outbox) and on the time.

mod agenda;
mod cursor;
mod feed;
mod filter;
mod item;
mod places;
mod registry;
mod scope;
mod snapshot;
mod spot;

pub use self::{
    cursor::{Cursor, CursorError},
    feed::Page,
    filter::{Filter, Near, Whereabouts},
    item::{Attachment, Item, ItemState, Picture, Post, Update},
    places::{Authority, Line, Places, Stop, Zone},
    registry::{Boards, Changed, Found, PlaceId},
    snapshot::{Board, MAX_ITEMS},
    spot::Spot,
};
