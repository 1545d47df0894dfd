//! One authority's public items at one moment.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use rstar::{
    AABB, RTree,
    primitives::{GeomWithData, Rectangle},
};

use super::{Cursor, Filter, Item, Places, feed::REST, spot};
use crate::{clock::Timestamp, id::ItemId};

/// Most items, newest first, that a board holds beside those that are still standing.
pub const MAX_ITEMS: usize = 5_000;

/// A box on the map with the item that lies in it.
type Place = GeomWithData<Rectangle<[f64; 2]>, ItemId>;

/// One authority's public items, and its places, at one moment. Never changes: the next one replaces it.
#[derive(Debug)]
pub struct Board {
    /// Number of the outbox row that it follows.
    pub version: i64,
    /// Zones, lines, stops.
    pub places: Arc<Places>,
    /// When it was put together.
    made_at: Timestamp,
    items: HashMap<ItemId, Arc<Item>>,
    /// Newest first; everything published down to the horizon.
    recent: Vec<Arc<Item>>,
    /// What may stand before the newest: disruptions that are not over, pinned articles.
    raised: Vec<Arc<Item>>,
    events: Vec<Arc<Item>>,
    map: RTree<Place>,
    /// The oldest item down to which nothing is missing; none: nothing is missing at all.
    horizon: Option<Cursor>,
}

impl Board {
    /// Puts a board together. When `items` hold more than `capacity`, the oldest that no longer stand are left to the
    /// store; `cut` says that the store has still older ones.
    pub fn new(
        version: i64,
        places: Arc<Places>,
        items: HashMap<ItemId, Arc<Item>>,
        capacity: usize,
        cut: Option<Cursor>,
        now: Timestamp,
    ) -> Self {
        let mut recent: Vec<Arc<Item>> = items.values().filter(|item| item.is_public()).cloned().collect();
        recent.sort_by(|a, b| place(a).newest_first(&place(b)));
        let mut horizon = cut;
        if recent.len() > capacity {
            let last = recent.get(capacity.saturating_sub(1)).map(|item| place(item));
            horizon = nearer(horizon, last);
        }
        let held = |item: &Item| horizon.is_none_or(|horizon| place(item).newest_first(&horizon).is_le());
        let items: HashMap<_, _> = items
            .into_iter()
            .filter(|(_, item)| held(item) || (item.is_public() && item.is_standing(now)))
            .collect();
        let standing: Vec<Arc<Item>> = recent
            .iter()
            .filter(|item| items.contains_key(&item.id))
            .cloned()
            .collect();
        recent.retain(|item| held(item));
        let raised = standing
            .iter()
            .filter(|item| item.disruption().is_some_and(|one| one.resolved_at.is_none()) || item.is_pinned(now));
        Self {
            version,
            places,
            made_at: now,
            raised: raised.cloned().collect(),
            events: standing.iter().filter(|item| item.event().is_some()).cloned().collect(),
            map: RTree::bulk_load(standing.iter().flat_map(|item| boxes(item)).collect()),
            items,
            recent,
            horizon,
        }
    }

    /// When it was put together.
    pub fn made_at(&self) -> Timestamp {
        self.made_at
    }

    /// An item that it holds: public, or withdrawn.
    pub fn item(&self, id: ItemId) -> Option<&Arc<Item>> {
        self.items.get(&id)
    }

    /// Every item that it holds.
    pub fn items(&self) -> &HashMap<ItemId, Arc<Item>> {
        &self.items
    }

    /// The oldest item down to which nothing is missing; none: nothing is missing at all.
    pub fn horizon(&self) -> Option<Cursor> {
        self.horizon
    }

    pub(super) fn recent(&self) -> &[Arc<Item>] {
        &self.recent
    }

    pub(super) fn raised(&self) -> &[Arc<Item>] {
        &self.raised
    }

    pub(super) fn events(&self) -> &[Arc<Item>] {
        &self.events
    }

    /// The items that can fulfil the filter's conditions on the map; none: it has no such condition.
    ///
    /// Only boxes are compared here: the filter itself decides.
    pub(super) fn mapped(&self, filter: &Filter) -> Option<HashSet<ItemId>> {
        let near = filter.near.map(|near| spot::around(near.point, near.radius_m));
        let bounds = near?;
        let (low, high) = (bounds.min(), bounds.max());
        let envelope = AABB::from_corners([low.x, low.y], [high.x, high.y]);
        Some(
            self.map
                .locate_in_envelope_intersecting(&envelope)
                .map(|place| place.data)
                .collect(),
        )
    }
}

/// The item's place among those that nothing raises.
pub(super) fn place(item: &Item) -> Cursor {
    Cursor {
        rank: REST,
        at: item.published_at,
        id: item.id,
    }
}

fn nearer(a: Option<Cursor>, b: Option<Cursor>) -> Option<Cursor> {
    match (a, b) {
        (Some(a), Some(b)) if b.newest_first(&a).is_lt() => Some(b),
        (Some(a), _) => Some(a),
        (None, b) => b,
    }
}

fn boxes(item: &Item) -> impl Iterator<Item = Place> {
    item.spots.iter().map(|spot| {
        let (low, high) = (spot.bounds().min(), spot.bounds().max());
        GeomWithData::new(Rectangle::from_corners([low.x, low.y], [high.x, high.y]), item.id)
    })
}
