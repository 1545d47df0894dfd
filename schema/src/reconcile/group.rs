//! Which records are one incident. Some producers write one alert per line; people are told once.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::{facts::Facts, plan::Group};
use crate::{
    clock::Timestamp,
    id::RecordId,
    value::{Period, Periods},
};

/// Periods whose bounds differ by no more are the same.
const PERIOD_TOLERANCE: TimeDelta = TimeDelta::minutes(5);
/// Titles at least so much alike, the names of lines left out.
const GROUP_TITLE: f64 = 0.7;

/// The group of each of `new`, given the records that are not over and their groups. The order of the lists does not
/// matter: a chain of likenesses is one group, and groups are numbered by their smallest key.
pub(super) fn groups(new: &[&Facts<'_>], known: &[(&Facts<'_>, RecordId)]) -> Vec<Group> {
    let mut chains = Chains::new(new.len());
    for (i, a) in new.iter().enumerate() {
        for (j, b) in new.iter().enumerate().skip(i + 1) {
            if chains.of(i) != chains.of(j) && one_incident(a, b) {
                chains.join(i, j);
            }
        }
    }
    let mut existing: BTreeMap<usize, RecordId> = BTreeMap::new();
    for (i, entry) in new.iter().enumerate() {
        let joined = known
            .iter()
            .filter(|(record, _)| one_incident(entry, record))
            .map(|(_, group)| *group)
            .min();
        if let Some(group) = joined {
            let chain = existing.entry(chains.of(i)).or_insert(group);
            *chain = group.min(*chain);
        }
    }
    let mut smallest: BTreeMap<usize, (&str, &str)> = BTreeMap::new();
    for (i, entry) in new.iter().enumerate() {
        let name = (entry.key, entry.content.as_str());
        let chain = smallest.entry(chains.of(i)).or_insert(name);
        *chain = name.min(*chain);
    }
    let mut order: Vec<_> = smallest
        .into_iter()
        .filter(|(chain, _)| !existing.contains_key(chain))
        .map(|(chain, name)| (name, chain))
        .collect();
    order.sort_unstable();
    let numbers: BTreeMap<usize, u32> = order.into_iter().map(|(_, chain)| chain).zip(0..).collect();
    (0..new.len())
        .map(|i| {
            let chain = chains.of(i);
            existing.get(&chain).map_or_else(
                || Group::New(numbers.get(&chain).copied().unwrap_or_default()),
                |group| Group::Of(*group),
            )
        })
        .collect()
}

fn one_incident(a: &Facts<'_>, b: &Facts<'_>) -> bool {
    let related = a
        .entry
        .related
        .iter()
        .any(|key| key == b.key || b.entry.related.contains(key))
        || b.entry.related.iter().any(|key| key == a.key);
    let same = a.entry.cause == b.entry.cause && same_periods(&a.entry.impact, &b.entry.impact);
    related || (same && a.bare_title_likeness(b) >= GROUP_TITLE)
}

fn same_periods(a: &Periods, b: &Periods) -> bool {
    let bound = |x: Option<Timestamp>, y: Option<Timestamp>| match (x, y) {
        (Some(x), Some(y)) => (x - y).abs() <= PERIOD_TOLERANCE,
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    };
    let same = |x: &Period, y: &Period| bound(x.start, y.start) && bound(x.end, y.end);
    a.0.len() == b.0.len() && a.0.iter().zip(&b.0).all(|(x, y)| same(x, y))
}

/// Disjoint sets of positions.
struct Chains(Vec<usize>);

impl Chains {
    fn new(length: usize) -> Self {
        Self((0..length).collect())
    }

    fn of(&self, mut position: usize) -> usize {
        while self.0[position] != position {
            position = self.0[position];
        }
        position
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.of(a), self.of(b));
        self.0[a.max(b)] = a.min(b);
    }
}
