//! Who is told of a change: phones, and followers on networks. The app shows every change.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::{
    clock::Timestamp,
    value::{AlertEntry, ChangeClass, Detail, Effect, ItemContent, Severity},
};

/// Pushes of one disruption to one phone.
const MAX_PUSHES: u32 = 3;
/// Time between two of them.
const PUSH_PAUSE: TimeDelta = TimeDelta::minutes(30);
/// A new end is pushed only when the old one is nearer than this.
const END_NEAR: TimeDelta = TimeDelta::hours(2);
/// "Back to normal" is pushed only when the first word is younger than this.
const END_OF_INTEREST: TimeDelta = TimeDelta::hours(6);
/// Without an end and older than this: permanent information.
const PERMANENT: TimeDelta = TimeDelta::days(365);

/// What has been told so far, and how things stand.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ToldState {
    /// The first push.
    pub first_push: Option<Timestamp>,
    /// The last push.
    pub last_push: Option<Timestamp>,
    /// How many there were.
    pub pushes: u32,
    /// There is a post of ours on a network.
    pub posted: bool,
    /// The end that was known before this change.
    pub old_end: Option<Timestamp>,
    /// Nothing is sent by itself, whatever changes: it comes and goes ([`super::Known::unstable`]), or was found at the
    /// first reading of a source.
    pub quiet: bool,
}

/// Whether phones ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PushDecision {
    /// No.
    No,
    /// No; those who want a daily digest find it there.
    Digest,
    /// Followers, at this instant or after.
    At(Timestamp),
    /// Those who had the first push, at this instant or after.
    ToldBeforeAt(Timestamp),
}

/// What happens on networks; each account's own rules come after.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PostDecision {
    /// Nothing.
    No,
    /// A post, where the account wants what is still ahead.
    Optional,
    /// A post, at this instant or after.
    PublishAt(Timestamp),
    /// An answer to our first post; a first post where there is none.
    Reply,
    /// Our post is edited where the network can.
    Edit,
    /// An answer that says that it is over.
    Finish,
}

/// Who is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Phones.
    pub push: PushDecision,
    /// Networks.
    pub posts: PostDecision,
}

impl Told {
    /// Nobody beside those who open the app.
    pub const NOBODY: Self = Self {
        push: PushDecision::No,
        posts: PostDecision::No,
    };
}

/// Who is told of `entry` after a change of `class`. `settling` is how long a first word waits for its siblings.
/// Quiet hours and daily caps belong to each phone and come after.
pub fn told(class: ChangeClass, entry: &AlertEntry, now: Timestamp, settling: TimeDelta, state: &ToldState) -> Told {
    if state.quiet || (class != ChangeClass::Resolved && entry.impact.over(now)) {
        return Told::NOBODY;
    }
    let serious = weight(entry) >= Severity::Warning;
    match class {
        ChangeClass::Created if serious => Told {
            push: paced(now + settling, entry, now, state),
            posts: PostDecision::PublishAt(now + settling),
        },
        ChangeClass::Created | ChangeClass::Deescalated | ChangeClass::Reopened => Told::NOBODY,
        ChangeClass::Announced => Told {
            push: PushDecision::Digest,
            posts: PostDecision::Optional,
        },
        ChangeClass::Escalated if serious => Told {
            push: paced(now, entry, now, state),
            posts: PostDecision::Reply,
        },
        ChangeClass::Escalated | ChangeClass::Edited => Told {
            push: PushDecision::No,
            posts: edit(state),
        },
        ChangeClass::Rescheduled => {
            let near = state.old_end.is_some_and(|end| end > now && end - now < END_NEAR);
            let push = if near && state.pushes > 0 {
                paced(now, entry, now, state)
            } else {
                PushDecision::No
            };
            Told {
                push,
                posts: PostDecision::No,
            }
        }
        ChangeClass::Resolved => {
            let fresh = state.first_push.is_some_and(|at| now - at <= END_OF_INTEREST);
            let push = if fresh {
                PushDecision::ToldBeforeAt(now)
            } else {
                PushDecision::No
            };
            Told {
                push,
                posts: if state.posted {
                    PostDecision::Finish
                } else {
                    PostDecision::No
                },
            }
        }
    }
}

/// A disruption in the form in which changes are judged, whoever wrote it.
pub fn entry_of(content: &ItemContent) -> Option<AlertEntry> {
    let Detail::Disruption(disruption) = &content.detail else {
        return None;
    };
    Some(AlertEntry {
        key: String::new(),
        related: Vec::new(),
        closed: disruption.resolved_at.is_some(),
        cause: disruption.cause,
        effect: disruption.effect,
        severity: disruption.severity,
        impact: disruption.impact.clone(),
        display: disruption.display.clone(),
        scope: disruption.selectors.clone(),
        texts: content.texts.clone(),
        url: content.link.clone(),
        issues: Vec::new(),
    })
}

/// How bad an entry is; where the source does not say, by what it does to service. A source that says neither ("Train
/// delayed", and no more) is taken seriously: an alert that is nothing but information can say so.
pub fn weight(entry: &AlertEntry) -> Severity {
    match (entry.severity, entry.effect) {
        (Severity::UnknownSeverity, Effect::NoEffect | Effect::AdditionalService | Effect::OtherEffect) => {
            Severity::Info
        }
        (
            Severity::UnknownSeverity,
            Effect::NoService
            | Effect::ReducedService
            | Effect::SignificantDelays
            | Effect::Detour
            | Effect::ModifiedService
            | Effect::StopMoved
            | Effect::UnknownEffect
            | Effect::AccessibilityIssue,
        ) => Severity::Warning,
        (said, _) => said,
    }
}

fn edit(state: &ToldState) -> PostDecision {
    if state.posted {
        PostDecision::Edit
    } else {
        PostDecision::No
    }
}

/// A push within the budget: not too many, not too close together, none for what is always true.
fn paced(at: Timestamp, entry: &AlertEntry, now: Timestamp, state: &ToldState) -> PushDecision {
    let permanent = entry.impact.end().is_none() && entry.impact.start().is_some_and(|start| now - start > PERMANENT);
    if state.pushes >= MAX_PUSHES || permanent {
        return PushDecision::No;
    }
    PushDecision::At(state.last_push.map_or(at, |last| at.max(last + PUSH_PAUSE)))
}
