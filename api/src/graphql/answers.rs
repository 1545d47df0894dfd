//! Whole answers of public reads, kept in memory.
//!
//! When the trams stop, everybody asks the same few questions: the answer is made once for each state of the boards,
//! and then only its bytes are sent. Nothing of a person is kept: a request that is signed in, or that shows a phone's
//! credential, is executed each time.

use std::sync::Arc;

use async_graphql::{Request, Response, parser::types::OperationType};
use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
};
use beffroi_schema::board::Boards;
use bytes::Bytes;
use moka::future::Cache;
use sha2::{Digest as _, Sha256};

use super::{context::Asker, schema::Contract};

/// Memory for answers.
const MAX_BYTES: u64 = 32 * 1024 * 1024;
/// How long an answer is kept, in seconds: what depends on the time (in effect, next date) is never older.
const KEPT_S: i64 = 5;
/// How long a shared cache may go on answering while it asks again, in seconds.
const STALE_S: i64 = 30;

/// The answers that are kept. Clones share them.
#[derive(Clone)]
pub struct Answers {
    contract: Contract,
    boards: Boards,
    kept: Cache<[u8; 32], Answer>,
}

impl std::fmt::Debug for Answers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answers")
            .field("kept", &self.kept.entry_count())
            .finish_non_exhaustive()
    }
}

/// An answer as it leaves.
#[derive(Clone, Debug)]
pub struct Answer {
    /// JSON.
    pub body: Bytes,
    /// Names the bytes; none: an answer that nobody may keep.
    pub etag: Option<Arc<str>>,
    /// Whether it has no errors.
    pub ok: bool,
    /// Headers that resolvers set.
    pub headers: HeaderMap,
}

impl Answers {
    /// Over a contract and the boards it reads.
    pub fn new(contract: Contract, boards: Boards) -> Self {
        let weigh = |_: &[u8; 32], answer: &Answer| u32::try_from(answer.body.len() + 128).unwrap_or(u32::MAX);
        let kept = Cache::builder()
            .max_capacity(MAX_BYTES)
            .weigher(weigh)
            .time_to_live(std::time::Duration::from_secs(KEPT_S.unsigned_abs()))
            .build();
        Self { contract, boards, kept }
    }

    /// Executes a request, or answers what the same one was answered a moment ago.
    ///
    /// Several that arrive together are executed once.
    pub async fn execute(&self, request: Request, asker: Asker) -> Answer {
        let anonymous = asker.viewer.is_none() && asker.device.is_none();
        let mut request = request;
        if !anonymous || !is_query(&mut request) {
            return Answer::of(&self.contract.execute(request.data(asker)).await, false);
        }
        let key = self.key(&request, &asker);
        let contract = self.contract.clone();
        let made = async move {
            let answer = Answer::of(&contract.execute(request.data(asker)).await, true);
            // An error is not kept: it may be gone the next time.
            if answer.ok { Ok(answer) } else { Err(answer) }
        };
        let kept = self.kept.try_get_with(key, made).await;
        kept.unwrap_or_else(|failed| Arc::unwrap_or_clone(failed))
    }

    /// The same key, the same answer: query, operation, variables, languages, state of the boards, and the time.
    fn key(&self, request: &Request, asker: &Asker) -> [u8; 32] {
        let now = self.boards.store().clock().now().timestamp() / KEPT_S;
        let variables = serde_json::to_string(&request.variables).unwrap_or_default();
        let languages: Vec<&str> = asker
            .languages
            .iter()
            .map(beffroi_schema::value::Language::as_str)
            .collect();
        let mut hash = Sha256::new();
        for part in [
            request.query.as_str(),
            request.operation_name.as_deref().unwrap_or_default(),
            &variables,
            &languages.join(","),
            &self.boards.version().to_string(),
            &now.to_string(),
        ] {
            // Lengths keep two parts from reading like two others.
            hash.update(part.len().to_be_bytes());
            hash.update(part.as_bytes());
        }
        hash.finalize().into()
    }
}

impl Answer {
    fn of(response: &Response, public: bool) -> Self {
        let body = Bytes::from(serde_json::to_vec(response).unwrap_or_default());
        let ok = response.is_ok();
        let etag = (public && ok).then(|| {
            let digest = Sha256::digest(&body);
            let short: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
            Arc::from(format!("\"{short}\""))
        });
        Self {
            body,
            etag,
            ok,
            headers: response.http_headers.clone(),
        }
    }

    /// The headers by which caches keep the answer; they are meant for GET.
    pub fn caching(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        match self.etag.as_deref().and_then(|etag| HeaderValue::from_str(etag).ok()) {
            Some(etag) => {
                let kept = format!("public, max-age={KEPT_S}, stale-while-revalidate={STALE_S}");
                headers.insert(header::ETAG, etag);
                headers.insert(
                    header::CACHE_CONTROL,
                    HeaderValue::from_str(&kept).unwrap_or(HeaderValue::from_static("no-cache")),
                );
                headers.insert(header::VARY, HeaderValue::from_static("Accept-Language, Accept"));
            }
            None => {
                headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            }
        }
        headers
    }

    /// Whether the client has these bytes already (`If-None-Match`, RFC 9110 §13.1.2).
    pub fn is_known(&self, request: &HeaderMap) -> bool {
        let (Some(etag), Some(known)) = (&self.etag, request.get(header::IF_NONE_MATCH)) else {
            return false;
        };
        let known = known.to_str().unwrap_or_default();
        known
            .split(',')
            .map(|one| one.trim().trim_start_matches("W/"))
            .any(|one| one == "*" || one == etag.as_ref())
    }

    /// The HTTP answer to a GET: 304 without a body when the client has it already.
    pub fn into_get(self, request: &HeaderMap, media_type: HeaderValue) -> axum::response::Response {
        let known = self.is_known(request);
        let mut headers = self.caching();
        headers.extend(self.headers);
        let mut response = axum::response::Response::new(if known { Body::empty() } else { Body::from(self.body) });
        if known {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        } else {
            headers.insert(header::CONTENT_TYPE, media_type);
        }
        *response.headers_mut() = headers;
        response
    }
}

/// Whether the operation that would be executed only reads.
fn is_query(request: &mut Request) -> bool {
    let wanted = request.operation_name.clone();
    let Ok(document) = request.parsed_query() else {
        return false;
    };
    let mut operations = document.operations.iter();
    let operation = match wanted {
        Some(wanted) => operations.find(|(name, _)| name.is_some_and(|name| *name == wanted)),
        None => operations.next(),
    };
    operation.is_some_and(|(_, operation)| operation.node.ty == OperationType::Query)
}
