//! What the boards read: public items, places, and the outbox.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait, ExprTrait as _, JoinType, Order, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, Select, SelectTwo,
    sea_query::{Alias, Expr, Query, SelectStatement},
};

use super::{Store, StoreResult};
use crate::{
    board::{Attachment, Authority, Item, ItemState, Line, Picture, PlaceId, Places, Post, Spot, Stop, Update, Zone},
    clock::Timestamp,
    entity::{
        account, article, authority, disruption, disruption_update, item, line, media, occurrence, receipt, revision,
        stop, zone,
    },
    id::{AuthorityId, ItemId, MediaId},
    value::{ItemStatus, Kind, Point},
};

/// Ids named in one query: far below SQLite's 32,766 parameters.
const IDS_PER_QUERY: usize = 500;
/// Most older items that a board keeps because they still stand.
const MAX_STANDING: u64 = 2_000;
/// Most updates of one disruption that are shown, newest first.
const MAX_UPDATES: usize = 100;

impl Store {
    /// Every authority as residents see it, by name.
    pub async fn board_authorities(&self) -> StoreResult<Vec<Arc<Authority>>> {
        let rows = self.authorities().await?;
        Ok(rows.into_iter().map(Authority::from).map(Arc::new).collect())
    }

    /// An authority with its zones, lines and stops, retired ones included: alerts go on naming them.
    pub async fn board_places(&self, id: AuthorityId) -> StoreResult<Option<Places>> {
        let Some(authority) = self.authority(id).await? else {
            return Ok(None);
        };
        let served = self.served(id).await?;
        Ok(Some(Places::new(
            Arc::new(Authority::from(authority)),
            self.zones(id).await?.into_iter().map(Zone::from).collect(),
            self.lines(id).await?.into_iter().map(line_of).collect(),
            self.stops(id).await?.into_iter().map(stop_of).collect(),
            served.into_iter().map(|row| (row.line_id, row.stop_id)).collect(),
        )))
    }

    /// The newest public or withdrawn items, at most `limit`.
    pub async fn board_items_newest(&self, authority: AuthorityId, limit: usize) -> StoreResult<Vec<Item>> {
        let query = newest_first(public_items().filter(item::Column::AuthorityId.eq(authority)));
        self.dressed(query.limit(u64::try_from(limit).unwrap_or(u64::MAX)))
            .await
    }

    /// Public items first published before `before` that still stand at `now`: disruptions that are not over, events
    /// with dates ahead, pinned articles.
    pub async fn board_items_standing(
        &self,
        authority: AuthorityId,
        before: Timestamp,
        now: Timestamp,
    ) -> StoreResult<Vec<Item>> {
        let unresolved = item_ids(disruption::Entity, disruption::Column::ItemId)
            .and_where(disruption::Column::ResolvedAt.is_null())
            .to_owned();
        let ahead = item_ids(occurrence::Entity, occurrence::Column::ItemId)
            .and_where(occurrence::Column::AuthorityId.eq(authority))
            .and_where(occurrence::Column::EndsAt.gte(now))
            .to_owned();
        let pinned = item_ids(article::Entity, article::Column::ItemId)
            .and_where(article::Column::PinnedUntil.gt(now))
            .to_owned();
        let standing = Condition::any()
            .add(item::Column::Id.in_subquery(unresolved))
            .add(item::Column::Id.in_subquery(ahead))
            .add(item::Column::Id.in_subquery(pinned));
        let query = public_items()
            .filter(item::Column::AuthorityId.eq(authority))
            .filter(item::Column::Status.eq(ItemStatus::Published))
            .filter(item::Column::PublishedAt.lte(before))
            .filter(standing);
        self.dressed(newest_first(query).limit(MAX_STANDING)).await
    }

    /// Public items that come after (`at`, `id`) when the newest stand first; of these `kinds`, or of any.
    pub async fn board_items_before(
        &self,
        authority: AuthorityId,
        kinds: &[Kind],
        at: Timestamp,
        id: ItemId,
        limit: u64,
    ) -> StoreResult<Vec<Item>> {
        let older = Condition::any().add(item::Column::PublishedAt.lt(at)).add(
            Condition::all()
                .add(item::Column::PublishedAt.eq(at))
                .add(item::Column::Id.lt(id)),
        );
        let mut query = public_items()
            .filter(item::Column::AuthorityId.eq(authority))
            .filter(item::Column::Status.eq(ItemStatus::Published))
            .filter(older);
        if !kinds.is_empty() {
            query = query.filter(item::Column::Kind.is_in(kinds.iter().copied()));
        }
        self.dressed(newest_first(query).limit(limit)).await
    }

    /// These items, as far as they are or were public.
    pub async fn board_items_named(&self, ids: &[ItemId]) -> StoreResult<Vec<Item>> {
        let mut items = Vec::with_capacity(ids.len());
        for ids in ids.chunks(IDS_PER_QUERY) {
            items.extend(
                self.dressed(public_items().filter(item::Column::Id.is_in(ids.iter().copied())))
                    .await?,
            );
        }
        Ok(items)
    }

    /// The authority that a place belongs to.
    pub async fn home_of(&self, place: PlaceId) -> StoreResult<Option<AuthorityId>> {
        Ok(match place {
            PlaceId::Zone(id) => zone::Entity::find_by_id(id)
                .one(&self.db)
                .await?
                .map(|row| row.authority_id),
            PlaceId::Line(id) => line::Entity::find_by_id(id)
                .one(&self.db)
                .await?
                .map(|row| row.authority_id),
            PlaceId::Stop(id) => stop::Entity::find_by_id(id)
                .one(&self.db)
                .await?
                .map(|row| row.authority_id),
        })
    }

    /// Runs the query and adds what hangs on the items: a fixed number of queries for each run of ids.
    async fn dressed(&self, query: SelectTwo<item::Entity, revision::Entity>) -> StoreResult<Vec<Item>> {
        let rows = query.all(&self.db).await?;
        let mut items: Vec<Item> = rows
            .into_iter()
            .filter_map(|(row, revision)| item_of(&row, revision?))
            .collect();
        for run in items.chunks_mut(IDS_PER_QUERY) {
            self.add_posts(run).await?;
            self.add_updates(run).await?;
            self.add_files(run).await?;
        }
        Ok(items)
    }

    async fn add_posts(&self, items: &mut [Item]) -> StoreResult<()> {
        let rows = receipt::Entity::find()
            .join(
                JoinType::InnerJoin,
                receipt::Entity::belongs_to(account::Entity)
                    .from(receipt::Column::AccountId)
                    .to(account::Column::Id)
                    .into(),
            )
            .select_also(account::Entity)
            .filter(receipt::Column::ItemId.is_in(items.iter().map(|item| item.id)))
            .filter(receipt::Column::WithdrawnAt.is_null())
            .order_by(receipt::Column::PostedAt, Order::Asc)
            .all(&self.db)
            .await?;
        let mut posts: HashMap<ItemId, Vec<Post>> = HashMap::new();
        for (receipt, account) in rows {
            if let (Some(account), Some(url)) = (account, receipt.remote.url) {
                let network = account.network;
                posts.entry(receipt.item_id).or_default().push(Post { network, url });
            }
        }
        for item in items {
            item.posts = posts.remove(&item.id).unwrap_or_default();
        }
        Ok(())
    }

    async fn add_updates(&self, items: &mut [Item]) -> StoreResult<()> {
        let disruptions = items
            .iter()
            .filter(|item| item.kind() == Kind::Disruption)
            .map(|item| item.id);
        let rows = disruption_update::Entity::find()
            .filter(disruption_update::Column::ItemId.is_in(disruptions))
            .order_by(disruption_update::Column::At, Order::Desc)
            .order_by(disruption_update::Column::Id, Order::Desc)
            .all(&self.db)
            .await?;
        let mut updates: HashMap<ItemId, Vec<Update>> = HashMap::new();
        for row in rows {
            updates.entry(row.item_id).or_default().push(Update {
                id: row.id,
                at: row.at,
                class: row.class,
                words: row.words,
            });
        }
        for item in items {
            item.updates = updates.remove(&item.id).unwrap_or_default();
            item.updates.truncate(MAX_UPDATES);
        }
        Ok(())
    }

    async fn add_files(&self, items: &mut [Item]) -> StoreResult<()> {
        let named = |item: &Item| [&item.content.pictures[..], &item.content.attachments].concat();
        let wanted: HashSet<MediaId> = items.iter().flat_map(named).collect();
        let wanted: Vec<MediaId> = wanted.into_iter().collect();
        let mut files: HashMap<MediaId, media::Model> = HashMap::new();
        for ids in wanted.chunks(IDS_PER_QUERY) {
            let rows = media::Entity::find()
                .filter(media::Column::Id.is_in(ids.iter().copied()))
                .all(&self.db)
                .await?;
            files.extend(rows.into_iter().map(|row| (row.id, row)));
        }
        for item in items {
            let found =
                |ids: &[MediaId]| -> Vec<media::Model> { ids.iter().filter_map(|id| files.get(id).cloned()).collect() };
            item.pictures = found(&item.content.pictures).into_iter().map(Picture::from).collect();
            item.attachments = found(&item.content.attachments)
                .into_iter()
                .map(Attachment::from)
                .collect();
        }
        Ok(())
    }
}

/// Items that are or were public, each with its latest revision.
fn public_items() -> SelectTwo<item::Entity, revision::Entity> {
    let later = Alias::new("later");
    let latest = Query::select()
        .expr(Expr::col((later.clone(), revision::Column::Version)).max())
        .from_as(revision::Entity, later.clone())
        .and_where(Expr::col((later, revision::Column::ItemId)).equals((item::Entity, item::Column::Id)))
        .to_owned();
    let items: Select<item::Entity> = item::Entity::find();
    items
        .join(
            JoinType::InnerJoin,
            item::Entity::belongs_to(revision::Entity)
                .from(item::Column::Id)
                .to(revision::Column::ItemId)
                .into(),
        )
        .select_also(revision::Entity)
        .filter(item::Column::Status.is_in([ItemStatus::Published, ItemStatus::Withdrawn]))
        .filter(item::Column::PublishedAt.is_not_null())
        .filter(revision::Column::Version.in_subquery(latest))
}

fn newest_first(query: SelectTwo<item::Entity, revision::Entity>) -> SelectTwo<item::Entity, revision::Entity> {
    query
        .order_by(item::Column::PublishedAt, Order::Desc)
        .order_by(item::Column::Id, Order::Desc)
}

fn item_ids<E: EntityTrait>(entity: E, item_id: E::Column) -> SelectStatement {
    Query::select().column(item_id).from(entity).to_owned()
}

fn item_of(row: &item::Model, revision: revision::Model) -> Option<Item> {
    Some(Item {
        id: row.id,
        authority: row.authority_id,
        state: match row.status {
            ItemStatus::Withdrawn => ItemState::Withdrawn(row.withdrawn_at.unwrap_or(row.updated_at)),
            ItemStatus::Draft | ItemStatus::Scheduled | ItemStatus::Published => ItemState::Public,
        },
        version: revision.version,
        change: revision.change,
        published_at: row.published_at?,
        revised_at: revision.at,
        content: revision.content,
        occurrences: Vec::new(),
        pictures: Vec::new(),
        attachments: Vec::new(),
        posts: Vec::new(),
        updates: Vec::new(),
        spots: Vec::new(),
    })
}

impl From<authority::Model> for Authority {
    fn from(row: authority::Model) -> Self {
        Self {
            id: row.id,
            slug: row.slug,
            kind: row.kind,
            parent: row.parent_id,
            name: row.name,
            language: row.language,
            time_zone: row.time_zone,
            boundary: row.boundary,
        }
    }
}

impl From<zone::Model> for Zone {
    fn from(row: zone::Model) -> Self {
        Self {
            id: row.id,
            slug: row.slug,
            name: row.name,
            area: Spot::shape(&row.shape),
            shape: row.shape,
        }
    }
}

fn line_of(row: line::Model) -> Line {
    Line {
        id: row.id,
        key: row.key,
        agency: row.agency,
        short_name: row.short_name,
        long_name: row.long_name,
        mode: row.mode,
        color: row.color,
        text_color: row.text_color,
        course: row.shape.as_ref().and_then(Spot::shape),
        shape: row.shape,
        timetable: row.source_id,
        running: row.retired_at.is_none(),
    }
}

fn stop_of(row: stop::Model) -> Stop {
    Stop {
        id: row.id,
        key: row.key,
        name: row.name,
        point: row
            .latitude
            .zip(row.longitude)
            .and_then(|(latitude, longitude)| Point::checked(latitude, longitude)),
        location_type: row.location_type,
        parent: row.parent_id,
        platform: row.platform,
        timetable: row.source_id,
        running: row.retired_at.is_none(),
    }
}
