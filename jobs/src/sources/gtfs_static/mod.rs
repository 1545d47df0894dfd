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

use beffroi_schema::value::{Content, Coverage, Cursor, IssueCode, Snapshot, TransitNetwork};
use bytes::Bytes;

pub use self::archive::MAX_BODY_BYTES;
use self::archive::{Archive, Bounds};
use super::{SourceError, issues::IssueLog};

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
