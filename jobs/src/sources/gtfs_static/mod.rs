//! GTFS Schedule (<https://gtfs.org/documentation/schedule/reference/>): lines, stops, names, colours, courses. What a
//! timetable says about times is not kept.

pub mod archive;
pub mod color;
mod course;
mod journeys;
mod lines;
mod stops;

#[cfg(test)]
mod tests;

use async_trait::async_trait;
use beffroi_schema::value::{Content, Coverage, Cursor, IssueCode, Reading, Snapshot, TransitNetwork};
use bytes::Bytes;
use url::Url;

pub use self::archive::MAX_BODY_BYTES;
use self::archive::{Archive, Bounds};
use super::{
    Source, SourceError,
    fetch::{self, Fetched},
    issues::IssueLog,
};
use crate::http::Http;

/// A timetable at an address.
#[derive(Clone, Debug)]
pub struct GtfsStatic {
    /// The door.
    pub http: Http,
    /// Where it is.
    pub url: Url,
}

#[async_trait]
impl Source for GtfsStatic {
    async fn fetch(&self, cursor: &Cursor) -> Result<Reading, SourceError> {
        match fetch::fetch(&self.http, &self.url, cursor, MAX_BODY_BYTES).await? {
            Fetched::Unchanged => Ok(Reading::Unchanged),
            Fetched::Body { body, cursor: fetched } => {
                // Seconds of computing: not on the threads that answer others.
                let parsed = tokio::task::spawn_blocking(move || parse(body)).await;
                let snapshot = parsed.map_err(|error| SourceError::Unreadable(error.to_string()))??;
                Ok(fetch::reading(cursor, fetched, snapshot))
            }
        }
    }
}

/// Reads an archive: every line and stop in it, and how they belong together.
///
/// Takes up to a few seconds of computing for a large network: call it where that may block.
pub fn parse(body: Bytes) -> Result<Snapshot, SourceError> {
    read(body, archive::BOUNDS)
}

fn read(body: Bytes, bounds: Bounds) -> Result<Snapshot, SourceError> {
    let mut archive = Archive::open(body, bounds)?;
    let mut log = IssueLog::default();
    for other in archive.other_feeds() {
        log.note(IssueCode::SeveralFeeds, format!("`{other}` is not read"));
    }
    let agencies = lines::agencies(&mut archive, &mut log)?;
    let mut lines = lines::lines(&mut archive, &agencies, &mut log)?;
    let stops = stops::stops(&mut archive, &mut log)?;
    let journeys = journeys::Journeys::read(&mut archive, &lines, &mut log)?;
    let served = journeys.served(&mut archive, &lines, &stops, &mut log)?;
    journeys.draw(&mut archive, &mut lines, &mut log)?;
    let network = TransitNetwork {
        agencies,
        lines,
        stops,
        served,
    };
    Ok(Snapshot {
        cursor: Cursor::default(),
        coverage: Coverage::Complete,
        content: Content::Transit(network),
        issues: log.finish(),
    })
}
