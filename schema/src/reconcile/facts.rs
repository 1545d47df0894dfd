//! What matching and grouping look at, computed once per entry.

use std::collections::{BTreeMap, BTreeSet};

use super::{hash, known::Known, words};
use crate::value::{AlertEntry, Language, Selector};

/// An entry, with what is compared.
#[derive(Debug)]
pub(super) struct Facts<'a> {
    pub entry: &'a AlertEntry,
    pub key: &'a str,
    pub content: String,
    pub text: String,
    pub scope: BTreeSet<&'a Selector>,
    pub lines: BTreeSet<&'a str>,
    titles: BTreeMap<&'a Language, BTreeSet<String>>,
    bare_titles: BTreeMap<&'a Language, BTreeSet<String>>,
}

impl<'a> Facts<'a> {
    /// Of what a poll brought.
    pub fn of(entry: &'a AlertEntry) -> Self {
        Self::with(entry, &entry.key, hash::content(entry), hash::text(entry))
    }

    /// Of what is remembered.
    pub fn remembered(known: &'a Known) -> Self {
        Self::with(
            &known.entry,
            &known.key,
            known.content_hash.clone(),
            known.text_hash.clone(),
        )
    }

    fn with(entry: &'a AlertEntry, key: &'a str, content: String, text: String) -> Self {
        let lines = lines(entry);
        Self {
            entry,
            key,
            content,
            text,
            scope: entry.scope.0.iter().collect(),
            titles: entry
                .texts
                .0
                .iter()
                .map(|(language, text)| (language, words::title(&text.title)))
                .collect(),
            bare_titles: entry
                .texts
                .0
                .iter()
                .map(|(language, text)| (language, words::title_without_lines(&text.title, &lines)))
                .collect(),
            lines,
        }
    }

    /// Whether they share a selector, or both name nothing.
    pub fn overlaps(&self, other: &Self) -> bool {
        (self.scope.is_empty() && other.scope.is_empty()) || self.scope.intersection(&other.scope).next().is_some()
    }

    /// Whether they share a line, be it by one of its journeys.
    pub fn shares_line(&self, other: &Self) -> bool {
        self.lines.intersection(&other.lines).next().is_some()
    }

    /// Shared selectors among all selectors, 0 to 1 (Jaccard); 1 when both name nothing.
    pub fn scope_likeness(&self, other: &Self) -> f64 {
        let count = |n: usize| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
        let all = self.scope.union(&other.scope).count();
        if all == 0 {
            1.0
        } else {
            count(self.scope.intersection(&other.scope).count()) / count(all)
        }
    }

    /// How alike the titles are, in the language in which they are most alike.
    pub fn title_likeness(&self, other: &Self) -> f64 {
        best(&self.titles, &other.titles)
    }

    /// The same, the names of lines left out.
    pub fn bare_title_likeness(&self, other: &Self) -> f64 {
        best(&self.bare_titles, &other.bare_titles)
    }
}

/// The lines an entry names, as a whole or by a journey.
pub(super) fn lines(entry: &AlertEntry) -> BTreeSet<&str> {
    entry
        .scope
        .0
        .iter()
        .flat_map(|selector| {
            [
                selector.line.as_deref(),
                selector.trip.as_ref().and_then(|trip| trip.line.as_deref()),
            ]
        })
        .flatten()
        .collect()
}

fn best(a: &BTreeMap<&Language, BTreeSet<String>>, b: &BTreeMap<&Language, BTreeSet<String>>) -> f64 {
    let shared = a
        .iter()
        .filter_map(|(language, words)| Some(words::similarity(words, b.get(language)?)));
    shared.fold(0.0, f64::max)
}
