//! Google's sign-in in miniature: refresh tokens become access tokens that live an hour.
//!
//! <https://developers.google.com/identity/protocols/oauth2/web-server#offline>

use chrono::TimeDelta;
use http::StatusCode;
use serde_json::json;

use super::consent::{Consents, Rules};
use super::oauth::{self, Stranger};
use super::timeline::Timeline;
use crate::account::Account;
use crate::call::Call;
use crate::protocol::Refusal;
use crate::reply::Reply;

const CLIENT: &str = "miniature.apps.googleusercontent.com";
const CLIENT_SECRET: &str = "GOCSPX-miniature";
const LIVES: TimeDelta = TimeDelta::seconds(3599);

/// The access tokens given out.
pub(crate) struct Tokens(oauth::Tokens, Consents);

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

impl Default for Tokens {
    fn default() -> Self {
        Self(oauth::Tokens::new("ya29.", LIVES), Consents::default())
    }
}

impl Tokens {
    /// `POST /token`
    pub(crate) fn renew(&mut self, timeline: &Timeline, call: &Call) -> Reply {
        self.0.renew(timeline, call, &["refresh_token"])
    }

    /// `GET /o/oauth2/v2/auth`: without both of these words a person who agreed before gives no refresh token.
    pub(crate) fn ask(&mut self, timeline: &Timeline, call: &Call, scope: &'static [&'static str]) -> Reply {
        let reply = self.1.ask(call, timeline.accounts(), &rules(scope));
        let told = |name: &str, word: &str| call.param(name).as_deref() == Some(word);
        if told("access_type", "offline") && told("prompt", "consent") {
            return reply;
        }
        reply.violation("no refresh token is asked for")
    }

    /// `POST /token` with a code.
    pub(crate) fn agreed(&mut self, timeline: &mut Timeline, call: &Call) -> Reply {
        match self.1.exchange(call, &rules(&[])) {
            Ok(account) => self.0.consented(timeline, call, &account, &serde_json::Value::Null),
            Err(refused) => refused,
        }
    }

    /// Whose call it is.
    pub(crate) fn holder(&self, timeline: &Timeline, call: &Call) -> Result<Account, Refused> {
        let sentence = "Request had invalid authentication credentials.";
        let holder = self.0.holder(timeline, call);
        holder.map_err(|Stranger(violation)| Refused(401, sentence.to_owned(), violation))
    }
}

fn rules(scopes: &'static [&'static str]) -> Rules {
    Rules {
        name: "client_id",
        id: CLIENT,
        secret: CLIENT_SECRET,
        scopes,
        between: ' ',
        pkce: true,
        lives: TimeDelta::minutes(10),
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
