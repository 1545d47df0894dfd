//! Who an actor is.

use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use beffroi_schema::{
    address::Addresses,
    board::Authority,
    entity::{federated_actor, media},
    store::StoreResult,
    value::Language,
};
use chrono::SecondsFormat;
use serde_json::{Map, Value, json};

use super::{absent, elsewhere, fault, shown, wants_json};
use crate::state::AppState;

/// `/federation/travaux`.
pub(super) async fn document(State(state): State<AppState>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    match found(&state, &name).await {
        Ok(Some((_, home, _))) if !wants_json(&headers) => elsewhere(state.addresses().authority(&home.slug)),
        Ok(Some((actor, home, icon))) => shown(&described(state.addresses(), &actor, &home, icon.as_ref())),
        Ok(None) => absent(),
        Err(error) => fault(&error),
    }
}

type Found = (federated_actor::Model, Authority, Option<media::Model>);

async fn found(state: &AppState, name: &str) -> StoreResult<Option<Found>> {
    let Some(actor) = state.store().federated_actor(name).await? else {
        return Ok(None);
    };
    let icon = match actor.icon_id {
        Some(icon) => state.store().picture_named(icon).await?,
        None => None,
    };
    let authorities = state.boards().authorities();
    let home = authorities.iter().find(|known| known.id == actor.authority_id);
    Ok(home.map(|home| (actor, home.as_ref().clone(), icon)))
}

fn described(
    addresses: &Addresses,
    actor: &federated_actor::Model,
    home: &Authority,
    icon: Option<&media::Model>,
) -> Value {
    let me = addresses.actor(&actor.name);
    let part = |part: &str| addresses.of_actor(&actor.name, part);
    // A whole authority is an organisation; one topic of it is a service that it runs.
    let kind = if actor.topic.is_none() {
        "Organization"
    } else {
        "Service"
    };
    let mut document = json!({
        "@context": [
            "https://www.w3.org/ns/activitystreams",
            "https://w3id.org/security/v1",
            { "toot": "http://joinmastodon.org/ns#", "discoverable": "toot:discoverable",
              "manuallyApprovesFollowers": "as:manuallyApprovesFollowers" }
        ],
        "id": me,
        "type": kind,
        "preferredUsername": actor.name,
        "name": actor.title,
        "url": addresses.authority(&home.slug),
        "inbox": part("inbox"),
        "outbox": part("outbox"),
        "followers": part("followers"),
        "endpoints": { "sharedInbox": addresses.shared_inbox() },
        "manuallyApprovesFollowers": false,
        "discoverable": true,
        "published": actor.created_at.to_rfc3339_opts(SecondsFormat::Secs, true),
        "publicKey": { "id": format!("{me}#main-key"), "owner": me, "publicKeyPem": actor.public_key },
    });
    let summaries = summaries(actor);
    let own = actor.summary.choose(&[], &home.language).unwrap_or_default();
    document["summary"] = json!(html(own));
    if !summaries.is_empty() {
        document["summaryMap"] = Value::Object(summaries);
    }
    if let Some(icon) = icon {
        let alt = icon.alt.choose(&[], &home.language).unwrap_or_default();
        document["icon"] = json!({
            "type": "Image", "mediaType": icon.mime, "url": addresses.picture(&icon.sha256), "name": alt,
        });
    }
    document
}

fn summaries(actor: &federated_actor::Model) -> Map<String, Value> {
    let by_language = |(language, text): (&Language, &String)| (language.as_str().to_owned(), json!(html(text)));
    actor.summary.0.iter().map(by_language).collect()
}

/// Summaries are HTML over there.
fn html(text: &str) -> String {
    let escaped = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('\n', "<br>");
    if escaped.is_empty() {
        escaped
    } else {
        format!("<p>{escaped}</p>")
    }
}
