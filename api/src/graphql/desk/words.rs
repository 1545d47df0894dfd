//! The closed sets that only staff read, as enumerations of the contract.

use async_graphql::Enum;
use beffroi_schema::value;

/// Where an item is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "value::ItemStatus")]
pub enum ItemStatus {
    /// Seen by staff only.
    Draft,
    /// Goes out by itself at `publishAt`.
    Scheduled,
    /// Public.
    Published,
    /// Was public, and was taken back.
    Withdrawn,
}

/// What is asked of a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "value::Action")]
pub enum DeliveryAction {
    /// A new post.
    Publish,
    /// Our post says something else now; where the network has no edit, a reply corrects it.
    Amend,
    /// Our post goes.
    Withdraw,
}

/// Where a delivery is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "value::DeliveryState")]
pub enum DeliveryState {
    /// Goes out at `dueAt`.
    Waiting,
    /// Being sent.
    Attempting,
    /// It may be there, or not: the network is asked, and then a person.
    Unknown,
    /// It is there.
    Done,
    /// The network will not take this content; a person can put it right.
    Refused,
    /// The network cannot do this for programs: a person does it by hand.
    ByHand,
    /// Not sent: a newer revision overtook it, or the item never reached this account.
    Skipped,
}

/// How one try at a delivery ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "value::AttemptOutcome")]
pub enum AttemptOutcome {
    /// The network gave it an id.
    Done,
    /// It did not leave, or the network asked to wait.
    Retry,
    /// It may have left.
    Doubtful,
    /// Looked for on the network, and not found.
    NotFound,
    /// The network will never take this content.
    Refused,
    /// What it is about is not there any more.
    Gone,
    /// The network refuses the account for now.
    Locked,
}

/// Where a campaign of notifications is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "value::CampaignState")]
pub enum CampaignState {
    /// Being sent.
    Running,
    /// Everybody is told.
    Done,
    /// The transport refuses us: somebody must look.
    Halted,
    /// Overtaken by a newer revision, expired, or stopped.
    Cancelled,
}

/// Why a campaign is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "value::CampaignKind")]
pub enum CampaignKind {
    /// The first word.
    Alert,
    /// It changed.
    Update,
    /// It is over.
    Resolved,
    /// It was taken back.
    Withdrawn,
}

/// Whether anything is sent to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "value::AccountState")]
pub enum AccountState {
    /// Posts go out.
    Active,
    /// A person stopped it: posts wait.
    Paused,
    /// The network refuses us until somebody signs in again or settles a matter there: posts wait.
    Locked,
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "value::Weekday")]
pub enum Weekday {
    /// Monday.
    Monday,
    /// Tuesday.
    Tuesday,
    /// Wednesday.
    Wednesday,
    /// Thursday.
    Thursday,
    /// Friday.
    Friday,
    /// Saturday.
    Saturday,
    /// Sunday.
    Sunday,
}

/// How a post that is there comes to say something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "value::Correction")]
pub enum Correction {
    /// The post itself is changed.
    Edit,
    /// Our answer to the post corrects it.
    Reply,
    /// The post is deleted, and a new one takes its place.
    Repost,
}

/// What is done about an item on an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum CopyStep {
    /// A new post.
    Publish,
    /// Our post is changed.
    Edit,
    /// Our answer to the post corrects it.
    Reply,
    /// Our post is deleted, and a new one takes its place.
    Repost,
    /// Our post is deleted.
    Delete,
    /// A person does it.
    ByHand,
    /// Nothing.
    Nothing,
}

impl From<value::CopyStep> for CopyStep {
    fn from(step: value::CopyStep) -> Self {
        match step {
            value::CopyStep::Publish => Self::Publish,
            value::CopyStep::Edit => Self::Edit,
            value::CopyStep::Reply => Self::Reply,
            value::CopyStep::Repost => Self::Repost,
            value::CopyStep::Delete => Self::Delete,
            value::CopyStep::ByHand(_) => Self::ByHand,
            value::CopyStep::Nothing => Self::Nothing,
        }
    }
}

/// What becomes of an item on an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "value::Verdict")]
pub enum Verdict {
    /// It goes there.
    Goes,
    /// It goes there later.
    Waits,
    /// It does not go there.
    LeftOut,
}

/// Why an item goes to an account, waits, or does not go there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "value::Rule")]
pub enum Rule {
    /// Nothing speaks against it.
    Matches,
    /// The urgent lane: severe disruptions pass whatever makes others wait.
    Urgent,
    /// Other kinds of items only.
    Kinds,
    /// Other topics only.
    Topics,
    /// Other zones only.
    Zones,
    /// Other lines only.
    Lines,
    /// Not severe enough.
    Severity,
    /// Not written in the account's language.
    Language,
    /// Videos only.
    Videos,
    /// One of so many only.
    Ratio,
    /// The account's hours.
    Hours,
    /// The next free slot.
    Slot,
    /// The pause between two posts.
    Gap,
    /// So many a day at most.
    DailyMaximum,
    /// Behind what was published before.
    Order,
    /// No moment within a month satisfies the rules.
    NoRoom,
    /// Shown in the app only.
    Quiet,
    /// Not a change worth a first post.
    NotNews,
}

/// What a source speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "value::SourceFormat")]
pub enum SourceFormat {
    /// GTFS-Realtime Service Alerts.
    GtfsRtAlerts,
    /// A GTFS Schedule archive: lines and stops.
    GtfsStatic,
}

/// What becomes of the entries of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "value::SourcePolicy")]
pub enum SourcePolicy {
    /// They are published by themselves.
    Publish,
    /// They become drafts for a person.
    Draft,
    /// They are recorded and nothing else.
    Ignore,
}

/// What a poll of a source was worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "value::PollClass")]
pub enum PollClass {
    /// Read, and current.
    Good,
    /// The same as last time.
    Unchanged,
    /// Read, but older than it may be: nothing counts as missing.
    Stale,
    /// Not read: nothing counts as missing.
    Failed,
    /// Most entries vanished at once: held until further polls say the same.
    Suspicious,
}

/// What can be odd about imported data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "value::IssueCode")]
pub enum IssueCode {
    /// A time in milliseconds; divided by 1,000.
    Milliseconds,
    /// A period that ends before it starts; dropped.
    PeriodReversed,
    /// An end of 0; read as open.
    EndZero,
    /// A time before 2000 or more than ten years ahead; read as open.
    TimeImplausible,
    /// No title; the first sentence of the description stands in.
    TitleMissing,
    /// A title over 250 characters; cut.
    TitleTooLong,
    /// The description repeats the title; dropped.
    DescriptionRepeatsTitle,
    /// Markup in plain text; converted.
    Markup,
    /// Nothing says what is concerned.
    ScopeMissing,
    /// A selector without any field; dropped.
    SelectorEmpty,
    /// The same id twice in one message; both kept.
    DuplicateKey,
    /// Text in a language that cannot be recognised as one; the feed's default is used.
    LanguageUnknown,
    /// A code that the standard does not have; read as "other".
    CodeUnknown,
    /// A row or entry that cannot be read; left out.
    Unreadable,
    /// An id that the network's timetable does not have.
    Unresolved,
    /// More than the limit; the rest is left out.
    OverLimit,
    /// Text that looks as if it was meant for staff; held for an editor.
    InternalWording,
    /// A table that the standard asks for is absent; read without it.
    FileMissing,
    /// More than one feed in an archive; the first by name is read.
    SeveralFeeds,
    /// A stop without usable coordinates; kept, and on no map.
    CoordinatesMissing,
}

/// What a person is to do on a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "value::Errand")]
pub enum Errand {
    /// Post it.
    Post,
    /// Have the post say what the item says now: edit it, or answer it.
    Correct,
    /// Delete the post.
    Delete,
    /// Look whether the post is there: it may have been sent.
    Look,
}

/// What became of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "value::HandoverState")]
pub enum TaskState {
    /// Somebody is to do it; whether somebody is at it, `claimedBy` says.
    Open,
    /// It is there: posted, corrected, or found.
    Posted,
    /// It is not there: deleted, or looked for in vain.
    Absent,
    /// A person decided that it is not done, and said why.
    Skipped,
    /// What is to be done is said by a later task, or there is nothing left to do.
    Overtaken,
}

/// Without what a network takes no post.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "value::Needs")]
pub enum PostNeeds {
    /// A text is enough.
    Text,
    /// One picture at least.
    Picture,
    /// A video.
    Video,
}
