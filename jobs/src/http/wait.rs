//! How long a server asks us to wait. Servers say it in four ways.

use std::time::Duration;

use beffroi_schema::clock::Timestamp;
use chrono::DateTime;
use reqwest::{
    StatusCode,
    header::{HeaderMap, RETRY_AFTER},
};

/// Nobody is waited for longer: a wrong clock over there must not silence a town for weeks.
const MAX_WAIT: Duration = Duration::from_hours(24);

/// Numbers from here on are Unix times (2001), below it they are seconds to wait.
const FIRST_UNIX_TIME: i64 = 1_000_000_000;

/// When the budget of requests is full again: Mastodon (ISO 8601), then AT Protocol servers and X (Unix seconds).
const RESETS: [&str; 3] = ["x-ratelimit-reset", "ratelimit-reset", "x-rate-limit-reset"];

/// How many requests are left in that window.
const REMAINING: [&str; 3] = ["x-ratelimit-remaining", "ratelimit-remaining", "x-rate-limit-remaining"];

/// The wait that an answer asks for: `Retry-After` (RFC 9110 §10.2.3) on any answer, the end of the rate limit's window
/// on one that refuses for it.
pub(super) fn asked(status: StatusCode, headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let told = text_of(headers, RETRY_AFTER.as_str()).and_then(|text| until(text, now));
    told.or_else(|| {
        let limited = status == StatusCode::TOO_MANY_REQUESTS;
        limited.then(|| window_end(headers, now)).flatten()
    })
}

/// How long a window lasts of which the last request was answered.
pub(super) fn spent(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let left = REMAINING.iter().find_map(|name| text_of(headers, name))?;
    (left.trim() == "0").then(|| window_end(headers, now)).flatten()
}

fn window_end(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let told = RESETS.iter().find_map(|name| text_of(headers, name))?;
    until(told, now)
}

fn text_of<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Seconds, a Unix time, an HTTP date or an ISO 8601 date.
fn until(text: &str, now: Timestamp) -> Option<Duration> {
    let text = text.trim();
    let at = match text.parse::<i64>() {
        Ok(seconds) if seconds < FIRST_UNIX_TIME => {
            return u64::try_from(seconds)
                .ok()
                .map(|s| Duration::from_secs(s).min(MAX_WAIT));
        }
        Ok(unix) => DateTime::from_timestamp(unix, 0)?,
        Err(_) => DateTime::parse_from_rfc2822(text)
            .or_else(|_| DateTime::parse_from_rfc3339(text))
            .ok()?
            .to_utc(),
    };
    Some((at - now).to_std().unwrap_or_default().min(MAX_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_asking_is_understood() {
        let now = DateTime::from_timestamp(1_780_000_000, 0).unwrap();
        for (text, seconds) in [
            ("30", Some(30)),
            ("1780000040", Some(40)),
            ("Thu, 28 May 2026 20:27:30 GMT", Some(50)),
            ("2026-05-28T20:27:40.000Z", Some(60)),
            ("1779999000", Some(0)),
            ("999999999", Some(86_400)),
            ("-5", None),
            ("soon", None),
        ] {
            assert_eq!(until(text, now), seconds.map(Duration::from_secs), "{text}");
        }
    }

    #[test]
    fn a_window_that_ends_is_no_wait_unless_we_are_refused() {
        let now = DateTime::from_timestamp(1_780_000_000, 0).unwrap();
        let headers = HeaderMap::from_iter([("ratelimit-reset".parse().unwrap(), "1780000040".parse().unwrap())]);
        assert_eq!(asked(StatusCode::OK, &headers, now), None);
        assert_eq!(
            asked(StatusCode::TOO_MANY_REQUESTS, &headers, now),
            Some(Duration::from_secs(40))
        );
    }

    #[test]
    fn who_was_answered_for_the_last_time_waits_for_the_next_window() {
        let now = DateTime::from_timestamp(1_780_000_000, 0).unwrap();
        for (prefix, left, seconds) in [
            ("ratelimit", "0", Some(40)),
            ("x-ratelimit", "0", Some(40)),
            ("x-rate-limit", "0", Some(40)),
            ("ratelimit", "1", None),
        ] {
            let header =
                |name: &str, value: &str| (format!("{prefix}-{name}").parse().unwrap(), value.parse().unwrap());
            let headers = HeaderMap::from_iter([header("remaining", left), header("reset", "1780000040")]);
            assert_eq!(
                spent(&headers, now),
                seconds.map(Duration::from_secs),
                "{prefix} {left}"
            );
        }
    }
}
