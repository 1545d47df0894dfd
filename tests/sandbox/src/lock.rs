//! One way to take a lock.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// A panic in one request must not silence the miniature for the others: the state is plain data, still readable.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
