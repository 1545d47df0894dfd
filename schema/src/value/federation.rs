//! The fediverse: what our actors do, and what comes of it.

closed_set! {
    /// What one of our actors did.
    pub enum Verb {
        /// An item became public.
        Create = "create",
        /// It says something else now.
        Update = "update",
        /// It was taken back.
        Delete = "delete",
        /// Somebody may follow.
        Accept = "accept",
    }
}

closed_set! {
    /// Where a delivery to an inbox is.
    pub enum FederatedState {
        /// Goes out at `due_at`. Receivers know an activity by its id: one that may have left is simply sent again.
        Waiting = "waiting",
        /// It was taken.
        Done = "done",
        /// It will not be: nobody is there any more, it was refused, or it was tried for too long.
        Dropped = "dropped",
    }
}

closed_set! {
    /// Where something stands that came into one of our inboxes.
    pub enum RequestState {
        /// Neither verified nor done.
        Waiting = "waiting",
        /// Verified, and done.
        Done = "done",
        /// Verified, but nothing for us.
        Ignored = "ignored",
        /// Not believed.
        Refused = "refused",
    }
}

closed_set! {
    /// What somebody did with an item without a word.
    pub enum Reaction {
        /// Liked it.
        Like = "like",
        /// Shared it.
        Announce = "announce",
    }
}
