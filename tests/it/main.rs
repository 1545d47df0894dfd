//! One integration binary.

mod architecture;
mod auth;
mod bad_input;
mod board;
mod crash;
mod demo;
mod configuration;
mod documents;
mod counterparts;
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
