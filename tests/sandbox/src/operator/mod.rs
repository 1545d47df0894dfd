//! A transport operator in miniature: its timetable (GTFS Schedule) and its alerts (GTFS-Realtime), each behind an
//! `ETag`, as operators publish them.
//!
//! <https://gtfs.org/documentation/schedule/reference/>, <https://gtfs.org/documentation/realtime/reference/>

mod alert;
mod wire;

use std::fmt;
use std::io::{self, Cursor, Write as _};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use sha2::{Digest as _, Sha256};
use tokio::sync::watch;
use tokio::task::JoinSet;
use zip::ZipWriter;
use zip::result::ZipResult;
use zip::write::SimpleFileOptions;

pub use alert::{Alert, Cause, Concerned, Effect, Severity};

use crate::clock::{Clock, now};
use crate::listener::{Listener, serve_router};
use crate::lock::lock;

/// Bytes of the hash that make an `ETag`.
const TAG_BYTES: usize = 12;

/// The operator. Dropping it closes its port.
pub struct Operator {
    url: String,
    clock: Clock,
    published: Arc<Published>,
    /// Held, not used: its end is the operator's.
    _tasks: JoinSet<()>,
}

/// What can be read at the moment.
#[derive(Debug, Default)]
struct Published {
    timetable: Mutex<Bytes>,
    alerts: Mutex<Feed>,
}

/// The alerts as they are now.
#[derive(Debug, Default)]
struct Feed {
    body: Bytes,
    /// Seconds since 1970: grows with each change, even with two in one second. A reader may skip a feed whose time
    /// stands still.
    timestamp: u64,
}

impl Operator {
    /// On a loopback port; 0 asks the system for a free one. It begins with an empty timetable and without alerts.
    pub async fn start(port: u16, clock: Clock) -> io::Result<Self> {
        let listener = Listener::bind(port, None).await?;
        let published = Arc::new(Published::default());
        let routes = Router::new()
            .route("/gtfs.zip", get(timetable))
            .route("/alerts.pb", get(alerts))
            .with_state(Arc::clone(&published));
        let url = listener.url();
        let mut tasks = JoinSet::new();
        tasks.spawn(listener.serve(serve_router(routes), watch::Sender::new(()).subscribe()));
        let operator = Self {
            url,
            clock,
            published,
            _tasks: tasks,
        };
        operator.announce(&[]);
        operator.publish_timetable(&[]).map_err(io::Error::other)?;
        Ok(operator)
    }

    /// The origin, without a final slash.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where the timetable is.
    pub fn timetable_url(&self) -> String {
        format!("{}/gtfs.zip", self.url)
    }

    /// Where the alerts are.
    pub fn alerts_url(&self) -> String {
        format!("{}/alerts.pb", self.url)
    }

    /// Publishes a timetable: its files by name (`routes.txt`), with their content.
    pub fn publish_timetable(&self, files: &[(&str, String)]) -> ZipResult<()> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in files {
            zip.start_file(*name, SimpleFileOptions::default())?;
            zip.write_all(content.as_bytes())?;
        }
        *lock(&self.published.timetable) = zip.finish()?.into_inner().into();
        Ok(())
    }

    /// Publishes these alerts in place of the former ones: one that is not named any more is over.
    pub fn announce(&self, alerts: &[Alert]) {
        let seconds = u64::try_from(now(&self.clock).timestamp()).unwrap_or_default();
        let mut feed = lock(&self.published.alerts);
        feed.timestamp = seconds.max(feed.timestamp + 1);
        feed.body = wire::feed(alerts, feed.timestamp);
    }
}

impl fmt::Debug for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operator")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

async fn timetable(State(published): State<Arc<Published>>, headers: HeaderMap) -> Response {
    let body = lock(&published.timetable).clone();
    answer(body, "application/zip", &headers)
}

async fn alerts(State(published): State<Arc<Published>>, headers: HeaderMap) -> Response {
    let body = lock(&published.alerts).body.clone();
    answer(body, "application/x-protobuf", &headers)
}

/// The file, or 304 to a reader who has it.
fn answer(body: Bytes, media_type: &'static str, headers: &HeaderMap) -> Response {
    let tag = tag(&body);
    let known = headers
        .get(header::IF_NONE_MATCH)
        .is_some_and(|seen| seen == tag.as_str());
    let headers = [(header::ETAG, tag), (header::CONTENT_TYPE, media_type.to_owned())];
    if known {
        (StatusCode::NOT_MODIFIED, headers).into_response()
    } else {
        (headers, body).into_response()
    }
}

fn tag(body: &[u8]) -> String {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let hash = Sha256::digest(body);
    let start = hash.get(..TAG_BYTES).unwrap_or_default();
    format!("\"{}\"", URL_SAFE_NO_PAD.encode(start))
}
