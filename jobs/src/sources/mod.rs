//! The seam to what is polled. One format, one file; fetch and parse only: the store reconciles, once for all formats.

mod fetch;
pub mod gtfs_rt;
pub mod gtfs_static;
mod issues;
mod markup;

use std::time::Duration;

use async_trait::async_trait;
use beffroi_schema::value::{Cursor, Language, Reading, SourceFormat, TIMETABLE};
use serde_json::Value;
use url::Url;

use self::{gtfs_rt::GtfsRtAlerts, gtfs_static::GtfsStatic};
use crate::http::Http;

/// Something that can be polled.
#[async_trait]
pub trait Source: Send + Sync {
    /// Reads the source once, from where `cursor` left off.
    async fn fetch(&self, cursor: &Cursor) -> Result<Reading, SourceError>;
}

/// The member of a source's settings that belongs to reconciling ([`beffroi_schema::reconcile::Settings`]).
const RECONCILE: &str = "reconcile";

/// The source at `url`. `settings` are those of the source's row: the format's own, beside `reconcile` and `timetable`;
/// empty for what is usual. `language` is the authority's: that of texts that name none, unless the settings say
/// otherwise. The error names the field that is wrong.
pub fn open(
    format: SourceFormat,
    url: Url,
    settings: &Value,
    language: &Language,
    http: &Http,
) -> Result<Box<dyn Source>, serde_json::Error> {
    let http = http.clone();
    let mut own = settings.as_object().cloned().unwrap_or_default();
    own.remove(RECONCILE);
    own.remove(TIMETABLE);
    Ok(match format {
        SourceFormat::GtfsRtAlerts => {
            own.entry("default_language")
                .or_insert_with(|| language.as_str().into());
            let settings = serde_json::from_value(Value::Object(own))?;
            Box::new(GtfsRtAlerts { http, url, settings })
        }
        SourceFormat::GtfsStatic => Box::new(GtfsStatic { http, url }),
    })
}

/// Why a poll brought nothing. Nothing ever counts as missing because of one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// No answer, or not one we may read (time-out, connection, TLS, redirect into a private network).
    #[error("the source does not answer: {0}")]
    Unreachable(String),
    /// An answer that asks us to go away or to wait.
    #[error("the source answered {status}: {reason}")]
    Status {
        /// HTTP status.
        status: u16,
        /// How long it asked us to wait.
        after: Option<Duration>,
        /// The beginning of what it said.
        reason: String,
    },
    /// More bytes, rows or files than the named limit.
    #[error("the source is larger than {limit}")]
    TooLarge {
        /// The limit, in words.
        limit: String,
    },
    /// Not what it should be (an HTML page, a cut file, a DIFFERENTIAL feed).
    #[error("the source cannot be read: {0}")]
    Unreadable(String),
}
