//! Access tokens that live for hours, and what they are made from: RFC 6749.
//!
//! An account's secret is a JSON object of what the token endpoint asks for, by its names there. What it gives is kept in
//! the account's keyring, and asked for again when half of its life has passed.

mod exchange;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use beffroi_schema::{clock::Timestamp, value::Access};
use chrono::TimeDelta;
use reqwest::{
    Method, StatusCode,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue},
};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::sync::Mutex;
use url::{Url, form_urlencoded};

pub(super) use self::exchange::Exchange;
use super::{
    Credentials, DeliveryError, Keyring,
    answer::{MAX_ANSWER, Twice, by_status, reason, unanswered, unsettled},
};
use crate::http::{Answer, Call, Http};

/// A token is not used any more so long before it ends: calls take their time.
const MARGIN: TimeDelta = TimeDelta::minutes(2);
/// How long a token lives whose end is not told.
const HOUR_S: u32 = 3600;
/// What a refresh token is called, in secrets and in answers.
const REFRESH: &str = "refresh_token";
/// When it is worth looking whether another process has a new token.
const MOMENT: Duration = Duration::from_secs(5);

/// What a secret holds, and how a token is asked for with it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Grant {
    /// The secret's names: these, and no others.
    pub(super) secret: &'static [&'static str],
    /// What is said beside them.
    pub(super) ask: &'static [(&'static str, &'static str)],
    /// The names of the application and of its password, where these go in a header: RFC 6749 §2.3.1.
    pub(super) header: Option<(&'static str, &'static str)>,
}

/// How an account comes by its tokens.
#[derive(Debug)]
enum Way {
    /// Its secret is the only one.
    Fixed,
    /// Its secret is the first; each is exchanged for a younger one.
    Exchanged(Exchange),
    /// A token endpoint gives them for what the secret holds.
    Granted(Url, Grant),
}

/// The access token of an account.
#[derive(Debug)]
pub(super) struct Tokens {
    http: Http,
    secret: SecretString,
    keyring: Arc<dyn Keyring>,
    way: Way,
    held: Mutex<Held>,
}

/// What this process knows.
#[derive(Debug, Default)]
struct Held {
    access: Option<Access>,
    /// Refused before its time.
    refused: Option<SecretString>,
}

impl Held {
    /// The token, while it is taken at `time`.
    fn token(&self, time: Timestamp) -> Option<SecretString> {
        let access = self.access.as_ref().filter(|access| time < access.until)?;
        let taken = |refused: &SecretString| refused.expose_secret() != access.token.expose_secret();
        self.refused.as_ref().is_none_or(taken).then(|| access.token.clone())
    }

    /// The token, while nothing new need be asked for.
    fn fresh(&self, now: Timestamp) -> Option<SecretString> {
        self.access.as_ref().filter(|access| now < access.renew_from)?;
        self.token(now + MARGIN)
    }
}

/// What a token endpoint gives: RFC 6749 §5.1.
#[derive(Debug, Deserialize)]
pub(super) struct Granted {
    pub(super) access_token: SecretString,
    pub(super) expires_in: Option<u32>,
    pub(super) refresh_token: Option<SecretString>,
    /// How long the refresh token lives, where it is said: LinkedIn's name, TikTok's, Google's while it tests.
    #[serde(alias = "refresh_expires_in")]
    pub(super) refresh_token_expires_in: Option<u32>,
}

impl Granted {
    /// Until when what was given at `now` is taken; none where nobody says.
    pub(super) fn until(&self, now: Timestamp) -> Option<Timestamp> {
        let lives = self.expires_in.map(|seconds| TimeDelta::seconds(seconds.into()));
        lives.map(|lives| now + lives)
    }
}

/// How a token endpoint refuses: RFC 6749 §5.2.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Refusal {
    error: String,
    error_description: String,
}

impl Tokens {
    pub(super) fn new(credentials: Credentials, url: &Url, grant: Grant, http: &Http) -> Self {
        Self::by(Way::Granted(url.clone(), grant), credentials, http)
    }

    /// The secret is a token, which is exchanged for younger ones where there is a way.
    pub(super) fn lasting(credentials: Credentials, exchange: Option<Exchange>, http: &Http) -> Self {
        Self::by(exchange.map_or(Way::Fixed, Way::Exchanged), credentials, http)
    }

    /// The secret is what `grant` asks for, or a token that somebody pasted.
    pub(super) fn either(credentials: Credentials, url: &Url, grant: Grant, http: &Http) -> Self {
        if credentials.secret.expose_secret().trim_start().starts_with('{') {
            Self::new(credentials, url, grant, http)
        } else {
            Self::lasting(credentials, None, http)
        }
    }

    fn by(way: Way, credentials: Credentials, http: &Http) -> Self {
        Self {
            http: http.clone(),
            secret: credentials.secret,
            keyring: credentials.keyring,
            way,
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
            self.held.lock().await.refused = Some(token);
        }
    }

    /// What a call carries.
    pub(super) async fn token(&self) -> Result<SecretString, DeliveryError> {
        match &self.way {
            Way::Fixed => Ok(self.secret.clone()),
            Way::Exchanged(_) => self.youngest().await,
            Way::Granted(..) => self.living().await,
        }
    }

    /// Asks for a new token when half of the life of this one has passed, whether or not anything is posted.
    pub(super) async fn keep(&self) -> Result<(), DeliveryError> {
        match &self.way {
            Way::Fixed => Ok(()),
            Way::Exchanged(_) | Way::Granted(..) => self.living().await.map(drop),
        }
    }

    /// The youngest token there is: a call waits for no exchange, which has weeks.
    async fn youngest(&self) -> Result<SecretString, DeliveryError> {
        let mut held = self.held.lock().await;
        if held.fresh(self.http.clock().now()).is_none() {
            self.look(&mut held).await?;
        }
        let token = held.access.as_ref().map(|access| &access.token);
        Ok(token.unwrap_or(&self.secret).clone())
    }

    /// The token that is held, while the first half of its life lasts; else a new one, if there is one to be had.
    async fn living(&self) -> Result<SecretString, DeliveryError> {
        let now = self.http.clock().now();
        let mut held = self.held.lock().await;
        if let Some(token) = held.fresh(now) {
            return Ok(token);
        }
        self.look(&mut held).await?;
        if let Some(token) = held.fresh(now) {
            return Ok(token);
        }
        let living = |held: &Held| held.token(now + MARGIN);
        if !self.keyring.claim().await.map_err(later)? {
            let asked_for = || later("another process asks for a new token".to_owned());
            return living(&held).ok_or_else(asked_for);
        }
        // Who asked last may have been given one since.
        self.look(&mut held).await?;
        if let Some(token) = held.fresh(now) {
            self.keyring.settle(None).await.map_err(later)?;
            return Ok(token);
        }
        let given = self.renew(held.access.as_ref(), now).await;
        if let Err(wrong) = self.keyring.settle(given.as_ref().ok()).await {
            tracing::warn!(wrong, "what a token endpoint gave could not be kept");
        }
        match given {
            Ok(access) => Ok(held.access.insert(access).token.clone()),
            Err(DeliveryError::Retry { after, reason }) => living(&held).ok_or(DeliveryError::Retry { after, reason }),
            Err(error) => Err(error),
        }
    }

    /// What is kept is newer than what is known.
    async fn look(&self, held: &mut Held) -> Result<(), DeliveryError> {
        if let Some(access) = self.keyring.held().await.map_err(later)? {
            held.access = Some(access);
        }
        Ok(())
    }

    async fn renew(&self, former: Option<&Access>, now: Timestamp) -> Result<Access, DeliveryError> {
        match (&self.way, former) {
            (Way::Granted(url, grant), _) => {
                let refresh = former.and_then(|access| access.refresh.clone());
                let given = self.grant(url, grant, refresh.as_ref()).await?;
                Ok(given.access(now, refresh))
            }
            (Way::Exchanged(exchange), Some(access)) => exchange.younger(&self.http, &access.token).await,
            (Way::Exchanged(_), None) | (Way::Fixed, _) => Ok(exchange::first(&self.secret, now)),
        }
    }

    async fn grant(&self, url: &Url, grant: &Grant, refresh: Option<&SecretString>) -> Result<Granted, DeliveryError> {
        let mut secret = self.secret(grant)?;
        if let Some(refresh) = refresh {
            secret.insert(REFRESH.to_owned(), refresh.clone());
        }
        let mut call = asking(&self.http, url);
        if let Some((name, password)) = grant.header {
            call = call.header(AUTHORIZATION, basic(secret.remove(name), secret.remove(password))?);
        }
        let mut ask: Vec<(&str, &str)> = grant.ask.to_vec();
        ask.extend(
            secret
                .iter()
                .map(|(name, value)| (name.as_str(), value.expose_secret())),
        );
        granted(call.body(form(&ask).into())).await
    }

    fn secret(&self, grant: &Grant) -> Result<BTreeMap<String, SecretString>, DeliveryError> {
        let names = grant.secret;
        let secret: Option<BTreeMap<String, SecretString>> = serde_json::from_str(self.secret.expose_secret()).ok();
        let whole = |secret: &BTreeMap<String, SecretString>| {
            secret.len() == names.len() && names.iter().all(|name| secret.contains_key(*name))
        };
        let lacks = || DeliveryError::Locked(format!("the secret is not JSON with {}", names.join(", ")));
        secret.filter(whole).ok_or_else(lacks)
    }
}

impl Granted {
    /// What is kept of it: a refresh token takes the place of the former one, nothing does not.
    fn access(self, now: Timestamp, former: Option<SecretString>) -> Access {
        let lives = TimeDelta::seconds(self.expires_in.unwrap_or(HOUR_S).into());
        Access {
            token: self.access_token,
            until: now + lives,
            renew_from: now + lives / 2,
            refresh: self.refresh_token.or(former),
            consent: self
                .refresh_token_expires_in
                .map(|seconds| now + TimeDelta::seconds(seconds.into())),
        }
    }
}

/// A call to a token endpoint, before its form.
pub(super) fn asking<'a>(http: &'a Http, url: &Url) -> Call<'a> {
    let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
    http.call(Method::POST, url.clone()).header(CONTENT_TYPE, kind)
}

/// What a token endpoint gives, or why not.
pub(super) async fn granted(call: Call<'_>) -> Result<Granted, DeliveryError> {
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

pub(super) fn form(ask: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(ask)
        .finish()
}

pub(super) fn basic(name: Option<SecretString>, password: Option<SecretString>) -> Result<HeaderValue, DeliveryError> {
    let written = |part: Option<SecretString>| {
        let part = part.unwrap_or_default();
        form_urlencoded::byte_serialize(part.expose_secret().as_bytes()).collect::<String>()
    };
    let pair = BASE64_STANDARD.encode(format!("{}:{}", written(name), written(password)));
    let mut header = HeaderValue::try_from(format!("Basic {pair}")).map_err(|error| later(error.to_string()))?;
    header.set_sensitive(true);
    Ok(header)
}

fn later(reason: String) -> DeliveryError {
    DeliveryError::Retry {
        after: Some(MOMENT),
        reason,
    }
}
