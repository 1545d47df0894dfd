//! Where a page of a list ended, as an opaque word for clients.

use std::cmp::Ordering;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::DateTime;
use uuid::Uuid;

use crate::{clock::Timestamp, id::ItemId};

/// Bytes of an encoded cursor: rank, microseconds, id.
const BYTES: usize = 1 + 8 + 16;

/// The place of one item in a list. Made of the item itself, not of a count: what is published meanwhile moves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Lower ranks come first.
    pub rank: u8,
    /// Within a rank, by time.
    pub at: Timestamp,
    /// At the same instant, by id.
    pub id: ItemId,
}

/// A word that is not a cursor of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not a cursor: pass the endCursor of the page before")]
pub struct CursorError;

impl Cursor {
    /// The order of the feed: by rank, then newest first.
    pub fn newest_first(&self, other: &Self) -> Ordering {
        self.rank
            .cmp(&other.rank)
            .then_with(|| other.at.cmp(&self.at))
            .then_with(|| other.id.cmp(&self.id))
    }

    /// The order of the agenda: soonest first.
    pub fn soonest_first(&self, other: &Self) -> Ordering {
        self.at.cmp(&other.at).then_with(|| self.id.cmp(&other.id))
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut bytes = Vec::with_capacity(BYTES);
        bytes.push(self.rank);
        bytes.extend(self.at.timestamp_micros().to_be_bytes());
        bytes.extend(self.id.0.as_bytes());
        f.write_str(&BASE64_URL_SAFE_NO_PAD.encode(bytes))
    }
}

impl std::str::FromStr for Cursor {
    type Err = CursorError;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(word).map_err(|_| CursorError)?;
        let (rank, rest) = bytes.split_first().ok_or(CursorError)?;
        let (micros, id) = rest.split_first_chunk::<8>().ok_or(CursorError)?;
        let at = DateTime::from_timestamp_micros(i64::from_be_bytes(*micros)).ok_or(CursorError)?;
        let id = Uuid::from_slice(id).map_err(|_| CursorError)?;
        Ok(Self {
            rank: *rank,
            at,
            id: ItemId(id),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_it_was_and_nothing_else_is_one() {
        let cursor = Cursor {
            rank: 3,
            at: DateTime::from_timestamp_micros(1_780_000_000_123_456).unwrap(),
            id: ItemId(Uuid::from_u128(7)),
        };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        for wrong in ["", "x", "AAAA", "é", &"A".repeat(40)] {
            assert_eq!(wrong.parse::<Cursor>(), Err(CursorError), "{wrong:?}");
        }
    }
}
