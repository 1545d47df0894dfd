//! What may go wrong on the way, scripted first in, first out.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;

use serde::Serialize;

use crate::lock::lock;

/// What a request does, in words shared by all networks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Obtains, renews or checks a session or token.
    SignIn,
    /// Asks what the server is and allows.
    Describe,
    Upload,
    Create,
    Edit,
    Delete,
    /// Reads one post, a list of them or a medium.
    Read,
    /// Sends one push message.
    Send,
}

/// One accident. "Commit" is the moment the post exists, changes or is gone in the miniature's state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    RateLimited {
        retry_after_s: u64,
    },
    /// 500; nothing happened.
    ServerError,
    /// 500, although it happened.
    CommitThenServerError,
    /// It happened, and no answer ever comes.
    CommitThenHang,
    /// It happened, and the connection closes without an answer.
    CommitThenCut,
    /// Nothing happened, and no answer ever comes.
    Hang,
    /// Nothing happened, and the connection closes without an answer.
    Cut,
    TokenRevoked,
    ExpiredToken,
    /// Refused for good, with this sentence.
    Refused(String),
    /// Answered correctly, this much later.
    Slow(Duration),
    /// On an upload, where networks take their time: not ready for this many polls.
    StillProcessing {
        polls: u32,
    },
}

/// The accidents to come of one miniature.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<VecDeque<(Option<Operation>, Fault)>>);

impl Faults {
    pub(crate) fn push(&self, operation: Option<Operation>, fault: Fault) {
        lock(&self.0).push_back((operation, fault));
    }

    /// The oldest accident meant for this operation, or for any.
    pub(crate) fn take(&self, operation: Operation) -> Option<Fault> {
        let mut queue = lock(&self.0);
        let index = queue
            .iter()
            .position(|(wanted, _)| wanted.is_none_or(|wanted| wanted == operation))?;
        queue.remove(index).map(|(_, fault)| fault)
    }

    pub(crate) fn len(&self) -> usize {
        lock(&self.0).len()
    }
}
