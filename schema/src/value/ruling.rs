//! What the rules of an account said of an item, and why.

use crate::clock::Timestamp;

closed_set! {
    /// What becomes of an item on an account.
    pub enum Verdict {
        /// It goes there.
        Goes = "goes",
        /// It goes there later.
        Waits = "waits",
        /// It does not go there.
        LeftOut = "left_out",
    }
}

closed_set! {
    /// Why.
    pub enum Rule {
        /// Nothing speaks against it.
        Matches = "matches",
        /// The urgent lane: severe disruptions pass whatever makes others wait.
        Urgent = "urgent",
        /// Other kinds of items only.
        Kinds = "kinds",
        /// Other topics only.
        Topics = "topics",
        /// Other zones only.
        Zones = "zones",
        /// Other lines only.
        Lines = "lines",
        /// Not severe enough.
        Severity = "severity",
        /// Not written in the account's language.
        Language = "language",
        /// Videos only.
        Videos = "videos",
        /// One of so many only.
        Ratio = "ratio",
        /// The account's hours.
        Hours = "hours",
        /// The next free slot.
        Slot = "slot",
        /// The pause between two posts.
        Gap = "gap",
        /// So many a day at most.
        DailyMaximum = "daily_maximum",
        /// Behind what was published before.
        Order = "order",
        /// No moment within a month satisfies the rules.
        NoRoom = "no_room",
        /// Shown in the app only.
        Quiet = "quiet",
        /// Not a change worth a first post.
        NotNews = "not_news",
    }
}

/// What becomes of an item on an account, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruling {
    /// What becomes of it.
    pub verdict: Verdict,
    /// The rule that decided.
    pub rule: Rule,
    /// Until when it waits.
    pub until: Option<Timestamp>,
    /// Why, for people, in French.
    pub fr: String,
    /// Why, for people, in English.
    pub en: String,
}

impl Ruling {
    /// The sentence in French when `primary` is `fr`, else in English.
    pub fn sentence(&self, primary: &str) -> &str {
        if primary == "fr" { &self.fr } else { &self.en }
    }
}
