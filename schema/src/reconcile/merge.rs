//! What the records of one group say together: one incident is told once, with all its lines.

use std::collections::BTreeMap;

use super::{facts, words};
use crate::value::{AlertEntry, Language, Period, Periods, Selectors, Text, Texts};

/// Longest merged title, in characters.
const MAX_TITLE: usize = 250;

/// One entry that says what all of `entries` say; none when there is none. `line_name` gives a line's name to people
/// from its key in the feed.
pub fn merge(entries: &[&AlertEntry], line_name: impl Fn(&str) -> String) -> Option<AlertEntry> {
    let (first, others) = entries.split_first()?;
    if others.is_empty() {
        return Some((*first).clone());
    }
    let mut merged = (*first).clone();
    merged.severity = entries
        .iter()
        .map(|entry| entry.severity)
        .max()
        .unwrap_or(first.severity);
    merged.scope = Selectors(entries.iter().flat_map(|entry| entry.scope.0.iter().cloned()).collect());
    merged.scope.0.sort();
    merged.scope.0.dedup();
    merged.impact = union(entries.iter().map(|entry| &entry.impact));
    merged.display = union(entries.iter().map(|entry| &entry.display));
    merged.issues = entries.iter().flat_map(|entry| entry.issues.iter().cloned()).collect();
    merged.texts = texts(entries, &line_name);
    Some(merged)
}

/// All periods, without doubles. One entry that does not say when makes the whole open.
fn union<'a>(periods: impl Iterator<Item = &'a Periods> + Clone) -> Periods {
    if periods.clone().any(|periods| periods.0.is_empty()) {
        return Periods::default();
    }
    let mut all: Vec<Period> = periods.flat_map(|periods| periods.0.iter().copied()).collect();
    all.sort_unstable();
    all.dedup();
    Periods(all)
}

fn texts(entries: &[&AlertEntry], line_name: &impl Fn(&str) -> String) -> Texts {
    let mut by_language: BTreeMap<&Language, Vec<&Text>> = BTreeMap::new();
    for entry in entries {
        for (language, text) in &entry.texts.0 {
            by_language.entry(language).or_default().push(text);
        }
    }
    let mut lines: Vec<&str> = entries.iter().flat_map(|entry| facts::lines(entry)).collect();
    lines.sort_by_key(|line| (line.parse::<u32>().unwrap_or(u32::MAX), *line));
    lines.dedup();
    let names: Vec<String> = lines.iter().map(|line| line_name(line)).collect();
    let text =
        |(language, texts): (&Language, Vec<&Text>)| (language.clone(), together(language, &texts, &lines, &names));
    Texts(by_language.into_iter().map(text).collect())
}

/// One text for several: the shared title with the names of all lines before it, and every distinct body.
fn together(language: &Language, texts: &[&Text], lines: &[&str], names: &[String]) -> Text {
    let same_title = texts.iter().all(|text| text.title == texts[0].title);
    let title = if same_title || names.is_empty() {
        texts[0].title.clone()
    } else {
        let said = texts
            .iter()
            .map(|text| words::after_lines(&text.title, lines))
            .min_by_key(|said| said.chars().count());
        format!("{}{}", prefix(language, names), said.unwrap_or_default())
    };
    Text {
        title: title.chars().take(MAX_TITLE).collect(),
        summary: texts
            .iter()
            .map(|text| &text.summary)
            .find(|summary| !summary.is_empty())
            .cloned()
            .unwrap_or_default(),
        body: distinct(texts.iter().map(|text| text.body.as_str())).join("\n\n"),
    }
}

/// `Lignes 40, 45 : ` with a no-break space, or `Lines 40, 45: `.
fn prefix(language: &Language, names: &[String]) -> String {
    let many = names.len() > 1;
    let list = names.join(", ");
    match (language.primary(), many) {
        ("fr", true) => format!("Lignes {list}\u{a0}: "),
        ("fr", false) => format!("Ligne {list}\u{a0}: "),
        (_, true) => format!("Lines {list}: "),
        (_, false) => format!("Line {list}: "),
    }
}

fn distinct<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut kept: Vec<&str> = Vec::new();
    for text in texts {
        if !text.is_empty() && !kept.contains(&text) {
            kept.push(text);
        }
    }
    kept
}
