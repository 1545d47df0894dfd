//! The fediverse: our actors there, who follows them, what they say, and what is said to them.

mod actors;
mod hear;
mod incoming;
mod keys;
mod notes;
mod outgoing;
mod peers;

pub(super) use self::notes::insert;
pub use self::{
    actors::{NewFederatedActor, Standing},
    hear::{Answer, Heard},
    incoming::{Kept, NewRequest, Verdict},
    notes::{OutboxPage, Saying},
    outgoing::{Handed, Parcel},
};
