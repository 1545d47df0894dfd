//! The only place that tells the time. Everything else is handed a [`Clock`].

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Duration, SubsecRound, Utc};

/// An instant in UTC, to the microsecond: the precision that both databases keep.
pub type Timestamp = DateTime<Utc>;

/// Digits kept after the second. PostgreSQL stores microseconds; a finer value would not compare equal after a round trip.
const SUBSECOND_DIGITS: u16 = 6;

/// Tells the time: the machine's, or one that a test moves by hand.
#[derive(Clone, Debug, Default)]
pub struct Clock(Hands);

#[derive(Clone, Debug, Default)]
enum Hands {
    #[default]
    System,
    Fixed(Arc<Mutex<Timestamp>>),
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self(Hands::System)
    }

    /// A clock that stands still until [`Clock::advance`] moves it.
    pub fn fixed(at: Timestamp) -> Self {
        Self(Hands::Fixed(Arc::new(Mutex::new(at.trunc_subsecs(SUBSECOND_DIGITS)))))
    }

    /// The present instant, in UTC, to the microsecond.
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            #[expect(clippy::disallowed_methods, reason = "this is the one place that tells the time")]
            Hands::System => Utc::now().trunc_subsecs(SUBSECOND_DIGITS),
            Hands::Fixed(at) => *at.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Moves a fixed clock forward. The machine's clock cannot be moved: nothing happens.
    pub fn advance(&self, by: Duration) {
        if let Hands::Fixed(at) = &self.0 {
            *at.lock().unwrap_or_else(PoisonError::into_inner) += by;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixed_clock_moves_only_by_hand() {
        let start = DateTime::from_timestamp(1_780_000_000, 123_456_789).unwrap_or_default();
        let clock = Clock::fixed(start);
        assert_eq!(clock.now().timestamp_subsec_nanos(), 123_456_000);
        clock.clone().advance(Duration::minutes(5));
        assert_eq!(clock.now() - start.trunc_subsecs(6), Duration::minutes(5));
    }
}
