//! GTFS-Realtime Service Alerts (<https://gtfs.org/documentation/realtime/reference/#message-alert>), protocol buffers
//! or JSON.

mod clean;
pub mod codes;
mod decode;
mod json;
pub mod message;
mod periods;
mod scope;
mod texts;

#[cfg(test)]
mod tests;

use async_trait::async_trait;
use beffroi_schema::{
    clock::Timestamp,
    value::{Content, Cursor, Language, Reading, Snapshot},
};
use chrono::TimeDelta;
use prost::bytes::Bytes;
use serde::{Deserialize, Serialize};
use url::Url;

pub use self::decode::{MAX_BODY_BYTES, decode};
use super::{
    Source, SourceError,
    fetch::{self, Fetched},
    issues::IssueLog,
};
use crate::http::Http;

/// A feed's own time further ahead than this is not believed: it would make every later poll look old.
const CLOCK_TOLERANCE: TimeDelta = TimeDelta::hours(1);

/// What a feed does not say of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The language of texts that name none.
    pub default_language: Language,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            default_language: Language::french(),
        }
    }
}

/// A feed of alerts at an address.
#[derive(Clone, Debug)]
pub struct GtfsRtAlerts {
    /// The door.
    pub http: Http,
    /// Where it is.
    pub url: Url,
    /// How to read it.
    pub settings: Settings,
}

#[async_trait]
impl Source for GtfsRtAlerts {
    async fn fetch(&self, cursor: &Cursor) -> Result<Reading, SourceError> {
        match fetch::fetch(&self.http, &self.url, cursor, MAX_BODY_BYTES).await? {
            Fetched::Unchanged => Ok(Reading::Unchanged),
            Fetched::Body { body, cursor: fetched } => {
                let snapshot = parse(&body, &self.settings, self.http.clock().now())?;
                Ok(fetch::reading(cursor, fetched, snapshot))
            }
        }
    }
}

/// Reads a feed: every alert in it, cleaned. Keys are unique in the result.
pub fn parse(body: &Bytes, settings: &Settings, now: Timestamp) -> Result<Snapshot, SourceError> {
    let feed = decode(body)?;
    let mut log = IssueLog::default();
    let said = feed
        .header
        .as_ref()
        .and_then(|header| header.timestamp)
        .filter(|seconds| *seconds > 0);
    let feed_timestamp = said
        .and_then(|seconds| periods::bound(seconds, now, &mut log))
        .filter(|at| *at - now <= CLOCK_TOLERANCE);
    let (entries, coverage) = clean::entries(&feed, settings, now, &mut log);
    Ok(Snapshot {
        cursor: Cursor {
            feed_timestamp,
            ..Cursor::default()
        },
        coverage,
        content: Content::Alerts(entries),
        issues: log.finish(),
    })
}
