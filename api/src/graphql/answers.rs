//! Whole answers of public reads, kept in memory.
//!
//! When the trams stop, everybody asks the same few questions: the answer is made once for each state of the boards,
//! and then only its bytes are sent. Nothing of a person is kept: a request that is signed in, or that shows a phone's
//! credential, is executed each time.

use std::{sync::Arc, time::Duration};

use async_graphql::{Request, Response, parser::types::OperationType};
use axum::{
    extract::Request as HttpRequest,
    http::{HeaderMap, HeaderValue, Method, header},
};
use beffroi_schema::{board::Boards, value::Language};
use bytes::Bytes;
use moka::future::Cache;
use sha2::{Digest as _, Sha256};

use super::context::Asker;
use crate::{auth::DEVICE_CREDENTIAL, etag};

/// Memory for answers.
const MAX_BYTES: u64 = 32 * 1024 * 1024;
/// Most addresses remembered: 64 bytes each.
const MAX_ADDRESSES: u64 = 50_000;
/// What an entry costs beside its body.
const ENTRY_BYTES: usize = 256;
/// How long an answer is kept, in seconds: what depends on the time (in effect, next date) is never older.
const KEPT_S: i64 = 5;
/// By GET, caches on the way may keep it as long, and answer for some more seconds while they ask again.
const CACHE_CONTROL: HeaderValue = HeaderValue::from_static("public, max-age=5, stale-while-revalidate=30");
/// What an answer depends on beside its address.
const VARY: HeaderValue = HeaderValue::from_static("Accept, Accept-Language, Authorization, Cookie");

/// Names an answer: the same key, the same bytes.
pub type Key = [u8; 32];

/// The answers that are kept. Clones share them.
#[derive(Clone, Debug)]
pub struct Answers {
    boards: Boards,
    kept: Cache<Key, Kept>,
    /// By the address that was asked, the key of its answer.
    addresses: Cache<Key, Key>,
}

/// An answer without errors, ready to be sent.
#[derive(Clone, Debug)]
pub struct Kept {
    /// JSON.
    pub body: Bytes,
    /// Names the bytes.
    pub etag: Arc<str>,
}

impl Answers {
    /// Answers that are made from these boards.
    pub fn new(boards: Boards) -> Self {
        let weigh = |_: &Key, kept: &Kept| u32::try_from(kept.body.len() + ENTRY_BYTES).unwrap_or(u32::MAX);
        let kept = Cache::builder()
            .max_capacity(MAX_BYTES)
            .weigher(weigh)
            .time_to_live(Duration::from_secs(KEPT_S.unsigned_abs()))
            .build();
        let addresses = Cache::builder()
            .max_capacity(MAX_ADDRESSES)
            .time_to_live(Duration::from_secs(KEPT_S.unsigned_abs()))
            .build();
        Self {
            boards,
            kept,
            addresses,
        }
    }

    /// The address of a public read by GET, as the moment has it: the same one, the same answer, so that nothing of the
    /// request needs to be read. None for a request that shows any credential.
    pub fn address(&self, request: &HttpRequest) -> Option<Key> {
        let headers = request.headers();
        let known = [
            header::AUTHORIZATION.as_str(),
            header::COOKIE.as_str(),
            DEVICE_CREDENTIAL,
        ];
        if request.method() != Method::GET || known.iter().any(|name| headers.contains_key(*name)) {
            return None;
        }
        let languages = headers
            .get_all(header::ACCEPT_LANGUAGE)
            .iter()
            .map(HeaderValue::as_bytes);
        let target = request.uri().path_and_query()?.as_str().as_bytes();
        Some(self.moment([target].into_iter().chain(languages)))
    }

    /// The answer that was made a moment ago for whoever asked at this address.
    pub async fn at(&self, address: &Key) -> Option<Kept> {
        let key = self.addresses.get(address).await?;
        self.kept.get(&key).await
    }

    /// Remembers that asking at this address is asking for this key.
    pub async fn stands_at(&self, address: Key, key: Key) {
        self.addresses.insert(address, key).await;
    }

    /// Names these parts, in the present state of the boards and within the present few seconds.
    fn moment<'a>(&self, parts: impl Iterator<Item = &'a [u8]>) -> Key {
        let mut hash = Sha256::new();
        let now = self.boards.store().clock().now().timestamp() / KEPT_S;
        hash.update(self.boards.version().to_be_bytes());
        hash.update(now.to_be_bytes());
        for part in parts {
            // Lengths keep two parts from reading like two others.
            hash.update(part.len().to_be_bytes());
            hash.update(part);
        }
        hash.finalize().into()
    }

    /// The key of a request whose answer may be kept: it only reads, and nobody is recognised. None for any other.
    pub fn key(&self, request: &mut Request, asker: &Asker) -> Option<Key> {
        let anonymous = asker.viewer.is_none() && asker.device.is_none();
        if !anonymous || !is_query(request) {
            return None;
        }
        let languages: Vec<&str> = asker.languages.iter().map(Language::as_str).collect();
        let parts = [
            request.query.as_str(),
            request.operation_name.as_deref().unwrap_or_default(),
            &serde_json::to_string(&request.variables).unwrap_or_default(),
            &languages.join(","),
        ];
        Some(self.moment(parts.into_iter().map(str::as_bytes)))
    }

    /// The answer for this key: the one that was made a moment ago, else what `make` answers. Whoever asks meanwhile
    /// waits for the same one.
    ///
    /// An answer with errors is not kept, since the next try may succeed; those who waited for it share it.
    pub async fn of<E>(
        &self,
        key: Key,
        make: impl Future<Output = Result<Response, E>>,
    ) -> Result<Kept, Arc<Result<Response, E>>>
    where
        E: Send + Sync + 'static,
    {
        shared(&self.kept, key, make).await
    }
}

async fn shared<E: Send + Sync + 'static>(
    kept: &Cache<Key, Kept>,
    key: Key,
    make: impl Future<Output = Result<Response, E>>,
) -> Result<Kept, Arc<Result<Response, E>>> {
    let fresh = async {
        let answer = make.await;
        let kept = answer.as_ref().ok().and_then(Kept::of);
        kept.ok_or(answer)
    };
    kept.try_get_with(key, fresh).await
}

impl Kept {
    /// An answer without errors, in its bytes.
    fn of(answer: &Response) -> Option<Self> {
        if answer.is_err() || !answer.http_headers.is_empty() {
            return None;
        }
        let body = Bytes::from(serde_json::to_vec(answer).ok()?);
        let etag = etag::of(&body).into();
        Some(Self { body, etag })
    }

    /// The headers by which caches keep it; they are meant for GET.
    pub fn caching(&self) -> HeaderMap {
        let etag = HeaderValue::from_str(&self.etag).ok();
        let tagged = etag.map(|etag| (header::ETAG, etag));
        let fixed = [(header::CACHE_CONTROL, CACHE_CONTROL), (header::VARY, VARY)];
        tagged.into_iter().chain(fixed).collect()
    }

    /// Whether the client has these bytes already (`If-None-Match`, RFC 9110 §13.1.2).
    pub fn is_known(&self, request: &HeaderMap) -> bool {
        etag::is_known(request, &self.etag)
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

#[cfg(test)]
mod tests {
    use std::{
        convert::Infallible,
        sync::atomic::{AtomicUsize, Ordering},
    };

    use async_graphql::ServerError;

    use super::*;

    fn answers() -> Cache<Key, Kept> {
        Cache::new(1)
    }

    #[tokio::test]
    async fn whoever_asks_meanwhile_waits_for_the_same_answer() {
        let (kept, times) = (answers(), AtomicUsize::new(0));
        let make = || async {
            tokio::task::yield_now().await;
            times.fetch_add(1, Ordering::Relaxed);
            Ok::<_, Infallible>(Response::new(true))
        };
        let asked = (0..20).map(|_| shared(&kept, [1; 32], make()));
        let got = futures_util::future::join_all(asked).await;
        assert!(
            got.iter()
                .all(|answer| answer.as_ref().is_ok_and(|kept| kept.body == r#"{"data":true}"#))
        );
        assert_eq!(times.load(Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn an_answer_with_errors_is_not_kept() {
        let kept = answers();
        let failed = async { Ok::<_, Infallible>(Response::from_errors(vec![ServerError::new("no", None)])) };
        assert!(shared(&kept, [1; 32], failed).await.is_err());
        let better = async { Ok::<_, Infallible>(Response::new(true)) };
        assert!(shared(&kept, [1; 32], better).await.is_ok());
    }
}
