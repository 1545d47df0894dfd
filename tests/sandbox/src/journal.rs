//! Every request the miniatures saw, without its secrets.

use std::collections::VecDeque;
use std::sync::Mutex;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::fault::Operation;
use crate::lock::lock;

/// A load test sends millions of requests: only the newest ordinary ones are kept. Unaccounted ones are always kept,
/// up to the same number.
const LINES_KEPT: usize = 20_000;

/// One request, as the miniature understood it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RequestLine {
    /// `fcm`, `mastodon`, `bluesky` or `facebook`.
    pub server: &'static str,
    pub method: String,
    /// The path alone: queries may carry tokens.
    pub path: String,
    /// `None` when the path is no route of this network.
    pub operation: Option<Operation>,
    pub account: Option<String>,
    /// `None` when the request was never answered (hang, cut).
    pub status: Option<u16>,
    pub at: DateTime<Utc>,
    /// Why a correct client would not have sent this.
    pub violation: Option<String>,
}

#[derive(Debug, Default)]
pub(crate) struct Journal {
    lines: Mutex<VecDeque<RequestLine>>,
    unaccounted: Mutex<VecDeque<RequestLine>>,
}

impl Journal {
    pub(crate) fn record(&self, line: RequestLine) {
        if line.violation.is_some() {
            keep(&self.unaccounted, line.clone());
        }
        keep(&self.lines, line);
    }

    pub(crate) fn lines(&self) -> Vec<RequestLine> {
        lock(&self.lines).iter().cloned().collect()
    }

    pub(crate) fn unaccounted(&self) -> Vec<RequestLine> {
        lock(&self.unaccounted).iter().cloned().collect()
    }

    /// Takes the lines a test expected off the list of unaccounted ones, and says how many they were.
    pub(crate) fn account_for(&self, expected: impl Fn(&RequestLine) -> bool) -> usize {
        let mut unaccounted = lock(&self.unaccounted);
        let before = unaccounted.len();
        unaccounted.retain(|line| !expected(line));
        before - unaccounted.len()
    }
}

fn keep(lines: &Mutex<VecDeque<RequestLine>>, line: RequestLine) {
    let mut lines = lock(lines);
    if lines.len() == LINES_KEPT {
        lines.pop_front();
    }
    lines.push_back(line);
}
