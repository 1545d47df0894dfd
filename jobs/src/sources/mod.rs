//! The seam to what is polled. One format, one file; fetch and parse only: the store reconciles, once for all formats.

mod fetch;
pub mod gtfs_rt;
pub mod gtfs_static;
mod issues;
mod markup;

use std::time::Duration;

use async_trait::async_trait;
use beffroi_schema::value::{Cursor, Reading, SourceFormat};
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

/// The source at `url`. `settings` are those of the source's row: the format's own, beside `reconcile`; empty for what
/// is usual. The error names the field that is wrong.
pub fn open(
    format: SourceFormat,
    url: Url,
    settings: &Value,
    http: &Http,
) -> Result<Box<dyn Source>, serde_json::Error> {
    let http = http.clone();
    let mut own = settings.clone();
    if let Value::Object(fields) = &mut own {
        fields.retain(|name, _| name != RECONCILE);
    }
    Ok(match format {
        SourceFormat::GtfsRtAlerts => Box::new(GtfsRtAlerts {
            http,
            url,
            settings: serde_json::from_value(own)?,
        }),
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
