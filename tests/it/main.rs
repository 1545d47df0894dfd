//! One integration binary.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod architecture;
mod auth;
mod board;
mod counterparts;
mod feed;
mod front;
mod graphql;
mod http;
mod limits;
mod processes;
mod push;
mod town;
