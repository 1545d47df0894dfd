//! One integration binary.

mod architecture;
mod auth;
mod board;
mod demo;
mod feed;
mod front;
mod graphql;
mod http;
mod limits;
mod processes;
mod push;
mod town;
