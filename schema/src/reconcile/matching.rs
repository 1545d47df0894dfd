//! Which known record an entry is. Four rules, from the surest; each record and each entry is used once.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use super::{facts::Facts, known::Known, plan::IdMode};
use crate::{clock::Timestamp, value::Periods};

/// An id confirmed by a title that is at least so much alike.
const CONFIRMING_TITLE: f64 = 0.6;
/// Without id and without the same text: scopes at least so much alike…
const ALIKE_SCOPE: f64 = 0.5;
/// …and titles at least so much.
const ALIKE_TITLE: f64 = 0.8;

/// An entry and the record it is, as positions in the lists given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pair {
    pub known: usize,
    pub entry: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    /// The source's id, confirmed by the content: positional ids are used again for other things.
    SameId,
    /// The entry says what it replaces.
    Related,
    /// The same words about the same thing.
    SameText,
    /// Almost the same words about almost the same thing at the same time.
    Alike,
}

/// One side of the comparison.
pub(super) struct Sides<'a> {
    pub known: &'a [Known],
    pub known_facts: &'a [Facts<'a>],
    pub entries: &'a [Facts<'a>],
}

/// Pairs entries with records. The order of either list does not matter.
pub(super) fn pairs(sides: &Sides<'_>, id_mode: IdMode, now: Timestamp) -> Vec<Pair> {
    let mut open = Open {
        known: (0..sides.known.len())
            .filter(|k| sides.known[*k].may_return(now))
            .collect(),
        entries: (0..sides.entries.len()).collect(),
    };
    let mut found = Vec::new();
    for rule in [Rule::SameId, Rule::Related, Rule::SameText, Rule::Alike] {
        if rule == Rule::SameId && id_mode == IdMode::Unstable {
            continue;
        }
        let mut candidates = sides.candidates(rule, &open);
        candidates.sort_by(|(a, x), (b, y)| {
            sides
                .rank(*a)
                .cmp(&sides.rank(*b))
                .then(y.total_cmp(x))
                .then_with(|| sides.name(*a).cmp(&sides.name(*b)))
        });
        for (pair, _) in candidates {
            if open.known.contains(&pair.known) && open.entries.contains(&pair.entry) {
                open.known.remove(&pair.known);
                open.entries.remove(&pair.entry);
                found.push(pair);
            }
        }
    }
    found
}

/// What is not paired yet.
struct Open {
    known: BTreeSet<usize>,
    entries: BTreeSet<usize>,
}

impl Sides<'_> {
    /// Records that are not over come first.
    fn rank(&self, pair: Pair) -> (bool, Reverse<Timestamp>) {
        let known = &self.known[pair.known];
        (
            known.resolved_at.is_some(),
            Reverse(known.resolved_at.unwrap_or_default()),
        )
    }

    /// Settles what is equally good, whatever the order of the lists.
    fn name(&self, pair: Pair) -> (crate::id::RecordId, &str, &str) {
        (
            self.known[pair.known].id,
            self.entries[pair.entry].key,
            &self.entries[pair.entry].content,
        )
    }

    /// Every open pair that the rule accepts, with how good it is.
    fn candidates(&self, rule: Rule, open: &Open) -> Vec<(Pair, f64)> {
        match rule {
            Rule::SameId => self.by_word(
                open,
                |facts| vec![facts.key],
                |facts| vec![facts.key],
                |k, e| self.confirmed(k, e),
            ),
            Rule::Related => self.by_word(
                open,
                |facts| vec![facts.key],
                |facts| facts.entry.related.iter().map(String::as_str).collect(),
                |k, e| Some(self.likeness(k, e)),
            ),
            Rule::SameText => {
                let alone = self.texts_with_one_candidate(open);
                self.by_word(open, Facts::text_word, Facts::text_word, |k, e| {
                    self.same_text(k, e, &alone)
                })
            }
            Rule::Alike => self.alike(open),
        }
    }

    /// Pairs that share a word, judged by `accept`.
    fn by_word<'s>(
        &'s self,
        open: &Open,
        known_words: impl Fn(&'s Facts<'s>) -> Vec<&'s str>,
        entry_words: impl Fn(&'s Facts<'s>) -> Vec<&'s str>,
        accept: impl Fn(usize, usize) -> Option<f64>,
    ) -> Vec<(Pair, f64)> {
        let mut index: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for known in &open.known {
            for word in known_words(&self.known_facts[*known]) {
                index.entry(word).or_default().push(*known);
            }
        }
        let mut found = Vec::new();
        for entry in &open.entries {
            for word in entry_words(&self.entries[*entry]) {
                for known in index.get(word).into_iter().flatten() {
                    found.extend(accept(*known, *entry).map(|score| {
                        (
                            Pair {
                                known: *known,
                                entry: *entry,
                            },
                            score,
                        )
                    }));
                }
            }
        }
        found
    }

    fn confirmed(&self, known: usize, entry: usize) -> Option<f64> {
        let (a, b) = (&self.known_facts[known], &self.entries[entry]);
        let same_text = !a.text.is_empty() && a.text == b.text;
        let confirmed = same_text || a.overlaps(b) || a.title_likeness(b) >= CONFIRMING_TITLE;
        confirmed.then(|| self.likeness(known, entry))
    }

    /// A disruption that is over comes back only for the same thing: "Train delayed" alone is no proof.
    fn same_text(&self, known: usize, entry: usize, alone: &BTreeSet<&str>) -> Option<f64> {
        let (a, b) = (&self.known_facts[known], &self.entries[entry]);
        let only_one = self.known[known].resolved_at.is_none() && alone.contains(a.text.as_str());
        (a.overlaps(b) || a.shares_line(b) || only_one).then(|| self.likeness(known, entry))
    }

    /// Texts that exactly one open record and one open entry have.
    fn texts_with_one_candidate(&self, open: &Open) -> BTreeSet<&str> {
        let mut counts: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
        for known in open.known.iter().filter(|k| self.known[**k].resolved_at.is_none()) {
            counts.entry(&self.known_facts[*known].text).or_default().0 += 1;
        }
        for entry in &open.entries {
            counts.entry(&self.entries[*entry].text).or_default().1 += 1;
        }
        counts
            .into_iter()
            .filter(|(_, count)| *count == (1, 1))
            .map(|(text, _)| text)
            .collect()
    }

    fn alike(&self, open: &Open) -> Vec<(Pair, f64)> {
        let mut found = Vec::new();
        for known in open.known.iter().filter(|k| self.known[**k].resolved_at.is_none()) {
            let a = &self.known_facts[*known];
            for entry in &open.entries {
                let b = &self.entries[*entry];
                let same_sort = a.entry.cause == b.entry.cause && a.entry.effect == b.entry.effect;
                if same_sort
                    && overlap(&a.entry.impact, &b.entry.impact)
                    && a.scope_likeness(b) >= ALIKE_SCOPE
                    && a.title_likeness(b) >= ALIKE_TITLE
                {
                    found.push((
                        Pair {
                            known: *known,
                            entry: *entry,
                        },
                        self.likeness(*known, *entry),
                    ));
                }
            }
        }
        found
    }

    /// For choosing among acceptable pairs: scope first, then title, then the same id.
    fn likeness(&self, known: usize, entry: usize) -> f64 {
        let (a, b) = (&self.known_facts[known], &self.entries[entry]);
        let same_id = if a.key == b.key { 0.1 } else { 0.0 };
        let same_text = if a.text == b.text { 1.0 } else { 0.0 };
        2.0 * a.scope_likeness(b) + same_text + a.title_likeness(b) + same_id
    }
}

impl Facts<'_> {
    /// Its text, unless it has none.
    fn text_word(&self) -> Vec<&str> {
        if self.text.is_empty() {
            Vec::new()
        } else {
            vec![&self.text]
        }
    }
}

/// Whether two lists of periods share an instant; none at all is always.
fn overlap(a: &Periods, b: &Periods) -> bool {
    a.0.is_empty() || b.0.is_empty() || a.0.iter().any(|x| b.0.iter().any(|y| x.overlaps(y)))
}
