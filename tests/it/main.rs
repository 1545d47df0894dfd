//! One integration binary.

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
