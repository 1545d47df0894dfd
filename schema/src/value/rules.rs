//! Which items go to an account, when, and in which language.

use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

use super::{Kind, Language, Problem, ProblemCode, Severity};
use crate::id::{LineId, ZoneId};

/// Minutes of a day.
const MINUTES_PER_DAY: u16 = 24 * 60;
/// Hashtags that are added to every post.
const MAX_HASHTAGS: usize = 10;
/// Names in every post: more look like advertising, and Instagram takes twenty in all.
const MAX_MENTIONS: usize = 5;
/// Characters of one: those of the longest address in the fediverse that servers take, a name and its host.
const MAX_MENTION: usize = 288;
/// Topics, zones or lines of an account's rules, each.
const MAX_RULE_MEMBERS: usize = 100;
/// Slots of an account: every half hour of a day.
const MAX_SLOTS: usize = 48;
/// "One of so many": beyond it, an account is as good as paused.
const MAX_RATIO: u32 = 1_000;
/// Most posts in which one text is told: their number is one digit.
pub(crate) const MAX_THREAD: u32 = 9;
/// Posts in which a long text is told where nobody says otherwise: who follows a town wants its news, not its minutes.
const USUAL_THREAD: u32 = 3;
/// Longest pause between two posts, in minutes: a week, for which turns are remembered.
pub(crate) const MAX_GAP_MINUTES: u32 = 7 * 24 * 60;

closed_set! {
    /// A day of the week.
    pub enum Weekday {
        /// Monday.
        Monday = "monday",
        /// Tuesday.
        Tuesday = "tuesday",
        /// Wednesday.
        Wednesday = "wednesday",
        /// Thursday.
        Thursday = "thursday",
        /// Friday.
        Friday = "friday",
        /// Saturday.
        Saturday = "saturday",
        /// Sunday.
        Sunday = "sunday",
    }
}

closed_set! {
    /// How a post that is there comes to say something else.
    pub enum Correction {
        /// The post itself is changed.
        Edit = "edit",
        /// Our answer to the post corrects it.
        Reply = "reply",
        /// The post is deleted, and a new one takes its place.
        Repost = "repost",
    }
}

/// A time of the authority's day at which one post goes out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slot {
    /// On these days of the week; none: on every day.
    #[serde(default)]
    pub days: Vec<Weekday>,
    /// Minutes after midnight.
    pub minute: u16,
}

/// Which items go to an account, and when. An empty list means: no restriction.
///
/// Severe disruptions take the urgent lane: where they match, they wait for nothing, and count for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(default, deny_unknown_fields)]
pub struct AccountRules {
    /// These kinds only.
    pub kinds: Vec<Kind>,
    /// One of these topics at least.
    pub topics: Vec<String>,
    /// One of these zones at least (an item without a zone concerns everybody, and passes).
    pub zones: Vec<ZoneId>,
    /// About one of these lines at least.
    pub lines: Vec<LineId>,
    /// Disruptions from this severity on.
    pub min_severity: Option<Severity>,
    /// Only what is written in the language of the posts.
    pub own_language: bool,
    /// Of so many items that match, the first alone.
    pub ratio: Option<u32>,
    /// Only between these minutes of the authority's day, `[from, to)`, over midnight when `from > to`; later ones wait.
    pub hours: Option<(u16, u16)>,
    /// New posts go out at these times only, one at each.
    pub slots: Vec<Slot>,
    /// At least so many minutes between two new posts.
    pub gap_minutes: Option<u32>,
    /// New posts a day (the authority's day); further ones are left out, or wait for a slot of the next day.
    pub max_per_day: Option<u32>,
    /// Posts in the order of publication: a later one waits for an earlier one that is no less severe.
    pub in_order: bool,
    /// How posts are corrected, where the network can; none: as changes least for their readers.
    pub corrections: Option<Correction>,
    /// The language of the posts; none: the authority's.
    pub language: Option<Language>,
    /// Added to every post, without `#`.
    pub hashtags: Vec<String>,
    /// Whom posts name, as the network writes it: `@user@server`, `@name.bsky.social`.
    pub mentions: Vec<String>,
    /// A text that is longer than one post is told in at most so many, where readers follow from one to the next; none:
    /// in three.
    pub thread_posts: Option<u32>,
    /// The hashtags, and the link where it would stand in the text, go in our first comment, where there are comments.
    pub first_comment: bool,
}

impl AccountRules {
    /// What must be put right before they can hold. Whether the zones exist is the store's to say.
    pub fn problems(&self) -> Vec<Problem> {
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
        let name = |name: &str| {
            let rest = name.strip_prefix('@').unwrap_or_default();
            let short = name.chars().count() <= MAX_MENTION;
            short && rest.starts_with(char::is_alphanumeric) && !rest.contains(char::is_whitespace)
        };
        let mentions = self.mentions.iter().enumerate().filter(move |(_, text)| !name(text));
        let mentions = mentions.map(|(position, _)| {
            Problem::new(
                ProblemCode::Invalid,
                format!("rules.mentions.{position}"),
                "Un nom s’écrit comme sur ce réseau, avec « @ » et sans espace\u{a0}: @ville@social.example.",
                "A name is written as on this network, with “@” and without spaces: @town@social.example.",
            )
        });
        let many = [
            ("rules.mentions", self.mentions.len(), MAX_MENTIONS),
            ("rules.hashtags", self.hashtags.len(), MAX_HASHTAGS),
            ("rules.topics", self.topics.len(), MAX_RULE_MEMBERS),
            ("rules.zones", self.zones.len(), MAX_RULE_MEMBERS),
            ("rules.lines", self.lines.len(), MAX_RULE_MEMBERS),
            ("rules.slots", self.slots.len(), MAX_SLOTS),
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
        let times = self.hours_problem().into_iter().chain(self.slot_problems());
        let numbers = self.number_problems();
        times
            .chain(numbers)
            .chain(hashtags)
            .chain(mentions)
            .chain(many)
            .collect()
    }

    /// In how many posts one text may be told.
    pub fn thread(&self) -> u32 {
        self.thread_posts.unwrap_or(USUAL_THREAD)
    }

    /// Whether a new post may have to wait for its turn.
    pub fn takes_turns(&self) -> bool {
        self.hours.is_some() || !self.slots.is_empty() || self.gap_minutes.is_some() || self.max_per_day.is_some()
    }

    /// Whether what becomes of an item depends on what becomes of others.
    pub fn counts(&self) -> bool {
        self.takes_turns() || self.ratio.is_some() || self.in_order
    }

    fn hours_problem(&self) -> Option<Problem> {
        let (from, to) = self.hours?;
        if from.max(to) >= MINUTES_PER_DAY {
            return Some(no_minute("rules.hours"));
        }
        (from == to).then(|| {
            Problem::new(
                ProblemCode::Invalid,
                "rules.hours",
                "Ces heures ne laissent passer aucune publication : la fin doit différer du début.",
                "These hours let no post through: their end must differ from their start.",
            )
        })
    }

    /// A slot that is no time of the day, or at which the hours let nothing through.
    fn slot_problems(&self) -> impl Iterator<Item = Problem> {
        self.slots.iter().enumerate().filter_map(|(position, slot)| {
            let path = format!("rules.slots.{position}");
            if slot.minute >= MINUTES_PER_DAY {
                return Some(no_minute(&path));
            }
            (!within(self.hours, slot.minute)).then(|| {
                Problem::new(
                    ProblemCode::Invalid,
                    path,
                    "Rien ne part à ce créneau : il est hors des heures de ce compte.",
                    "Nothing goes out in this slot: it is outside the hours of this account.",
                )
            })
        })
    }

    fn number_problems(&self) -> impl Iterator<Item = Problem> {
        let numbers = [
            ("rules.ratio", self.ratio, MAX_RATIO),
            ("rules.gapMinutes", self.gap_minutes, MAX_GAP_MINUTES),
            ("rules.threadPosts", self.thread_posts, MAX_THREAD),
        ];
        let wrong = |(path, number, most): (&'static str, Option<u32>, u32)| {
            number.filter(|number| !(1..=most).contains(number)).map(|_| {
                Problem::new(
                    ProblemCode::OutOfRange,
                    path,
                    format!("Indiquez un nombre de 1 à {most}."),
                    format!("Give a number from 1 to {most}."),
                )
            })
        };
        numbers.into_iter().filter_map(wrong)
    }
}

/// Whether a minute of the day lies within hours, which may span midnight; without hours, every minute does.
pub(crate) fn within(hours: Option<(u16, u16)>, minute: u16) -> bool {
    match hours {
        None => true,
        Some((from, to)) if from <= to => (from..to).contains(&minute),
        Some((from, to)) => minute >= from || minute < to,
    }
}

fn no_minute(path: &str) -> Problem {
    Problem::new(
        ProblemCode::OutOfRange,
        path,
        "Une heure de la journée va de 0 à 1439 minutes.",
        "A time of the day goes from 0 to 1439 minutes.",
    )
}
