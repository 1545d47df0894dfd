//! The order of the feed (`docs/feed.md`): warnings in effect, then what is pinned, then the newest.

use std::sync::Arc;

use super::{Board, Cursor, Filter, Item, snapshot::place};
use crate::{clock::Timestamp, value::Severity};

/// A severe disruption in effect.
const SEVERE: u8 = 0;
/// A disruption in effect that is worth a warning.
const WARNING: u8 = 1;
/// An article that the authority keeps before the others.
const PINNED: u8 = 2;
/// Everything else.
pub(super) const REST: u8 = 3;

/// A bounded run of a list.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// Each item with its place, in order.
    pub items: Vec<(Cursor, Arc<Item>)>,
    /// Whether more follow.
    pub more: bool,
}

impl Page {
    /// The first `first` of `items`.
    pub(super) fn cut(mut items: Vec<(Cursor, Arc<Item>)>, first: usize) -> Self {
        let more = items.len() > first;
        items.truncate(first);
        Self { items, more }
    }
}

/// The item's place in the feed at `now`.
pub fn position(item: &Item, now: Timestamp) -> Cursor {
    let rank = match item.warning(now) {
        Some(Severity::Severe) => SEVERE,
        Some(Severity::Warning) => WARNING,
        Some(Severity::Info | Severity::UnknownSeverity) | None if item.is_pinned(now) => PINNED,
        Some(Severity::Info | Severity::UnknownSeverity) | None => REST,
    };
    Cursor { rank, ..place(item) }
}

impl Board {
    /// The items after `after` that `filter` wants, at most `limit`, as far as the board goes.
    pub(super) fn feed(
        &self,
        filter: &Filter,
        now: Timestamp,
        after: Option<Cursor>,
        limit: usize,
    ) -> Vec<(Cursor, Arc<Item>)> {
        let mapped = self.mapped(filter);
        let wanted = |item: &Item| {
            mapped.as_ref().is_none_or(|mapped| mapped.contains(&item.id))
                && item.is_shown(now)
                && filter.wants(item, &self.places, now)
        };
        let follows = |place: &Cursor| after.is_none_or(|after| after.newest_first(place).is_lt());

        let ranked = |item: &Arc<Item>| (position(item, now), Arc::clone(item));
        let mut top: Vec<_> = self
            .raised()
            .iter()
            .map(ranked)
            .filter(|(at, item)| at.rank < REST && wanted(item))
            .collect();
        top.sort_by(|(a, _), (b, _)| a.newest_first(b));

        let start = after.map_or(0, |after| {
            self.recent().partition_point(|item| !follows_in_rest(item, &after))
        });
        let rest = self.recent()[start..]
            .iter()
            .map(ranked)
            .filter(|(at, item)| at.rank == REST && wanted(item));
        top.into_iter()
            .chain(rest)
            .filter(|(at, _)| follows(at))
            .take(limit)
            .collect()
    }
}

/// Whether an item without rank comes after the cursor: all do, while the cursor is among the raised ones.
fn follows_in_rest(item: &Item, after: &Cursor) -> bool {
    after.newest_first(&place(item)).is_lt()
}
