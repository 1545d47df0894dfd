//! Lists, page by page (<https://relay.dev/graphql/connections.htm>).

use async_graphql::{OutputType, Result, SimpleObject, connection::PageInfo};
use beffroi_schema::board::{Cursor, Page};

use super::{article::Article, disruption::Disruption, event::Event, item::Item, shown::Shown};
use crate::{
    graphql::{
        desk::{audit::AuditEntry, items::DeskItem},
        error::Code,
    },
    limits::{DEFAULT_PAGE, MAX_PAGE},
};

/// Most zones, lines or stops answered at once.
pub const PLACES_MAX: usize = 1_000;

/// An entry of a list, with its place.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(
    concrete(name = "ItemEdge", params(Item)),
    concrete(name = "EventEdge", params(Event)),
    concrete(name = "DisruptionEdge", params(Disruption)),
    concrete(name = "ArticleEdge", params(Article)),
    concrete(name = "AuditEdge", params(AuditEntry)),
    concrete(name = "DeskItemEdge", params(DeskItem))
)]
pub struct Edge<T: OutputType> {
    /// Its place in the list, opaque.
    pub cursor: String,
    /// The entry.
    pub node: T,
}

/// One page of a list.
#[derive(SimpleObject)]
#[graphql(
    concrete(name = "ItemConnection", params(Item)),
    concrete(name = "EventConnection", params(Event)),
    concrete(name = "DisruptionConnection", params(Disruption)),
    concrete(name = "ArticleConnection", params(Article)),
    concrete(name = "AuditConnection", params(AuditEntry)),
    concrete(name = "DeskItemConnection", params(DeskItem))
)]
pub struct Connection<T: OutputType>
where
    Edge<T>: OutputType,
{
    /// The entries with their places, in order.
    pub edges: Vec<Edge<T>>,
    /// The entries alone, in order.
    pub nodes: Vec<T>,
    /// Where the page stands.
    pub page_info: PageInfo,
}

/// Which page is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// How many entries.
    pub first: usize,
    /// After which one.
    pub after: Option<Cursor>,
}

impl Wanted {
    /// Reads the arguments: `first` is cut to 1–100, a wrong cursor is refused.
    pub fn read(first: Option<i32>, after: Option<&str>) -> Result<Self> {
        let first = page_size(first);
        let after = after.map(str::parse).transpose();
        let after =
            after.map_err(|wrong: beffroi_schema::board::CursorError| Code::BadUserInput.error(wrong.to_string()))?;
        Ok(Self { first, after })
    }
}

/// How many entries `first` asks for: 20 when it is absent, else cut to 1–100.
pub fn page_size(first: Option<i32>) -> usize {
    first
        .map_or(DEFAULT_PAGE, |first| usize::try_from(first).unwrap_or(1))
        .clamp(1, MAX_PAGE)
}

impl<T: OutputType> std::fmt::Debug for Connection<T>
where
    Edge<T>: OutputType,
{
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection")
            .field("nodes", &self.nodes.len())
            .finish_non_exhaustive()
    }
}

impl<T: OutputType + Clone> Connection<T>
where
    Edge<T>: OutputType,
{
    /// The page as a list of what `node` makes of each item; items it makes nothing of are left out.
    pub fn new(
        page: Page,
        wanted: Wanted,
        node: impl Fn(Shown) -> Option<T>,
        shown: impl Fn(std::sync::Arc<beffroi_schema::board::Item>) -> Shown,
    ) -> Self {
        let edges = page.items.into_iter().filter_map(|(cursor, item)| {
            Some(Edge {
                cursor: cursor.to_string(),
                node: node(shown(item))?,
            })
        });
        Self::of(edges.collect(), page.more, wanted.after.is_some())
    }

    /// The page with these entries: whether others follow, and whether it continues another page.
    pub fn of(edges: Vec<Edge<T>>, more: bool, continues: bool) -> Self {
        Self {
            nodes: edges.iter().map(|edge| edge.node.clone()).collect(),
            page_info: PageInfo {
                has_next_page: more,
                has_previous_page: continues,
                start_cursor: edges.first().map(|edge| edge.cursor.clone()),
                end_cursor: edges.last().map(|edge| edge.cursor.clone()),
            },
            edges,
        }
    }
}
