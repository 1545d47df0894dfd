//! Strong entity tags, made from the bytes they name.

use axum::http::{HeaderMap, header};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

/// Bytes of the body's hash that stand in its `ETag`.
const ETAG_BYTES: usize = 16;

/// The tag of these bytes, in its quotes.
pub fn of(body: &[u8]) -> String {
    let digest = Sha256::digest(body);
    let word = BASE64_URL_SAFE_NO_PAD.encode(&digest[..ETAG_BYTES]);
    format!("\"{word}\"")
}

/// Whether the client has these bytes already (`If-None-Match`, RFC 9110 §13.1.2).
pub fn is_known(request: &HeaderMap, etag: &str) -> bool {
    let known = request
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|known| known.to_str().ok());
    let mut tags = known
        .flat_map(|known| known.split(','))
        .map(|tag| tag.trim().trim_start_matches("W/"));
    tags.any(|tag| tag == "*" || tag == etag)
}
