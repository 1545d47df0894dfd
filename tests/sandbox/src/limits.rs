//! Rate limits by the clock: fixed windows aligned to it, as `Rack::Attack` and the reference PDS count.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

/// At most `limit` points in each window.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Budget {
    pub(crate) name: &'static str,
    pub(crate) limit: u32,
    pub(crate) window_s: u32,
}

/// What is left after one request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spent {
    pub(crate) budget: Budget,
    pub(crate) remaining: u32,
    pub(crate) reset: DateTime<Utc>,
    pub(crate) exceeded: bool,
}

/// Points spent so far, by budget and by whoever spends them.
#[derive(Debug, Default)]
pub(crate) struct Windows(HashMap<(&'static str, String), (i64, u32)>);

impl Windows {
    pub(crate) fn spend(&mut self, budget: Budget, spender: &str, points: u32, now: DateTime<Utc>) -> Spent {
        let window = i64::from(budget.window_s);
        let number = now.timestamp().div_euclid(window);
        let (current, used) = self.0.entry((budget.name, spender.to_owned())).or_insert((number, 0));
        if *current != number {
            (*current, *used) = (number, 0);
        }
        *used = used.saturating_add(points);
        Spent {
            budget,
            remaining: budget.limit.saturating_sub(*used),
            reset: window_end(number, window, now),
            exceeded: *used > budget.limit,
        }
    }
}

fn window_end(number: i64, window: i64, now: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp((number + 1) * window, 0).unwrap_or(now + TimeDelta::seconds(window))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUDGET: Budget = Budget {
        name: "writes",
        limit: 6,
        window_s: 60,
    };

    #[test]
    fn points_are_spent_until_the_window_ends() {
        let mut windows = Windows::default();
        let now = DateTime::from_timestamp(119, 0).unwrap();
        assert_eq!(windows.spend(BUDGET, "a", 3, now).remaining, 3);
        assert!(
            !windows.spend(BUDGET, "a", 3, now).exceeded,
            "the last point may be spent"
        );
        let spent = windows.spend(BUDGET, "a", 1, now);
        assert!(spent.exceeded && spent.reset.timestamp() == 120);
        assert_eq!(
            windows.spend(BUDGET, "b", 1, now).remaining,
            5,
            "everyone has their own"
        );
        assert_eq!(windows.spend(BUDGET, "a", 1, spent.reset).remaining, 5);
    }
}
