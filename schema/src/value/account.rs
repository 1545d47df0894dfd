//! Accounts on social networks: what they can do, what goes there, how they are.

use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

use super::{Kind, Language, Problem, ProblemCode, Severity};
use crate::{clock::Timestamp, id::ZoneId};

/// Minutes of a day.
const MINUTES_PER_DAY: u16 = 24 * 60;
/// Hashtags that are added to every post.
const MAX_HASHTAGS: usize = 10;
/// Topics or zones of an account's rules, each.
const MAX_RULE_MEMBERS: usize = 100;

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

/// Which items go to an account. An empty list means: no restriction.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(default, deny_unknown_fields)]
pub struct AccountRules {
    /// These kinds only.
    pub kinds: Vec<Kind>,
    /// One of these topics at least.
    pub topics: Vec<String>,
    /// One of these zones at least (an item without a zone concerns everybody, and passes).
    pub zones: Vec<ZoneId>,
    /// Disruptions from this severity on.
    pub min_severity: Option<Severity>,
    /// Only between these minutes of the authority's day, `[from, to)`, over midnight when `from > to`; later ones wait.
    /// Severe disruptions do not wait.
    pub hours: Option<(u16, u16)>,
    /// New posts a day (the authority's day); further ones are left out. Severe disruptions do not count.
    pub max_per_day: Option<u32>,
    /// The language of the posts; none: the authority's.
    pub language: Option<Language>,
    /// Added to every post, without `#`.
    pub hashtags: Vec<String>,
}

impl AccountRules {
    /// What must be put right before they can hold. Whether the zones exist is the store's to say.
    pub fn problems(&self) -> Vec<Problem> {
        let hours = self.hours.and_then(|(from, to)| {
            let (code, fr, en) = if from.max(to) >= MINUTES_PER_DAY {
                (
                    ProblemCode::OutOfRange,
                    "Une heure de la journée va de 0 à 1439 minutes.",
                    "A time of the day goes from 0 to 1439 minutes.",
                )
            } else if from == to {
                (
                    ProblemCode::Invalid,
                    "Ces heures ne laissent passer aucune publication : la fin doit différer du début.",
                    "These hours let no post through: their end must differ from their start.",
                )
            } else {
                return None;
            };
            Some(Problem::new(code, "rules.hours", fr, en))
        });
        let tag = |tag: &str| !tag.is_empty() && tag.chars().all(|c| c.is_alphanumeric() || c == '_');
        let hashtags = self.hashtags.iter().enumerate().filter(|(_, text)| !tag(text));
        let hashtags = hashtags.map(|(position, _)| {
            Problem::new(
                ProblemCode::Invalid,
                format!("rules.hashtags.{position}"),
                "Un mot-dièse s’écrit sans « # » ni espace.",
                "A hashtag is written without “#” or spaces.",
            )
        });
        let many = [
            ("rules.hashtags", self.hashtags.len(), MAX_HASHTAGS),
            ("rules.topics", self.topics.len(), MAX_RULE_MEMBERS),
            ("rules.zones", self.zones.len(), MAX_RULE_MEMBERS),
        ];
        let many = many.into_iter().filter(|(_, length, max)| length > max);
        let many = many.map(|(path, length, max)| {
            Problem::new(
                ProblemCode::TooMany,
                path,
                format!("Il y en a {length} ; le maximum est de {max}."),
                format!("There are {length}; the most is {max}."),
            )
        });
        hours.into_iter().chain(hashtags).chain(many).collect()
    }
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
