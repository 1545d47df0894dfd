//! One integration binary.

mod architecture;
mod auth;
mod board;
mod feed;
mod front;
mod graphql;
mod http;
mod limits;
mod processes;
mod push;
mod site;
mod town;
