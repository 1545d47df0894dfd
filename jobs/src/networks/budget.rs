//! What networks say of our calls beside their answers: that the last one was taken, and when there will be more.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use beffroi_schema::clock::Timestamp;

/// Until when an account rests. Kept until the loop asks, once.
#[derive(Debug, Default)]
pub(super) struct Budget(Mutex<Option<Timestamp>>);

impl Budget {
    /// Our calls are spent for so long from now on.
    pub(super) fn spent(&self, now: Timestamp, pause: Option<Duration>) {
        let until = pause
            .and_then(|pause| chrono::Duration::from_std(pause).ok())
            .map(|pause| now + pause);
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *known = (*known).max(until);
    }

    pub(super) fn take(&self) -> Option<Timestamp> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
