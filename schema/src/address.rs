//! The public addresses of things: where people and programs find them.

use url::Url;

use crate::{
    feeds::Feed,
    id::ItemId,
    value::{Kind, Language},
};

/// Makes addresses below the instance's public URL.
#[derive(Clone, Debug)]
pub struct Addresses(String);

impl Addresses {
    /// Below this URL (`https://ville.example`), with or without a slash at its end.
    pub fn below(public_url: &Url) -> Self {
        Self(public_url.as_str().trim_end_matches('/').to_owned())
    }

    /// The page of an item: its one canonical address.
    pub fn item(&self, authority: &str, kind: Kind, id: ItemId) -> String {
        format!("{}/{authority}/{kind}/{id}", self.0)
    }

    /// The page of an authority.
    pub fn authority(&self, slug: &str) -> String {
        format!("{}/{slug}", self.0)
    }

    /// A picture, by the SHA-256 of its bytes. What stands there never changes.
    pub fn picture(&self, sha256: &str) -> String {
        format!("{}/media/{sha256}", self.0)
    }

    /// A feed.
    pub fn feed(&self, feed: &Feed) -> String {
        format!("{}{}", self.0, feed.path())
    }

    /// The CAP message of a disruption, in one language or in all of them.
    pub fn cap(&self, authority: &str, id: ItemId, language: Option<&Language>) -> String {
        let message = format!("{}/{authority}/feeds/cap/{id}", self.0);
        language.map_or_else(|| message.clone(), |language| format!("{message}?language={language}"))
    }

    /// The instance's own name.
    pub fn host(&self) -> &str {
        let rest = self.0.split_once("://").map_or(self.0.as_str(), |(_, rest)| rest);
        rest.split(['/', ':']).next().unwrap_or(rest)
    }
}
