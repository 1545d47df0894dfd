//! Which items go to an account, and when.

use async_graphql::{ID, InputObject, MaybeUndefined, SimpleObject};
use beffroi_schema::value::{self, AccountRules};

use super::{
    content::{ids, set, set_option},
    words::{Correction, Weekday},
};
use crate::graphql::{
    id,
    scalar::LanguageTag,
    words::{Kind, Severity},
};

/// Which items go to an account, and when. An empty list restricts nothing. A severe disruption that matches takes the
/// urgent lane: it waits for nothing, and counts for nothing.
#[derive(Debug, SimpleObject)]
#[graphql(name = "AccountRules")]
pub struct Rules {
    /// Of these kinds only.
    kinds: Vec<Kind>,
    /// On one of these topics.
    topics: Vec<String>,
    /// Concerning one of these zones, or the whole authority.
    zones: Vec<ID>,
    /// About one of these lines.
    lines: Vec<ID>,
    /// Disruptions from this severity on; null: all.
    min_severity: Option<Severity>,
    /// Only what is written in the language of the posts.
    own_language: bool,
    /// Of so many items that match, the first alone; null: each.
    ratio: Option<u32>,
    /// At these hours only, later items wait; null: always.
    hours: Option<Hours>,
    /// At these times only, one post at each; none: at any time.
    slots: Vec<Slot>,
    /// At least so many minutes between two new posts; null: none.
    gap_minutes: Option<u32>,
    /// New posts a day; null: no limit. Further ones are left out, or wait for a slot of the next day.
    max_per_day: Option<u32>,
    /// In the order of publication: a later post waits for an earlier one that is no less severe.
    in_order: bool,
    /// How posts are corrected, where the network can; null: edited, else answered, else replaced.
    corrections: Option<Correction>,
    /// The language of the posts; null: the authority's.
    language: Option<LanguageTag>,
    /// Added to every post, without `#`.
    hashtags: Vec<String>,
    /// Whom posts name, as the network writes it: `@user@server`, `@name.bsky.social`.
    mentions: Vec<String>,
    /// A text that is longer than one post is told in at most so many, where readers follow from one to the next and the
    /// network does not charge for each; null: in three.
    thread_posts: Option<u32>,
    /// The hashtags, and the link where it would stand in the text, go in our first comment, where there are comments.
    first_comment: bool,
}

/// A part of the authority's day: from one minute until just before another, over midnight when the first is later.
#[derive(Debug, SimpleObject)]
pub struct Hours {
    /// Minutes after midnight.
    from: u16,
    /// Minutes after midnight.
    to: u16,
}

/// A time of the authority's day at which one post goes out.
#[derive(Debug, SimpleObject)]
pub struct Slot {
    /// On these days of the week; none: on every day.
    days: Vec<Weekday>,
    /// Minutes after midnight.
    minute: u16,
}

impl From<&value::Slot> for Slot {
    fn from(slot: &value::Slot) -> Self {
        Self {
            days: slot.days.iter().copied().map(Weekday::from).collect(),
            minute: slot.minute,
        }
    }
}

impl From<&AccountRules> for Rules {
    fn from(rules: &AccountRules) -> Self {
        Self {
            kinds: rules.kinds.iter().copied().map(Kind::from).collect(),
            topics: rules.topics.clone(),
            zones: rules.zones.iter().map(|zone| id::global("Zone", zone.0)).collect(),
            lines: rules.lines.iter().map(|line| id::global("Line", line.0)).collect(),
            min_severity: rules.min_severity.map(Severity::from),
            own_language: rules.own_language,
            ratio: rules.ratio,
            hours: rules.hours.map(|(from, to)| Hours { from, to }),
            slots: rules.slots.iter().map(Slot::from).collect(),
            gap_minutes: rules.gap_minutes,
            max_per_day: rules.max_per_day,
            in_order: rules.in_order,
            corrections: rules.corrections.map(Correction::from),
            language: rules.language.clone().map(LanguageTag),
            hashtags: rules.hashtags.clone(),
            mentions: rules.mentions.clone(),
            thread_posts: rules.thread_posts,
            first_comment: rules.first_comment,
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
    /// About one of these lines.
    lines: MaybeUndefined<Vec<ID>>,
    /// Disruptions from this severity on.
    min_severity: MaybeUndefined<Severity>,
    /// Only what is written in the language of the posts.
    own_language: MaybeUndefined<bool>,
    /// Of so many items that match, the first alone.
    ratio: MaybeUndefined<u32>,
    /// At these hours only: later items wait.
    hours: MaybeUndefined<HoursInput>,
    /// At these times only, one post at each.
    slots: MaybeUndefined<Vec<SlotInput>>,
    /// At least so many minutes between two new posts, a week at most.
    gap_minutes: MaybeUndefined<u32>,
    /// New posts a day.
    max_per_day: MaybeUndefined<u32>,
    /// In the order of publication.
    in_order: MaybeUndefined<bool>,
    /// How posts are corrected, where the network can.
    corrections: MaybeUndefined<Correction>,
    /// The language of the posts.
    language: MaybeUndefined<LanguageTag>,
    /// Added to every post, without `#`.
    hashtags: MaybeUndefined<Vec<String>>,
    /// Whom posts name, as the network writes it: `@user@server`, `@name.bsky.social`; five at most.
    mentions: MaybeUndefined<Vec<String>>,
    /// In how many posts a text that is longer than one is told, 1 to 9, where readers follow from one to the next and
    /// the network does not charge for each. 1: never in more than one.
    thread_posts: MaybeUndefined<u32>,
    /// Whether the hashtags, and the link where it would stand in the text, go in our first comment, where there are
    /// comments.
    first_comment: MaybeUndefined<bool>,
}

/// A part of the authority's day: from one minute until just before another, over midnight when the first is later.
#[derive(Debug, InputObject)]
pub struct HoursInput {
    /// Minutes after midnight, 0 to 1439.
    from: u16,
    /// Minutes after midnight, 0 to 1439.
    to: u16,
}

/// A time of the authority's day at which one post goes out.
#[derive(Debug, InputObject)]
pub struct SlotInput {
    /// On these days of the week; none: on every day.
    #[graphql(default)]
    days: Vec<Weekday>,
    /// Minutes after midnight, 0 to 1439.
    minute: u16,
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
        let slot = |slot: SlotInput| value::Slot {
            days: slot.days.into_iter().map(value::Weekday::from).collect(),
            minute: slot.minute,
        };
        let slots = |slots: Vec<SlotInput>| slots.into_iter().map(slot).collect();
        set(&mut rules.slots, self.slots.map_value(slots));
        set(&mut rules.lines, ids("rules.lines", "Line", self.lines, problems));
        set(&mut rules.own_language, self.own_language);
        set_option(&mut rules.ratio, self.ratio);
        set_option(&mut rules.gap_minutes, self.gap_minutes);
        set(&mut rules.in_order, self.in_order);
        set_option(
            &mut rules.corrections,
            self.corrections.map_value(value::Correction::from),
        );
        set_option(&mut rules.max_per_day, self.max_per_day);
        set_option(&mut rules.language, self.language.map_value(|tag| tag.0));
        set(&mut rules.hashtags, self.hashtags);
        set(&mut rules.mentions, self.mentions);
        set_option(&mut rules.thread_posts, self.thread_posts);
        set(&mut rules.first_comment, self.first_comment);
    }
}
