//! Which items go to an account, when, and in which language.

use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

use super::{Kind, Language, Problem, ProblemCode, Severity};
use crate::id::ZoneId;

/// Minutes of a day.
const MINUTES_PER_DAY: u16 = 24 * 60;
/// Hashtags that are added to every post.
const MAX_HASHTAGS: usize = 10;
/// Topics or zones of an account's rules, each.
const MAX_RULE_MEMBERS: usize = 100;

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
