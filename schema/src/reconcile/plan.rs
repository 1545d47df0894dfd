//! What goes into a plan and what comes out of it.

use serde::{Deserialize, Serialize};

use crate::{
    clock::Timestamp,
    id::RecordId,
    value::{AlertEntry, ChangeClass, Coverage, PollClass},
};

/// How patient and how trusting we are with one source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// A disruption is over after so many polls in a row without it…
    pub misses_needed: u32,
    /// …and only when the first of them is at least so many seconds ago.
    pub absence_s: u32,
    /// A feed whose own timestamp is older than so many seconds is stale.
    pub max_age_s: u32,
    /// Seconds between the first sight of a disruption and its first push: lines that follow are told together.
    pub settling_s: u32,
    /// A mass disappearance is doubted from so many disruptions on.
    pub suspicious_from: u32,
    /// The share that must vanish at once to be doubted.
    pub suspicious_share: f64,
    /// What to do with a disruption that names nothing it concerns.
    pub no_selector: NoSelector,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            misses_needed: 3,
            absence_s: 600,
            max_age_s: 600,
            settling_s: 75,
            suspicious_from: 5,
            suspicious_share: 0.7,
            no_selector: NoSelector::Hold,
        }
    }
}

/// What a disruption without any selector means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoSelector {
    /// An editor looks at it first.
    #[default]
    Hold,
    /// It concerns the whole network.
    Network,
}

/// Whether a source's ids name the same thing from poll to poll.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdMode {
    /// They do, once the content confirms it.
    #[default]
    Stable,
    /// They are positions in a list: never looked at.
    Unstable,
}

/// What is remembered of a source between polls, beside its records. Kept by the store, changed by the plan only.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Memory {
    /// How far its ids are trusted.
    pub id_mode: IdMode,
    /// Polls in a row in which most ids changed while the texts stayed.
    pub churned_polls: u32,
    /// A doubted poll that waits for others to say the same.
    pub doubt: Option<Doubt>,
}

/// A mass disappearance that is not believed yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Doubt {
    /// First poll that said so.
    pub since: Timestamp,
    /// What it contained, as a hash.
    pub content: String,
    /// How many polls have said exactly this.
    pub polls: u32,
}

/// What one poll brought.
#[derive(Clone, Copy, Debug)]
pub enum Poll<'a> {
    /// Nothing that can be read.
    Failed,
    /// The same as last time.
    Unchanged,
    /// A snapshot.
    Read {
        /// Its disruptions, in any order, each under its own key.
        entries: &'a [AlertEntry],
        /// What absence means.
        coverage: Coverage,
        /// When the source says it made it.
        feed_timestamp: Option<Timestamp>,
    },
}

/// What to write after a poll: everything in one transaction, or nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// What the poll was worth. After `Suspicious` the source's cursor must stay where it was, or the next answer is
    /// "unchanged" and the doubt is never lifted.
    pub class: PollClass,
    /// What to remember of the source.
    pub memory: Memory,
    /// Known records first, by id; then new ones, by key.
    pub steps: Vec<Step>,
}

/// One thing to write.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Step {
    /// A disruption that was not known.
    Create {
        /// What the source says.
        entry: AlertEntry,
        /// `Created` or `Announced`.
        class: ChangeClass,
        /// What it belongs to.
        group: Group,
    },
    /// A known one, changed.
    Revise {
        /// Which.
        record: RecordId,
        /// What the source says now.
        entry: AlertEntry,
        /// How it differs.
        class: ChangeClass,
    },
    /// Seen again, as it was.
    Touch {
        /// Which.
        record: RecordId,
        /// The id that the source gives it now.
        key: String,
    },
    /// Not seen; not yet over.
    Miss {
        /// Which.
        record: RecordId,
    },
    /// Over.
    Resolve {
        /// Which.
        record: RecordId,
        /// How we know.
        why: Ended,
    },
    /// Was over, and is back: the same disruption, nobody is told a second time.
    Reopen {
        /// Which.
        record: RecordId,
        /// What the source says now.
        entry: AlertEntry,
        /// It comes and goes: nothing is sent by itself any more, an editor is told.
        unstable: bool,
    },
}

/// Records that are one incident: told once, shown line by line. A group is named by its first record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Group {
    /// The group of a known record.
    Of(RecordId),
    /// A new one: all `Create` of the plan with the same number.
    New(u32),
}

/// Why an editor must look first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Held {
    /// Nothing says what is concerned.
    ScopeMissing,
    /// There is nothing to read.
    TextMissing,
    /// It looks as if it was meant for staff.
    InternalWording,
}

impl Held {
    /// In words for the item's row.
    pub fn reason(self) -> &'static str {
        match self {
            Self::ScopeMissing => "nothing says what is concerned",
            Self::TextMissing => "there is nothing to read",
            Self::InternalWording => "it looks as if it was meant for staff",
        }
    }
}

/// How we know that a disruption is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ended {
    /// Missing for long enough.
    Absent,
    /// The source says so.
    Closed,
    /// Every period in which it had an effect is over.
    PeriodsOver,
}
