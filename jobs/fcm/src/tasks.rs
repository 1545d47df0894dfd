//! The tasks of a client, all of which end with it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::task::JoinSet;

/// The only place where this crate starts tasks.
#[derive(Debug, Default)]
pub(crate) struct Tasks(Mutex<JoinSet<()>>);

impl Tasks {
    /// Runs `task` until it ends or the client is dropped.
    pub(crate) fn start(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut running = self.running();
        // Without this the set would remember every connection that ever was.
        while running.try_join_next().is_some() {}
        running.spawn(task);
    }

    /// Ends them all. A task holds what it works on, so dropping the set would not be enough.
    pub(crate) fn stop(&self) {
        self.running().abort_all();
    }

    fn running(&self) -> MutexGuard<'_, JoinSet<()>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
