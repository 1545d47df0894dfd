//! Time comes in by the door, so that a test can say "five minutes later".

use std::sync::Arc;
use std::time::SystemTime;

use chrono::{DateTime, Utc};

/// Tells the time. `beffroi demo` passes the system's, tests pass one they hold.
pub type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

pub(crate) fn now(clock: &Clock) -> DateTime<Utc> {
    DateTime::from(clock())
}
