//! Pictures, by the hash of their bytes: what stands at an address never changes.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};

use crate::state::AppState;

/// Hexadecimal digits of a SHA-256.
const DIGITS: usize = 64;
/// Media types that are served as they are; nothing else is ever shown by a browser.
const SERVED: [&str; 3] = ["image/jpeg", "image/png", "image/webp"];
/// For ever.
const CACHING: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// The bytes of a picture.
pub(super) async fn picture(State(state): State<AppState>, Path(sha256): Path<String>, request: HeaderMap) -> Response {
    let hash = sha256.len() == DIGITS
        && sha256
            .bytes()
            .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    if !hash {
        return StatusCode::NOT_FOUND.into_response();
    }
    let etag = format!("\"{sha256}\"");
    let known = request
        .get(header::IF_NONE_MATCH)
        .is_some_and(|tag| tag.as_bytes() == etag.as_bytes());
    let found = match state.store().picture_by_hash(&sha256).await {
        Ok(found) => found.filter(|(kind, _)| SERVED.contains(&kind.as_str())),
        Err(error) => {
            tracing::error!(cause = ?error, "a picture could not be read: {error}");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    };
    let Some((kind, bytes)) = found else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let own = [(header::CACHE_CONTROL, CACHING)];
    let tag = [(header::ETAG, etag)];
    if known {
        return (StatusCode::NOT_MODIFIED, own, tag).into_response();
    }
    let policy = (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; sandbox".to_owned(),
    );
    (own, tag, [(header::CONTENT_TYPE, kind), policy], bytes).into_response()
}
