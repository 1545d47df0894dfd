//! Content ids and record keys.
//!
//! <https://atproto.com/specs/tid>, <https://github.com/multiformats/cid>

use chrono::{DateTime, Utc};
use serde_json::Value;
use sha2::{Digest, Sha256};

const RFC4648: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
const SORTABLE: &[u8; 32] = b"234567abcdefghijklmnopqrstuvwxyz";
const TID_LENGTH: usize = 13;
/// Version 1, DAG-CBOR or raw bytes, SHA-256 of 32 bytes.
const RECORD_PREFIX: [u8; 4] = [1, 0x71, 0x12, 32];
const BLOB_PREFIX: [u8; 4] = [1, 0x55, 0x12, 32];

/// Of a record: equal records have equal ids, whatever the order of their keys. The hash is of sorted JSON where the
/// network hashes DAG-CBOR, so the ids have the right form and are not those of the network.
pub(super) fn of_record(record: &Value) -> String {
    cid(RECORD_PREFIX, sorted(record).to_string().as_bytes())
}

pub(super) fn of_blob(bytes: &[u8]) -> String {
    cid(BLOB_PREFIX, bytes)
}

/// A record key for a record created without one.
pub(super) fn tid(at: DateTime<Utc>, clock_id: u64) -> String {
    let micros = u64::try_from(at.timestamp_micros()).unwrap_or_default();
    let number = (micros << 10) | (clock_id & 0x3ff);
    let digit = |index: usize| char::from(SORTABLE[usize::from((number >> (5 * index)).to_le_bytes()[0] & 31)]);
    (0..TID_LENGTH).rev().map(digit).collect()
}

pub(super) fn is_tid(key: &str) -> bool {
    key.len() == TID_LENGTH
        && key.bytes().all(|byte| SORTABLE.contains(&byte))
        // The highest bit is always zero.
        && key.bytes().next().is_some_and(|first| SORTABLE[..16].contains(&first))
}

/// Lower case, without padding.
pub(super) fn base32(bytes: &[u8]) -> String {
    let bit = |index: usize| {
        bytes
            .get(index / 8)
            .is_some_and(|byte| byte >> (7 - index % 8) & 1 == 1)
    };
    let digit = |first: usize| (first..first + 5).fold(0, |digit, index| digit << 1 | usize::from(bit(index)));
    (0..bytes.len() * 8)
        .step_by(5)
        .map(|first| char::from(RFC4648[digit(first)]))
        .collect()
}

fn cid(prefix: [u8; 4], content: &[u8]) -> String {
    let mut bytes = prefix.to_vec();
    bytes.extend(Sha256::digest(content));
    format!("b{}", base32(&bytes))
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut pairs: Vec<_> = map.iter().collect();
            pairs.sort_by_key(|(key, _)| *key);
            pairs
                .into_iter()
                .map(|(key, value)| (key.clone(), sorted(value)))
                .collect()
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn ids_have_the_form_of_the_networks() {
        assert!(of_record(&json!({"a": 1})).starts_with("bafyrei"));
        // `ipfs add --cid-version=1 --raw-leaves` of "hello".
        assert_eq!(
            of_blob(b"hello"),
            "bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq"
        );
    }

    #[test]
    fn the_order_of_keys_does_not_matter() {
        let (one, two) = (json!({"a": [{"b": 1, "c": 2}]}), json!({"a": [{"c": 2, "b": 1}]}));
        assert_eq!(of_record(&one), of_record(&two));
    }

    #[test]
    fn keys_are_tids() {
        assert!(is_tid("3jzfcijpj2z2a") && is_tid(&tid(DateTime::UNIX_EPOCH, 5)));
        assert!(!is_tid("event-123") && !is_tid("zzzzzzzzzzzzz") && !is_tid("3jzfcijpj2z2A"));
    }
}
