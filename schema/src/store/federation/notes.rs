//! What items become on our actors: written by fan-out, served as it was told.

use sea_orm::{
    ColumnTrait as _, DatabaseTransaction, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, sea_query::OnConflict,
};

use super::super::{News, Store, StoreResult};
use crate::{
    entity::{federated_activity, federated_delivery, federated_follower, federated_note},
    id::{ActivityId, FederatedActorId, ItemId},
    value::{FederatedState, Verb},
};

/// Rows inserted by one statement: 13 columns each, far below SQLite's 32,766 parameters.
const ROWS_AT_ONCE: usize = 500;

/// What an actor has to say of an item.
#[derive(Clone, Debug)]
pub struct Saying {
    /// Who says it.
    pub actor: FederatedActorId,
    /// The activity's id.
    pub id: ActivityId,
    /// What it does.
    pub verb: Verb,
    /// The object as it is from now on, in JSON.
    pub object: String,
    /// The activity, in JSON.
    pub body: String,
}

/// What an actor told, newest first: each activity with its object as it is now.
#[derive(Clone, Debug)]
pub struct OutboxPage {
    /// The activities' ids and texts, and their objects.
    pub entries: Vec<(ActivityId, String, String)>,
    /// The last activity that was looked at: the next page comes before it.
    pub last: Option<ActivityId>,
    /// Whether there are older ones.
    pub more: bool,
}

impl Store {
    /// What an item is on each of our actors.
    pub async fn federated_notes(&self, item: ItemId) -> StoreResult<Vec<federated_note::Model>> {
        Ok(federated_note::Entity::find()
            .filter(federated_note::Column::ItemId.eq(item))
            .all(&self.db)
            .await?)
    }

    /// What an item is on one of our actors.
    pub async fn federated_note(
        &self,
        actor: FederatedActorId,
        item: ItemId,
    ) -> StoreResult<Option<federated_note::Model>> {
        Ok(federated_note::Entity::find()
            .filter(federated_note::Column::ActorId.eq(actor))
            .filter(federated_note::Column::ItemId.eq(item))
            .one(&self.db)
            .await?)
    }

    /// Something that one of our actors did.
    pub async fn federated_activity(
        &self,
        actor: FederatedActorId,
        id: ActivityId,
    ) -> StoreResult<Option<federated_activity::Model>> {
        Ok(federated_activity::Entity::find_by_id(id)
            .filter(federated_activity::Column::ActorId.eq(actor))
            .one(&self.db)
            .await?)
    }

    /// A page of what an actor told, before this one; what was taken back is left out.
    pub async fn federated_outbox(
        &self,
        actor: FederatedActorId,
        before: Option<ActivityId>,
        limit: u64,
    ) -> StoreResult<OutboxPage> {
        let mut query = federated_activity::Entity::find()
            .filter(federated_activity::Column::ActorId.eq(actor))
            .filter(federated_activity::Column::Verb.eq(Verb::Create))
            .order_by_desc(federated_activity::Column::Id);
        if let Some(before) = before {
            query = query.filter(federated_activity::Column::Id.lt(before));
        }
        let mut told = query.limit(limit + 1).all(&self.db).await?;
        let more = told.len() as u64 > limit;
        told.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        let last = told.last().map(|activity| activity.id);
        let items = told.iter().filter_map(|activity| activity.item_id);
        let notes = federated_note::Entity::find()
            .filter(federated_note::Column::ActorId.eq(actor))
            .filter(federated_note::Column::ItemId.is_in(items))
            .filter(federated_note::Column::DeletedAt.is_null())
            .all(&self.db)
            .await?;
        let entries = told.into_iter().filter_map(|activity| {
            let note = notes.iter().find(|note| Some(note.item_id) == activity.item_id)?;
            Some((activity.id, activity.body, note.object.clone()))
        });
        Ok(OutboxPage {
            entries: entries.collect(),
            last,
            more,
        })
    }
}

/// Writes what actors say of the news, and a delivery for each inbox where somebody follows.
pub(in super::super) async fn insert(
    store: &Store,
    tx: &DatabaseTransaction,
    news: &News,
    sayings: Vec<Saying>,
) -> StoreResult<()> {
    for saying in sayings {
        keep_note(store, tx, news, &saying).await?;
        let (actor, id) = (saying.actor, saying.id);
        let activity = federated_activity::Model {
            id,
            actor_id: actor,
            item_id: Some(news.revision.item_id),
            verb: saying.verb,
            body: saying.body,
            at: store.clock.now(),
        };
        federated_activity::Entity::insert(activity.into_active_model())
            .exec_without_returning(tx)
            .await?;
        let lane = news.revision.item_id.to_string();
        let rows: Vec<_> = inboxes(tx, actor)
            .await?
            .into_iter()
            .map(|inbox| delivery(store, actor, id, inbox, &lane, news.revision.version).into_active_model())
            .collect();
        for run in rows.chunks(ROWS_AT_ONCE) {
            federated_delivery::Entity::insert_many(run.to_vec())
                .exec_without_returning(tx)
                .await?;
        }
    }
    Ok(())
}

async fn keep_note(store: &Store, tx: &DatabaseTransaction, news: &News, saying: &Saying) -> StoreResult<()> {
    let now = store.clock.now();
    let deleted = saying.verb == Verb::Delete;
    let row = federated_note::Model {
        id: store.ids.make(),
        actor_id: saying.actor,
        item_id: news.revision.item_id,
        version: news.revision.version,
        object: saying.object.clone(),
        published_at: now,
        deleted_at: deleted.then_some(now),
    };
    let keys = [federated_note::Column::ActorId, federated_note::Column::ItemId];
    let newer = OnConflict::columns(keys)
        .update_columns([
            federated_note::Column::Version,
            federated_note::Column::Object,
            federated_note::Column::DeletedAt,
        ])
        .to_owned();
    federated_note::Entity::insert(row.into_active_model())
        .on_conflict(newer)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Where an actor's followers are told: one inbox for many of them where their server has a shared one.
async fn inboxes(tx: &DatabaseTransaction, actor: FederatedActorId) -> StoreResult<Vec<String>> {
    Ok(federated_follower::Entity::find()
        .select_only()
        .column(federated_follower::Column::Inbox)
        .filter(federated_follower::Column::ActorId.eq(actor))
        .distinct()
        .order_by_asc(federated_follower::Column::Inbox)
        .into_tuple()
        .all(tx)
        .await?)
}

/// A delivery that leaves as soon as it can.
pub(super) fn delivery(
    store: &Store,
    actor: FederatedActorId,
    activity: ActivityId,
    inbox: String,
    lane: &str,
    version: i32,
) -> federated_delivery::Model {
    let now = store.clock.now();
    federated_delivery::Model {
        id: store.ids.make(),
        actor_id: actor,
        activity_id: activity,
        host: host(&inbox),
        inbox,
        lane: lane.to_owned(),
        version,
        state: FederatedState::Waiting,
        due_at: now,
        attempts: 0,
        reason: None,
        created_at: now,
        settled_at: None,
        lease_owner: None,
        lease_until: None,
    }
}

/// `host:port` of an address; a port that goes without saying is not said.
pub(super) fn host(address: &str) -> String {
    let authority = |url: url::Url| {
        let host = url.host_str().unwrap_or_default().to_owned();
        url.port().map_or(host.clone(), |port| format!("{host}:{port}"))
    };
    url::Url::parse(address).map(authority).unwrap_or_default()
}
