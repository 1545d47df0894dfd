//! The client against servers of its own kind, on loopback.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod connections;
mod errors;
mod raw;
mod sending;
mod stub;
mod token_endpoint;
mod tokens;
