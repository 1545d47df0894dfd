//! Lists, page by page (<https://relay.dev/graphql/connections.htm>).

use async_graphql::{OutputType, Result, SimpleObject};
use beffroi_schema::board::{Cursor, Page};

use super::{article::Article, disruption::Disruption, event::Event, item::Item, shown::Shown};
use crate::{
    graphql::{desk::items::DeskItem, error::Code},
    limits::MAX_PAGE,
};

/// Entries of a page when the client does not say.
pub const FIRST: usize = 20;
/// Most zones, lines or stops answered at once.
pub const PLACES_MAX: usize = 1_000;

/// Where a page stands in its list.
#[derive(Clone, Debug, SimpleObject)]
pub struct PageInfo {
    /// Whether more entries follow.
    pub has_next_page: bool,
    /// Whether entries come before: true on every page but the first.
    pub has_previous_page: bool,
    /// The place of the first entry; null when there is none.
    pub start_cursor: Option<String>,
    /// The place of the last entry: pass it as `after` for the next page; null when there is none.
    pub end_cursor: Option<String>,
}

/// An entry of a list, with its place.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(
    concrete(name = "ItemEdge", params(Item)),
    concrete(name = "EventEdge", params(Event)),
    concrete(name = "DisruptionEdge", params(Disruption)),
    concrete(name = "ArticleEdge", params(Article)),
    concrete(name = "DeskItemEdge", params(DeskItem))
)]
pub struct Edge<T: OutputType> {
    /// Its place in the list, opaque.
    pub cursor: String,
    /// The entry.
    pub node: T,
}

/// One page of a list.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(
    concrete(name = "ItemConnection", params(Item)),
    concrete(name = "EventConnection", params(Event)),
    concrete(name = "DisruptionConnection", params(Disruption)),
    concrete(name = "ArticleConnection", params(Article)),
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
        let first = first
            .map_or(FIRST, |first| usize::try_from(first).unwrap_or(1))
            .clamp(1, MAX_PAGE);
        let after = after.map(str::parse).transpose();
        let after =
            after.map_err(|wrong: beffroi_schema::board::CursorError| Code::BadUserInput.error(wrong.to_string()))?;
        Ok(Self { first, after })
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
        let edges: Vec<Edge<T>> = page
            .items
            .into_iter()
            .filter_map(|(cursor, item)| {
                Some(Edge {
                    cursor: cursor.to_string(),
                    node: node(shown(item))?,
                })
            })
            .collect();
        Self {
            nodes: edges.iter().map(|edge| edge.node.clone()).collect(),
            page_info: PageInfo {
                has_next_page: page.more,
                has_previous_page: wanted.after.is_some(),
                start_cursor: edges.first().map(|edge| edge.cursor.clone()),
                end_cursor: edges.last().map(|edge| edge.cursor.clone()),
            },
            edges,
        }
    }
}
