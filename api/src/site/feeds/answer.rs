//! A written feed as HTTP sends it: validators, how long it is kept, who may read it, where it can be subscribed to.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};
use beffroi_schema::{
    address::Addresses,
    clock::Timestamp,
    feeds::{Document, Feed, Format},
    store::StoreError,
};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use moka::future::Cache;

use crate::{etag, state::AppState};

/// Memory for written feeds.
const MAX_BYTES: u64 = 16 * 1024 * 1024;
/// What an entry costs beside its body.
const ENTRY_BYTES: usize = 512;
/// How long a written feed is kept, in seconds: what depends on the time is never older.
const KEPT_S: i64 = 5;
/// A change within the second of the last one has the same date: before so many seconds, a date says nothing
/// (RFC 9110 §8.8.2.2).
const SETTLED: chrono::Duration = chrono::Duration::seconds(2);
/// A date as HTTP writes it (RFC 9110 §5.6.7).
const HTTP_DATE: &str = "%a, %d %b %Y %H:%M:%S GMT";
/// Nothing in a document is shown as a page of ours.
const POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; sandbox");
/// Any site may read what is public; these headers too.
const ANYBODY: HeaderValue = HeaderValue::from_static("*");
const EXPOSED: HeaderValue = HeaderValue::from_static("ETag, Last-Modified, Link");

/// How long caches on the way may keep a document.
#[derive(Clone, Copy, Debug)]
pub(super) struct Keeping(&'static str);

/// What readers come back for after minutes.
const FEEDS: Keeping = Keeping("public, max-age=60, stale-while-revalidate=300");
/// What programs poll to tell people on their way.
pub(super) const MESSAGES: Keeping = Keeping("public, max-age=15");

impl From<Format> for Keeping {
    fn from(format: Format) -> Self {
        match format {
            Format::Rss | Format::Atom | Format::Json | Format::Calendar | Format::GeoJson | Format::Kml => FEEDS,
            Format::Alerts | Format::AlertsJson | Format::Cap => MESSAGES,
        }
    }
}

/// A document, ready to be sent.
#[derive(Debug)]
pub(super) struct Answer {
    media_type: HeaderValue,
    body: Bytes,
    etag: String,
    changed_at: Timestamp,
    keeping: Keeping,
    links: Vec<HeaderValue>,
}

impl Answer {
    /// `read_at`: when the board was put together. A document can have changed then, and not later but by its own
    /// moments.
    pub(super) fn new(document: Document, read_at: Timestamp, keeping: Keeping) -> Self {
        Self {
            media_type: HeaderValue::from_static(document.media_type),
            etag: etag::of(&document.body),
            body: document.body.into(),
            changed_at: document.changed_at.map_or(read_at, |at| at.max(read_at)),
            keeping,
            links: Vec::new(),
        }
    }

    /// With the links by which subscribers find the hub (W3C `WebSub` §4).
    pub(super) fn linked(mut self, addresses: &Addresses, feed: &Feed) -> Self {
        if feed.format.is_pushed() {
            let links = [(addresses.feed(feed), "self"), (addresses.hub(), "hub")];
            let links = links.map(|(address, rel)| HeaderValue::from_str(&format!("<{address}>; rel=\"{rel}\"")));
            self.links.extend(links.into_iter().flatten());
        }
        self
    }

    /// To whoever asks; without the body, when it is known there.
    pub(super) fn send(&self, request: &HeaderMap, now: Timestamp) -> Response {
        let changed_at = Some(self.changed_at).filter(|at| *at + SETTLED <= now);
        let known = if request.contains_key(header::IF_NONE_MATCH) {
            etag::is_known(request, &self.etag)
        } else {
            changed_at.is_some_and(|at| since(request).is_some_and(|since| at.timestamp() <= since.timestamp()))
        };
        let mut response = Response::new(Body::empty());
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(self.keeping.0));
        headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, ANYBODY);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        let date = changed_at.map(|at| HeaderValue::from_str(&at.format(HTTP_DATE).to_string()));
        let validators = [
            (header::ETAG, HeaderValue::from_str(&self.etag).ok()),
            (header::LAST_MODIFIED, date.and_then(Result::ok)),
        ];
        headers.extend(validators.into_iter().filter_map(|(name, value)| Some((name, value?))));
        for link in &self.links {
            headers.append(header::LINK, link.clone());
        }
        if known {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        } else {
            response
                .headers_mut()
                .insert(header::CONTENT_TYPE, self.media_type.clone());
            *response.body_mut() = Body::from(self.body.clone());
        }
        response
    }
}

/// `If-Modified-Since`, in the one form that is still written.
fn since(request: &HeaderMap) -> Option<DateTime<Utc>> {
    let date = request.get(header::IF_MODIFIED_SINCE)?.to_str().ok()?;
    let date = chrono::NaiveDateTime::parse_from_str(date, HTTP_DATE).ok()?;
    Some(date.and_utc())
}

/// Written feeds that are kept for a moment. Clones share them.
#[derive(Clone, Debug)]
pub(crate) struct Kept(Cache<String, Option<Arc<Answer>>>);

impl Default for Kept {
    fn default() -> Self {
        let weigh = |key: &String, answer: &Option<Arc<Answer>>| {
            let body = answer.as_ref().map_or(0, |answer| answer.body.len());
            u32::try_from(key.len() + body + ENTRY_BYTES).unwrap_or(u32::MAX)
        };
        let cache = Cache::builder()
            .max_capacity(MAX_BYTES)
            .weigher(weigh)
            .time_to_live(Duration::from_secs(KEPT_S.unsigned_abs()));
        Self(cache.build())
    }
}

impl Kept {
    /// Names a feed in the present state of the boards and within the present few seconds.
    pub(super) fn key(state: &AppState, path: &str) -> String {
        let moment = state.store().clock().now().timestamp() / KEPT_S;
        format!("{} {moment} {path}", state.boards().version())
    }

    /// The answer for this key: made once, however many ask at the same moment.
    pub(super) async fn of(
        &self,
        key: String,
        make: impl Future<Output = Result<Option<Arc<Answer>>, StoreError>>,
    ) -> Result<Option<Arc<Answer>>, Arc<StoreError>> {
        self.0.try_get_with(key, make).await
    }
}
