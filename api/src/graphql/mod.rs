//! The GraphQL contract: what it says (`schema`), who may ask what (`guard`), and how it travels (`http`).

#![expect(
    clippy::unused_async,
    reason = "a resolver is asynchronous: the `Object` macro asks for it"
)]
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "an input of any other form is refused alike"
)]
#![expect(
    clippy::duplicated_attributes,
    reason = "the fields of an interface are attributes, and may share a type"
)]
#![expect(clippy::enum_variant_names, reason = "GTFS-Realtime's own names")]

pub mod answers;
pub mod context;
pub mod desk;
pub mod devices;
pub mod error;
pub mod explorer;
pub mod guard;
pub mod http;
pub mod id;
pub mod problem;
pub mod reading;
pub mod scalar;
pub mod schema;
pub mod socket;
pub mod words;
