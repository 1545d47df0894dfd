//! What takes place when.

use std::sync::Arc;

use super::{Board, Cursor, Filter, Item, Page};
use crate::{clock::Timestamp, recurrence::Window};

impl Board {
    /// The events with a date in `window`, soonest first: an event stands once, at its first date there.
    pub fn agenda(&self, window: Window, filter: &Filter, now: Timestamp, after: Option<Cursor>, first: usize) -> Page {
        let mapped = self.mapped(filter);
        let mut events: Vec<(Cursor, Arc<Item>)> = self
            .events()
            .iter()
            .filter(|item| mapped.as_ref().is_none_or(|mapped| mapped.contains(&item.id)))
            .filter_map(|item| Some((date(item, window)?, Arc::clone(item))))
            .filter(|(at, item)| {
                after.is_none_or(|after| after.soonest_first(at).is_lt()) && filter.wants(item, &self.places, now)
            })
            .collect();
        events.sort_by(|(a, _), (b, _)| a.soonest_first(b));
        Page::cut(events, first)
    }
}

fn date(item: &Item, window: Window) -> Option<Cursor> {
    let first = item
        .occurrences
        .iter()
        .find(|one| window.touches(one.starts_at, one.ends_at))?;
    Some(Cursor {
        rank: 0,
        at: first.starts_at,
        id: item.id,
    })
}
