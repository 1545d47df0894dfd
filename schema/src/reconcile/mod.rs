//! What a poll changes: entries matched with what is known, disappearances waited for, doubts kept.
//!
//! Pure functions over plain values: the same records and the same poll give the same [`Plan`], whatever the order of
//! the entries. The store carries a plan out in one transaction.
//!
//! Why so careful: ids of real feeds are often positions in a list (`GTFS-Realtime` asks for stable ids as a best
//! practice only), a feed may be empty or broken for a minute, and every mistake here rings phones.

mod change;
mod edits;
mod facts;
mod group;
pub mod hash;
mod known;
mod matching;
mod merge;
mod plan;
mod told;
mod words;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use chrono::TimeDelta;

pub use self::{
    edits::keep_edits,
    known::{Known, REOPEN_WITHIN},
    merge::merge,
    plan::{Doubt, Ended, Group, Held, IdMode, Memory, NoSelector, Plan, Poll, Settings, Step},
    told::{PostDecision, PushDecision, Told, ToldState, entry_of, told, weight},
};
use self::{
    facts::Facts,
    matching::{Pair, Sides},
};
use crate::{
    clock::Timestamp,
    id::RecordId,
    value::{AlertEntry, Coverage, IssueCode, PollClass},
};

/// A disruption whose periods are all over is resolved this long after the last one.
const GRACE: TimeDelta = TimeDelta::minutes(30);
/// Polls in a row with mostly new ids for the same texts, after which ids are not looked at any more. One is not enough:
/// an operator may publish a single notice again.
const CHURNED_POLLS: u32 = 2;
/// A doubted disappearance is believed when so many polls say exactly the same…
const DOUBT_POLLS: u32 = 3;
/// …over at least this time.
const DOUBT_TIME: TimeDelta = TimeDelta::minutes(5);

/// What to write after a poll of one source. `known` are this source's records only: absence in one feed says nothing
/// about another, even of the same operator.
pub fn plan(known: &[Known], poll: &Poll<'_>, memory: &Memory, settings: &Settings, now: Timestamp) -> Plan {
    let mut plan = match poll {
        Poll::Failed => Plan {
            class: PollClass::Failed,
            memory: memory.clone(),
            steps: Vec::new(),
        },
        Poll::Unchanged => {
            let steps = known
                .iter()
                .filter_map(|record| unchanged(record, settings, now))
                .collect();
            Plan {
                class: PollClass::Unchanged,
                memory: memory.clone(),
                steps,
            }
        }
        Poll::Read {
            entries,
            coverage,
            feed_timestamp,
        } => {
            let too_old = feed_timestamp.is_some_and(|at| now - at > TimeDelta::seconds(settings.max_age_s.into()));
            let class = if too_old { PollClass::Stale } else { PollClass::Good };
            read(known, entries, class, *coverage, memory, settings, now)
        }
    };
    plan.steps.sort_by(|a, b| a.place().cmp(&b.place()));
    plan
}

impl Step {
    /// The record it is about; none for a new one.
    pub fn record(&self) -> Option<RecordId> {
        match self {
            Self::Create { .. } => None,
            Self::Revise { record, .. }
            | Self::Touch { record, .. }
            | Self::Miss { record }
            | Self::Resolve { record, .. }
            | Self::Reopen { record, .. } => Some(*record),
        }
    }

    /// Records by id, then new ones by key.
    fn place(&self) -> (bool, Option<RecordId>, &str) {
        let key = if let Self::Create { entry, .. } = self {
            entry.key.as_str()
        } else {
            ""
        };
        (self.record().is_none(), self.record(), key)
    }
}

fn read(
    known: &[Known],
    entries: &[AlertEntry],
    class: PollClass,
    coverage: Coverage,
    memory: &Memory,
    settings: &Settings,
    now: Timestamp,
) -> Plan {
    let known_facts: Vec<_> = known.iter().map(Facts::remembered).collect();
    let entry_facts: Vec<_> = entries.iter().map(Facts::of).collect();
    let pairs = matching::pairs(
        &Sides {
            known,
            known_facts: &known_facts,
            entries: &entry_facts,
        },
        memory.id_mode,
        now,
    );
    let matched: BTreeSet<usize> = pairs.iter().map(|pair| pair.known).collect();
    let absence_counts = class == PollClass::Good && coverage == Coverage::Complete;

    if absence_counts && most_vanished(known, &matched, entries.len(), settings) {
        let doubt = doubt(memory.doubt.as_ref(), &entry_facts, now);
        if doubt.polls < DOUBT_POLLS || now - doubt.since < DOUBT_TIME {
            let memory = Memory {
                doubt: Some(doubt),
                ..memory.clone()
            };
            return Plan {
                class: PollClass::Suspicious,
                memory,
                steps: Vec::new(),
            };
        }
    }
    let mut steps: Vec<Step> = pairs
        .iter()
        .map(|pair| seen(&known[pair.known], entry_facts[pair.entry].entry, now))
        .collect();
    let missing = known
        .iter()
        .enumerate()
        .filter(|(position, _)| !matched.contains(position))
        .map(|(_, record)| record);
    steps.extend(missing.filter_map(|record| {
        if absence_counts {
            absent(record, settings, now)
        } else {
            ended(record, now)
        }
    }));
    steps.extend(new(known, &known_facts, &entry_facts, &pairs, now));
    Plan {
        class,
        memory: learnt(memory, known, &known_facts, &entry_facts, &pairs),
        steps,
    }
}

/// What to do with a record and the entry it is.
fn seen(record: &Known, entry: &AlertEntry, now: Timestamp) -> Step {
    let over = entry.closed || entry.impact.over(now - GRACE);
    let same = record.content_hash == hash::content(entry);
    let touch = || Step::Touch {
        record: record.id,
        key: entry.key.clone(),
    };
    if record.resolved_at.is_none() {
        return match (over, same) {
            (true, _) => Step::Resolve {
                record: record.id,
                why: if entry.closed {
                    Ended::Closed
                } else {
                    Ended::PeriodsOver
                },
            },
            (false, true) => touch(),
            (false, false) => {
                let class = change::class(&record.entry, entry);
                Step::Revise {
                    record: record.id,
                    entry: entry.clone(),
                    class,
                }
            }
        };
    }
    // It never went away and says the same: a person has declared it over, and that stands.
    if over || (same && record.misses == 0) {
        return touch();
    }
    Step::Reopen {
        record: record.id,
        entry: entry.clone(),
        unstable: record.unstable_after_return(now),
    }
}

/// The same answer as last time: what was in it is seen again, what was not in it is missing once more.
fn unchanged(record: &Known, settings: &Settings, now: Timestamp) -> Option<Step> {
    if record.misses > 0 {
        return absent(record, settings, now);
    }
    ended(record, now).or_else(|| {
        Some(Step::Touch {
            record: record.id,
            key: record.key.clone(),
        })
    })
}

/// A record that a complete, current answer does not contain.
fn absent(record: &Known, settings: &Settings, now: Timestamp) -> Option<Step> {
    let miss = Step::Miss { record: record.id };
    if record.resolved_at.is_some() {
        return (record.misses == 0).then_some(miss);
    }
    let long_enough = now - record.first_missed_at.unwrap_or(now) >= TimeDelta::seconds(settings.absence_s.into());
    let gone = record.misses + 1 >= settings.misses_needed && long_enough;
    ended(record, now).or(Some(if gone {
        Step::Resolve {
            record: record.id,
            why: Ended::Absent,
        }
    } else {
        miss
    }))
}

/// A record whose time is over needs no proof of absence.
fn ended(record: &Known, now: Timestamp) -> Option<Step> {
    let over = record.resolved_at.is_none() && record.entry.impact.over(now - GRACE);
    over.then_some(Step::Resolve {
        record: record.id,
        why: Ended::PeriodsOver,
    })
}

/// A step for each entry that is no known record.
fn new(known: &[Known], known_facts: &[Facts<'_>], entries: &[Facts<'_>], pairs: &[Pair], now: Timestamp) -> Vec<Step> {
    let matched: BTreeSet<usize> = pairs.iter().map(|pair| pair.entry).collect();
    let news: Vec<&Facts<'_>> = entries
        .iter()
        .enumerate()
        .filter(|(position, facts)| !matched.contains(position) && !facts.entry.closed)
        .map(|(_, facts)| facts)
        .collect();
    let current: Vec<_> = known
        .iter()
        .zip(known_facts)
        .filter(|(record, _)| record.resolved_at.is_none())
        .map(|(record, facts)| (facts, record.group))
        .collect();
    let groups = group::groups(&news, &current);
    let create = |(facts, group): (&&Facts<'_>, Group)| {
        let entry = facts.entry;
        Step::Create {
            entry: entry.clone(),
            class: change::first(entry, now),
            group,
        }
    };
    news.iter().zip(groups).map(create).collect()
}

/// Why an editor must look at what a source says before the public does.
pub fn held(entry: &AlertEntry, settings: &Settings) -> Option<Held> {
    let has = |code| entry.issues.iter().any(|issue| issue.code == code);
    if has(IssueCode::InternalWording) {
        Some(Held::InternalWording)
    } else if entry.texts.0.is_empty() {
        Some(Held::TextMissing)
    } else if entry.scope.0.is_empty() && settings.no_selector == NoSelector::Hold {
        Some(Held::ScopeMissing)
    } else {
        None
    }
}

/// Whether so much of what was there last time is missing now that a fault of the source is likelier than good news.
fn most_vanished(known: &[Known], matched: &BTreeSet<usize>, entries: usize, settings: &Settings) -> bool {
    let there = |record: &Known| record.resolved_at.is_none() && record.misses == 0;
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let before = count(known.iter().filter(|record| there(record)).count());
    let gone = count(
        known
            .iter()
            .enumerate()
            .filter(|(position, record)| there(record) && !matched.contains(position))
            .count(),
    );
    let all = entries == 0 && gone > 0;
    before >= settings.suspicious_from && (all || f64::from(gone) > f64::from(before) * settings.suspicious_share)
}

/// The doubt after one more poll: grown when it says the same, begun anew when it does not.
fn doubt(before: Option<&Doubt>, entries: &[Facts<'_>], now: Timestamp) -> Doubt {
    let mut contents: Vec<&str> = entries.iter().map(|facts| facts.content.as_str()).collect();
    contents.sort_unstable();
    let content = hash::of(&contents);
    match before {
        Some(doubt) if doubt.content == content => Doubt {
            polls: doubt.polls + 1,
            ..doubt.clone()
        },
        Some(_) | None => Doubt {
            since: now,
            content,
            polls: 1,
        },
    }
}

/// What a believed poll teaches of the source: whether its ids mean anything.
fn learnt(
    memory: &Memory,
    known: &[Known],
    known_facts: &[Facts<'_>],
    entries: &[Facts<'_>],
    pairs: &[Pair],
) -> Memory {
    let same_text = pairs.iter().filter(|pair| {
        let text = &known_facts[pair.known].text;
        known[pair.known].resolved_at.is_none() && !text.is_empty() && *text == entries[pair.entry].text
    });
    let (mut all, mut changed) = (0_u32, 0_u32);
    for pair in same_text {
        all += 1;
        changed += u32::from(known_facts[pair.known].key != entries[pair.entry].key);
    }
    let churned_polls = match all {
        0 => memory.churned_polls,
        _ if changed * 2 > all => memory.churned_polls.saturating_add(1),
        _ => 0,
    };
    let id_mode = if churned_polls >= CHURNED_POLLS {
        IdMode::Unstable
    } else {
        memory.id_mode
    };
    Memory {
        id_mode,
        churned_polls,
        doubt: None,
    }
}
