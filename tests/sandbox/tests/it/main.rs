//! Each rule and each accident, seen by a plain HTTP client.

mod bluesky;
mod contract;
mod facebook;
mod fcm;
mod mastodon;
mod operator;
mod page;
mod sandbox;
mod world;
