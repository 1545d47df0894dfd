//! What becomes of an item on an account: whether its rules choose it, when its turn is, and why.
//!
//! Pure functions of the item, the account's rules, and what else is on its way there: fan-out, the worker and the dry
//! run ask the same, so what is announced is what happens.

#[cfg(test)]
mod laws;
mod news;
mod sentences;
#[cfg(test)]
mod tests;
mod times;

use chrono::TimeDelta;
use chrono_tz::Tz;

pub use self::{news::first_word, times::month};
use crate::{
    clock::Timestamp,
    id::LineId,
    reconcile::{entry_of, weight},
    value::{AccountRules, Clip, ItemContent, Kind, Language, Rule, Ruling, Severity, Verdict, VideoLimit},
};

/// How far ahead a moment is looked for: more than any pause between two posts.
const HORIZON: TimeDelta = TimeDelta::days(31);
/// A post goes out in its slot as long as it is not later than this: a slot ends, so that what was held up does not go
/// out all at once.
const SLOT_LENGTH: TimeDelta = TimeDelta::hours(1);
/// What was promised a turn and finds none is looked at again so much later.
const LOOK_AGAIN: TimeDelta = TimeDelta::days(1);
/// How long what went out has a say in what follows: the longest pause between two posts, and a day for the daily
/// maximum.
pub const MEMORY: TimeDelta = TimeDelta::days(8);

/// An item, as rules look at it.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// What it says.
    pub content: &'a ItemContent,
    /// Lines concerned, as a whole or in part.
    pub lines: &'a [LineId],
    /// Its videos.
    pub videos: &'a [Clip],
}

impl Subject<'_> {
    /// How bad a disruption is; other items are not.
    pub fn weight(&self) -> Severity {
        entry_of(self.content).map_or(Severity::UnknownSeverity, |entry| weight(&entry))
    }
}

/// Whether something takes the urgent lane.
pub fn urgent(weight: Severity) -> bool {
    weight == Severity::Severe
}

/// An account, and the moment at which it is asked.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'a> {
    /// How staff call the account.
    pub name: &'a str,
    /// Its rules.
    pub rules: &'a AccountRules,
    /// The language of its posts.
    pub language: &'a Language,
    /// What videos its network takes.
    pub video: Option<VideoLimit>,
    /// Whether it takes nothing else.
    pub videos_alone: bool,
    /// The authority's zone.
    pub zone: Tz,
    /// The present.
    pub now: Timestamp,
}

/// Another new post to the same account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Other {
    /// When it went out, or is to go out.
    pub at: Timestamp,
    /// The slot it has.
    pub slot: Option<Timestamp>,
    /// Whether it went out, or may have.
    pub went: bool,
    /// How bad what it tells is.
    pub weight: Severity,
}

/// What else is on its way to an account, and has been.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Queue {
    /// The number that the item drew before, among those that matched.
    pub number: Option<i64>,
    /// The highest number that was drawn.
    pub drawn: i64,
    /// New posts within [`MEMORY`], and those that wait.
    pub others: Vec<Other>,
}

/// What is decided of a new post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What is said of it.
    pub ruling: Ruling,
    /// When it goes out; none: never.
    pub at: Option<Timestamp>,
    /// The slot it takes.
    pub slot: Option<Timestamp>,
    /// Its number among the items that matched, where they are counted.
    pub number: Option<i64>,
}

/// A moment that the rules allow, and the rule that put it off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Moment {
    at: Timestamp,
    slot: Option<Timestamp>,
    rule: Rule,
}

/// Who asks for a moment.
#[derive(Clone, Copy, Debug)]
struct Asker {
    weight: Severity,
    /// It was told before that it goes, and is not left out any more.
    promised: bool,
    /// The slot it has.
    slot: Option<Timestamp>,
}

/// Whether an item goes to an account as a new post, and when.
pub fn decide(setting: &Setting<'_>, subject: &Subject<'_>, queue: &Queue) -> Decision {
    let without_video = without_video(setting, subject);
    let ruled = |verdict, rule, until, number| Decision {
        ruling: sentences::ruling(
            setting,
            sentences::Told {
                kind: subject.content.kind(),
                number,
                without_video,
            },
            (verdict, rule),
            until,
        ),
        at: None,
        slot: None,
        number,
    };
    if let Some(rule) = refusal(setting, subject) {
        return ruled(Verdict::LeftOut, rule, None, queue.number);
    }
    let weight = subject.weight();
    if urgent(weight) {
        let at = Some(setting.now);
        return Decision {
            at,
            ..ruled(Verdict::Goes, Rule::Urgent, None, queue.number)
        };
    }
    let drawn = || queue.number.unwrap_or(queue.drawn + 1);
    let number = setting.rules.ratio.map(|_| drawn());
    if let (Some(ratio), Some(number)) = (setting.rules.ratio, number)
        && place(number, ratio) > 1
    {
        return ruled(Verdict::LeftOut, Rule::Ratio, None, Some(number));
    }
    let asker = Asker {
        weight,
        promised: false,
        slot: None,
    };
    match moment(setting, &queue.others, asker) {
        Ok(Moment { at, slot, rule }) => {
            let waits = at > setting.now;
            let said = if waits {
                ruled(Verdict::Waits, rule, Some(at), number)
            } else {
                ruled(Verdict::Goes, Rule::Matches, None, number)
            };
            Decision {
                at: Some(at),
                slot,
                ..said
            }
        }
        Err(rule) => ruled(Verdict::LeftOut, rule, None, number),
    }
}

/// Whether a post that was told to go goes now; else when it does. `slot` is the one it has.
pub fn turn(
    setting: &Setting<'_>,
    weight: Severity,
    slot: Option<Timestamp>,
    others: &[Other],
) -> Result<(), (Timestamp, Option<Timestamp>, Rule)> {
    let asker = Asker {
        weight,
        promised: true,
        slot,
    };
    if urgent(weight) {
        return Ok(());
    }
    match moment(setting, others, asker) {
        Ok(moment) if moment.at <= setting.now => Ok(()),
        Ok(Moment { at, slot, rule }) => Err((at, slot, rule)),
        Err(rule) => Err((setting.now + LOOK_AGAIN, None, rule)),
    }
}

/// What is said of a post that waits until `until` because of `rule`, or, without it, of one whose turn has come.
pub fn said(setting: &Setting<'_>, kind: Kind, rule: Rule, until: Option<Timestamp>) -> Ruling {
    let verdict = if until.is_some() { Verdict::Waits } else { Verdict::Goes };
    sentences::ruling(setting, sentences::Told::of(kind), (verdict, rule), until)
}

/// What is said of an account to which a change is not told at all.
pub fn untold(setting: &Setting<'_>, kind: Kind, quiet: bool) -> Ruling {
    let rule = if quiet { Rule::Quiet } else { Rule::NotNews };
    sentences::ruling(setting, sentences::Told::of(kind), (Verdict::LeftOut, rule), None)
}

/// The place of a number within its round: the first goes out.
fn place(number: i64, ratio: u32) -> i64 {
    (number - 1).rem_euclid(i64::from(ratio.max(1))) + 1
}

/// The rule that does not choose the item.
fn refusal(setting: &Setting<'_>, subject: &Subject<'_>) -> Option<Rule> {
    let (rules, content) = (setting.rules, subject.content);
    let free = |none: bool, some: bool| none || some;
    let kind = free(rules.kinds.is_empty(), rules.kinds.contains(&content.kind()));
    let topic = free(
        rules.topics.is_empty(),
        content.topics.0.iter().any(|topic| rules.topics.contains(topic)),
    );
    // What names no zone concerns everybody; what names no line concerns none.
    let zone = free(
        rules.zones.is_empty() || content.zones.is_empty(),
        content.zones.iter().any(|zone| rules.zones.contains(zone)),
    );
    let line = free(
        rules.lines.is_empty(),
        subject.lines.iter().any(|line| rules.lines.contains(line)),
    );
    let severe = entry_of(content).is_none_or(|entry| rules.min_severity.is_none_or(|least| weight(&entry) >= least));
    let written = content
        .texts
        .0
        .keys()
        .any(|language| language.primary() == setting.language.primary());
    let shown = !setting.videos_alone || takes_a_video(setting, subject);
    let checks = [
        (kind, Rule::Kinds),
        (topic, Rule::Topics),
        (zone, Rule::Zones),
        (line, Rule::Lines),
        (severe, Rule::Severity),
        (free(!rules.own_language, written), Rule::Language),
        (shown, Rule::Videos),
    ];
    checks.into_iter().find(|(passes, _)| !passes).map(|(_, rule)| rule)
}

fn takes_a_video(setting: &Setting<'_>, subject: &Subject<'_>) -> bool {
    let taken = |limit: VideoLimit| subject.videos.iter().any(|clip| limit.takes(*clip));
    setting.video.is_some_and(taken)
}

/// Whether an item has videos, none of which goes with it to a network that takes some.
fn without_video(setting: &Setting<'_>, subject: &Subject<'_>) -> bool {
    setting.video.is_some() && !subject.videos.is_empty() && !takes_a_video(setting, subject)
}

/// The first moment that all rules allow together: each puts it off until no other does.
fn moment(setting: &Setting<'_>, others: &[Other], asker: Asker) -> Result<Moment, Rule> {
    let first = behind(setting, others, asker).filter(|at| *at > setting.now);
    let mut found = Moment {
        at: first.unwrap_or(setting.now),
        slot: None,
        rule: if first.is_some() { Rule::Order } else { Rule::Matches },
    };
    while found.at <= setting.now + HORIZON {
        match put_off(setting, others, asker, found.at)? {
            Step::Later(at, rule) => (found.at, found.rule) = (at, rule),
            Step::Here(slot) => return Ok(Moment { slot, ..found }),
        }
    }
    Err(Rule::NoRoom)
}

/// What one look at a moment says.
enum Step {
    /// Not before then, because of a rule.
    Later(Timestamp, Rule),
    /// Now, in this slot where there are slots.
    Here(Option<Timestamp>),
}

fn put_off(setting: &Setting<'_>, others: &[Other], asker: Asker, at: Timestamp) -> Result<Step, Rule> {
    let (rules, zone) = (setting.rules, setting.zone);
    let open = times::next_open(rules.hours, zone, at);
    if open > at {
        return Ok(Step::Later(open, Rule::Hours));
    }
    let taken = |slot: Timestamp| others.iter().any(|other| other.slot == Some(slot));
    let own = asker.slot.filter(|own| *own <= at && at < *own + SLOT_LENGTH);
    let slot = match own {
        _ if rules.slots.is_empty() => None,
        Some(own) => Some(own),
        None => Some(times::next_slot(&rules.slots, zone, at, HORIZON, taken).ok_or(Rule::NoRoom)?),
    };
    if let Some(later) = slot.filter(|slot| *slot > at) {
        return Ok(Step::Later(later, Rule::Slot));
    }
    // Who was promised a turn gives way to what went out, not to what still waits.
    let counted = || others.iter().filter(|other| other.went || !asker.promised);
    if let Some(after) = after_gap(rules, counted(), at) {
        return Ok(Step::Later(after, Rule::Gap));
    }
    let (day, next) = times::day(zone, at);
    let posts = counted().filter(|other| !urgent(other.weight) && (day..next).contains(&other.at));
    match rules.max_per_day {
        Some(most) if posts.count() as u64 >= u64::from(most) => {
            if slot.is_none() && !asker.promised {
                return Err(Rule::DailyMaximum);
            }
            Ok(Step::Later(next, Rule::DailyMaximum))
        }
        Some(_) | None => Ok(Step::Here(slot)),
    }
}

/// The end of the pauses that `at` lies in.
fn after_gap<'a>(rules: &AccountRules, others: impl Iterator<Item = &'a Other>, at: Timestamp) -> Option<Timestamp> {
    let gap = TimeDelta::minutes(rules.gap_minutes?.into());
    let near = others.filter(|other| (other.at - at).abs() < gap);
    near.map(|other| other.at + gap).max()
}

/// When the last of those goes out that a new post may not overtake.
fn behind(setting: &Setting<'_>, others: &[Other], asker: Asker) -> Option<Timestamp> {
    let first = setting.rules.in_order && !asker.promised;
    let before = others
        .iter()
        .filter(|other| !other.went && other.weight >= asker.weight);
    before.map(|other| other.at).max().filter(|_| first)
}
