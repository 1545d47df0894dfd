//! From bytes to messages, within limits that are checked before memory is taken.

use prost::{
    Message as _,
    bytes::Bytes,
    encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field},
};

use super::{codes, message::FeedMessage};
use crate::sources::SourceError;

/// Largest feed. Real ones stay below 1 MiB per network.
pub const MAX_BODY_BYTES: usize = 16 * 1024 * 1024;
/// Messages inside a feed, whatever they are: an empty one takes two bytes on the wire and hundreds in memory.
const MAX_PARTS: usize = 200_000;

/// A kind of message inside another, by field number, with what can be inside it. Nesting is bounded by this table, and
/// by prost's own limit of 100 levels.
struct Part {
    field: u32,
    within: &'static [Part],
}

const fn leaf(field: u32) -> Part {
    Part { field, within: &[] }
}

const TEXT: &[Part] = &[leaf(1)];
const SELECTOR: &[Part] = &[leaf(4)];
const ALERT: &[Part] = &[
    leaf(1),
    leaf(2),
    leaf(3),
    Part {
        field: 5,
        within: SELECTOR,
    },
    Part { field: 8, within: TEXT },
    Part {
        field: 10,
        within: TEXT,
    },
    Part {
        field: 11,
        within: TEXT,
    },
];
const FEED: &[Part] = &[Part {
    field: 2,
    within: &[Part {
        field: 5,
        within: ALERT,
    }],
}];

/// Reads a feed, protocol buffers or JSON. What cannot be one, says it is only a difference, or has no header, is refused.
pub fn decode(body: &Bytes) -> Result<FeedMessage, SourceError> {
    if body.len() > MAX_BODY_BYTES {
        return Err(SourceError::TooLarge {
            limit: format!("{MAX_BODY_BYTES} bytes"),
        });
    }
    let feed = protobuf(body).or_else(|fault| otherwise(body, fault))?;
    let header = feed.header.as_ref().ok_or_else(|| unreadable("no header"))?;
    if header.gtfs_realtime_version.as_deref().is_none_or(str::is_empty) {
        return Err(unreadable("the header gives no version"));
    }
    match header.incrementality {
        None | Some(codes::FULL_DATASET) => Ok(feed),
        Some(codes::DIFFERENTIAL) => Err(unreadable("a DIFFERENTIAL feed, whose meaning is not specified")),
        Some(other) => Err(unreadable(&format!("incrementality {other}"))),
    }
}

/// What is no protocol buffers may be JSON. Only after the attempt: the first bytes do not tell, since a header of 123
/// bytes begins with a line break and a `{`.
fn otherwise(body: &Bytes, fault: SourceError) -> Result<FeedMessage, SourceError> {
    let visible = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body).trim_ascii_start();
    match (visible.first(), fault) {
        (_, fault @ SourceError::TooLarge { .. }) => Err(fault),
        (None, _) => Err(unreadable("the answer is empty")),
        (Some(b'<'), _) => Err(unreadable("a page in HTML or XML")),
        (Some(b'{'), _) => json(visible),
        (Some(_), fault) => Err(fault),
    }
}

fn protobuf(body: &Bytes) -> Result<FeedMessage, SourceError> {
    let broken = |error: prost::DecodeError| unreadable(&error.to_string());
    let mut count = 0;
    count_parts(body, FEED, &mut count).map_err(|fault| match fault {
        Fault::Broken(error) => broken(error),
        Fault::TooMany => too_many(),
    })?;
    let feed = FeedMessage::decode(body.clone()).map_err(broken)?;
    // A text can happen to be a well-formed message of unknown fields.
    if feed.header.is_none() {
        Err(unreadable("no header"))
    } else {
        Ok(feed)
    }
}

fn json(body: &[u8]) -> Result<FeedMessage, SourceError> {
    if body.split(|byte| *byte == b'{').count() > MAX_PARTS {
        return Err(too_many());
    }
    serde_json::from_slice(body).map_err(|error| unreadable(&error.to_string()))
}

enum Fault {
    Broken(prost::DecodeError),
    TooMany,
}

impl From<prost::DecodeError> for Fault {
    fn from(error: prost::DecodeError) -> Self {
        Self::Broken(error)
    }
}

/// Counts the messages that decoding would make, without making them.
fn count_parts(mut bytes: &[u8], parts: &[Part], count: &mut usize) -> Result<(), Fault> {
    while !bytes.is_empty() {
        let (field, wire) = decode_key(&mut bytes)?;
        let part = parts
            .iter()
            .find(|part| part.field == field && wire == WireType::LengthDelimited);
        let Some(part) = part else {
            skip_field(wire, field, &mut bytes, DecodeContext::default())?;
            continue;
        };
        *count += 1;
        if *count > MAX_PARTS {
            return Err(Fault::TooMany);
        }
        let length = usize::try_from(decode_varint(&mut bytes)?).unwrap_or(usize::MAX);
        // A length beyond the end is left to the decoder, which names it.
        let Some((inside, rest)) = bytes.split_at_checked(length) else {
            return Ok(());
        };
        count_parts(inside, part.within, count)?;
        bytes = rest;
    }
    Ok(())
}

fn unreadable(reason: &str) -> SourceError {
    SourceError::Unreadable(format!("not a GTFS-Realtime feed: {reason}"))
}

fn too_many() -> SourceError {
    SourceError::TooLarge {
        limit: format!("{MAX_PARTS} messages"),
    }
}
