//! Token buckets in memory: each key may act in bursts, and steadily at a rate.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, PoisonError},
};

use beffroi_schema::clock::Timestamp;
use chrono::Duration;

/// Most keys remembered. Beyond it, those who have their whole burst left are forgotten: it changes nothing for them.
const MAX_KEYS: usize = 50_000;

/// One bucket per key.
#[derive(Debug)]
pub struct Buckets<K> {
    burst: u32,
    /// Time in which one act is earned back.
    interval: Duration,
    /// When each key will have its whole burst again.
    full_at: Mutex<HashMap<K, Timestamp>>,
}

impl<K: Eq + Hash> Buckets<K> {
    /// Buckets that hold `burst` acts and earn one back every `interval`.
    pub fn new(burst: u32, interval: Duration) -> Self {
        Self {
            burst,
            interval,
            full_at: Mutex::new(HashMap::new()),
        }
    }

    /// Takes one act, or says how long to wait for it. Refusals cost nothing.
    pub fn take(&self, key: K, now: Timestamp) -> Result<(), Duration> {
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let next = full_at.get(&key).copied().unwrap_or(now).max(now) + self.interval;
        let allowed = self.interval * i32::try_from(self.burst).unwrap_or(i32::MAX);
        if next - now > allowed {
            return Err(next - now - allowed);
        }
        if full_at.len() >= MAX_KEYS && !full_at.contains_key(&key) {
            full_at.retain(|_, at| *at > now);
        }
        // When even so every place is taken, the newcomer goes uncounted rather than anybody being refused.
        if full_at.len() < MAX_KEYS || full_at.contains_key(&key) {
            full_at.insert(key, next);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_then_a_steady_rate() {
        let buckets = Buckets::new(3, Duration::seconds(10));
        let start = Timestamp::default();
        for _ in 0..3 {
            assert_eq!(buckets.take("a", start), Ok(()));
        }
        assert_eq!(buckets.take("a", start), Err(Duration::seconds(10)));
        assert_eq!(buckets.take("b", start), Ok(()), "one key does not spend another's");
        assert_eq!(
            buckets.take("a", start + Duration::seconds(9)),
            Err(Duration::seconds(1))
        );
        assert_eq!(buckets.take("a", start + Duration::seconds(10)), Ok(()));
        assert!(buckets.take("a", start + Duration::seconds(10)).is_err());
    }

    #[test]
    fn memory_is_bounded() {
        let buckets = Buckets::new(1, Duration::seconds(10));
        let start = Timestamp::default();
        for key in 0..MAX_KEYS + 10 {
            assert_eq!(buckets.take(key, start), Ok(()));
        }
        assert_eq!(buckets.full_at.lock().unwrap().len(), MAX_KEYS);
        assert_eq!(buckets.take(MAX_KEYS + 11, start + Duration::seconds(11)), Ok(()));
        assert_eq!(buckets.full_at.lock().unwrap().len(), 1);
    }
}
