//! One integration binary.

mod board;
mod feed;
mod graphql;
mod push;
mod town;
