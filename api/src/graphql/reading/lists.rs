//! The feed, the agenda, and the lists of one kind.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, OutputType, Result};
use beffroi_schema::{
    board::{self, Board, Page},
    recurrence::Window,
    value,
};

use super::{
    Reading as _,
    article::Article,
    board,
    connection::{Connection, Edge, PLACES_MAX, Wanted},
    disruption::Disruption,
    event::Event,
    fault,
    filter::{Between, ItemFilter, Near, whereabouts},
    item::Item,
    place::{Line, Stop, Zone},
    shown::Shown,
};

/// Asking for lists.
#[derive(Debug, Default)]
pub struct ListQuery;

#[Object]
impl ListQuery {
    /// What residents read, in the order they need it: disruptions in effect that are worth a warning, the worst first;
    /// then pinned articles; then the newest.
    #[graphql(complexity = "first.unwrap_or(20).clamp(1, 100) as usize * child_complexity / 4 + 10")]
    async fn feed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The authority's slug; null: the only authority of this instance.")] authority: Option<String>,
        #[graphql(desc = "What to narrow the list to; null: everything.")] filter: Option<ItemFilter>,
        #[graphql(desc = "Entries of the page: 20 when null, at most 100.")] first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the page before; null: the first page.")] after: Option<String>,
    ) -> Result<Connection<Item>> {
        let filter = filter.unwrap_or_default().read()?;
        let board = board(ctx, authority.as_deref()).await?;
        listed(ctx, &board, filter, Wanted::read(first, after.as_deref())?, |shown| {
            Some(shown.into())
        })
        .await
    }

    /// Events with a date within a span of time, soonest first. An event stands once, at its first date there.
    #[graphql(complexity = "first.unwrap_or(20).clamp(1, 100) as usize * child_complexity / 4 + 10")]
    async fn events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The authority's slug; null: the only authority of this instance.")] authority: Option<String>,
        #[graphql(desc = "The span of time; null: from now on.")] between: Option<Between>,
        #[graphql(desc = "What to narrow the list to; null: everything.")] filter: Option<ItemFilter>,
        #[graphql(desc = "Entries of the page: 20 when null, at most 100.")] first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the page before; null: the first page.")] after: Option<String>,
    ) -> Result<Connection<Event>> {
        let filter = filter.unwrap_or_default().read()?;
        let wanted = Wanted::read(first, after.as_deref())?;
        let board = board(ctx, authority.as_deref()).await?;
        let now = ctx.boards()?.store().clock().now();
        let from_now = Window {
            from: now,
            ..Window::around(now)
        };
        let window = between.map(Between::read).transpose()?.unwrap_or(from_now);
        let page = board.agenda(window, &filter, now, wanted.after, wanted.first);
        Ok(connection(&board, page, &filter, wanted, |shown| {
            shown.item.event().is_some().then(|| Event(shown.clone()))
        }))
    }

    /// Disruptions: those in effect that are worth a warning first, the worst before the others; then the newest.
    #[graphql(complexity = "first.unwrap_or(20).clamp(1, 100) as usize * child_complexity / 4 + 10")]
    async fn disruptions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The authority's slug; null: the only authority of this instance.")] authority: Option<String>,
        #[graphql(
            desc = "True: only those that affect service now. False: only those that do not, or no longer. Null: both."
        )]
        in_effect: Option<bool>,
        #[graphql(desc = "What to narrow the list to; null: everything.")] filter: Option<ItemFilter>,
        #[graphql(desc = "Entries of the page: 20 when null, at most 100.")] first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the page before; null: the first page.")] after: Option<String>,
    ) -> Result<Connection<Disruption>> {
        let filter = board::Filter {
            kinds: vec![value::Kind::Disruption],
            in_effect,
            ..filter.unwrap_or_default().read()?
        };
        let board = board(ctx, authority.as_deref()).await?;
        let node = |shown: Shown| shown.item.disruption().is_some().then(|| Disruption(shown.clone()));
        listed(ctx, &board, filter, Wanted::read(first, after.as_deref())?, node).await
    }

    /// Articles: the pinned ones first, then the newest.
    #[graphql(complexity = "first.unwrap_or(20).clamp(1, 100) as usize * child_complexity / 4 + 10")]
    async fn articles(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The authority's slug; null: the only authority of this instance.")] authority: Option<String>,
        #[graphql(desc = "A rubric of the town; null: all of them.")] section: Option<String>,
        #[graphql(desc = "What to narrow the list to; null: everything.")] filter: Option<ItemFilter>,
        #[graphql(desc = "Entries of the page: 20 when null, at most 100.")] first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the page before; null: the first page.")] after: Option<String>,
    ) -> Result<Connection<Article>> {
        let filter = board::Filter {
            kinds: vec![value::Kind::Article],
            section,
            ..filter.unwrap_or_default().read()?
        };
        let board = board(ctx, authority.as_deref()).await?;
        let node = |shown: Shown| shown.item.article().is_some().then(|| Article(shown.clone()));
        listed(ctx, &board, filter, Wanted::read(first, after.as_deref())?, node).await
    }

    /// The zones of an authority, by name; those around a point, the nearest first.
    #[graphql(complexity = "20 * child_complexity")]
    async fn zones(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The authority's slug; null: the only authority of this instance.")] authority: Option<String>,
        #[graphql(desc = "Near this point, the nearest first; null: anywhere.")] near: Option<Near>,
    ) -> Result<Vec<Zone>> {
        let board = board(ctx, authority.as_deref()).await?;
        let zones = whereabouts(near, None)?.pick(board.places.zones.iter(), &board.places);
        Ok(zones.into_iter().take(PLACES_MAX).cloned().map(Zone).collect())
    }

    /// The lines that run, in the operator's order.
    #[graphql(complexity = "20 * child_complexity")]
    async fn lines(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The authority's slug; null: the only authority of this instance.")] authority: Option<String>,
        #[graphql(desc = "Near this point, the nearest first; null: anywhere.")] near: Option<Near>,
        #[graphql(desc = "In this zone, or through it; null: anywhere.")] inside_zone: Option<ID>,
    ) -> Result<Vec<Line>> {
        let board = board(ctx, authority.as_deref()).await?;
        let running = board.places.lines.iter().filter(|line| line.running);
        let lines = whereabouts(near, inside_zone.as_ref())?.pick(running, &board.places);
        Ok(lines
            .into_iter()
            .take(PLACES_MAX)
            .map(|line| Line::new(&board, line))
            .collect())
    }

    /// Stops and stations that are served, by name, at most 1,000: narrow a large network by words or place.
    #[graphql(complexity = "20 * child_complexity")]
    async fn stops(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The authority's slug; null: the only authority of this instance.")] authority: Option<String>,
        #[graphql(desc = "A part of the name, in any case; null: all of them.")] named: Option<String>,
        #[graphql(desc = "Near this point, the nearest first; null: anywhere.")] near: Option<Near>,
        #[graphql(desc = "In this zone, or through it; null: anywhere.")] inside_zone: Option<ID>,
    ) -> Result<Vec<Stop>> {
        let board = board(ctx, authority.as_deref()).await?;
        let named = named.unwrap_or_default().to_lowercase();
        let served = board
            .places
            .stops
            .iter()
            .filter(|stop| stop.running && stop.name.to_lowercase().contains(&named));
        let stops = whereabouts(near, inside_zone.as_ref())?.pick(served, &board.places);
        Ok(stops
            .into_iter()
            .take(PLACES_MAX)
            .map(|stop| Stop::new(&board, stop))
            .collect())
    }
}

/// A page of the feed's order.
async fn listed<T: OutputType + Clone>(
    ctx: &Context<'_>,
    board: &Arc<Board>,
    filter: board::Filter,
    wanted: Wanted,
    node: impl Fn(Shown) -> Option<T>,
) -> Result<Connection<T>>
where
    Edge<T>: OutputType,
{
    let page = ctx
        .boards()?
        .feed(board, &filter, wanted.after, wanted.first)
        .await
        .map_err(fault)?;
    Ok(connection(board, page, &filter, wanted, node))
}

fn connection<T: OutputType + Clone>(
    board: &Arc<Board>,
    page: Page,
    filter: &board::Filter,
    wanted: Wanted,
    node: impl Fn(Shown) -> Option<T>,
) -> Connection<T>
where
    Edge<T>: OutputType,
{
    Connection::new(page, wanted, node, |item| {
        Shown::new(Arc::clone(board), item).measured(filter.near)
    })
}
