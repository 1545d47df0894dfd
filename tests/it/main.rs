//! One integration binary.

mod auth;
mod board;
mod feed;
mod front;
mod graphql;
mod http;
mod limits;
mod push;
mod site;
mod town;
