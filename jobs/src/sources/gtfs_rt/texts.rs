//! Translations made sense of: languages, markup, title, summary, body.

use std::collections::{BTreeMap, BTreeSet};

use beffroi_schema::{
    draft::url_problem,
    value::{Cause, IssueCode, Language, Text, Texts},
};
use unicode_segmentation::UnicodeSegmentation as _;

use super::message::{Alert, TranslatedString};
use crate::sources::{issues::IssueLog, markup};

/// Longest title, in characters.
const MAX_TITLE: usize = 250;
/// Longest summary, in characters, and how many sentences it takes from the description.
const MAX_SUMMARY: usize = 250;
const SUMMARY_SENTENCES: usize = 2;
/// Longest text that is read, in characters, before markup is taken out.
const MAX_TEXT: usize = 20_000;
/// Translations of one text that are read.
const MAX_TRANSLATIONS: usize = 50;
/// What MTA and others append to a language for a variant in HTML.
const HTML_SUFFIX: &str = "-html";
/// Tags that name no language.
const NO_LANGUAGE: &[&str] = &["und", "mul", "mis", "zxx"];

/// All texts of an alert, by language. Empty when there are no words at all.
pub(super) fn texts(alert: &Alert, default: &Language, log: &mut IssueLog) -> Texts {
    let titles = by_language(alert.header_text.as_ref(), default, log);
    let bodies = by_language(alert.description_text.as_ref(), default, log);
    let languages: BTreeSet<&Language> = titles.keys().chain(bodies.keys()).collect();
    let text = |language: &&Language| text(titles.get(language), bodies.get(language), log);
    Texts(
        languages
            .iter()
            .map(|language| (*language).clone())
            .zip(languages.iter().map(text))
            .collect(),
    )
}

/// The page of an alert: in the default language, else the first.
pub(super) fn url(alert: &Alert, default: &Language, log: &mut IssueLog) -> Option<String> {
    let pages = by_language(alert.url.as_ref(), default, &mut IssueLog::default());
    let language = Language::choose(&[], default, pages.keys())?;
    let written = pages.get(language)?;
    if url_problem("url", written).is_some() {
        log.note(
            IssueCode::Unreadable,
            format!("no web address of a usual length; left out: `{written}`"),
        );
        return None;
    }
    Some(written.clone())
}

/// Whether a text looks as if it was meant for staff: a personal e-mail address, a mobile number, words for colleagues.
/// A strike is about staff and meant for the public.
pub(super) fn internal(texts: &Texts, cause: Cause) -> bool {
    const WORDS: &[&str] = &["agents", "conducteur", "conducteurs", "conductrices", "interne"];
    const STRIKE: &[&str] = &["grève", "greve", "social", "strike"];
    texts.0.values().any(|text| {
        let whole = format!("{} {}", text.title, text.body).to_lowercase();
        let has = |list: &[&str]| whole.unicode_words().any(|word| list.contains(&word));
        let strike = matches!(cause, Cause::Strike | Cause::Demonstration) || has(STRIKE);
        (has(WORDS) && !strike) || whole.split_whitespace().any(is_personal_address) || has_mobile_number(&whole)
    })
}

/// How much a translation's tag is worth: the lower, the surer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Tag {
    Said,
    Absent,
    Unknown,
    Html,
}

fn by_language(text: Option<&TranslatedString>, default: &Language, log: &mut IssueLog) -> BTreeMap<Language, String> {
    let translations = text.map_or(&[][..], |text| &text.translation);
    if translations.len() > MAX_TRANSLATIONS {
        log.note(
            IssueCode::OverLimit,
            format!("{} translations; {MAX_TRANSLATIONS} are kept", translations.len()),
        );
    }
    let mut best: BTreeMap<Language, (Tag, String)> = BTreeMap::new();
    for translation in translations.iter().take(MAX_TRANSLATIONS) {
        let Some(words) = translation
            .text
            .as_deref()
            .map(|text| plain(text, log))
            .filter(|words| !words.is_empty())
        else {
            continue;
        };
        let (tag, language) = language(translation.language.as_deref(), default, log);
        let kept = best.get(&language);
        if let Some((other, said)) = kept
            && *said != words
            && tag != Tag::Html
            && *other != Tag::Html
        {
            log.note(
                IssueCode::LanguageUnknown,
                format!("two texts for `{language}`; the one that names its language is kept, else the first"),
            );
        }
        if kept.is_none_or(|(other, _)| tag < *other) {
            best.insert(language, (tag, words));
        }
    }
    best.into_iter()
        .map(|(language, (_, words))| (language, words))
        .collect()
}

fn language(tag: Option<&str>, default: &Language, log: &mut IssueLog) -> (Tag, Language) {
    let tag = tag.map(str::trim).unwrap_or_default();
    let lower = tag.to_ascii_lowercase().replace('_', "-");
    if lower.is_empty() {
        return (Tag::Absent, default.clone());
    }
    if NO_LANGUAGE.contains(&lower.as_str()) {
        return (Tag::Unknown, default.clone());
    }
    if let Some(base) = lower.strip_suffix(HTML_SUFFIX) {
        return (Tag::Html, base.parse().unwrap_or_else(|_| default.clone()));
    }
    match tag.parse() {
        Ok(language) => (Tag::Said, language),
        Err(error) => {
            log.note(IssueCode::LanguageUnknown, format!("{error}; read as `{default}`"));
            (Tag::Unknown, default.clone())
        }
    }
}

/// Without markup and control characters; spaces tidied, at most one empty line in a row.
fn plain(read: &str, log: &mut IssueLog) -> String {
    let cut = read.char_indices().nth(MAX_TEXT).map_or(read, |(end, _)| &read[..end]);
    if cut.len() < read.len() {
        log.note(IssueCode::OverLimit, format!("a text over {MAX_TEXT} characters; cut"));
    }
    let text = match markup::to_plain(cut) {
        Some(converted) => {
            log.note(IssueCode::Markup, "HTML in plain text; converted");
            converted
        }
        None => cut.to_owned(),
    };
    let lines = text.replace("\r\n", "\n").replace(['\r', '\u{2028}', '\u{2029}'], "\n");
    let mut tidy: Vec<String> = Vec::new();
    for line in lines.split('\n') {
        let line = one_line(line);
        if !(line.is_empty() && tidy.last().is_none_or(String::is_empty)) {
            tidy.push(line);
        }
    }
    tidy.join("\n").trim_end().to_owned()
}

fn one_line(text: &str) -> String {
    let visible: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn text(title: Option<&String>, body: Option<&String>, log: &mut IssueLog) -> Text {
    let body = body.map(String::as_str).unwrap_or_default();
    let Some(title) = title.map(|title| one_line(title)) else {
        log.note(
            IssueCode::TitleMissing,
            "no title; the first sentence of the description stands in",
        );
        return Text {
            title: summary(body, 1, MAX_TITLE),
            summary: summary(body, SUMMARY_SENTENCES, MAX_SUMMARY),
            body: body.to_owned(),
        };
    };
    let repeats = !body.is_empty() && one_line(body) == title;
    if repeats {
        log.note(
            IssueCode::DescriptionRepeatsTitle,
            "the description repeats the title; dropped",
        );
    }
    let rest = if repeats { "" } else { body };
    let short = cut(&title, MAX_TITLE);
    let whole = if short == title {
        rest.to_owned()
    } else {
        format!("{title}\n\n{rest}").trim_end().to_owned()
    };
    if short != title {
        log.note(
            IssueCode::TitleTooLong,
            format!("a title over {MAX_TITLE} characters; cut, and kept whole in the body"),
        );
    }
    Text {
        title: short,
        summary: summary(rest, SUMMARY_SENTENCES, MAX_SUMMARY),
        body: whole,
    }
}

/// The first sentences of a text, on one line.
fn summary(text: &str, sentences: usize, length: usize) -> String {
    let mut taken = String::new();
    for sentence in text
        .unicode_sentences()
        .map(one_line)
        .filter(|sentence| !sentence.is_empty())
        .take(sentences)
    {
        let longer = if taken.is_empty() {
            sentence
        } else {
            format!("{taken} {sentence}")
        };
        if !taken.is_empty() && longer.chars().count() > length {
            break;
        }
        taken = longer;
    }
    cut(&taken, length)
}

/// At most `length` characters, ending with a whole word and an ellipsis where something is missing.
fn cut(text: &str, length: usize) -> String {
    if text.chars().count() <= length {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut used = 0;
    for grapheme in text.graphemes(true) {
        used += grapheme.chars().count();
        if used >= length {
            break;
        }
        kept.push_str(grapheme);
    }
    let end = kept
        .rfind(char::is_whitespace)
        .filter(|end| *end > kept.len() / 2)
        .unwrap_or(kept.len());
    format!(
        "{}…",
        kept[..end].trim_end_matches(|c: char| c.is_whitespace() || c == ',' || c == ';')
    )
}

/// `prenom.nom@…`: `info@…` is for everybody.
fn is_personal_address(word: &str) -> bool {
    let Some((name, host)) = word.split_once('@') else {
        return false;
    };
    let name = name.trim_start_matches(|c: char| !c.is_alphanumeric());
    host.contains('.')
        && name
            .split_once('.')
            .is_some_and(|(first, last)| first.chars().count() > 1 && last.chars().count() > 1)
}

/// A French mobile number, `06` or `07` and eight more digits.
fn has_mobile_number(text: &str) -> bool {
    let digits = |part: &str| part.chars().filter(char::is_ascii_digit).collect::<String>();
    let groups = text
        .split(|c: char| !(c.is_ascii_digit() || matches!(c, ' ' | '.' | '-' | '\u{a0}' | '+')))
        .map(digits);
    groups.into_iter().any(|number| {
        let national = number
            .strip_prefix("33")
            .map_or_else(|| number.clone(), |rest| format!("0{rest}"));
        national.len() == 10 && (national.starts_with("06") || national.starts_with("07"))
    })
}
