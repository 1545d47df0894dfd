//! Which items go to an account.

use async_graphql::{ID, InputObject, MaybeUndefined, SimpleObject};
use beffroi_schema::value::{self, AccountRules};

use super::content::{ids, set, set_option};
use crate::graphql::{
    id,
    scalar::LanguageTag,
    words::{Kind, Severity},
};

/// Which items go to an account. An empty list restricts nothing.
#[derive(Debug, SimpleObject)]
#[graphql(name = "AccountRules")]
pub struct Rules {
    /// Of these kinds only.
    kinds: Vec<Kind>,
    /// On one of these topics.
    topics: Vec<String>,
    /// Concerning one of these zones, or the whole authority.
    zones: Vec<ID>,
    /// Disruptions from this severity on; null: all.
    min_severity: Option<Severity>,
    /// At these hours only, later items wait; null: always. Severe disruptions do not wait.
    hours: Option<Hours>,
    /// New posts a day; null: no limit. Severe disruptions do not count.
    max_per_day: Option<u32>,
    /// The language of the posts; null: the authority's.
    language: Option<LanguageTag>,
    /// Added to every post, without `#`.
    hashtags: Vec<String>,
}

/// A part of the authority's day: from one minute until just before another, over midnight when the first is later.
#[derive(Debug, SimpleObject)]
pub struct Hours {
    /// Minutes after midnight.
    from: u16,
    /// Minutes after midnight.
    to: u16,
}

impl From<&AccountRules> for Rules {
    fn from(rules: &AccountRules) -> Self {
        Self {
            kinds: rules.kinds.iter().copied().map(Kind::from).collect(),
            topics: rules.topics.clone(),
            zones: rules.zones.iter().map(|zone| id::global("Zone", zone.0)).collect(),
            min_severity: rules.min_severity.map(Severity::from),
            hours: rules.hours.map(|(from, to)| Hours { from, to }),
            max_per_day: rules.max_per_day,
            language: rules.language.clone().map(LanguageTag),
            hashtags: rules.hashtags.clone(),
        }
    }
}

/// Which items go to an account. A field that is absent is unchanged, null lifts the restriction.
#[derive(Debug, InputObject)]
pub struct AccountRulesInput {
    /// Of these kinds only.
    kinds: MaybeUndefined<Vec<Kind>>,
    /// On one of these topics.
    topics: MaybeUndefined<Vec<String>>,
    /// Concerning one of these zones, or the whole authority.
    zones: MaybeUndefined<Vec<ID>>,
    /// Disruptions from this severity on.
    min_severity: MaybeUndefined<Severity>,
    /// At these hours only: later items wait.
    hours: MaybeUndefined<HoursInput>,
    /// New posts a day.
    max_per_day: MaybeUndefined<u32>,
    /// The language of the posts.
    language: MaybeUndefined<LanguageTag>,
    /// Added to every post, without `#`.
    hashtags: MaybeUndefined<Vec<String>>,
}

/// A part of the authority's day: from one minute until just before another, over midnight when the first is later.
#[derive(Debug, InputObject)]
pub struct HoursInput {
    /// Minutes after midnight, 0 to 1439.
    from: u16,
    /// Minutes after midnight, 0 to 1439.
    to: u16,
}

impl AccountRulesInput {
    /// Changes `rules`; what cannot be done is added to `problems`.
    pub(super) fn apply(self, rules: &mut AccountRules, problems: &mut Vec<value::Problem>) {
        let kinds = |kinds: Vec<Kind>| kinds.into_iter().map(value::Kind::from).collect();
        set(&mut rules.kinds, self.kinds.map_value(kinds));
        set(&mut rules.topics, self.topics);
        set(&mut rules.zones, ids("rules.zones", "Zone", self.zones, problems));
        set_option(
            &mut rules.min_severity,
            self.min_severity.map_value(value::Severity::from),
        );
        set_option(&mut rules.hours, self.hours.map_value(|hours| (hours.from, hours.to)));
        set_option(&mut rules.max_per_day, self.max_per_day);
        set_option(&mut rules.language, self.language.map_value(|tag| tag.0));
        set(&mut rules.hashtags, self.hashtags);
    }
}
