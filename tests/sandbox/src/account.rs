//! Who may post on a miniature.

use std::fmt;

/// An account, with what a client needs to sign in.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// Mastodon: numeric id. Bluesky: DID. Facebook: page id.
    pub id: String,
    /// What people read: `valbourg` (Mastodon, Facebook), `valbourg.test` (Bluesky).
    pub handle: String,
    pub name: String,
    /// Mastodon: access token. Bluesky: app password. Facebook: page token.
    pub secret: String,
}

impl fmt::Debug for Account {
    /// Without the secret: accounts end up in assertion messages.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("id", &self.id)
            .field("handle", &self.handle)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
