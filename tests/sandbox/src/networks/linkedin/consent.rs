//! How LinkedIn's people agree, and what tokens become: <https://learn.microsoft.com/linkedin/shared/authentication/programmatic-refresh-tokens>

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use http::StatusCode;
use serde_json::json;

use super::Organisations;
use crate::account::Account;
use crate::call::Call;
use crate::networks::consent::{Consents, Rules};
use crate::networks::timeline::Holder;
use crate::reply::Reply;

/// How long a token lives.
const TOKEN_LIVES: TimeDelta = TimeDelta::days(60);
/// How long a refresh token does, from the consent on: use does not prolong it.
const REFRESH_LIVES: TimeDelta = TimeDelta::days(365);
/// The end of the handle of a page whose application is a partner's: it is given refresh tokens.
const PARTNER: &str = "_partner";
const CONSENT: Rules = Rules {
    name: "client_id",
    id: "miniature-client",
    secret: "miniature-client-secret",
    scopes: &[
        "w_organization_social",
        "r_organization_social",
        "rw_organization_admin",
    ],
    between: ' ',
    pkce: false,
    lives: TimeDelta::minutes(30),
};

/// What was given out.
#[derive(Default)]
pub(super) struct Given {
    consents: Consents,
    access: HashMap<String, (Account, DateTime<Utc>)>,
    refresh: HashMap<String, (Account, DateTime<Utc>)>,
}

impl Organisations {
    /// Whose token it is: one that a refresh token gave, or the page's own.
    pub(super) fn holder(&self, call: &Call) -> Holder {
        let token = call.bearer().unwrap_or_default();
        match self.given.access.get(token) {
            Some((account, until)) if call.at < *until => self.line.holder(&account.secret),
            Some((account, _)) => Holder::Revoked(account.clone()),
            None => self.line.holder(token),
        }
    }
}

/// `GET /oauth/v2/authorization`
pub(super) fn ask(it: &mut Organisations, call: &Call) -> Reply {
    it.given.consents.ask(call, it.line.accounts(), &CONSENT)
}

/// `POST /oauth/v2/accessToken`
pub(super) fn token(it: &mut Organisations, call: &Call) -> Reply {
    if call.param("grant_type").as_deref() == Some("refresh_token") {
        return renew(it, call);
    }
    let id = match it.given.consents.exchange(call, &CONSENT) {
        Ok(id) => id,
        Err(refused) => return refused,
    };
    it.line.restore(&id);
    let Some(account) = it.line.accounts().iter().find(|known| known.id == id).cloned() else {
        return refused("no page of this member");
    };
    if !account.handle.ends_with(PARTNER) {
        let answer = json!({ "access_token": account.secret, "expires_in": TOKEN_LIVES.num_seconds() });
        return Reply::ok(&answer).by(&id);
    }
    let refresh = format!("AQXminiature{}", it.given.refresh.len());
    let until = call.at + REFRESH_LIVES;
    it.given.refresh.insert(refresh.clone(), (account.clone(), until));
    give(it, call, &account, &refresh, until)
}

fn renew(it: &mut Organisations, call: &Call) -> Reply {
    let told = |name: &str| call.param(name).unwrap_or_default();
    if told("client_id") != CONSENT.id || told("client_secret") != CONSENT.secret {
        return refused("an application that is not known here").violation("an application that is not known here");
    }
    let refresh = told("refresh_token");
    match it.given.refresh.get(&refresh).cloned() {
        Some((account, until)) if call.at < until && matches!(it.line.holder(&account.secret), Holder::Known(_)) => {
            give(it, call, &account, &refresh, until)
        }
        Some((account, _)) => refused("The provided refresh token is expired or revoked").by(&account.id),
        None => refused("a refresh token of nobody").violation("a refresh token of nobody"),
    }
}

fn give(it: &mut Organisations, call: &Call, account: &Account, refresh: &str, until: DateTime<Utc>) -> Reply {
    let token = format!("AQWminiature{}", it.given.access.len());
    it.given
        .access
        .insert(token.clone(), (account.clone(), call.at + TOKEN_LIVES));
    Reply::ok(
        &json!({ "access_token": token, "expires_in": TOKEN_LIVES.num_seconds(), "refresh_token": refresh,
        "refresh_token_expires_in": (until - call.at).num_seconds() }),
    )
    .by(&account.id)
}

fn refused(why: &str) -> Reply {
    let body = json!({ "error": "invalid_request", "error_description": why });
    Reply::json(StatusCode::BAD_REQUEST, &body)
}
