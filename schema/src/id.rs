//! The only place that makes identifiers and secrets' raw bytes.
//!
//! Rows are named by UUID version 7 (RFC 9562 §5.7): their order is the order of creation, so a primary key index
//! grows at its end. Each kind of row has its own type, so a delivery can never be looked up by an item's id.

use std::sync::{Arc, Mutex, PoisonError};

use rand::{Rng as _, RngCore as _, SeedableRng as _, rngs::StdRng};
use sea_orm::{DbErr, DeriveValueType, TryFromU64};
use serde::{Deserialize, Serialize};
use uuid::{Builder, Uuid};

use crate::clock::Clock;

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
    /// An uploaded picture or file.
    MediaId,
    /// A page or handle on a social network.
    AccountId,
    /// One revision brought to one account.
    DeliveryId,
    /// One try at a delivery.
    AttemptId,
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
    /// One line of the audit log.
    AuditId,
}

/// Bytes of randomness in a secret handed to a person or a program (256 bits).
const SECRET_BYTES: usize = 32;

/// Makes identifiers: unpredictable in production, repeatable from a seed in tests.
#[derive(Clone, Debug)]
pub struct Ids {
    clock: Clock,
    rng: Arc<Mutex<StdRng>>,
}

impl Ids {
    /// Identifiers for production: seeded by the operating system.
    pub fn random(clock: Clock) -> Self {
        Self {
            clock,
            rng: Arc::new(Mutex::new(StdRng::from_os_rng())),
        }
    }

    /// Repeatable identifiers for tests.
    pub fn seeded(clock: Clock, seed: u64) -> Self {
        Self {
            clock,
            rng: Arc::new(Mutex::new(StdRng::seed_from_u64(seed))),
        }
    }

    /// A new identifier of the wanted type.
    pub fn make<I: From<Uuid>>(&self) -> I {
        let millis = u64::try_from(self.clock.now().timestamp_millis()).unwrap_or_default();
        let mut random = [0_u8; 10];
        self.fill(&mut random);
        I::from(Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
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
        self.rng
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .fill_bytes(bytes);
    }

    /// A factor drawn evenly from `range`, for jitter.
    pub fn jitter(&self, range: std::ops::Range<f64>) -> f64 {
        self.rng
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .random_range(range)
    }
}
