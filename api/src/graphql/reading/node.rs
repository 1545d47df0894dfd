//! Global ids: one opaque word names anything, of whatever type.

use std::sync::Arc;

use async_graphql::{Context, ID, Interface, Object, Result};
use beffroi_schema::{
    board::PlaceId,
    id::{AuthorityId, ItemId, LineId, StopId, ZoneId},
};

use super::{
    Reading as _,
    article::Article,
    authority::Authority,
    disruption::Disruption,
    event::Event,
    fault,
    item::Item,
    place::{Line, Stop, Zone},
    shown::Shown,
};
use crate::graphql::{error::Code, id};

/// Most nodes asked for at once.
pub const MAX_NODES: usize = 100;

/// Anything that has a global id.
#[derive(Clone, Debug, Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Its global id: opaque, and the same for ever."))]
pub enum Node {
    /// An authority.
    Authority(Authority),
    /// A zone.
    Zone(Zone),
    /// A line.
    Line(Line),
    /// A stop.
    Stop(Stop),
    /// An event.
    Event(Event),
    /// A disruption.
    Disruption(Disruption),
    /// An article.
    Article(Article),
}

/// A type with a global id, as it stands in the id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeId {
    /// An authority.
    Authority(AuthorityId),
    /// A zone, line or stop.
    Place(PlaceId),
    /// An event, a disruption or an article.
    Item(ItemId),
}

impl NodeId {
    /// Reads a global id; anything else is a mistake of the client.
    pub fn read(id: &ID) -> Result<Self> {
        Self::parse(id).ok_or_else(|| Code::BadUserInput.error("this is not an id: pass one that the server gave"))
    }

    fn parse(id: &ID) -> Option<Self> {
        let (kind, row) = id::read(id)?;
        Some(match kind.as_str() {
            "Authority" => Self::Authority(AuthorityId(row)),
            "Zone" => Self::Place(PlaceId::Zone(ZoneId(row))),
            "Line" => Self::Place(PlaceId::Line(LineId(row))),
            "Stop" => Self::Place(PlaceId::Stop(StopId(row))),
            "Event" | "Disruption" | "Article" => Self::Item(ItemId(row)),
            _ => return None,
        })
    }
}

/// Asking by id.
#[derive(Debug, Default)]
pub struct NodeQuery;

#[Object]
impl NodeQuery {
    /// Anything by its global id; null when there is no such thing, or when it was taken back.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A global id that the server gave.")] id: ID,
    ) -> Result<Option<Node>> {
        find(ctx, &id).await
    }

    /// Several things by their global ids, at most 100, in the order asked; null where there is no such thing.
    #[graphql(complexity = "10 * ids.len() * child_complexity.max(1)")]
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ids that the server gave.")] ids: Vec<ID>,
    ) -> Result<Vec<Option<Node>>> {
        if ids.len() > MAX_NODES {
            return Err(Code::BadUserInput.error(format!("at most {MAX_NODES} ids at once")));
        }
        let mut nodes = Vec::with_capacity(ids.len());
        for id in &ids {
            nodes.push(find(ctx, id).await?);
        }
        Ok(nodes)
    }

    /// An item by its global id; null when there never was such an item, or when it was taken back.
    async fn item(&self, ctx: &Context<'_>, #[graphql(desc = "The item's global id.")] id: ID) -> Result<Option<Item>> {
        match NodeId::read(&id)? {
            NodeId::Item(id) => item(ctx, id).await,
            NodeId::Authority(_) | NodeId::Place(_) => Ok(None),
        }
    }
}

async fn find(ctx: &Context<'_>, id: &ID) -> Result<Option<Node>> {
    Ok(match NodeId::read(id)? {
        NodeId::Authority(id) => {
            let authorities = ctx.boards()?.authorities();
            let found = authorities.iter().find(|authority| authority.id == id);
            found.map(|authority| Authority(authority.clone()).into())
        }
        NodeId::Place(id) => place(ctx, id).await?,
        NodeId::Item(id) => item(ctx, id).await?.map(|item| match item {
            Item::Event(event) => event.into(),
            Item::Disruption(disruption) => disruption.into(),
            Item::Article(article) => article.into(),
        }),
    })
}

async fn item(ctx: &Context<'_>, id: ItemId) -> Result<Option<Item>> {
    let boards = ctx.boards()?;
    let found = boards.item(id).await.map_err(fault)?;
    // A display that is still ahead is announced to nobody.
    let now = boards.store().clock().now();
    let shown = found.filter(|found| found.item.is_shown(now));
    Ok(shown.map(|found| Shown::new(found.board, found.item).into()))
}

async fn place(ctx: &Context<'_>, id: PlaceId) -> Result<Option<Node>> {
    let Some(board) = ctx.boards()?.home_of(id).await.map_err(fault)? else {
        return Ok(None);
    };
    Ok(match id {
        PlaceId::Zone(id) => board.places.zone(id).map(|zone| Zone(Arc::clone(zone)).into()),
        PlaceId::Line(id) => board.places.line(id).map(|line| Line::new(&board, line).into()),
        PlaceId::Stop(id) => board.places.stop(id).map(|stop| Stop::new(&board, stop).into()),
    })
}
