//! The public addresses of things: where people and programs find them.

use url::Url;

use crate::{id::ItemId, value::Kind};

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
}
