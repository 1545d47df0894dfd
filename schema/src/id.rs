//! The only place that makes identifiers and secrets' raw bytes.
//!
//! Rows are named by UUID version 7 (RFC 9562 §5.7): their order is the order of creation, so a primary key index
//! grows at its end. Each kind of row has its own type, so a delivery can never be looked up by an item's id.

use std::sync::{Arc, Mutex, PoisonError};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use rand::{Rng as _, RngCore as _, SeedableRng as _, rngs::StdRng};
use sea_orm::{DbErr, DeriveValueType, TryFromU64};
use serde::{Deserialize, Serialize};
use uuid::{Builder, Uuid};

use crate::{clock::Clock, value::Kind};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident,)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, DeriveValueType)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        // A primary key type must say whether it can come from an auto-increment number; a UUID cannot.
        impl TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, DbErr> {
                Err(DbErr::ConvertFromU64(stringify!($name)))
            }
        }
    )+};
}

ids! {
    /// An authority: a commune, an intercommunalité, a département, a région.
    AuthorityId,
    /// A zone of an authority.
    ZoneId,
    /// A transport line.
    LineId,
    /// A stop or a station.
    StopId,
    /// An item: an event, a disruption or an article.
    ItemId,
    /// One state of an item, as it was published.
    RevisionId,
    /// One date of a recurring event.
    OccurrenceId,
    /// One entry in the history of a disruption.
    UpdateId,
    /// A picture, a video or a document.
    MediaId,
    /// A file on its way to us.
    UploadId,
    /// A run of bytes of a file on its way to us.
    PartId,
    /// A page or handle on a social network.
    AccountId,
    /// An account that is being connected.
    ConnectionId,
    /// One revision brought to one account.
    DeliveryId,
    /// One try at a delivery.
    AttemptId,
    /// What a person is to do for a delivery.
    HandoverId,
    /// What an item became on one account.
    ReceiptId,
    /// A phone that asked to be told.
    DeviceId,
    /// One revision brought to its audience by push.
    CampaignId,
    /// A bounded run of devices within a campaign.
    PageId,
    /// Something that is polled for items.
    SourceId,
    /// One poll of a source.
    PollId,
    /// What a source says of one entry, over time.
    RecordId,
    /// A person who works for an authority.
    StaffId,
    /// A program's access.
    ApiTokenId,
    /// A program that asked the hub for a feed.
    SubscriberId,
    /// One line of the audit log.
    AuditId,
    /// One of our actors in the fediverse.
    FederatedActorId,
    /// What one of them did.
    ActivityId,
    /// One activity brought to one inbox.
    FederatedDeliveryId,
    /// What somebody put into one of our inboxes.
    RequestId,
    /// An answer that somebody elsewhere gave to an item.
    ReplyId,
}

/// The global id of a row: opaque to clients, the same for ever, and told apart by its kind (its GraphQL type), so that
/// `node(id)` knows where to look.
pub fn global(kind: &str, id: Uuid) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(format!("{kind}:{id}"))
}

/// The global id of an item: what a notification carries is what the contract takes.
pub fn global_of_item(kind: Kind, id: ItemId) -> String {
    let name = match kind {
        Kind::Event => "Event",
        Kind::Disruption => "Disruption",
        Kind::Article => "Article",
    };
    global(name, id.0)
}

/// The kind and the row that a global id names; none when it was not made here.
pub fn read_global(id: &str) -> Option<(String, Uuid)> {
    let text = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(id).ok()?).ok()?;
    let (kind, id) = text.split_once(':')?;
    Some((kind.to_owned(), Uuid::parse_str(id).ok()?))
}

/// Bytes of randomness in a secret handed to a person or a program (256 bits).
const SECRET_BYTES: usize = 32;

/// Identifiers within one millisecond are told apart, and kept in order, by a counter of 12 bits.
const COUNTER_BITS: u32 = 12;

/// Makes identifiers: unpredictable in production, repeatable from a seed in tests; in the order in which they are made.
#[derive(Clone, Debug)]
pub struct Ids {
    clock: Clock,
    maker: Arc<Mutex<Maker>>,
}

#[derive(Debug)]
struct Maker {
    rng: StdRng,
    /// Milliseconds and counter of the last identifier.
    last: u64,
}

impl Ids {
    /// Identifiers for production: seeded by the operating system.
    pub fn random(clock: Clock) -> Self {
        Self::from(clock, StdRng::from_os_rng())
    }

    /// Repeatable identifiers for tests.
    pub fn seeded(clock: Clock, seed: u64) -> Self {
        Self::from(clock, StdRng::seed_from_u64(seed))
    }

    fn from(clock: Clock, rng: StdRng) -> Self {
        let maker = Arc::new(Mutex::new(Maker { rng, last: 0 }));
        Self { clock, maker }
    }

    /// A new identifier of the wanted type, greater than all that this process made before (RFC 9562 §6.2, method 1).
    pub fn make<I: From<Uuid>>(&self) -> I {
        let millis = u64::try_from(self.clock.now().timestamp_millis()).unwrap_or_default();
        let mut maker = self.maker.lock().unwrap_or_else(PoisonError::into_inner);
        // A full counter, or a clock that was put back, borrows from the milliseconds to come.
        maker.last = (millis << COUNTER_BITS).max(maker.last + 1);
        let counter = maker.last & ((1 << COUNTER_BITS) - 1);
        let mut random = [0_u8; 10];
        maker.rng.fill_bytes(&mut random);
        random[..2].copy_from_slice(&u16::try_from(counter).unwrap_or_default().to_be_bytes());
        I::from(Builder::from_unix_timestamp_millis(maker.last >> COUNTER_BITS, &random).into_uuid())
    }

    /// A secret for a link or a token: 256 random bits in unpadded base64url.
    pub fn secret(&self) -> String {
        use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
        let mut bytes = [0_u8; SECRET_BYTES];
        self.fill(&mut bytes);
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Fills `bytes` with randomness (nonces, salts, keys).
    pub fn fill(&self, bytes: &mut [u8]) {
        self.maker
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .rng
            .fill_bytes(bytes);
    }

    /// A factor drawn evenly from `range`, for jitter.
    pub fn jitter(&self, range: std::ops::Range<f64>) -> f64 {
        self.maker
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .rng
            .random_range(range)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_stand_in_the_order_of_creation() {
        let clock = Clock::fixed(chrono::DateTime::from_timestamp(1_780_000_000, 0).unwrap_or_default());
        let ids = Ids::seeded(clock, 1);
        let made: Vec<Uuid> = (0..10_000).map(|_| ids.make()).collect();
        assert!(made.is_sorted_by(|a, b| a < b));
        assert!(made.iter().all(|id| id.get_version_num() == 7));
    }
}
