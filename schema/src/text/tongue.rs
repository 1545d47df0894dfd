//! The languages that have words of their own here.

use crate::value::Language;

/// A language that posts are worded in. Items can be written in any language; the words around them exist in these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tongue {
    /// French.
    French,
    /// English.
    English,
}

impl Tongue {
    /// The words to put around a text in `language`; French for languages that have none here.
    pub fn of(language: &Language) -> Self {
        match language.primary() {
            "en" => Self::English,
            _ => Self::French,
        }
    }

    /// The one of two wordings that is in this language.
    pub const fn pick<'a>(self, french: &'a str, english: &'a str) -> &'a str {
        match self {
            Self::French => french,
            Self::English => english,
        }
    }

    /// Whether `count` takes the plural: from 2 in French (0 and 1 are singular), everything but 1 in English.
    pub const fn is_plural(self, count: usize) -> bool {
        match self {
            Self::French => count >= 2,
            Self::English => count != 1,
        }
    }

    /// What stands between a label and what it announces.
    pub const fn colon(self) -> &'static str {
        self.pick("\u{a0}: ", ": ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_languages_are_worded_in_french() {
        let of = |tag: &str| Tongue::of(&tag.parse().unwrap());
        assert_eq!(of("en-GB"), Tongue::English);
        assert_eq!(of("fr-CA"), Tongue::French);
        assert_eq!(of("oc"), Tongue::French);
    }

    #[test]
    fn nothing_is_singular_in_french_and_plural_in_english() {
        assert!(!Tongue::French.is_plural(0) && Tongue::English.is_plural(0));
        assert!(!Tongue::French.is_plural(1) && !Tongue::English.is_plural(1));
        assert!(Tongue::French.is_plural(2) && Tongue::English.is_plural(2));
    }
}
