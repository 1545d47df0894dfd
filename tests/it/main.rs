//! One integration binary.

mod auth;
mod front;
mod http;
mod limits;
mod push;
