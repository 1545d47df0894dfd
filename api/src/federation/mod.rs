//! The fediverse, as others see it: who our actors are, what they told, and their inboxes.
//!
//! What they told is served as it was told: fan-out writes the object, and nothing is rendered here. Whether somebody
//! who writes to an inbox is who they say is found out by the loops, because nothing here opens a connection: at the door
//! the form is judged, and the request is kept.

mod actor;
mod collections;
mod discovery;
mod inbox;
mod objects;
mod signature;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use beffroi_schema::store::StoreError;
use serde_json::Value;

pub(crate) use self::{discovery::host, objects::address};
use crate::state::AppState;

/// Largest activity that is taken: ten times what people write.
const MAX_ACTIVITY_BYTES: usize = 128 * 1024;
/// What the fediverse calls its JSON (ActivityPub §3.2).
const ACTIVITY: HeaderValue = HeaderValue::from_static("application/activity+json; charset=utf-8");
/// Whoever shares a post has many servers ask for it at once; caches may answer them.
const CACHING: HeaderValue = HeaderValue::from_static("public, max-age=60");
/// The same address is a page for people.
const VARY: HeaderValue = HeaderValue::from_static("Accept");

/// The routes.
pub(crate) fn routes() -> Router<AppState> {
    let inboxes = Router::new()
        .route("/federation/inbox", post(inbox::take))
        .route("/federation/{name}/inbox", post(inbox::take_for))
        .layer(DefaultBodyLimit::max(MAX_ACTIVITY_BYTES));
    Router::new()
        .route("/.well-known/webfinger", get(discovery::webfinger))
        .route("/.well-known/nodeinfo", get(discovery::nodeinfo_links))
        .route("/nodeinfo/2.1", get(discovery::nodeinfo))
        .route("/federation/{name}", get(actor::document))
        .route("/federation/{name}/outbox", get(collections::outbox))
        .route("/federation/{name}/followers", get(collections::followers))
        .route("/federation/{name}/items/{id}", get(objects::item))
        .route("/federation/{name}/activities/{id}", get(objects::activity))
        .merge(inboxes)
}

/// Whether a program asks, rather than a person.
pub(crate) fn wants_json(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter();
    accepted
        .filter_map(|value| value.to_str().ok())
        .any(|value| value.contains("activity+json") || value.contains("ld+json") || value.contains("application/json"))
}

/// A document, as it stands in a row or was made of one.
fn document(status: StatusCode, body: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, ACTIVITY),
        (header::CACHE_CONTROL, CACHING),
        (header::VARY, VARY),
    ];
    (status, headers, body).into_response()
}

fn shown(body: &Value) -> Response {
    document(StatusCode::OK, body.to_string())
}

/// People are led to the page.
fn elsewhere(page: String) -> Response {
    (
        StatusCode::SEE_OTHER,
        [(header::LOCATION, page), (header::VARY, "Accept".to_owned())],
    )
        .into_response()
}

fn absent() -> Response {
    StatusCode::NOT_FOUND.into_response()
}

fn fault(error: &StoreError) -> Response {
    tracing::error!(cause = ?error, "the fediverse could not be answered: {error}");
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}
