//! Reading a source over HTTP without reading the same twice (RFC 9110 §13), once for all formats.

use std::fmt::Write as _;

use beffroi_schema::value::{Cursor, Reading, Snapshot};
use bytes::Bytes;
use reqwest::{
    StatusCode,
    header::{ETAG, HeaderMap, HeaderName, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED},
};
use sha2::{Digest as _, Sha256};
use url::Url;

use super::SourceError;
use crate::http::{CallError, Http};

/// How much of a refusal is kept, in characters.
const MAX_REASON: usize = 200;
/// Longest validator that is kept and sent back, in bytes.
const MAX_VALIDATOR: usize = 512;

/// What an address answered.
#[derive(Debug)]
pub(super) enum Fetched {
    /// 304, or the body of last time.
    Unchanged,
    /// Something else than last time, and where reading it leads to.
    Body { body: Bytes, cursor: Cursor },
}

/// Reads `url` unless it is as it was at `cursor`; at most `most` bytes.
pub(super) async fn fetch(http: &Http, url: &Url, cursor: &Cursor, most: usize) -> Result<Fetched, SourceError> {
    let conditions = [
        (IF_NONE_MATCH, &cursor.etag),
        (IF_MODIFIED_SINCE, &cursor.last_modified),
    ];
    let call = conditions
        .into_iter()
        .fold(http.read(url.clone()), |call, (name, validator)| {
            match validator.as_deref().and_then(|value| HeaderValue::from_str(value).ok()) {
                Some(value) => call.header(name, value),
                None => call,
            }
        });
    let answer = call.send(most).await.map_err(failed)?;
    if answer.status == StatusCode::NOT_MODIFIED {
        return Ok(Fetched::Unchanged);
    }
    if !answer.status.is_success() {
        return Err(SourceError::Status {
            status: answer.status.as_u16(),
            after: answer.wait,
            reason: String::from_utf8_lossy(&answer.body)
                .chars()
                .filter(|c| !c.is_control())
                .take(MAX_REASON)
                .collect(),
        });
    }
    let body_sha256 = Some(sha256(&answer.body));
    if body_sha256 == cursor.body_sha256 {
        return Ok(Fetched::Unchanged);
    }
    let cursor = Cursor {
        etag: validator(&answer.headers, &ETAG),
        last_modified: validator(&answer.headers, &LAST_MODIFIED),
        body_sha256,
        feed_timestamp: cursor.feed_timestamp,
    };
    Ok(Fetched::Body {
        body: answer.body,
        cursor,
    })
}

/// What to hand on: nothing new when the feed's own time has not advanced, be its bytes others or not. A feed without a
/// time is always new.
pub(super) fn reading(before: &Cursor, fetched: Cursor, snapshot: Snapshot) -> Reading {
    let at = snapshot.cursor.feed_timestamp;
    if at.zip(before.feed_timestamp).is_some_and(|(now, before)| now <= before) {
        return Reading::Unchanged;
    }
    let cursor = Cursor {
        feed_timestamp: at.or(fetched.feed_timestamp),
        ..fetched
    };
    Reading::Snapshot(Box::new(Snapshot { cursor, ..snapshot }))
}

fn validator(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let value = headers.get(name)?.to_str().ok()?;
    (value.len() <= MAX_VALIDATOR).then(|| value.to_owned())
}

fn failed(error: CallError) -> SourceError {
    match error {
        CallError::TooLong(most) => SourceError::TooLarge {
            limit: format!("{most} bytes"),
        },
        CallError::Forbidden(reason) | CallError::NotSent(reason) | CallError::Lost(reason) => {
            SourceError::Unreachable(reason)
        }
    }
}

fn sha256(body: &[u8]) -> String {
    Sha256::digest(body)
        .iter()
        .fold(String::with_capacity(64), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use beffroi_schema::{clock::Clock, value::SourceFormat};
    use serde_json::json;
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpListener,
    };

    use super::*;
    use crate::{
        http::OutboundConfig,
        sources::{Source, open},
    };

    const FEED: &str = r#"{"header":{"gtfs_realtime_version":"2.0","timestamp":1700000000},"entity":[]}"#;

    /// A server that gives one answer after the other, and what it was asked.
    struct Server {
        url: Url,
        asked: Arc<Mutex<Vec<String>>>,
    }

    impl Server {
        #[expect(clippy::disallowed_methods, reason = "a server of one test, gone with its runtime")]
        async fn answering(answers: Vec<String>) -> Self {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let url = Url::parse(&format!("http://{}/alerts", listener.local_addr().unwrap())).unwrap();
            let asked = Arc::new(Mutex::new(Vec::new()));
            let heard = Arc::clone(&asked);
            tokio::spawn(async move {
                for answer in answers {
                    let Ok((mut stream, _)) = listener.accept().await else {
                        return;
                    };
                    let mut request = vec![0; 4096];
                    let length = stream.read(&mut request).await.unwrap_or_default();
                    heard
                        .lock()
                        .unwrap()
                        .push(String::from_utf8_lossy(&request[..length]).to_ascii_lowercase());
                    let _ = stream.write_all(answer.as_bytes()).await;
                }
            });
            Self { url, asked }
        }

        fn source(&self) -> Box<dyn Source> {
            rustls::crypto::ring::default_provider().install_default().ok();
            let allow_private = vec![format!("127.0.0.1:{}", self.url.port().unwrap())];
            let http = Http::new(
                &OutboundConfig {
                    allow_private,
                    ..OutboundConfig::default()
                },
                Clock::system(),
            )
            .unwrap();
            open(SourceFormat::GtfsRtAlerts, self.url.clone(), &json!({}), &http).unwrap()
        }
    }

    fn answer(status: &str, headers: &str, body: &str) -> String {
        format!(
            "HTTP/1.1 {status}\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        )
    }

    #[tokio::test]
    async fn what_was_read_is_not_read_again() {
        let later = FEED.replace("1700000000", "1700000060");
        let spaced = FEED.replace("[]", "[ ]");
        let server = Server::answering(vec![
            answer(
                "200 OK",
                "etag: \"a\"\r\nlast-modified: Tue, 14 Nov 2023 22:13:20 GMT\r\n",
                FEED,
            ),
            answer("304 Not Modified", "", ""),
            answer("200 OK", "", FEED),
            answer("200 OK", "", &spaced),
            answer("200 OK", "", &later),
        ])
        .await;
        let source = server.source();
        let Reading::Snapshot(first) = source.fetch(&Cursor::default()).await.unwrap() else {
            panic!("something new")
        };
        assert_eq!(first.cursor.etag.as_deref(), Some("\"a\""));
        for why in ["304", "the same bytes", "the same time"] {
            assert_eq!(source.fetch(&first.cursor).await, Ok(Reading::Unchanged), "{why}");
        }
        assert!(matches!(source.fetch(&first.cursor).await, Ok(Reading::Snapshot(_))));
        let asked = server.asked.lock().unwrap();
        assert!(!asked[0].contains("if-none-match") && !asked[0].contains("if-modified-since"));
        assert!(asked[1].contains("if-none-match: \"a\"") && asked[1].contains("if-modified-since: tue, 14 nov 2023"));
    }

    #[tokio::test]
    async fn a_refusal_says_how_long_to_wait() {
        let server = Server::answering(vec![answer(
            "503 Service Unavailable",
            "retry-after: 120\r\n",
            "maintenance",
        )])
        .await;
        let refused = server.source().fetch(&Cursor::default()).await.unwrap_err();
        let wanted = SourceError::Status {
            status: 503,
            after: Some(std::time::Duration::from_mins(2)),
            reason: "maintenance".to_owned(),
        };
        assert_eq!(refused, wanted);
    }

    #[tokio::test]
    async fn a_page_is_no_feed() {
        let server = Server::answering(vec![answer("200 OK", "", "<html>Bienvenue</html>")]).await;
        assert!(matches!(
            server.source().fetch(&Cursor::default()).await,
            Err(SourceError::Unreadable(_))
        ));
    }

    #[test]
    fn settings_that_do_not_stand_are_refused() {
        rustls::crypto::ring::default_provider().install_default().ok();
        let http = Http::new(&OutboundConfig::default(), Clock::system()).unwrap();
        let url = Url::parse("https://example.org/alerts").unwrap();
        let opened = |settings| {
            open(
                SourceFormat::GtfsRtAlerts,
                url.clone(),
                &settings,
                &Language::french(),
                &http,
            )
            .map(|_| ())
        };
        assert!(opened(json!({ "default_language": "br", "reconcile": { "misses_needed": 5 } })).is_ok());
        assert!(opened(json!({ "default_language": "breton!" })).is_err());
        assert!(opened(json!({ "langue": "br" })).is_err());
    }
}
