//! Rows, and what is made of several measurements.

use std::time::Duration;

use serde_json::json;

/// Which way a unit points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// Requests a second.
    More,
    /// Seconds, bytes.
    Less,
}

/// Prints one row: see `tests/bench/README.md`.
#[expect(clippy::print_stdout, reason = "rows are the output")]
pub fn row(name: &str, unit: &str, better: Better, ours: f64, other: Option<f64>) {
    let ratio = other.map(|other| match better {
        Better::More => ours / other,
        Better::Less => other / ours,
    });
    println!(
        "{}",
        json!({ "name": name, "unit": unit, "ours": ours, "other": other, "ratio": ratio })
    );
}

/// The value below which this share of sorted values lies.
pub fn percentile(sorted: &[Duration], share: f64) -> Duration {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a share of a small count"
    )]
    let at = (sorted.len() as f64 * share) as usize;
    sorted
        .get(at.min(sorted.len().saturating_sub(1)))
        .copied()
        .unwrap_or_default()
}

/// The one in the middle: a round that the machine disturbed does not count. Zero of none.
pub fn median(mut rounds: Vec<f64>) -> f64 {
    rounds.sort_by(f64::total_cmp);
    rounds.get(rounds.len() / 2).copied().unwrap_or_default()
}
