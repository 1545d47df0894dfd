//! One integration binary.

mod architecture;
mod auth;
mod bad_input;
mod board;
mod configuration;
mod counterparts;
mod crash;
mod demo;
mod documents;
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
