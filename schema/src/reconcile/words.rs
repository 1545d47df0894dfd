//! How alike two titles are.
//!
//! The measure is the Dice coefficient over the sets of words, each word weighing as much as it has letters, so that
//! "rue de Kermaria" counts by `kermaria` and not by `de`. Before that: lower case, no accents, no clock times, no
//! leading "MAJ 22/11" or "update", no plural `s`.

use std::collections::BTreeSet;

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

/// Words that announce line names.
const LINE_WORDS: &[&str] = &[
    "l", "ligne", "lignes", "line", "lines", "tram", "tramway", "trams", "bus", "metro", "rer", "route", "routes",
    "train",
];
/// Words that stand between line names.
const CONNECTORS: &[&str] = &["et", "and", "ou", "or", "a", "to"];
/// Words that say that the text was brought up to date.
const UPDATE_WORDS: &[&str] = &["maj", "update", "updated", "actualisation", "actualise"];
/// Longest name of a line that is recognised behind a line word.
const LINE_NAME_LENGTH: usize = 4;

/// The words of `text` in order, joined by spaces: folded, without clock times and without "update" prefixes.
pub(super) fn plain(text: &str) -> String {
    text.lines().flat_map(words_of_line).collect::<Vec<_>>().join(" ")
}

/// The distinct words of a title.
pub(super) fn title(text: &str) -> BTreeSet<String> {
    words_of_line(text).into_iter().map(singular).collect()
}

/// The distinct words of a title without the names of lines: `L 45 Travaux rue X` and `Lignes 2, 4 et 14 : travaux rue
/// X` say the same. `lines` are further names, as the scope gives them.
pub(super) fn title_without_lines(text: &str, lines: &BTreeSet<&str>) -> BTreeSet<String> {
    let scope: BTreeSet<String> = lines.iter().map(|line| bare_name(&fold(line)).to_owned()).collect();
    let mut kept = BTreeSet::new();
    let mut in_names = false;
    for word in words_of_line(text) {
        let is_line = scope.contains(bare_name(&word)) && word.chars().count() <= LINE_NAME_LENGTH;
        if LINE_WORDS.contains(&word.as_str()) {
            in_names = true;
        } else if is_line
            || glued_line_name(&word)
            || (in_names && (looks_like_line(&word) || CONNECTORS.contains(&word.as_str())))
        {
            // A name of a line; further ones may follow.
        } else {
            in_names = false;
            kept.insert(singular(word));
        }
    }
    kept
}

/// What a title says after the names of lines that it begins with: `Prolongation des travaux` of `L 45 - Prolongation des
/// travaux`. The whole title, when it says nothing else.
pub(super) fn after_lines<'a>(text: &'a str, lines: &[&str]) -> &'a str {
    let names: BTreeSet<String> = lines.iter().map(|line| bare_name(&fold(line)).to_owned()).collect();
    let mut rest = text.trim_start();
    let mut in_names = false;
    while let Some(chunk) = rest.split_whitespace().next() {
        let word = fold(chunk.trim_matches(|c: char| !c.is_alphanumeric()));
        let announces = LINE_WORDS.contains(&word.as_str());
        let names_line = names.contains(bare_name(&word)) || glued_line_name(&word);
        let goes_on = in_names && (word.is_empty() || looks_like_line(&word) || CONNECTORS.contains(&word.as_str()));
        if !(announces || names_line || goes_on) {
            break;
        }
        in_names = true;
        rest = rest[chunk.len()..].trim_start();
    }
    if rest.is_empty() { text } else { rest }
}

/// 0 (nothing in common) to 1 (the same words). Two empty titles have nothing in common.
pub(super) fn similarity(a: &BTreeSet<String>, b: &BTreeSet<String>) -> f64 {
    let weight = |words: &mut dyn Iterator<Item = &String>| {
        words
            .map(|word| word.chars().count())
            .fold(0_u32, |sum, n| sum.saturating_add(u32::try_from(n).unwrap_or(u32::MAX)))
    };
    let all = weight(&mut a.iter()) + weight(&mut b.iter());
    if all == 0 {
        return 0.0;
    }
    2.0 * f64::from(weight(&mut a.intersection(b))) / f64::from(all)
}

/// Lower case, without accents, ligatures taken apart.
fn fold(text: &str) -> String {
    text.nfkd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .collect::<String>()
        .replace('œ', "oe")
        .replace('æ', "ae")
}

fn words_of_line(line: &str) -> Vec<String> {
    let folded = fold(line).replace("mise a jour", "maj");
    let chunks: Vec<&str> = folded
        .split_whitespace()
        .map(|chunk| chunk.trim_matches(|c: char| !c.is_alphanumeric()))
        .filter(|chunk| !chunk.is_empty())
        .collect();
    let mut rest = chunks.as_slice();
    while let [first, after @ ..] = rest
        && UPDATE_WORDS.contains(first)
    {
        rest = after;
        while let [stamp, after @ ..] = rest
            && (is_date(stamp) || is_clock(stamp) || matches!(*stamp, "du" | "le" | "a" | "at"))
        {
            rest = after;
        }
    }
    without_clock_times(rest)
        .into_iter()
        .flat_map(|chunk| {
            chunk
                .split(|c: char| !c.is_alphanumeric())
                .filter(|word| !word.is_empty())
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .collect()
}

/// Leaves out `10:30`, `10h30`, `10h` and `10 h 30`.
fn without_clock_times<'a>(mut chunks: &[&'a str]) -> Vec<&'a str> {
    let mut kept = Vec::with_capacity(chunks.len());
    while let [first, rest @ ..] = chunks {
        chunks = match rest {
            _ if is_clock(first) => rest,
            ["h", minutes, after @ ..] if is_number(first) && is_number(minutes) => after,
            ["h", after @ ..] if is_number(first) => after,
            _ => {
                kept.push(*first);
                rest
            }
        };
    }
    kept
}

fn is_number(word: &str) -> bool {
    (1..=2).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_digit())
}

fn is_clock(word: &str) -> bool {
    let mut parts = word.split([':', 'h']);
    let hours = parts.next().is_some_and(is_number);
    let rest: Vec<&str> = parts.collect();
    hours && !rest.is_empty() && rest.iter().all(|part| part.is_empty() || is_number(part))
}

fn is_date(word: &str) -> bool {
    word.contains('/') && word.split('/').all(|part| part.bytes().all(|b| b.is_ascii_digit()))
}

/// `Kermarias` and `Kermaria` are one word.
fn singular(word: String) -> String {
    match word.strip_suffix('s') {
        Some(stem) if stem.chars().count() >= 3 => stem.to_owned(),
        Some(_) | None => word,
    }
}

/// `02` and `2` name the same line.
fn bare_name(name: &str) -> &str {
    let bare = name.trim_start_matches('0');
    if bare.is_empty() { name } else { bare }
}

fn looks_like_line(word: &str) -> bool {
    let short = word.chars().count() <= LINE_NAME_LENGTH;
    short && (word.chars().any(|c| c.is_ascii_digit()) || word.chars().count() == 1)
}

/// `l45`.
fn glued_line_name(word: &str) -> bool {
    word.strip_prefix('l')
        .is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clock_times_updates_case_and_accents_do_not_count() {
        for (one, other) in [
            ("MAJ 22/11 à 10h30 : Déviation rue de Paris", "deviation rue de PARIS"),
            ("Mise à jour 14:05 – Trafic interrompu", "trafic interrompu"),
            ("Reprise vers 10 h 45", "Reprise vers 11:20"),
        ] {
            assert_eq!(plain(one), plain(other));
        }
        assert_ne!(
            plain("Déviation jusqu'au 24/12"),
            plain("Déviation jusqu'au 31/12"),
            "a date is content"
        );
    }

    #[test]
    fn names_of_lines_are_left_out_in_every_spelling() {
        let lines = BTreeSet::from(["02", "14"]);
        let bare = title("Travaux rue de Kermaria");
        for spelled in [
            "L 45 Travaux rue de Kermaria",
            "L45 : travaux rue de Kermaria",
            "Lignes 2, 4 et 14 : Travaux rue de Kermaria",
            "2/14 travaux rue de Kermaria",
        ] {
            assert_eq!(title_without_lines(spelled, &lines), bare, "{spelled}");
        }
    }

    #[test]
    fn the_names_of_lines_before_a_title_are_set_apart() {
        for (title, said) in [
            (
                "L 45 Prolongation des travaux rue de Kermaria",
                "Prolongation des travaux rue de Kermaria",
            ),
            ("Lignes 2, 4 et 14 : travaux rue Haute", "travaux rue Haute"),
            ("L40 - Déviation", "Déviation"),
            ("Tram B", "Tram B"),
            ("Travaux ligne 45", "Travaux ligne 45"),
        ] {
            assert_eq!(after_lines(title, &["45", "B"]), said);
        }
    }

    #[test]
    fn long_words_weigh_more_than_short_ones() {
        let alike = |a: &str, b: &str| similarity(&title(a), &title(b));
        assert!(alike("Trains delayed", "Train delayed") > 0.99);
        assert!(alike("Déviation direction Strasbourg", "Déviation direction Lambézellec") < 0.7);
        assert!(alike("Travaux rue de Siam", "Travaux rue de Kermaria") < 0.8);
        assert!(alike("", "").abs() < f64::EPSILON);
    }
}
