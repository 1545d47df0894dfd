//! One integration binary.

mod architecture;
mod auth;
mod board;
mod crash;
mod demo;
mod feed;
mod front;
mod graphql;
mod http;
mod import;
mod limits;
mod migrations;
mod processes;
mod push;
mod site;
mod story;
mod town;
