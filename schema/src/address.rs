//! The public addresses of things: where people and programs find them.

use url::Url;

use crate::{
    feeds::Feed,
    id::{AccountId, ActivityId, ItemId},
    value::{Kind, Language},
};

/// Stands where actors have their names: none is called so.
pub const SHARED_INBOX: &str = "inbox";

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

    /// Where networks send people back to who agreed, or did not: applications over there are told it, letter by letter.
    pub fn connected(&self) -> String {
        format!("{}/accounts/connected", self.0)
    }

    /// Where staff connect an account again.
    pub fn connect_again(&self, account: AccountId) -> String {
        format!("{}/accounts/{account}/again", self.0)
    }

    /// One of our actors in the fediverse: its id there.
    pub fn actor(&self, name: &str) -> String {
        format!("{}/federation/{name}", self.0)
    }

    /// What hangs on an actor: `inbox`, `outbox`, `followers`.
    pub fn of_actor(&self, name: &str, part: &str) -> String {
        format!("{}/{part}", self.actor(name))
    }

    /// The inbox that all our actors share.
    pub fn shared_inbox(&self) -> String {
        self.actor(SHARED_INBOX)
    }

    /// What an item is on an actor.
    pub fn told(&self, name: &str, item: ItemId) -> String {
        format!("{}/items/{item}", self.actor(name))
    }

    /// What an actor did.
    pub fn activity(&self, name: &str, id: ActivityId) -> String {
        format!("{}/activities/{id}", self.actor(name))
    }

    /// The name of the actor whose id this is.
    pub fn read_actor<'a>(&self, address: &'a str) -> Option<&'a str> {
        let name = address.strip_prefix(&self.0)?.strip_prefix("/federation/")?;
        (!name.contains(['/', '?', '#']) && name != SHARED_INBOX).then_some(name)
    }

    /// The actor and the item whose address there this is.
    pub fn read_told<'a>(&self, address: &'a str) -> Option<(&'a str, ItemId)> {
        let (name, rest) = address
            .strip_prefix(&self.0)?
            .strip_prefix("/federation/")?
            .split_once('/')?;
        Some((name, ItemId(rest.strip_prefix("items/")?.parse().ok()?)))
    }

    /// A picture, by the SHA-256 of its bytes. What stands there never changes.
    pub fn picture(&self, sha256: &str) -> String {
        format!("{}/media/{sha256}", self.0)
    }

    /// A feed.
    pub fn feed(&self, feed: &Feed) -> String {
        format!("{}{}", self.0, feed.path())
    }

    /// The feed at this address of ours; none: there is none. Only the one address of a feed names it.
    pub fn feed_at(&self, address: &str) -> Option<Feed> {
        let path = address.strip_prefix(&self.0)?;
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let (authority, file) = path.strip_prefix('/')?.split_once("/feeds/")?;
        Feed::read(authority, file, query).filter(|feed| self.feed(feed) == address)
    }

    /// The CAP message of a disruption, in one language or in all of them.
    pub fn cap(&self, authority: &str, id: ItemId, language: Option<&Language>) -> String {
        let message = format!("{}/{authority}/feeds/cap/{id}", self.0);
        language.map_or_else(|| message.clone(), |language| format!("{message}?language={language}"))
    }

    /// Where to subscribe to feeds.
    pub fn hub(&self) -> String {
        format!("{}/hub", self.0)
    }

    /// The instance's own name.
    pub fn host(&self) -> &str {
        let rest = self.0.split_once("://").map_or(self.0.as_str(), |(_, rest)| rest);
        rest.split(['/', ':']).next().unwrap_or(rest)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn what_we_name_we_know_again_and_nothing_else() {
        let ours = Addresses::below(&"https://ville.example/".parse().unwrap());
        let item = ItemId(Uuid::from_u128(7));
        assert_eq!(ours.read_actor(&ours.actor("travaux")), Some("travaux"));
        assert_eq!(ours.read_told(&ours.told("travaux", item)), Some(("travaux", item)));
        for strange in [
            "https://ville.example.evil/federation/travaux",
            "https://ville.example/federation/inbox",
            "https://ville.example/federation/travaux/outbox",
            "https://ville.example/federation/travaux#main-key",
        ] {
            assert_eq!(ours.read_actor(strange), None, "{strange}");
        }
        assert_eq!(ours.read_told("https://ville.example/federation/travaux/items/7"), None);
    }
}
