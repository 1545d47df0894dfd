//! Accounts on social networks: what they can do, how they are.

use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;

closed_set! {
    /// A social network: a protocol, and the rules of whoever runs it.
    pub enum Network {
        /// Mastodon and servers that speak its API.
        Mastodon = "mastodon",
        /// Bluesky and other AT Protocol servers.
        Bluesky = "bluesky",
        /// Facebook Pages.
        Facebook = "facebook",
    }
}

closed_set! {
    /// Whether anything is sent to an account.
    pub enum AccountState {
        /// Posts go out.
        Active = "active",
        /// A person stopped it.
        Paused = "paused",
        /// The network refuses us: somebody must sign in again or settle a matter there. Posts wait.
        Locked = "locked",
    }
}

closed_set! {
    /// The unit in which a network counts a text.
    pub enum Counting {
        /// User-perceived characters (UAX #29 extended grapheme clusters).
        Graphemes = "graphemes",
        /// Unicode scalar values.
        Characters = "characters",
        /// UTF-16 code units.
        Utf16 = "utf16",
    }
}

/// How long a text may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextLimit {
    /// At most so many units.
    pub units: u32,
    /// What a unit is.
    pub counting: Counting,
    /// At most so many UTF-8 bytes as well, where the network says so.
    pub bytes: Option<u32>,
    /// Units that any URL counts for; none: as long as it is.
    pub url_units: Option<u32>,
    /// Whether `@user@host` counts as `@user`.
    pub short_mentions: bool,
}

closed_set! {
    /// How a link to the item reaches the reader.
    pub enum LinkStyle {
        /// It stands in the text; the network may draw a card from the page.
        InText = "in_text",
        /// It is a field of its own; the network draws the card from the page's Open Graph data.
        Field = "field",
        /// We supply the card: title, description, picture.
        Card = "card",
    }
}

/// What an account can do: its network's rules, refined by what the instance itself says. Written on the account's row
/// by the loops; the console, the preview and the worker all read it there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Capabilities {
    /// Length of the text.
    pub text: TextLimit,
    /// Pictures in one post.
    pub images: u32,
    /// Largest picture, in bytes.
    pub image_bytes: u64,
    /// Length of an alternative text, in characters; none: the network has no field for it.
    pub alt_text: Option<u32>,
    /// Whether a card and pictures can stand in the same post.
    pub link: LinkStyle,
    /// Whether a post can be edited.
    pub edit: bool,
    /// Whether a post can be deleted.
    pub delete: bool,
    /// Whether we can answer our own post (used to correct one that cannot be edited).
    pub reply: bool,
    /// Seconds during which sending the same post with the same key again is harmless; 0: never; `u32::MAX`: always.
    pub idempotent_s: u32,
}

/// How an account was at its last check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct AccountHealth {
    /// When it was checked.
    pub checked_at: Timestamp,
    /// The handle the network knows us by.
    pub handle: String,
    /// The page of the account, for people.
    pub url: Option<String>,
    /// Followers, where the network tells.
    pub followers: Option<u64>,
}
