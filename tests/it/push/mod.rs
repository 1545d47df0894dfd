//! Push, from the registration of a phone to what it shows.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod audience;
mod campaigns;
mod devices;
mod fcm;
mod loops;
mod manners;
mod scene;
