//! One integration binary.

mod auth;
mod authorisation;
mod board;
mod contract;
mod desk;
mod feed;
mod front;
mod graphql;
mod http;
mod limits;
mod office;
mod push;
mod town;
