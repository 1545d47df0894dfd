//! What Google's interfaces have in common: access tokens that live an hour, and how refusals are worded.
//!
//! <https://developers.google.com/identity/protocols/oauth2/web-server#offline>,
//! <https://cloud.google.com/apis/design/errors>

use std::time::Duration;

use beffroi_schema::clock::Timestamp;
use chrono::TimeDelta;
use reqwest::{
    Method, StatusCode,
    header::{CONTENT_TYPE, HeaderValue},
};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use tokio::sync::Mutex;
use url::{Url, form_urlencoded};

use super::{
    DeliveryError,
    answer::{MAX_ANSWER, Twice, by_status, reason, unanswered, unsettled},
};
use crate::http::{Answer, Call, Http};

/// A token is not used any more so long before it ends: calls take their time.
const MARGIN: TimeDelta = TimeDelta::minutes(2);
/// How long a token lives whose end is not told.
const HOUR_S: u32 = 3600;

/// An account's secret, as JSON: `{"client_id":…,"client_secret":…,"refresh_token":…}`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Credentials {
    client_id: String,
    client_secret: SecretString,
    refresh_token: SecretString,
}

/// Calls in the name of an account.
#[derive(Debug)]
pub(super) struct Google {
    http: Http,
    secret: SecretString,
    tokens: Url,
    held: Mutex<Option<(SecretString, Timestamp)>>,
}

#[derive(Debug, Deserialize)]
struct Token {
    access_token: SecretString,
    expires_in: Option<u32>,
}

/// How the token endpoint refuses: RFC 6749 §5.2.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Refusal {
    error: String,
    error_description: String,
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
}

/// Where refresh tokens become access tokens.
#[expect(clippy::expect_used, reason = "a constant address")]
pub(super) fn tokens() -> Url {
    Url::parse("https://oauth2.googleapis.com/token").expect("a well-formed address")
}

impl Google {
    pub(super) fn new(secret: SecretString, tokens: &Url, http: &Http) -> Self {
        Self {
            http: http.clone(),
            secret,
            tokens: tokens.clone(),
            held: Mutex::new(None),
        }
    }

    /// Makes a call, which is prepared once more when the token was refused: then nothing had happened yet.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        method: &Method,
        url: &Url,
        twice: Twice,
        prepare: impl Fn(Call<'_>) -> Call<'_> + Send + Sync,
    ) -> Result<T, DeliveryError> {
        let mut renewed = false;
        loop {
            let token = self.token().await?;
            let call = prepare(self.http.call(method.clone(), url.clone()).bearer(&token));
            let answer = call.send(MAX_ANSWER).await.map_err(|error| unanswered(error, twice))?;
            if answer.status == StatusCode::UNAUTHORIZED && !renewed {
                renewed = true;
                *self.held.lock().await = None;
                continue;
            }
            return read(&answer, twice);
        }
    }

    async fn token(&self) -> Result<SecretString, DeliveryError> {
        let now = self.http.clock().now();
        let mut held = self.held.lock().await;
        if let Some((token, until)) = held.as_ref()
            && now + MARGIN < *until
        {
            return Ok(token.clone());
        }
        let Token {
            access_token,
            expires_in,
        } = self.renew().await?;
        let until = now + TimeDelta::seconds(expires_in.unwrap_or(HOUR_S).into());
        *held = Some((access_token.clone(), until));
        Ok(access_token)
    }

    async fn renew(&self) -> Result<Token, DeliveryError> {
        let lacks = "the secret is not JSON with client_id, client_secret and refresh_token";
        let Ok(credentials) = serde_json::from_str::<Credentials>(self.secret.expose_secret()) else {
            return Err(DeliveryError::Locked(lacks.to_owned()));
        };
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "refresh_token")
            .append_pair("client_id", &credentials.client_id)
            .append_pair("client_secret", credentials.client_secret.expose_secret())
            .append_pair("refresh_token", credentials.refresh_token.expose_secret())
            .finish();
        let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
        let call = self.http.call(Method::POST, self.tokens.clone());
        let call = call.header(CONTENT_TYPE, kind).body(form.into());
        let answer = call.send(MAX_ANSWER).await;
        let answer = answer.map_err(|error| unanswered(error, Twice::Harmless))?;
        if answer.status.is_success() {
            let strange = || unsettled("the answer holds no access token".to_owned(), Twice::Harmless);
            return answer.json().ok_or_else(strange);
        }
        let Refusal {
            error,
            error_description,
        } = answer.json().unwrap_or_default();
        let reason = reason(&answer, Some(&format!("{error} {error_description}")));
        // `invalid_grant`: withdrawn, unused for half a year, or of a project that is being tested.
        Err(match by_status(&answer, reason, Twice::Harmless) {
            DeliveryError::Refused(reason) | DeliveryError::Gone(reason) => DeliveryError::Locked(reason),
            error @ (DeliveryError::Retry { .. } | DeliveryError::Doubtful(_) | DeliveryError::Locked(_)) => error,
        })
    }
}

fn read<T: DeserializeOwned>(answer: &Answer, twice: Twice) -> Result<T, DeliveryError> {
    if answer.status.is_success() {
        let strange = || unsettled("the answer is not what Google answers".to_owned(), twice);
        return answer.json().ok_or_else(strange);
    }
    let Failure { error } = answer.json().unwrap_or_default();
    let reason = reason(answer, Some(&error.message));
    Err(match by_status(answer, reason, twice) {
        DeliveryError::Retry { after, reason } => DeliveryError::Retry {
            after: after.or_else(|| error.details.iter().find_map(delay)),
            reason,
        },
        error @ (DeliveryError::Doubtful(_)
        | DeliveryError::Refused(_)
        | DeliveryError::Gone(_)
        | DeliveryError::Locked(_)) => error,
    })
}

/// `google.rpc.RetryInfo`: `{"retryDelay":"30s"}`.
fn delay(detail: &Value) -> Option<Duration> {
    let told = detail["retryDelay"].as_str()?.strip_suffix('s')?;
    Duration::try_from_secs_f64(told.parse::<f64>().ok()?.ceil()).ok()
}
