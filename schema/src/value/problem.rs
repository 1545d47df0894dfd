//! What a person can put right.

use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

closed_set! {
    /// The kind of a problem, for programs; the message is for people.
    pub enum ProblemCode {
        /// Something needed is absent.
        Missing = "MISSING",
        /// Longer than allowed.
        TooLong = "TOO_LONG",
        /// More of them than allowed.
        TooMany = "TOO_MANY",
        /// Not of the expected form.
        Invalid = "INVALID",
        /// Outside the allowed range.
        OutOfRange = "OUT_OF_RANGE",
        /// Names something that does not exist here.
        Unknown = "UNKNOWN",
        /// A picture without an alternative text.
        AltTextMissing = "ALT_TEXT_MISSING",
        /// Not possible in the present state.
        WrongState = "WRONG_STATE",
        /// Somebody else has changed it meanwhile.
        Conflict = "CONFLICT",
    }
}

/// One thing to put right: where it is, and what to do, in French and in English.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Problem {
    /// For programs.
    pub code: ProblemCode,
    /// Input path, dotted: `texts.fr.title`, `event.rule`.
    pub path: String,
    /// For people, in French.
    pub fr: String,
    /// For people, in English.
    pub en: String,
}

impl Problem {
    /// A problem with its sentence in both languages.
    pub fn new(code: ProblemCode, path: impl Into<String>, fr: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            code,
            path: path.into(),
            fr: fr.into(),
            en: en.into(),
        }
    }

    /// The sentence in French when `primary` is `fr`, else in English.
    pub fn message(&self, primary: &str) -> &str {
        if primary == "fr" { &self.fr } else { &self.en }
    }
}
