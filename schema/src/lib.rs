//! What Beffroi stores and what it promises.
//!
//! `value` holds the words of the trade as types, `entity` the rows, `store` the verbs (one transaction each),
//! `device` what an app may say of a phone, `audience` who is near, `discretion` when a phone may be disturbed, `rules`
//! what goes to an account and when, `copies` what becomes of it there, `media` what files are, judged by their bytes,
//! `files` where these are kept, `board` the public read model, `feeds` what other programs read of it, `text` the
//! counting and fitting of posts, `telling` what a post says of a revision, `bus` the nudge between processes.
//! Nothing here knows a client or a network, and nothing here opens a connection to the outside.

pub mod address;
pub mod audience;
pub mod board;
pub mod bus;
pub mod clock;
pub mod config;
pub mod copies;
pub mod device;
pub mod discretion;
pub mod draft;
pub mod entity;
pub mod feeds;
pub mod files;
pub mod id;
pub mod media;
pub mod reconcile;
pub mod recurrence;
pub mod rules;
pub mod store;
pub mod telling;
pub mod text;
pub mod value;
