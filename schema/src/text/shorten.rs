//! Shortens one paragraph: after a sentence if it can, after a word otherwise. Never inside a grapheme, a web address
//! or a hashtag.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation as _;

use super::{
    NARROW_NO_BREAK, NO_BREAK,
    count::{hashtags, urls},
};

/// What stands for what was left out.
const ELLIPSIS: char = '…';

/// Words whose full stop does not end a sentence.
const ABBREVIATIONS: [&str; 14] = [
    "M.", "MM.", "Mme.", "Mlle.", "Dr.", "Pr.", "St.", "Ste.", "av.", "bd.", "pl.", "Mr.", "Mrs.", "No.",
];

/// What does not stand before an ellipsis.
const LOOSE_ENDS: [&str; 13] = [
    " ", "\u{a0}", "\u{202f}", "\n", "\t", ",", ";", ":", "-", "–", "—", "«", "(",
];

/// A beginning of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cut {
    /// What is kept, with an ellipsis where it ends within a sentence.
    pub(super) text: String,
    /// Where it ends in the text.
    pub(super) end: usize,
    /// Whether it ends with a sentence.
    pub(super) whole: bool,
}

/// The longest beginning of `text` that `fits` takes: whole sentences, else words and an ellipsis. `None` when not
/// even one word of it has room.
pub fn shorten(text: &str, fits: impl Fn(&str) -> bool) -> Option<String> {
    if fits(text) {
        return Some(text.to_owned());
    }
    cut(text, fits).map(|cut| cut.text)
}

/// The same of a text that has no room as it is, and where it was cut.
pub(super) fn cut(text: &str, fits: impl Fn(&str) -> bool) -> Option<Cut> {
    let whole = longest(&sentence_ends(text), |&end| fits(text[..end].trim_end()));
    if let Some(end) = whole {
        let text = text[..end].trim_end().to_owned();
        return Some(Cut { text, end, whole: true });
    }
    let ended = |&end: &usize| left_open(without_loose_end(&text[..end]));
    let room = |end: &usize| !without_loose_end(&text[..*end]).is_empty() && fits(&ended(end));
    longest(&word_ends(text), room)
        .or_else(|| longest(&grapheme_ends(text), room))
        .map(|end| Cut {
            text: ended(&end),
            end,
            whole: false,
        })
}

/// `kept` with an ellipsis; one that touched an address would be read as a part of it.
fn left_open(kept: &str) -> String {
    let last = urls(kept).pop();
    let touches = last.is_some_and(|address| !kept[address.end..].contains(char::is_whitespace));
    format!("{kept}{}{ELLIPSIS}", if touches { " " } else { "" })
}

/// The last of `ends` that `room` takes. Room shrinks as ends grow, so most of them are never tried; an end that the
/// search lands on is tried itself.
fn longest(ends: &[usize], room: impl Fn(&usize) -> bool) -> Option<usize> {
    let first = ends.iter().position(&room)?;
    let reach = first + ends[first..].partition_point(&room);
    ends[first..reach].iter().rev().copied().find(|end| room(end))
}

fn sentence_ends(text: &str) -> Vec<usize> {
    let whole = whole_spans(text);
    let ends = text
        .split_sentence_bound_indices()
        .map(|(start, sentence)| (start + sentence.len(), sentence));
    ends.filter(|(end, sentence)| is_finished(sentence) && !splits(&whole, *end))
        .map(|(end, _)| end)
        .collect()
}

fn is_finished(sentence: &str) -> bool {
    let sentence = sentence.trim_end();
    let last_word = sentence
        .rsplit(|c: char| c.is_whitespace() || c == '(')
        .next()
        .unwrap_or_default();
    let initial = last_word.len() > 1
        && last_word
            .strip_suffix('.')
            .is_some_and(|word| word.chars().count() == 1);
    sentence.ends_with(['.', '!', '?', '…', '»', '”']) && !initial && !ABBREVIATIONS.contains(&last_word)
}

/// A no-break space holds its words together: `14 h 30` and « ainsi ! » are cut before or after, not inside.
fn word_ends(text: &str) -> Vec<usize> {
    let breaks = |c: char| c.is_whitespace() && c != NO_BREAK && c != NARROW_NO_BREAK;
    let boundaries: Vec<usize> = text.grapheme_indices(true).map(|(start, _)| start).collect();
    let spaces = text.char_indices().filter(|&(_, c)| breaks(c)).map(|(at, _)| at);
    spaces
        .filter(|at| *at > 0 && boundaries.binary_search(at).is_ok())
        .collect()
}

fn grapheme_ends(text: &str) -> Vec<usize> {
    let whole = whole_spans(text);
    text.grapheme_indices(true)
        .map(|(start, _)| start)
        .filter(|&at| at > 0 && !splits(&whole, at))
        .collect()
}

/// What is kept whole or left out whole.
fn whole_spans(text: &str) -> Vec<Range<usize>> {
    urls(text).into_iter().chain(hashtags(text)).collect()
}

fn splits(whole: &[Range<usize>], at: usize) -> bool {
    whole.iter().any(|span| span.start < at && at < span.end)
}

fn without_loose_end(text: &str) -> &str {
    let mut end = text.len();
    for (start, grapheme) in text.grapheme_indices(true).rev() {
        if !LOOSE_ENDS.contains(&grapheme) {
            break;
        }
        end = start;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(units: usize, text: &str) -> Option<String> {
        shorten(text, |text| text.chars().count() <= units)
    }

    #[test]
    fn whole_sentences_come_first() {
        let text = "Le tram B est arrêté. Des bus prennent le relais jusqu’au soir.";
        assert_eq!(to(40, text).as_deref(), Some("Le tram B est arrêté."));
        assert_eq!(to(15, text).as_deref(), Some("Le tram B est…"));
    }

    #[test]
    fn an_abbreviation_ends_no_sentence() {
        let text = "Rencontre avec M. Dupont et Mme Durand à la mairie.";
        assert_eq!(to(20, text).as_deref(), Some("Rencontre avec M.…"));
        assert_eq!(
            to(45, "Le parc J. Verne ouvre. Venez nombreuses et nombreux samedi.").as_deref(),
            Some("Le parc J. Verne ouvre.")
        );
    }

    #[test]
    fn an_ellipsis_is_no_part_of_an_address() {
        let text = "Voir https://ville.example/a et la suite";
        assert_eq!(to(31, text).as_deref(), Some("Voir https://ville.example/a …"));
        assert_eq!(to(29, text).as_deref(), Some("Voir…"));
    }

    #[test]
    fn no_break_spaces_hold() {
        let text = "Attention\u{a0}: travaux à 14\u{a0}h\u{a0}30 rue du Four";
        assert_eq!(to(28, text).as_deref(), Some("Attention\u{a0}: travaux à…"));
        assert_eq!(to(21, text).as_deref(), Some("Attention\u{a0}: travaux…"));
        assert_eq!(
            to(12, text).as_deref(),
            Some("Attention…"),
            "the colon goes with the ellipsis"
        );
    }

    #[test]
    fn a_word_without_end_is_cut_between_graphemes_and_an_address_never() {
        assert_eq!(
            shorten("ノートルダム大聖堂", |text| text.chars().count() <= 5).as_deref(),
            Some("ノートル…")
        );
        assert_eq!(to(10, "https://ville.example/un/chemin"), None);
        assert_eq!(to(6, "#motdieselong"), None);
        assert_eq!(to(0, "mot"), None);
    }
}
