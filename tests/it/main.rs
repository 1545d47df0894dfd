//! One integration binary.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod accounts;
mod architecture;
mod auth;
mod authorisation;
mod bad_input;
mod board;
mod configuration;
mod contract;
mod counterparts;
mod crash;
mod demo;
mod desk;
mod devices;
mod documents;
mod federation;
mod feed;
mod feeds;
mod front;
mod graphql;
mod hand_over;
mod http;
mod import;
mod limits;
mod media;
mod migrations;
mod office;
mod processes;
mod push;
mod races;
mod site;
mod socket;
mod story;
mod town;
