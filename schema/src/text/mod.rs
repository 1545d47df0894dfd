//! What a post says, and how much of it there is room for. Pure: no row, no network, no time of its own.
//!
//! In reading order: [`Story`] is what there is to tell; `compose` makes a [`PostText`] of it, in the words of
//! `phrases` and `dates`; `fit` brings that into a [`TextLimit`](crate::value::TextLimit), as `count` counts
//! it, and `thread` into several posts.

pub mod compose;
pub mod count;
pub mod dates;
pub mod fit;
pub mod note;
pub mod phrases;
mod shorten;
pub mod template;
pub mod thread;
mod tongue;

use chrono_tz::Tz;

use crate::value::{Cause, Change, Effect, Kind, Language, Mode, OccurrenceStatus, Period, Severity, Text, Venue};

pub use dates::When;
pub use tongue::Tongue;

/// U+00A0, what French typography puts before `:`, inside « » and between a number and its unit.
pub const NO_BREAK: char = '\u{a0}';

/// U+202F, what French typography puts before `;`, `!` and `?`.
pub const NARROW_NO_BREAK: char = '\u{202f}';

/// One revision of an item, as far as it is told to people: whoever loads the rows fills it.
#[derive(Clone, Debug)]
pub struct Story<'a> {
    /// What the item is.
    pub kind: Kind,
    /// What the revision did.
    pub change: Change,
    /// The text in the language to tell it in.
    pub text: &'a Text,
    /// That language.
    pub language: &'a Language,
    /// The authority's time zone: the one dates are told in.
    pub zone: Tz,
    /// Lines concerned, in the order of the network.
    pub lines: Vec<LineName>,
    /// Names of the stops concerned, in the order of the line.
    pub stops: Vec<String>,
    /// For disruptions.
    pub severity: Severity,
    /// For disruptions.
    pub effect: Effect,
    /// For disruptions.
    pub cause: Cause,
    /// For disruptions: when service is affected.
    pub impact: Option<Period>,
    /// For events: the next date.
    pub date: Option<When>,
    /// For events: how many dates follow `date`.
    pub further_dates: usize,
    /// For events: dates that do not take place while others do, the next first.
    pub cancelled: Vec<When>,
    /// For events: whether `date` takes place as announced.
    pub occurrence: OccurrenceStatus,
    /// Where.
    pub venue: Option<&'a Venue>,
    /// The item's public page.
    pub link: &'a str,
    /// Hashtags, with or without `#`, most important first.
    pub hashtags: Vec<String>,
}

/// A line as people name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineName {
    /// `B`, `C1`, `67`.
    pub short_name: String,
    /// Tram, bus…
    pub mode: Mode,
}

/// What a post says, before anything is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PostText {
    /// The first line: what happened. Shortened last.
    pub lead: String,
    /// Lines that are kept whole or left out, most important first: when, where, until when.
    pub facts: Vec<String>,
    /// Paragraphs, shortened from the end.
    pub body: Vec<String>,
    /// The item's page. Never left out.
    pub link: Option<String>,
    /// Without `#`, most important first; left out last first.
    pub hashtags: Vec<String>,
    /// Who is named, with `@`; left out after the hashtags.
    pub mentions: Vec<String>,
}
