//! The item: what is written once.

use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

closed_set! {
    /// What an item is.
    pub enum Kind {
        /// Something to go to, at one or several dates.
        Event = "event",
        /// Something that does not work as usual on the transport network.
        Disruption = "disruption",
        /// City news.
        Article = "article",
    }
}

closed_set! {
    /// Where an item is in its life. Nothing goes back to `Draft`, and nothing published is erased.
    pub enum ItemStatus {
        /// Seen by staff only.
        Draft = "draft",
        /// Goes out by itself at `publish_at`.
        Scheduled = "scheduled",
        /// Public.
        Published = "published",
        /// Was public; a tombstone stays.
        Withdrawn = "withdrawn",
    }
}

closed_set! {
    /// What a revision did to the item: decides what fan-out tells accounts and phones.
    pub enum Change {
        /// First made public.
        Published = "published",
        /// Public text or facts changed.
        Amended = "amended",
        /// A disruption is over; the item stays readable as past.
        Resolved = "resolved",
        /// A resolved disruption came back.
        Reopened = "reopened",
        /// Taken back: a tombstone remains.
        Withdrawn = "withdrawn",
    }
}

impl Change {
    /// Whether the item is still to be seen after it.
    pub const fn stays(self) -> bool {
        match self {
            Self::Published | Self::Amended | Self::Resolved | Self::Reopened => true,
            Self::Withdrawn => false,
        }
    }
}

/// Free subjects of an item (`culture`, `voirie`…), as slugs: what a resident can follow beside lines and zones.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Topics(pub Vec<String>);

closed_set! {
    /// What a row of the outbox points at.
    pub enum Subject {
        /// An item that was published, amended, resolved or withdrawn.
        Item = "item",
        /// The authority itself, its zones, lines or stops.
        Places = "places",
    }
}
