//! App passwords for tokens that expire by the clock.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use http::StatusCode;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::limits::{self, EVERYTHING, SIGN_IN};
use super::{Pds, failure, server, text};
use crate::account::Account;
use crate::call::Call;
use crate::reply::Reply;

const ACCESS_HOURS: i64 = 2;
const REFRESH_DAYS: i64 = 90;

#[derive(Debug, Clone)]
pub(super) struct Session {
    did: String,
    kind: Kind,
    expires: DateTime<Utc>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Access,
    Refresh,
}

pub(super) fn create(pds: &mut Pds, call: &Call) -> Reply {
    let Some(body) = call.json() else {
        return super::invalid("Request encoding (Content-Type) must be JSON");
    };
    let (identifier, password) = (text(body, "identifier").to_owned(), text(body, "password").to_owned());
    limits::within(pds, call, &SIGN_IN, &identifier, 1, |pds| {
        let account = pds
            .account(&identifier)
            .filter(|account| account.secret == password)
            .cloned();
        match account {
            Some(account) if !pds.revoked.contains(&account.id) => pds.open_session(&account, call),
            Some(_) => wrong_password(),
            None => wrong_password().violation("no such account and password"),
        }
    })
}

/// The old refresh token is used up.
pub(super) fn refresh(pds: &mut Pds, call: &Call) -> Reply {
    let account = match pds.holder(call, Kind::Refresh) {
        Ok(account) => account,
        Err(reply) => return reply,
    };
    limits::within(pds, call, &EVERYTHING, &account.id, 1, |pds| {
        pds.sessions.remove(call.bearer().unwrap_or_default());
        pds.open_session(&account, call)
    })
}

pub(super) fn show(pds: &mut Pds, call: &Call) -> Reply {
    signed_in(pds, call, |pds, account| Reply::ok(&pds.session_json(account)))
}

/// Runs a handler for the access token's owner, within the general budget.
pub(super) fn signed_in(pds: &mut Pds, call: &Call, handle: impl FnOnce(&mut Pds, &Account) -> Reply) -> Reply {
    let account = match pds.holder(call, Kind::Access) {
        Ok(account) => account,
        Err(reply) => return reply,
    };
    limits::within(pds, call, &EVERYTHING, &account.id, 1, |pds| handle(pds, &account)).by(&account.id)
}

impl Pds {
    fn holder(&self, call: &Call, kind: Kind) -> Result<Account, Reply> {
        let Some(token) = call.bearer() else {
            let reply = failure(StatusCode::UNAUTHORIZED, "AuthMissing", "Authentication Required");
            return Err(reply.violation("no access token"));
        };
        let session = self.sessions.get(token);
        let Some(session) = session.filter(|session| session.kind == kind) else {
            let reply = failure(StatusCode::BAD_REQUEST, "InvalidToken", "Token could not be verified");
            // A refresh token used twice looks like this to an honest client whose first answer was lost.
            return Err(if kind == Kind::Access {
                reply.violation("no such access token")
            } else {
                reply
            });
        };
        if self.revoked.contains(&session.did) {
            return Err(revoked().by(&session.did));
        }
        if call.at >= session.expires {
            return Err(expired().by(&session.did));
        }
        self.account(&session.did).cloned().ok_or_else(revoked)
    }

    fn open_session(&mut self, account: &Account, call: &Call) -> Reply {
        let mut body = self.session_json(account);
        let access = self.token(account, Kind::Access, call.at, TimeDelta::hours(ACCESS_HOURS));
        let refresh = self.token(account, Kind::Refresh, call.at, TimeDelta::days(REFRESH_DAYS));
        (body["accessJwt"], body["refreshJwt"]) = (Value::from(access), Value::from(refresh));
        Reply::ok(&body).by(&account.id)
    }

    /// Looks like a JWT, so that clients can read when it expires; only this server knows it.
    fn token(&mut self, account: &Account, kind: Kind, at: DateTime<Utc>, lifetime: TimeDelta) -> String {
        self.counter += 1;
        let (scope, kind_name) = match kind {
            Kind::Access => ("com.atproto.appPass", "at+jwt"),
            Kind::Refresh => ("com.atproto.refresh", "refresh+jwt"),
        };
        let expires = at + lifetime;
        let claims = json!({"scope": scope, "sub": account.id, "aud": server::did(&self.url), "iat": at.timestamp(),
                            "exp": expires.timestamp(), "jti": self.counter.to_string()});
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!(
            "{}.{}",
            encode(&json!({"typ": kind_name, "alg": "HS256"})),
            encode(&claims)
        );
        let token = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(Sha256::digest(&signed)));
        self.sessions.insert(
            token.clone(),
            Session {
                did: account.id.clone(),
                kind,
                expires,
            },
        );
        token
    }

    fn session_json(&self, account: &Account) -> Value {
        json!({
            "did": account.id, "handle": account.handle, "email": "mairie@valbourg.example", "emailConfirmed": true,
            "emailAuthFactor": false, "active": true, "didDoc": self.did_document(account),
        })
    }
}

pub(super) fn revoked() -> Reply {
    failure(StatusCode::BAD_REQUEST, "InvalidToken", "Token has been revoked")
}

pub(super) fn expired() -> Reply {
    failure(StatusCode::BAD_REQUEST, "ExpiredToken", "Token has expired")
}

fn wrong_password() -> Reply {
    failure(
        StatusCode::UNAUTHORIZED,
        "AuthenticationRequired",
        "Invalid identifier or password",
    )
}
