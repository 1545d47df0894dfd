//! Languages, and texts that exist in several of them.

use std::collections::BTreeMap;

use sea_orm::{DeriveValueType, FromJsonQueryResult};
use serde::{Deserialize, Serialize};

use super::UnknownValue;

/// Longest accepted language tag.
const MAX_TAG_LENGTH: usize = 35;

/// A BCP 47 language tag in its usual case: `fr`, `en`, `pt-BR`, `zh-Hant`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, DeriveValueType)]
#[sea_orm(value_type = "String")]
#[serde(try_from = "String", into = "String")]
pub struct Language(String);

impl Language {
    /// French: the language of last resort of a French authority.
    pub fn french() -> Self {
        Self("fr".to_owned())
    }

    /// English.
    pub fn english() -> Self {
        Self("en".to_owned())
    }

    /// The tag as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The primary subtag: `pt` of `pt-BR`.
    pub fn primary(&self) -> &str {
        self.0.split('-').next().unwrap_or(&self.0)
    }

    /// The best of `offered` for a reader who wants `wanted`, most wanted first: the exact tag, then the primary
    /// subtag, then `fallback`, then whatever there is.
    pub fn choose<'a>(
        wanted: &[Self],
        fallback: &Self,
        offered: impl Iterator<Item = &'a Self> + Clone,
    ) -> Option<&'a Self> {
        let best = wanted.iter().chain(std::iter::once(fallback)).find_map(|want| {
            let exact = offered.clone().find(|have| *have == want);
            exact.or_else(|| offered.clone().find(|have| have.primary() == want.primary()))
        });
        best.or_else(|| offered.into_iter().next())
    }
}

// Part of a primary key; never made from an auto-increment number.
impl sea_orm::TryFromU64 for Language {
    fn try_from_u64(_: u64) -> Result<Self, sea_orm::DbErr> {
        Err(sea_orm::DbErr::ConvertFromU64("Language"))
    }
}

impl std::fmt::Display for Language {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::str::FromStr for Language {
    type Err = UnknownValue;

    /// Accepts any case and `_` for `-`, as feeds write them (`FR`, `fr_FR`).
    fn from_str(tag: &str) -> Result<Self, Self::Err> {
        let subtags: Vec<&str> = tag.trim().split(['-', '_']).collect();
        let primary_ok = matches!(subtags.first(), Some(p) if (2..=3).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphabetic()));
        let rest_ok = subtags
            .iter()
            .skip(1)
            .all(|s| (1..=8).contains(&s.len()) && s.bytes().all(|b| b.is_ascii_alphanumeric()));
        if !primary_ok || !rest_ok || tag.len() > MAX_TAG_LENGTH {
            return Err(UnknownValue {
                value: tag.chars().take(64).collect(),
                expected: "a BCP 47 language tag such as fr, en or pt-BR".to_owned(),
            });
        }
        let cased = subtags
            .iter()
            .enumerate()
            .map(|(position, subtag)| match (position, subtag.len()) {
                (0, _) => subtag.to_ascii_lowercase(),
                (_, 2) => subtag.to_ascii_uppercase(),
                (_, 4) => subtag[..1].to_ascii_uppercase() + &subtag[1..].to_ascii_lowercase(),
                _ => subtag.to_ascii_lowercase(),
            });
        Ok(Self(cased.collect::<Vec<_>>().join("-")))
    }
}

impl TryFrom<String> for Language {
    type Error = UnknownValue;

    fn try_from(tag: String) -> Result<Self, Self::Error> {
        tag.parse()
    }
}

impl From<Language> for String {
    fn from(language: Language) -> Self {
        language.0
    }
}

/// What an item says, in one language. Plain text; lines are separated by `\n`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// One line, at most 250 characters.
    pub title: String,
    /// One or two sentences, used where there is no room for the body. May be empty.
    pub summary: String,
    /// The whole text. May be empty.
    pub body: String,
}

/// The texts of an item, by language; at least one once published.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Texts(pub BTreeMap<Language, Text>);

impl Texts {
    /// One text in one language.
    pub fn only(language: Language, text: Text) -> Self {
        Self(BTreeMap::from([(language, text)]))
    }

    /// The text for a reader of `wanted` (see [`Language::choose`]), with the language it is in.
    pub fn choose(&self, wanted: &[Language], fallback: &Language) -> Option<(&Language, &Text)> {
        let language = Language::choose(wanted, fallback, self.0.keys())?;
        self.0.get_key_value(language)
    }
}

/// A short text by language: an alternative text, a status update, a label.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Label(pub BTreeMap<Language, String>);

impl Label {
    /// One text in one language.
    pub fn only(language: Language, text: impl Into<String>) -> Self {
        Self(BTreeMap::from([(language, text.into())]))
    }

    /// The text for a reader of `wanted` (see [`Language::choose`]).
    pub fn choose(&self, wanted: &[Language], fallback: &Language) -> Option<&str> {
        let language = Language::choose(wanted, fallback, self.0.keys())?;
        self.0.get(language).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_read_as_feeds_write_them() {
        for (read, kept) in [
            ("FR", "fr"),
            ("fr_FR", "fr-FR"),
            ("PT-br", "pt-BR"),
            ("zh-hANT", "zh-Hant"),
        ] {
            assert_eq!(read.parse::<Language>().map(String::from), Ok(kept.to_owned()));
        }
        for wrong in ["", "f", "français", "fr--FR", "fr FR", "en-", "x".repeat(40).as_str()] {
            assert!(wrong.parse::<Language>().is_err(), "{wrong:?} must be refused");
        }
    }

    #[test]
    fn a_reader_gets_the_nearest_language() {
        let offered = [Language::french(), "pt-BR".parse().unwrap()];
        let choose = |wanted: &str| {
            Language::choose(&[wanted.parse().unwrap()], &Language::french(), offered.iter())
                .unwrap()
                .as_str()
        };
        assert_eq!(choose("pt-PT"), "pt-BR");
        assert_eq!(choose("fr-CA"), "fr");
        assert_eq!(choose("de"), "fr");
    }
}
