//! What is handed over to a person, because the network does not let us do it or does not say whether it was done.

use crate::clock::Timestamp;

closed_set! {
    /// What a person is to do on the network.
    pub enum Errand {
        /// Post it.
        Post = "post",
        /// Have the post say what the item says now: edit it, or answer it.
        Correct = "correct",
        /// Delete the post.
        Delete = "delete",
        /// Look whether the post is there: it may have been sent.
        Look = "look",
    }
}

closed_set! {
    /// What became of a task.
    pub enum HandoverState {
        /// Somebody is to do it; whether somebody is at it, the claim says.
        Open = "open",
        /// It is there: posted, corrected, or found.
        Posted = "posted",
        /// It is not there: deleted, or looked for in vain.
        Absent = "absent",
        /// A person decided that it is not done, and said why.
        Skipped = "skipped",
        /// What is to be done is said by a later task, or there is nothing left to do.
        Overtaken = "overtaken",
    }
}

/// What is handed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandOver {
    /// What is to be done.
    pub errand: Errand,
    /// Why it is a person's, for people.
    pub reason: String,
    /// Opens the place where it is written, where the network has such an address.
    pub composer: Option<String>,
    /// By when.
    pub due_at: Timestamp,
}
