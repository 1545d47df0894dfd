//! The boards of every authority: loaded when first asked for, then kept up with the outbox.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicI64, Ordering},
    },
};

use arc_swap::ArcSwap;
use tokio::sync::{Mutex, broadcast};

use super::{Authority, Board, Cursor, Filter, Item, MAX_ITEMS, Page, feed, snapshot::place};
use crate::{
    clock::Timestamp,
    entity::outbox,
    id::{AuthorityId, ItemId, LineId, StopId, ZoneId},
    store::{Store, StoreResult},
    value::{Change, Subject},
};

/// Outbox rows read at once.
const TAIL_ROWS: u64 = 500;
/// Changes kept for a subscriber that falls behind; beyond them it is told to read again.
const CHANGES_KEPT: usize = 256;
/// Older items read from the store at once.
const STORE_ITEMS: u64 = 200;
/// Most batches read from the store to fill one page; a filter that finds nothing in them ends the list.
const STORE_BATCHES: usize = 10;

/// Every authority's board. Clones share them.
#[derive(Clone, Debug)]
pub struct Boards(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Store,
    capacity: usize,
    directory: ArcSwap<Vec<Arc<Authority>>>,
    boards: RwLock<HashMap<AuthorityId, Arc<ArcSwap<Board>>>>,
    changes: broadcast::Sender<Changed>,
    version: AtomicI64,
    /// Number of the last outbox row that was followed. Whoever loads or refreshes holds it, so that no row falls
    /// between the two.
    followed: Mutex<i64>,
}

/// An item that changed.
#[derive(Clone, Debug)]
pub struct Changed {
    /// Where.
    pub board: Arc<Board>,
    /// The item as it is now.
    pub item: Arc<Item>,
    /// What happened.
    pub change: Change,
}

/// An item with the board it belongs to.
#[derive(Clone, Debug)]
pub struct Found {
    /// Where its lines, stops and zones are.
    pub board: Arc<Board>,
    /// The item; perhaps withdrawn.
    pub item: Arc<Item>,
}

/// A place by its id, of whichever authority.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaceId {
    /// A zone.
    Zone(ZoneId),
    /// A line.
    Line(LineId),
    /// A stop.
    Stop(StopId),
}

impl Boards {
    /// Over a store, with nothing loaded but the list of authorities.
    pub async fn open(store: Store) -> StoreResult<Self> {
        Self::holding(store, MAX_ITEMS).await
    }

    /// The same, holding at most `capacity` items an authority beside those that still stand.
    pub async fn holding(store: Store, capacity: usize) -> StoreResult<Self> {
        let followed = store.outbox_head().await?;
        let directory = store.board_authorities().await?;
        Ok(Self(Arc::new(Inner {
            store,
            capacity,
            directory: ArcSwap::from_pointee(directory),
            boards: RwLock::default(),
            changes: broadcast::Sender::new(CHANGES_KEPT),
            version: AtomicI64::new(followed),
            followed: Mutex::new(followed),
        })))
    }

    /// The store behind the boards.
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// Every authority of the instance, by name.
    pub fn authorities(&self) -> Arc<Vec<Arc<Authority>>> {
        self.0.directory.load_full()
    }

    /// Number of the last outbox row that every loaded board follows: while it stands, so does everything they answer.
    pub fn version(&self) -> i64 {
        self.0.version.load(Ordering::Acquire)
    }

    /// Tells of every item that changes from now on, on boards that are loaded.
    pub fn changes(&self) -> broadcast::Receiver<Changed> {
        self.0.changes.subscribe()
    }

    /// The board of the authority with this name in addresses.
    pub async fn by_slug(&self, slug: &str) -> StoreResult<Option<Arc<Board>>> {
        let id = self
            .authorities()
            .iter()
            .find(|authority| authority.slug == slug)
            .map(|authority| authority.id);
        match id {
            Some(id) => self.board(id).await,
            None => Ok(None),
        }
    }

    /// The board of an authority, loaded if it is not yet.
    pub async fn board(&self, authority: AuthorityId) -> StoreResult<Option<Arc<Board>>> {
        if let Some(slot) = self.slot(authority) {
            return Ok(Some(slot.load_full()));
        }
        let _turn = self.0.followed.lock().await;
        if let Some(slot) = self.slot(authority) {
            return Ok(Some(slot.load_full()));
        }
        let Some(board) = self.load(authority).await? else {
            return Ok(None);
        };
        let board = Arc::new(board);
        let slot = Arc::new(ArcSwap::new(Arc::clone(&board)));
        self.0
            .boards
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(authority, slot);
        Ok(Some(board))
    }

    /// An item of any authority, perhaps withdrawn; none: there never was such a public item.
    pub async fn item(&self, id: ItemId) -> StoreResult<Option<Found>> {
        for slot in self.slots() {
            let board = slot.load_full();
            if let Some(item) = board.item(id).cloned() {
                return Ok(Some(Found { board, item }));
            }
        }
        let Some(item) = self.0.store.board_items_named(&[id]).await?.pop() else {
            return Ok(None);
        };
        let Some(board) = self.board(item.authority).await? else {
            return Ok(None);
        };
        let item = item.placed(&board.places, self.now());
        Ok(Some(Found {
            board,
            item: Arc::new(item),
        }))
    }

    /// The board that holds a place.
    pub async fn home_of(&self, place: PlaceId) -> StoreResult<Option<Arc<Board>>> {
        for slot in self.slots() {
            let board = slot.load_full();
            let here = match place {
                PlaceId::Zone(id) => board.places.zone(id).is_some(),
                PlaceId::Line(id) => board.places.line(id).is_some(),
                PlaceId::Stop(id) => board.places.stop(id).is_some(),
            };
            if here {
                return Ok(Some(board));
            }
        }
        match self.0.store.home_of(place).await? {
            Some(authority) => self.board(authority).await,
            None => Ok(None),
        }
    }

    /// A page of the feed: from the board, and beyond its horizon from the store, with the same cursors.
    pub async fn feed(&self, board: &Board, filter: &Filter, after: Option<Cursor>, first: usize) -> StoreResult<Page> {
        let (now, limit) = (self.now(), first + 1);
        let mut items = board.feed(filter, now, after, limit);
        let Some(horizon) = board.horizon() else {
            return Ok(Page::cut(items, first));
        };
        let mut from = after
            .filter(|after| horizon.newest_first(after).is_lt())
            .unwrap_or(horizon);
        for _ in 0..STORE_BATCHES {
            if items.len() >= limit {
                break;
            }
            let authority = board.places.authority.id;
            let older = self
                .0
                .store
                .board_items_before(authority, &filter.kinds, from.at, from.id, STORE_ITEMS)
                .await?;
            let Some(last) = older.last() else { break };
            from = place(last);
            let placed = older.into_iter().map(|item| item.placed(&board.places, now));
            let wanted = placed.filter(|item| item.is_shown(now) && filter.wants(item, &board.places, now));
            // What is raised stands at the top already.
            let unraised = wanted
                .map(|item| (feed::position(&item, now), Arc::new(item)))
                .filter(|(at, _)| at.rank == feed::REST);
            items.extend(unraised);
        }
        Ok(Page::cut(items, first))
    }

    /// Follows the outbox as far as it goes. Answers how many rows there were.
    pub async fn refresh(&self) -> StoreResult<usize> {
        let mut followed = self.0.followed.lock().await;
        let mut rows_seen = 0;
        loop {
            let rows = self.0.store.outbox_after(*followed, TAIL_ROWS).await?;
            let Some(last) = rows.last().map(|row| row.seq) else {
                return Ok(rows_seen);
            };
            rows_seen += rows.len();
            self.follow(rows).await?;
            *followed = last;
            self.0.version.store(last, Ordering::Release);
        }
    }

    /// Brings the boards concerned up to these rows.
    async fn follow(&self, rows: Vec<outbox::Model>) -> StoreResult<()> {
        if rows.iter().any(|row| row.subject == Subject::Places) {
            self.0
                .directory
                .store(Arc::new(self.0.store.board_authorities().await?));
        }
        let mut by_authority: BTreeMap<AuthorityId, Vec<outbox::Model>> = BTreeMap::new();
        for row in rows {
            by_authority.entry(row.authority_id).or_default().push(row);
        }
        for (authority, rows) in by_authority {
            let Some(slot) = self.slot(authority) else { continue };
            let before = slot.load_full();
            let Some(last) = rows.iter().map(|row| row.seq).max().filter(|seq| *seq > before.version) else {
                continue;
            };
            let Some((board, touched)) = self.next(&before, &rows, last).await? else {
                self.0
                    .boards
                    .write()
                    .unwrap_or_else(PoisonError::into_inner)
                    .remove(&authority);
                continue;
            };
            let board = Arc::new(board);
            slot.store(Arc::clone(&board));
            self.announce(&before, &board, &touched);
        }
        Ok(())
    }

    /// The board after `before`, with the items that were looked at again; none: the authority is gone.
    async fn next(
        &self,
        before: &Board,
        rows: &[outbox::Model],
        version: i64,
    ) -> StoreResult<Option<(Board, Vec<Arc<Item>>)>> {
        let named: Vec<ItemId> = rows
            .iter()
            .filter_map(|row| row.item_id)
            .collect::<HashSet<_>>()
            .into_iter()
            .collect();
        let now = self.now();
        if rows.iter().any(|row| row.subject == Subject::Places) {
            let Some(board) = self.load(before.places.authority.id).await? else {
                return Ok(None);
            };
            let touched = named.iter().filter_map(|id| board.item(*id).cloned()).collect();
            return Ok(Some((board, touched)));
        }
        let fresh = self.0.store.board_items_named(&named).await?;
        let touched: Vec<Arc<Item>> = fresh
            .into_iter()
            .map(|item| Arc::new(item.placed(&before.places, now)))
            .collect();
        let mut items = before.items().clone();
        items.extend(touched.iter().map(|item| (item.id, Arc::clone(item))));
        let board = Board::new(
            version,
            Arc::clone(&before.places),
            items,
            self.0.capacity,
            before.horizon(),
            now,
        );
        Ok(Some((board, touched)))
    }

    /// Tells subscribers of the items whose version is another one. A row that only says "look again" (a new post
    /// elsewhere) is not news.
    fn announce(&self, before: &Board, board: &Arc<Board>, touched: &[Arc<Item>]) {
        for item in touched {
            if before.item(item.id).is_some_and(|known| known.version == item.version) {
                continue;
            }
            let news = Changed {
                board: Arc::clone(board),
                item: Arc::clone(item),
                change: item.change,
            };
            // Nobody listening is no failure.
            self.0.changes.send(news).ok();
        }
    }

    /// Reads a whole board. Its version is read first: what is published meanwhile is looked at once more.
    async fn load(&self, authority: AuthorityId) -> StoreResult<Option<Board>> {
        let store = &self.0.store;
        let version = store.outbox_head().await?;
        let Some(places) = store.board_places(authority).await?.map(Arc::new) else {
            return Ok(None);
        };
        let now = self.now();
        let newest = store.board_items_newest(authority, self.0.capacity).await?;
        let cut = if newest.len() < self.0.capacity {
            None
        } else {
            newest.last().map(place)
        };
        let standing = match cut {
            Some(cut) => store.board_items_standing(authority, cut.at, now).await?,
            None => Vec::new(),
        };
        let all = newest.into_iter().chain(standing).map(|item| item.placed(&places, now));
        let items = all.map(|item| (item.id, Arc::new(item))).collect();
        Ok(Some(Board::new(version, places, items, self.0.capacity, cut, now)))
    }

    fn slot(&self, authority: AuthorityId) -> Option<Arc<ArcSwap<Board>>> {
        self.0
            .boards
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&authority)
            .cloned()
    }

    fn slots(&self) -> Vec<Arc<ArcSwap<Board>>> {
        self.0
            .boards
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .values()
            .cloned()
            .collect()
    }

    fn now(&self) -> Timestamp {
        self.0.store.clock().now()
    }
}
