//! Whether a change is a reason for a first post.

use chrono::TimeDelta;

use crate::{
    clock::Timestamp,
    reconcile::{PostDecision, ToldState, entry_of, told},
    value::{Change, ChangeClass, ItemContent},
};

/// Whether a change is a reason for a first post. What a person publishes always is; what a source says, when it is
/// worth telling.
pub fn first_word(
    change: Change,
    class: Option<ChangeClass>,
    content: &ItemContent,
    (quiet, by_person): (bool, bool),
    now: Timestamp,
) -> bool {
    if quiet {
        return false;
    }
    // What is on a network follows whatever this says: it is asked for new posts only.
    let state = ToldState {
        posted: true,
        ..ToldState::default()
    };
    let entry = entry_of(content);
    let told = class
        .zip(entry)
        .map(|(class, entry)| told(class, &entry, now, TimeDelta::zero(), &state));
    match (change, told) {
        (Change::Published, None) => true,
        (Change::Published, Some(_)) if by_person => true,
        (Change::Published | Change::Amended | Change::Reopened, Some(told)) => match told.posts {
            PostDecision::PublishAt(_) | PostDecision::Optional | PostDecision::Reply => true,
            PostDecision::No | PostDecision::Edit | PostDecision::Finish => false,
        },
        (Change::Amended | Change::Reopened | Change::Resolved | Change::Withdrawn, _) => false,
    }
}
