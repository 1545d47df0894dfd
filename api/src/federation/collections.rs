//! What an actor told, and who follows it, page by page (`ActivityStreams` §5.3).

use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use beffroi_schema::{address::Addresses, entity::federated_actor, id::ActivityId, store::StoreResult};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{absent, fault, shown};
use crate::state::AppState;

/// Activities of one page of an outbox.
const ACTIVITIES: u64 = 20;
/// Followers of one page.
const FOLLOWERS: u64 = 50;

/// Which page: none, the collection itself.
#[derive(Deserialize)]
pub(super) struct Place {
    page: Option<bool>,
    before: Option<Uuid>,
    after: Option<Uuid>,
}

/// What an actor told, newest first.
pub(super) async fn outbox(
    State(state): State<AppState>,
    Path(name): Path<String>,
    Query(place): Query<Place>,
) -> Response {
    answered(told(&state, &name, &place).await)
}

/// Who follows an actor, oldest first.
pub(super) async fn followers(
    State(state): State<AppState>,
    Path(name): Path<String>,
    Query(place): Query<Place>,
) -> Response {
    answered(following(&state, &name, &place).await)
}

fn answered(page: StoreResult<Option<Value>>) -> Response {
    match page {
        Ok(Some(page)) => shown(&page),
        Ok(None) => absent(),
        Err(error) => fault(&error),
    }
}

async fn told(state: &AppState, name: &str, place: &Place) -> StoreResult<Option<Value>> {
    let store = state.store();
    let Some(actor) = store.federated_actor(name).await? else {
        return Ok(None);
    };
    let all = state.addresses().of_actor(name, "outbox");
    if place.page != Some(true) {
        let posts = store.federated_standing(actor.id).await?.posts;
        return Ok(Some(collection(&all, posts)));
    }
    let page = store
        .federated_outbox(actor.id, place.before.map(ActivityId), ACTIVITIES)
        .await?;
    let entries = page.entries.iter();
    let items: Vec<Value> = entries
        .map(|(_, body, object)| as_it_is(state.addresses(), &actor, body, object))
        .collect();
    let next = page
        .last
        .filter(|_| page.more)
        .map(|last| format!("{all}?page=true&before={last}"));
    let here = place
        .before
        .map_or_else(String::new, |before| format!("&before={before}"));
    Ok(Some(one_page(&all, &format!("{all}?page=true{here}"), &items, next)))
}

/// The activity as it was, with its object as it is.
fn as_it_is(addresses: &Addresses, actor: &federated_actor::Model, body: &str, object: &str) -> Value {
    let read = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
    let (mut activity, mut object) = (read(body), read(object));
    for part in [&mut activity, &mut object] {
        if let Some(part) = part.as_object_mut() {
            part.remove("@context");
        }
    }
    activity["object"] = object;
    activity["actor"] = json!(addresses.actor(&actor.name));
    activity
}

async fn following(state: &AppState, name: &str, place: &Place) -> StoreResult<Option<Value>> {
    let store = state.store();
    let Some(actor) = store.federated_actor(name).await? else {
        return Ok(None);
    };
    let all = state.addresses().of_actor(name, "followers");
    if place.page != Some(true) {
        let followers = store.federated_standing(actor.id).await?.followers;
        return Ok(Some(collection(&all, followers)));
    }
    let mut rows = store.federated_followers(actor.id, place.after, FOLLOWERS + 1).await?;
    let more = rows.len() as u64 > FOLLOWERS;
    rows.truncate(usize::try_from(FOLLOWERS).unwrap_or(usize::MAX));
    let items: Vec<Value> = rows.iter().map(|row| json!(row.peer)).collect();
    let last = rows.last().filter(|_| more);
    let next = last.map(|last| format!("{all}?page=true&after={}", last.id));
    let here = place.after.map_or_else(String::new, |after| format!("&after={after}"));
    Ok(Some(one_page(&all, &format!("{all}?page=true{here}"), &items, next)))
}

fn collection(id: &str, total: u64) -> Value {
    json!({
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": id,
        "type": "OrderedCollection",
        "totalItems": total,
        "first": format!("{id}?page=true"),
    })
}

fn one_page(all: &str, id: &str, items: &[Value], next: Option<String>) -> Value {
    let mut page = json!({
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": id,
        "type": "OrderedCollectionPage",
        "partOf": all,
        "orderedItems": items,
    });
    if let Some(next) = next {
        page["next"] = json!(next);
    }
    page
}
