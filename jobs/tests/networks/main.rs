//! One suite for every network: each test runs against every miniature, over the wire.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod albums;
mod doubt;
mod google;
mod metrics;
mod posts;
mod refusals;
mod session;
mod steps;
mod tokens;
mod town;
mod videos;
mod webhook;
mod x;
