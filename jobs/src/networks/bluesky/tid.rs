//! Where a post goes: a record key that is the same at every try. <https://atproto.com/specs/tid>

use beffroi_schema::{clock::Timestamp, id::DeliveryId};
use sha2::{Digest as _, Sha256};

const ALPHABET: &[u8; 32] = b"234567abcdefghijklmnopqrstuvwxyz";

/// Characters in a record key.
const LENGTH: u32 = 13;

/// A key made of the moment the rendering was frozen and of the delivery: its milliseconds are the moment's, what is
/// finer is the delivery's, so two deliveries of one moment do not meet.
pub(super) fn derive(at: Timestamp, key: DeliveryId) -> String {
    let digest = Sha256::digest(key.0.as_bytes());
    let finer = digest
        .iter()
        .take(4)
        .fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
    let (micros, clock_id) = (finer / 1024 % 1000, finer % 1024);
    let millis = u64::try_from(at.timestamp_millis()).unwrap_or_default();
    let number = ((millis * 1000 + micros) << 10) | clock_id;
    (0..LENGTH)
        .rev()
        .map(|place| char::from(ALPHABET[usize::from((number >> (5 * place)).to_le_bytes()[0] & 31)]))
        .collect()
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_delivery_has_one_place() {
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        let (one, other) = (DeliveryId(Uuid::from_u128(1)), DeliveryId(Uuid::from_u128(2)));
        let first = derive(at(1_780_000_000), one);
        assert_eq!(first, derive(at(1_780_000_000), one));
        assert_ne!(first, derive(at(1_780_000_000), other));
        assert!(first < derive(at(1_780_000_001), one), "keys sort by time");
        assert!(first.len() == 13 && first.starts_with('3'), "{first}");
    }

    #[test]
    fn the_moment_can_be_read_back() {
        let key = derive(
            DateTime::from_timestamp(1_780_000_000, 0).unwrap(),
            DeliveryId(Uuid::nil()),
        );
        let number = key.bytes().fold(0_u64, |number, byte| {
            (number << 5) | ALPHABET.iter().position(|c| *c == byte).unwrap() as u64
        });
        assert_eq!(number / 1024 / 1_000_000, 1_780_000_000);
    }
}
