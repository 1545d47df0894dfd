//! A sandbox, a clock that stands still, and a plain client.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use beffroi_sandbox::{Clock, Options, Sandbox};
use reqwest::{Client, RequestBuilder, StatusCode};
use serde_json::Value;

/// 2026-11-02T10:00:00Z: the start of a window of every rate limit.
const NOW_S: u64 = 1_793_613_600;
/// A hang is seen as a time-out: long enough for a busy machine to answer everything else.
const PATIENCE: Duration = Duration::from_secs(20);
/// And short where no answer is expected.
const IMPATIENCE: Duration = Duration::from_millis(300);

pub struct World {
    pub sandbox: Sandbox,
    pub http: Client,
    now_s: Arc<AtomicU64>,
}

/// Status, headers and JSON of one answer.
pub struct Answer {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    pub json: Value,
}

impl World {
    pub async fn new() -> Self {
        Self::with(|options| options).await
    }

    pub async fn with(change: impl FnOnce(Options) -> Options) -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let now_s = Arc::new(AtomicU64::new(NOW_S));
        let options = Options {
            clock: clock(Arc::clone(&now_s)),
            ..Options::default()
        };
        let sandbox = Sandbox::start(change(options)).await.unwrap();
        let http = client(|builder| builder);
        Self { sandbox, http, now_s }
    }

    pub fn later(&self, seconds: u64) {
        self.now_s.fetch_add(seconds, Ordering::SeqCst);
    }

    pub fn now_s(&self) -> u64 {
        self.now_s.load(Ordering::SeqCst)
    }
}

#[expect(clippy::disallowed_methods, reason = "a plain client, to see the wire as it is")]
pub fn client(change: impl FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder) -> Client {
    change(
        Client::builder()
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none()),
    )
    .build()
    .unwrap()
}

fn clock(now_s: Arc<AtomicU64>) -> Clock {
    Arc::new(move || SystemTime::UNIX_EPOCH + Duration::from_secs(now_s.load(Ordering::SeqCst)))
}

pub async fn answer(request: RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    let json = serde_json::from_str(&response.text().await.unwrap()).unwrap_or(Value::Null);
    Answer { status, headers, json }
}

/// Sends, and gives the time-out or the broken connection back.
pub async fn no_answer(request: RequestBuilder) -> reqwest::Error {
    request.timeout(IMPATIENCE).send().await.unwrap_err()
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    pub fn text(&self, pointer: &str) -> &str {
        self.json.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    /// Panics with the body when the status is another.
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.json);
        self
    }
}
