//! The networks in miniature: one file or folder each.

pub(crate) mod bluesky;
pub(crate) mod facebook;
pub(crate) mod mastodon;
pub(crate) mod telegram;
pub(crate) mod timeline;
pub(crate) mod x;
