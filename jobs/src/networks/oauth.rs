//! Access tokens that live for hours, and what they are made from: RFC 6749.
//!
//! An account's secret is a JSON object of what the token endpoint asks for, by its names there.

use std::collections::BTreeMap;

use beffroi_schema::clock::Timestamp;
use chrono::TimeDelta;
use reqwest::{
    Method, StatusCode,
    header::{CONTENT_TYPE, HeaderValue},
};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
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
/// What a refresh token is called, in secrets and in answers.
const REFRESH: &str = "refresh_token";

/// What a secret holds, and how a token is asked for with it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Grant {
    /// The secret's names: these, and no others.
    pub(super) secret: &'static [&'static str],
    /// What is said beside them.
    pub(super) ask: &'static [(&'static str, &'static str)],
}

/// The access token of an account.
#[derive(Debug)]
pub(super) struct Tokens {
    http: Http,
    secret: SecretString,
    url: Url,
    grant: Grant,
    held: Mutex<Held>,
}

/// What this process was given since it began.
#[derive(Debug, Default)]
struct Held {
    access: Option<(SecretString, Timestamp)>,
    /// Takes the place of the secret's own, where an endpoint gives a new one each time.
    refresh: Option<SecretString>,
}

#[derive(Debug, Deserialize)]
struct Granted {
    access_token: SecretString,
    expires_in: Option<u32>,
    refresh_token: Option<SecretString>,
}

/// How a token endpoint refuses: RFC 6749 §5.2.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Refusal {
    error: String,
    error_description: String,
}

impl Tokens {
    pub(super) fn new(secret: SecretString, url: &Url, grant: Grant, http: &Http) -> Self {
        Self {
            http: http.clone(),
            secret,
            url: url.clone(),
            grant,
            held: Mutex::default(),
        }
    }

    /// What a call in the account's name is answered. It is prepared once more when the token was refused: then nothing
    /// had happened yet.
    pub(super) async fn answer(
        &self,
        method: &Method,
        url: &Url,
        twice: Twice,
        prepare: impl Fn(Call<'_>) -> Call<'_> + Send + Sync,
    ) -> Result<Answer, DeliveryError> {
        let mut renewed = false;
        loop {
            let token = self.token().await?;
            let call = prepare(self.http.call(method.clone(), url.clone()).bearer(&token));
            let answer = call.send(MAX_ANSWER).await.map_err(|error| unanswered(error, twice))?;
            if answer.status != StatusCode::UNAUTHORIZED || renewed {
                return Ok(answer);
            }
            renewed = true;
            self.held.lock().await.access = None;
        }
    }

    /// The token that is held, while it lives; else a new one.
    async fn token(&self) -> Result<SecretString, DeliveryError> {
        let now = self.http.clock().now();
        let mut held = self.held.lock().await;
        if let Some((token, until)) = &held.access
            && now + MARGIN < *until
        {
            return Ok(token.clone());
        }
        let Granted {
            access_token,
            expires_in,
            refresh_token,
        } = self.renew(held.refresh.as_ref()).await?;
        let until = now + TimeDelta::seconds(expires_in.unwrap_or(HOUR_S).into());
        held.access = Some((access_token.clone(), until));
        if refresh_token.is_some() {
            held.refresh = refresh_token;
        }
        Ok(access_token)
    }

    async fn renew(&self, refresh: Option<&SecretString>) -> Result<Granted, DeliveryError> {
        let form = self.form(refresh)?;
        let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
        let call = self.http.call(Method::POST, self.url.clone());
        let call = call.header(CONTENT_TYPE, kind).body(form.into());
        let answer = call.send(MAX_ANSWER).await;
        let answer = answer.map_err(|error| unanswered(error, Twice::Harmless))?;
        let token: Option<Granted> = answer.json();
        // Some endpoints refuse with a success.
        if let Some(token) = token.filter(|_| answer.status.is_success()) {
            return Ok(token);
        }
        let Refusal {
            error,
            error_description,
        } = answer.json().unwrap_or_default();
        if answer.status.is_success() && error.is_empty() {
            let strange = "the answer holds no access token".to_owned();
            return Err(unsettled(strange, Twice::Harmless));
        }
        let reason = reason(&answer, Some(&format!("{error} {error_description}")));
        // `invalid_grant`: withdrawn, unused for too long, or of a project that is being tested.
        Err(match by_status(&answer, reason, Twice::Harmless) {
            DeliveryError::Refused(reason) | DeliveryError::Gone(reason) => DeliveryError::Locked(reason),
            error @ (DeliveryError::Retry { .. } | DeliveryError::Doubtful(_) | DeliveryError::Locked(_)) => error,
        })
    }

    fn form(&self, refresh: Option<&SecretString>) -> Result<String, DeliveryError> {
        let names = self.grant.secret;
        let secret: Option<BTreeMap<String, SecretString>> = serde_json::from_str(self.secret.expose_secret()).ok();
        let whole = |secret: &BTreeMap<String, SecretString>| {
            secret.len() == names.len() && names.iter().all(|name| secret.contains_key(*name))
        };
        let Some(mut secret) = secret.filter(whole) else {
            let lacks = format!("the secret is not JSON with {}", names.join(", "));
            return Err(DeliveryError::Locked(lacks));
        };
        if let Some(refresh) = refresh {
            secret.insert(REFRESH.to_owned(), refresh.clone());
        }
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(self.grant.ask);
        for (name, value) in &secret {
            form.append_pair(name, value.expose_secret());
        }
        Ok(form.finish())
    }
}
