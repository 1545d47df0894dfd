//! What Beffroi stores and what it promises.
//!
//! `value` holds the words of the trade as types, `entity` the rows, `store` the verbs (one transaction each),
//! `board` the public read model, `text` the counting and fitting of posts, `bus` the nudge between processes.
//! Nothing here knows a client or a network, and nothing here opens a connection to the outside.

pub mod board;
pub mod bus;
pub mod clock;
pub mod config;
pub mod draft;
pub mod entity;
pub mod id;
pub mod reconcile;
pub mod recurrence;
pub mod store;
pub mod text;
pub mod value;
