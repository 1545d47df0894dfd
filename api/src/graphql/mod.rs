//! The GraphQL contract: what it says (`schema`), who may ask what (`guard`), and how it travels (`http`).

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
