//! Sources: what is polled, what a poll brings, and what becomes of it.

use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

use super::{Cause, Effect, Mode, Periods, Point, Selectors, Severity, Shape, Texts};
use crate::clock::Timestamp;

/// The member of a source's settings that names the timetable (another source) whose ids its alerts use.
pub const TIMETABLE: &str = "timetable";

closed_set! {
    /// What a source speaks.
    pub enum SourceFormat {
        /// GTFS-Realtime Service Alerts, protocol buffers or JSON.
        GtfsRtAlerts = "gtfs_rt_alerts",
        /// A GTFS Schedule archive: lines, stops, names, colours, geometry.
        GtfsStatic = "gtfs_static",
    }
}

closed_set! {
    /// What becomes of entries.
    pub enum SourcePolicy {
        /// They are published by themselves.
        Publish = "publish",
        /// They become drafts for a person.
        Draft = "draft",
        /// They are recorded and nothing else.
        Ignore = "ignore",
    }
}

closed_set! {
    /// What a poll was worth.
    pub enum PollClass {
        /// Read, and current.
        Good = "good",
        /// The same as last time: everything is seen again.
        Unchanged = "unchanged",
        /// Read, but older than it may be: nothing counts as missing.
        Stale = "stale",
        /// Not read: nothing counts as missing.
        Failed = "failed",
        /// Most entries vanished at once: held until further polls say the same.
        Suspicious = "suspicious",
    }
}

/// Where reading left off.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(default)]
pub struct Cursor {
    /// `ETag` of the last good answer.
    pub etag: Option<String>,
    /// `Last-Modified` of the last good answer.
    pub last_modified: Option<String>,
    /// SHA-256 of the last good body, in hexadecimal.
    pub body_sha256: Option<String>,
    /// The feed's own timestamp at the last good poll.
    pub feed_timestamp: Option<Timestamp>,
}

/// Whether absence from a snapshot means anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Coverage {
    /// Everything that is true now: what is absent may be over.
    Complete,
    /// Only what is new: absence means nothing.
    Partial,
}

/// What one reading of a source brought.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading {
    /// The same as before (HTTP 304, the same body, or a timestamp that did not advance).
    Unchanged,
    /// Something to reconcile.
    Snapshot(Box<Snapshot>),
}

/// A source's content at one moment, in our words; nothing of it is stored yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// Where to go on.
    pub cursor: Cursor,
    /// What absence means.
    pub coverage: Coverage,
    /// The content.
    pub content: Content,
    /// What was odd about the feed as a whole.
    pub issues: Vec<Issue>,
}

/// What a source can bring.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Disruptions.
    Alerts(Vec<AlertEntry>),
    /// Lines and stops.
    Transit(TransitNetwork),
}

/// One alert as a source tells it, cleaned but not yet matched.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct AlertEntry {
    /// The source's own id; may change from poll to poll.
    pub key: String,
    /// Ids of entries that this one says it replaces or belongs to.
    #[serde(default)]
    pub related: Vec<String>,
    /// The source says that it is over.
    #[serde(default)]
    pub closed: bool,
    /// Why.
    pub cause: Cause,
    /// What it does.
    pub effect: Effect,
    /// How bad.
    pub severity: Severity,
    /// When service is affected, sorted and merged; none: not said.
    pub impact: Periods,
    /// When it is shown, sorted and merged; none: while it is in the feed.
    pub display: Periods,
    /// What is concerned, sorted, without doubles.
    pub scope: Selectors,
    /// Plain text by language.
    pub texts: Texts,
    /// The operator's page.
    pub url: Option<String>,
    /// What was odd about it, and what was done.
    pub issues: Vec<Issue>,
}

/// Something that was not as the standard asks. Nothing is dropped silently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    /// What, for programs.
    pub code: IssueCode,
    /// Which part, and what was done with it.
    pub detail: String,
}

/// What was odd about one poll.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Issues(pub Vec<Issue>);

closed_set! {
    /// What can be odd about imported data (`docs/sources.md` has the list with what is done in each case).
    pub enum IssueCode {
        /// A time in milliseconds; divided by 1,000.
        Milliseconds = "milliseconds",
        /// A period that ends before it starts; dropped.
        PeriodReversed = "period_reversed",
        /// An end of 0; read as open.
        EndZero = "end_zero",
        /// A time before 2000 or more than ten years ahead; read as open.
        TimeImplausible = "time_implausible",
        /// No title; the first sentence of the description stands in.
        TitleMissing = "title_missing",
        /// A title over 250 characters; cut.
        TitleTooLong = "title_too_long",
        /// The description repeats the title; dropped.
        DescriptionRepeatsTitle = "description_repeats_title",
        /// Markup in plain text; converted.
        Markup = "markup",
        /// Nothing says what is concerned.
        ScopeMissing = "scope_missing",
        /// A selector without any field; dropped.
        SelectorEmpty = "selector_empty",
        /// The same id twice in one message; both kept.
        DuplicateKey = "duplicate_key",
        /// Text in a language that cannot be recognised as one; the feed's default is used.
        LanguageUnknown = "language_unknown",
        /// A code that the standard does not have; read as "other".
        CodeUnknown = "code_unknown",
        /// A row or entry that cannot be read; left out.
        Unreadable = "unreadable",
        /// An id that the network's timetable does not have.
        Unresolved = "unresolved",
        /// More than the limit; the rest is left out.
        OverLimit = "over_limit",
        /// Text that looks as if it was meant for staff; held for an editor.
        InternalWording = "internal_wording",
        /// A table that the standard asks for is absent; read without it.
        FileMissing = "file_missing",
        /// More than one feed in an archive; the first by name is read.
        SeveralFeeds = "several_feeds",
        /// A stop without usable coordinates; kept, and on no map.
        CoordinatesMissing = "coordinates_missing",
    }
}

/// Lines and stops of one operator's timetable (GTFS Schedule).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TransitNetwork {
    /// In the order of the file.
    pub agencies: Vec<Agency>,
    /// In `route_sort_order`, then the order of the file.
    pub lines: Vec<TransitLine>,
    /// In the order of the file.
    pub stops: Vec<TransitStop>,
    /// Which line serves which stop, by their keys; sorted.
    pub served: Vec<(String, String)>,
}

/// A row of `agency.txt`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Agency {
    /// `agency_id`; empty where the feed has only one.
    pub key: String,
    /// Name.
    pub name: String,
    /// IANA time zone.
    pub time_zone: String,
    /// Language, as written.
    pub language: Option<String>,
}

/// A row of `routes.txt` with its usual course.
#[derive(Clone, Debug, PartialEq)]
pub struct TransitLine {
    /// `route_id`.
    pub key: String,
    /// `agency_id`.
    pub agency: Option<String>,
    /// What stands on the vehicle: `B`, `12`.
    pub short_name: String,
    /// Where it goes.
    pub long_name: String,
    /// How it runs.
    pub mode: Mode,
    /// Six hexadecimal digits, upper case.
    pub color: String,
    /// Six hexadecimal digits, upper case; readable on `color` (WCAG 4.5:1).
    pub text_color: String,
    /// Simplified course, one line per direction.
    pub shape: Option<Shape>,
}

/// A row of `stops.txt`.
#[derive(Clone, Debug, PartialEq)]
pub struct TransitStop {
    /// `stop_id`.
    pub key: String,
    /// Name.
    pub name: String,
    /// On the map, where known.
    pub point: Option<Point>,
    /// `location_type`: 0 stop, 1 station, 2 entrance, 3 node, 4 boarding area.
    pub location_type: u8,
    /// The station it belongs to.
    pub parent: Option<String>,
    /// The platform's code.
    pub platform: Option<String>,
}
