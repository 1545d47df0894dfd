//! The networks in miniature: one file or folder each.

pub(crate) mod bluesky;
pub(crate) mod consent;
pub(crate) mod container;
pub(crate) mod dailymotion;
pub(crate) mod discord;
pub(crate) mod facebook;
pub(crate) mod flickr;
pub(crate) mod google;
pub(crate) mod google_business;
pub(crate) mod google_photos;
pub(crate) mod instagram;
pub(crate) mod linkedin;
pub(crate) mod mastodon;
pub(crate) mod oauth;
mod oauth1;
pub(crate) mod readers;
pub(crate) mod slack;
pub(crate) mod telegram;
pub(crate) mod threads;
pub(crate) mod tiktok;
pub(crate) mod timeline;
pub(crate) mod webhook;
pub(crate) mod x;
pub(crate) mod youtube;
