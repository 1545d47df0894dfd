//! One integration binary.

mod architecture;
mod auth;
mod bad_input;
mod board;
mod configuration;
mod documents;
mod feed;
mod front;
mod graphql;
mod http;
mod limits;
mod processes;
mod push;
mod town;
