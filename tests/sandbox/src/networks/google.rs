//! Google's sign-in in miniature: refresh tokens become access tokens that live an hour.
//!
//! <https://developers.google.com/identity/protocols/oauth2/web-server#offline>

use chrono::{DateTime, TimeDelta, Utc};
use http::StatusCode;
use serde_json::{Value, json};

use super::timeline::{Holder, Timeline};
use crate::account::Account;
use crate::call::Call;
use crate::protocol::Refusal;
use crate::reply::Reply;

const CLIENT: &str = "miniature.apps.googleusercontent.com";
const CLIENT_SECRET: &str = "GOCSPX-miniature";
const LIVES: TimeDelta = TimeDelta::seconds(3599);

/// The access tokens given out.
#[derive(Default)]
pub(crate) struct Tokens(Vec<(String, Account, DateTime<Utc>)>);

/// A refusal: its status, its sentence, and why a correct client would not have met it.
pub(crate) struct Refused(u16, String, Option<&'static str>);

impl Refused {
    pub(crate) fn plain(status: u16, sentence: &str) -> Self {
        Self(status, sentence.to_owned(), None)
    }

    pub(crate) fn wrong(sentence: &'static str) -> Self {
        Self(400, sentence.to_owned(), Some(sentence))
    }
}

impl From<Refused> for Reply {
    fn from(Refused(code, message, violation): Refused) -> Self {
        let word = match code {
            400 => "INVALID_ARGUMENT",
            401 => "UNAUTHENTICATED",
            404 => "NOT_FOUND",
            429 => "RESOURCE_EXHAUSTED",
            _ => "INTERNAL",
        };
        let body = json!({ "error": { "code": code, "message": message, "status": word } });
        let reply = Self::json(StatusCode::from_u16(code).unwrap_or_default(), &body);
        violation.into_iter().fold(reply, Self::violation)
    }
}

/// What an account's owner is given: a client and a refresh token.
pub(crate) fn secret(number: usize) -> String {
    json!({ "client_id": CLIENT, "client_secret": CLIENT_SECRET, "refresh_token": format!("1//miniature-{number}") })
        .to_string()
}

impl Tokens {
    /// `POST /token`
    pub(crate) fn renew(&mut self, timeline: &Timeline, call: &Call) -> Reply {
        let given = |name: &str| call.param(name).unwrap_or_default();
        let refused = |error: &str| {
            Reply::json(
                StatusCode::BAD_REQUEST,
                &json!({ "error": error, "error_description": "Bad Request" }),
            )
        };
        if given("grant_type") != "refresh_token" || given("client_secret") != CLIENT_SECRET {
            return refused("invalid_request").violation("no client of ours");
        }
        let token = given("refresh_token");
        let owner = timeline.accounts().iter().find(|account| {
            let secret: Value = serde_json::from_str(&account.secret).unwrap_or_default();
            secret["refresh_token"] == token.as_str()
        });
        let Some(owner) = owner else {
            return refused("invalid_grant").violation("a refresh token of nobody");
        };
        if matches!(timeline.holder(&owner.secret), Holder::Revoked(_)) {
            return refused("invalid_grant").by(&owner.id);
        }
        let access = format!("ya29.miniature-{}", self.0.len());
        self.0.push((access.clone(), owner.clone(), call.at + LIVES));
        Reply::ok(&json!({ "access_token": access, "expires_in": LIVES.num_seconds(), "token_type": "Bearer" }))
            .by(&owner.id)
    }

    /// Whose call it is.
    pub(crate) fn holder(&self, timeline: &Timeline, call: &Call) -> Result<Account, Refused> {
        let sentence = "Request had invalid authentication credentials.";
        let given = call.bearer().unwrap_or_default();
        let Some((_, account, until)) = self.0.iter().find(|(token, _, _)| token == given) else {
            return Err(Refused(401, sentence.to_owned(), Some("a token of nobody")));
        };
        let known = matches!(timeline.holder(&account.secret), Holder::Known(_));
        if known && call.at < *until {
            Ok(account.clone())
        } else {
            Err(Refused::plain(401, sentence))
        }
    }
}

/// Google's words for what no rule caused.
pub(crate) fn refuse(refusal: &Refusal) -> Reply {
    match refusal {
        Refusal::RateLimited { retry_after_s } => {
            let info = json!({ "@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": format!("{retry_after_s}s") });
            let error =
                json!({ "code": 429, "message": "Quota exceeded.", "status": "RESOURCE_EXHAUSTED", "details": [info] });
            Reply::json(StatusCode::TOO_MANY_REQUESTS, &json!({ "error": error }))
        }
        Refusal::ServerError => Refused::plain(500, "Internal error encountered.").into(),
        Refusal::TokenRevoked | Refusal::TokenExpired => Refused::plain(401, "Invalid Credentials").into(),
        Refusal::Content(text) => Refused::plain(400, text).into(),
        Refusal::UnknownRoute => Refused::plain(404, "Requested entity was not found.").into(),
    }
}
