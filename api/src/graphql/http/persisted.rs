//! Persisted queries: a client sends the SHA-256 of a text that it has sent once before
//! (<https://www.apollographql.com/docs/apollo-server/performance/apq>).

use std::sync::Arc;

use async_graphql::{Request as GraphqlRequest, parser::types::ExecutableDocument};
use axum::http::StatusCode;
use moka::future::Cache;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::Refusal;
use crate::graphql::error::Code;

/// Most texts remembered; the least used are forgotten, and sent again by whoever needs them.
const MAX_TEXTS: u64 = 2_000;
/// The one version of the protocol.
const VERSION: i32 = 1;
/// What clients look for in the message (Apollo) or the code (urql).
const NOT_FOUND: &str = "PersistedQueryNotFound";

/// Texts by their hash.
pub(super) struct Persisted(Cache<String, Arc<Text>>);

/// A text, parsed.
struct Text {
    written: String,
    parsed: ExecutableDocument,
}

impl Default for Persisted {
    fn default() -> Self {
        Self(Cache::new(MAX_TEXTS))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Extension {
    version: i32,
    sha256_hash: String,
}

impl Persisted {
    /// Puts the remembered text in place of its hash, or remembers the text that comes with one.
    pub(super) async fn resolve(&self, mut request: GraphqlRequest) -> Result<GraphqlRequest, Refusal> {
        let Some(extension) = request.extensions.remove("persistedQuery") else {
            return Ok(request);
        };
        let wanted: Extension =
            async_graphql::from_value(extension).map_err(|_| bad("`persistedQuery` cannot be read"))?;
        if wanted.version != VERSION {
            return Err(bad("`persistedQuery` has another version than 1"));
        }
        if request.query.is_empty() {
            let known = self.0.get(&wanted.sha256_hash).await;
            let text = known.ok_or_else(|| Refusal::new(StatusCode::OK, Code::PersistedQueryNotFound, NOT_FOUND))?;
            // Whoever looks at the request, to keep its answer for instance, must see what is asked.
            request.query.clone_from(&text.written);
            request.set_parsed_query(text.parsed.clone());
            return Ok(request);
        }
        if wanted.sha256_hash != hex(&Sha256::digest(request.query.as_bytes())) {
            return Err(bad("`sha256Hash` is not the hash of this `query`"));
        }
        // What cannot be parsed is not remembered; the executor says what is wrong with it.
        if let Ok(parsed) = request.parsed_query() {
            let parsed = parsed.clone();
            let written = request.query.clone();
            self.0
                .insert(wanted.sha256_hash, Arc::new(Text { written, parsed }))
                .await;
        }
        Ok(request)
    }
}

fn bad(message: &str) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, Code::BadUserInput, message)
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
