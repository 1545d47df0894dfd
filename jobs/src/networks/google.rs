//! What Google's interfaces have in common: access tokens that live an hour, and how refusals are worded.
//!
//! <https://developers.google.com/identity/protocols/oauth2/web-server#offline>,
//! <https://cloud.google.com/apis/design/errors>

use std::time::Duration;

use beffroi_schema::clock::Timestamp;
use chrono::{Days, NaiveTime};
use chrono_tz::America::Los_Angeles;
use reqwest::Method;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use url::Url;

use super::{
    Credentials, DeliveryError,
    answer::{Twice, by_status, reason, unsettled},
    oauth::{Grant, Tokens},
};
use crate::http::{Answer, Call, Http};

/// An account's secret: an OAuth client, and what its person agreed to.
const GRANT: Grant = Grant {
    secret: &["client_id", "client_secret", "refresh_token"],
    ask: &[("grant_type", "refresh_token")],
    header: None,
};
/// The day's calls are spent, by whichever name: <https://developers.google.com/youtube/v3/docs/errors>
const SPENT: [&str; 3] = ["quotaExceeded", "dailyLimitExceeded", "uploadLimitExceeded"];
/// What is waited for where the calendar has no such midnight.
const DAY: Duration = Duration::from_hours(24);
/// Too many calls at once, by whichever name.
const TOO_FAST: [&str; 2] = ["rateLimitExceeded", "userRateLimitExceeded"];

/// Calls in the name of an account.
#[derive(Debug)]
pub(super) struct Google {
    http: Http,
    tokens: Tokens,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Failure {
    error: Detail,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Detail {
    message: String,
    details: Vec<Value>,
    errors: Vec<Cause>,
}

/// How older interfaces say what is wrong.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Cause {
    reason: String,
}

/// Where refresh tokens become access tokens.
pub(super) fn tokens() -> Url {
    super::constant("https://oauth2.googleapis.com/token")
}

impl Google {
    pub(super) fn new(credentials: Credentials, tokens: &Url, http: &Http) -> Self {
        Self {
            http: http.clone(),
            tokens: Tokens::new(credentials, tokens, GRANT, http),
        }
    }

    pub(super) async fn renew(&self) -> Result<(), DeliveryError> {
        self.tokens.keep().await
    }

    /// What a call gives.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        method: &Method,
        url: &Url,
        twice: Twice,
        prepare: impl Fn(Call<'_>) -> Call<'_> + Send + Sync,
    ) -> Result<T, DeliveryError> {
        let answer = self.answer(method, url, twice, prepare).await?;
        self.read(&answer, twice)
    }

    /// What a call is answered, whatever it is.
    pub(super) async fn answer(
        &self,
        method: &Method,
        url: &Url,
        twice: Twice,
        prepare: impl Fn(Call<'_>) -> Call<'_> + Send + Sync,
    ) -> Result<Answer, DeliveryError> {
        self.tokens.answer(method, url, twice, prepare).await
    }

    /// What an answer says, or why not.
    pub(super) fn read<T: DeserializeOwned>(&self, answer: &Answer, twice: Twice) -> Result<T, DeliveryError> {
        if answer.status.is_success() {
            let strange = || unsettled("the answer is not what Google answers".to_owned(), twice);
            return told(answer).ok_or_else(strange);
        }
        Err(refused(answer, twice, self.http.clock().now()))
    }
}

/// Deletions are answered by nothing at all.
fn told<T: DeserializeOwned>(answer: &Answer) -> Option<T> {
    if answer.body.is_empty() {
        return serde_json::from_value(Value::Null).ok();
    }
    answer.json()
}

fn refused(answer: &Answer, twice: Twice, now: Timestamp) -> DeliveryError {
    let Failure { error } = answer.json().unwrap_or_default();
    let reason = reason(answer, Some(&error.message));
    let named = |words: &[&str]| error.errors.iter().any(|cause| words.contains(&&*cause.reason));
    if named(&SPENT) {
        let after = Some(until_midnight(now));
        return DeliveryError::Retry { after, reason };
    }
    if named(&TOO_FAST) {
        let after = answer.wait;
        return DeliveryError::Retry { after, reason };
    }
    match by_status(answer, reason, twice) {
        DeliveryError::Retry { after, reason } => DeliveryError::Retry {
            after: after.or_else(|| error.details.iter().find_map(delay)),
            reason,
        },
        error @ (DeliveryError::Doubtful(_)
        | DeliveryError::Refused(_)
        | DeliveryError::Gone(_)
        | DeliveryError::Locked(_)) => error,
    }
}

/// Google's days end at midnight in California: <https://developers.google.com/youtube/v3/determine_quota_cost>
fn until_midnight(now: Timestamp) -> Duration {
    let local = now.with_timezone(&Los_Angeles);
    let midnight = (local.date_naive() + Days::new(1)).and_time(NaiveTime::MIN);
    let midnight = midnight.and_local_timezone(Los_Angeles).earliest();
    let left = midnight.and_then(|midnight| (midnight.with_timezone(&chrono::Utc) - now).to_std().ok());
    left.unwrap_or(DAY)
}

/// `google.rpc.RetryInfo`: `{"retryDelay":"30s"}`.
fn delay(detail: &Value) -> Option<Duration> {
    let told = detail["retryDelay"].as_str()?.strip_suffix('s')?;
    Duration::try_from_secs_f64(told.parse::<f64>().ok()?.ceil()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_of_calls_ends_at_midnight_in_california() {
        for (now, hours) in [
            ("2026-05-28T20:00:00Z", 11),
            ("2026-01-10T09:00:00Z", 23),
            // The night on which summer begins there has an hour less.
            ("2026-03-08T09:00:00Z", 22),
        ] {
            let now: Timestamp = now.parse().unwrap();
            assert_eq!(until_midnight(now), Duration::from_hours(hours), "{now}");
        }
    }
}
