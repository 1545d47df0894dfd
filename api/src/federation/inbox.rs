//! What others put into our inboxes: judged by its form at once, believed later.

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use beffroi_schema::store::{Kept, NewRequest};
use sha2::{Digest as _, Sha256};

use super::{absent, discovery::host, fault, signature};
use crate::state::AppState;

/// Seconds after which somebody comes back whom we cannot take now.
const RETRY_AFTER_S: HeaderValue = HeaderValue::from_static("300");

/// The inbox that all actors share.
pub(super) async fn take(
    State(state): State<AppState>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let request = signature::Received {
        method: &method,
        uri: &uri,
        headers: &headers,
        body: &body,
        public: state.public_url(),
        host: &host(state.public_url()),
        now: state.store().clock().now(),
    };
    let signed = match signature::read(&request) {
        Ok(signed) => signed,
        Err(why) => return (StatusCode::UNAUTHORIZED, why).into_response(),
    };
    let Ok(text) = std::str::from_utf8(&body) else {
        return (StatusCode::BAD_REQUEST, "an activity is JSON").into_response();
    };
    if serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(text).is_err() {
        return (StatusCode::BAD_REQUEST, "an activity is JSON").into_response();
    }
    let mut hash = Sha256::new();
    hash.update(&signed.signature);
    hash.update(&body);
    let fingerprint = BASE64_URL_SAFE_NO_PAD.encode(hash.finalize());
    let new = NewRequest {
        fingerprint,
        key_id: signed.key_id,
        signed: signed.text,
        signature: signed.signature,
        body: text.to_owned(),
    };
    match state.store().receive(new).await {
        Ok(Kept::Stored | Kept::Known) => StatusCode::ACCEPTED.into_response(),
        Ok(Kept::Full) => (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, RETRY_AFTER_S)]).into_response(),
        Err(error) => fault(&error),
    }
}

/// The inbox of one actor: whom an activity concerns, it says itself.
pub(super) async fn take_for(
    State(state): State<AppState>,
    Path(name): Path<String>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    match state.store().federated_actor(&name).await {
        Ok(Some(_)) => take(State(state), method, uri, headers, body).await,
        Ok(None) => absent(),
        Err(error) => fault(&error),
    }
}
