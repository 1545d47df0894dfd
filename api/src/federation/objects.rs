//! What actors told and did, as it was told.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use beffroi_schema::{
    entity::{federated_activity, federated_note},
    id::{ActivityId, ItemId},
    store::StoreResult,
    value::{Scope, Verb},
};
use uuid::Uuid;

use super::{absent, document, elsewhere, fault, wants_json};
use crate::state::AppState;

/// `/federation/travaux/items/0190…`: 410 with what is left of it once it was taken back.
pub(super) async fn item(
    State(state): State<AppState>,
    Path((name, id)): Path<(String, Uuid)>,
    headers: HeaderMap,
) -> Response {
    match told(&state, &name, ItemId(id)).await {
        Ok(Some(_)) if !wants_json(&headers) => page(&state, ItemId(id)).await,
        Ok(Some(note)) if note.deleted_at.is_some() => document(StatusCode::GONE, note.object),
        Ok(Some(note)) => document(StatusCode::OK, note.object),
        Ok(None) => absent(),
        Err(error) => fault(&error),
    }
}

/// The item's page, which knows what to say of one that was taken back.
async fn page(state: &AppState, id: ItemId) -> Response {
    match state.boards().item(id).await {
        Ok(Some(found)) => {
            let slug = &found.board.places.authority.slug;
            elsewhere(state.addresses().item(slug, found.item.kind(), id))
        }
        Ok(None) => absent(),
        Err(error) => fault(&error),
    }
}

async fn told(state: &AppState, name: &str, item: ItemId) -> StoreResult<Option<federated_note::Model>> {
    match state.store().federated_actor(name).await? {
        Some(actor) => state.store().federated_note(actor.id, item).await,
        None => Ok(None),
    }
}

/// Where an item is read by programs of the fediverse, if one of our actors tells it.
pub(crate) async fn address(state: &AppState, item: ItemId) -> StoreResult<Option<String>> {
    let store = state.store();
    let notes = store.federated_notes(item).await?;
    let actors = store.federated_actors(&Scope::Instance, None).await?;
    let speaks = |note: &&federated_note::Model| actors.iter().find(|actor| actor.id == note.actor_id && actor.active);
    let found = notes
        .iter()
        .filter(|note| note.deleted_at.is_none())
        .find_map(|note| speaks(&note));
    Ok(found.map(|actor| state.addresses().told(&actor.name, item)))
}

/// `/federation/travaux/activities/0190…`: what was said of an item that was taken back is not said again.
pub(super) async fn activity(State(state): State<AppState>, Path((name, id)): Path<(String, Uuid)>) -> Response {
    match done(&state, &name, ActivityId(id)).await {
        Ok(Some((activity, false))) => document(StatusCode::OK, activity.body),
        Ok(Some((_, true))) => document(StatusCode::GONE, String::new()),
        Ok(None) => absent(),
        Err(error) => fault(&error),
    }
}

/// The activity, and whether its item was taken back. Answers to a follower are between the two.
async fn done(state: &AppState, name: &str, id: ActivityId) -> StoreResult<Option<(federated_activity::Model, bool)>> {
    let store = state.store();
    let Some(actor) = store.federated_actor(name).await? else {
        return Ok(None);
    };
    let Some(activity) = store.federated_activity(actor.id, id).await? else {
        return Ok(None);
    };
    let Some(item) = activity.item_id else { return Ok(None) };
    let note = store.federated_note(actor.id, item).await?;
    let deleted = note.is_some_and(|note| note.deleted_at.is_some());
    let last = activity.verb == Verb::Delete;
    Ok(Some((activity, deleted && !last)))
}
