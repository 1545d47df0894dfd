//! An item as it is shown to one reader: what the three kinds have in common.

use std::sync::Arc;

use async_graphql::{Context, ID, Result};
use beffroi_schema::{
    board::{Board, Item, Near},
    clock::Timestamp,
    id::global_of_item,
    value::{Label, Language, Text},
};

use super::{
    Reading as _,
    authority::Authority,
    item::Venue,
    picture::{Attachment, Picture, Post},
    place::{Line, Stop, Zone},
};
use crate::graphql::scalar::{DateTime, LanguageTag, Url};

/// A public item, with the board it stands on.
#[derive(Clone, Debug)]
pub struct Shown {
    /// Where its places are.
    pub board: Arc<Board>,
    /// The item.
    pub item: Arc<Item>,
    /// Metres from the point that was asked about.
    pub distance: Option<f64>,
}

impl Shown {
    /// An item of `board`.
    pub fn new(board: Arc<Board>, item: Arc<Item>) -> Self {
        Self {
            board,
            item,
            distance: None,
        }
    }

    /// The same, with its distance from the point that was asked about.
    #[must_use]
    pub fn measured(mut self, near: Option<Near>) -> Self {
        self.distance = near.and_then(|near| near.distance(&self.item));
        self
    }

    /// Its global id.
    pub fn id(&self) -> ID {
        ID(global_of_item(self.item.kind(), self.item.id))
    }

    /// Its one canonical page.
    pub fn url(&self, ctx: &Context<'_>) -> Result<Url> {
        let slug = &self.board.places.authority.slug;
        Ok(Url(ctx.addresses()?.item(slug, self.item.kind(), self.item.id)))
    }

    /// Who publishes it.
    pub fn authority(&self) -> Authority {
        Authority(self.board.places.authority.clone())
    }

    /// An instant by the authority's clocks.
    pub fn time(&self, instant: Timestamp) -> DateTime {
        DateTime::at(instant, &self.board.places.authority.time_zone)
    }

    /// The language and the text for this reader.
    pub fn text(&self, ctx: &Context<'_>) -> Result<(&Language, &Text)> {
        let content = &self.item.content;
        let chosen = content.texts.choose(ctx.wanted()?, &content.language);
        chosen.ok_or_else(|| async_graphql::Error::new("a public item without a text"))
    }

    /// A short text for this reader.
    pub fn label<'a>(&'a self, ctx: &Context<'_>, label: &'a Label) -> Result<&'a str> {
        Ok(label
            .choose(ctx.wanted()?, &self.item.content.language)
            .unwrap_or_default())
    }

    /// Every language it can be read in.
    pub fn languages(&self) -> Vec<LanguageTag> {
        self.item.content.texts.0.keys().cloned().map(LanguageTag).collect()
    }

    /// Where it is; none: nothing is said of it.
    pub fn venue(&self) -> Option<Venue> {
        let venue = &self.item.content.venue;
        let said = venue.name.is_some() || venue.address.is_some() || venue.point.is_some();
        said.then(|| Venue {
            name: venue.name.clone(),
            address: venue.address.clone(),
            point: venue.point.map(Into::into),
        })
    }

    /// The zones it concerns.
    pub fn zones(&self) -> Vec<Zone> {
        let named = self.item.content.zones.iter();
        named
            .filter_map(|id| self.board.places.zone(*id))
            .map(|zone| Zone(Arc::clone(zone)))
            .collect()
    }

    /// The lines it concerns as a whole.
    pub fn lines(&self) -> Vec<Line> {
        let named = self.item.content.lines.iter();
        named
            .filter_map(|id| self.board.places.line(*id))
            .map(|line| Line::new(&self.board, line))
            .collect()
    }

    /// The stops it concerns.
    pub fn stops(&self) -> Vec<Stop> {
        let named = self.item.content.stops.iter();
        named
            .filter_map(|id| self.board.places.stop(*id))
            .map(|stop| Stop::new(&self.board, stop))
            .collect()
    }

    /// Its pictures, in order.
    pub fn images(&self) -> Vec<Picture> {
        let dressed = |picture: &beffroi_schema::board::Picture| Picture {
            picture: picture.clone(),
            fallback: self.item.content.language.clone(),
        };
        self.item.pictures.iter().map(dressed).collect()
    }

    /// Its videos and documents, in order.
    pub fn attachments(&self) -> Vec<Attachment> {
        let dressed = |file: &beffroi_schema::board::Attachment| Attachment {
            file: file.clone(),
            fallback: self.item.content.language.clone(),
        };
        self.item.attachments.iter().map(dressed).collect()
    }

    /// Where else it is.
    pub fn posts(&self) -> Vec<Post> {
        let posts = self.item.posts.iter();
        posts
            .map(|post| Post {
                network: post.network.into(),
                url: Url(post.url.clone()),
            })
            .collect()
    }
}
