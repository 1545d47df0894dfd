//! Token endpoints in miniature: what an account's owner was given becomes access tokens that live for a while.
//!
//! <https://www.rfc-editor.org/rfc/rfc6749>

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::timeline::{Holder, Timeline};
use crate::account::Account;
use crate::call::Call;
use crate::reply::Reply;

/// The end of the handle of an account whose refresh token is another one each time it is used.
const ROTATING: &str = "_rotating";

/// The access tokens given out.
pub(crate) struct Tokens {
    prefix: &'static str,
    lives: TimeDelta,
    given: Vec<(String, Account, DateTime<Utc>)>,
    /// The refresh tokens that took the place of those in secrets.
    refresh: HashMap<String, String>,
    /// Whether all refresh tokens are other ones each time.
    rotates: bool,
}

/// Why a call is nobody's; with the reason why a correct client would not have made it.
pub(crate) struct Stranger(pub(crate) Option<&'static str>);

impl Tokens {
    pub(crate) fn new(prefix: &'static str, lives: TimeDelta) -> Self {
        Self {
            prefix,
            lives,
            given: Vec::new(),
            refresh: HashMap::new(),
            rotates: false,
        }
    }

    /// Each refresh token is taken once.
    pub(crate) fn rotating(self) -> Self {
        Self { rotates: true, ..self }
    }

    /// A token for whoever's secret the call tells, all of it.
    pub(crate) fn renew(&mut self, timeline: &Timeline, call: &Call, grants: &[&str]) -> Reply {
        let refused = |error: &str| {
            let body = json!({ "error": error, "error_description": "Bad Request" });
            Reply::json(StatusCode::BAD_REQUEST, &body)
        };
        let grant = call.param("grant_type").unwrap_or_default();
        if !grants.contains(&&*grant) {
            return refused("unsupported_grant_type").violation("no grant of ours");
        }
        let owner = timeline.accounts().iter().find(|account| self.tells(call, account));
        let Some(owner) = owner else {
            return refused("invalid_grant").violation("a secret of nobody");
        };
        if matches!(timeline.holder(&owner.secret), Holder::Revoked(_)) {
            return refused("invalid_grant").by(&owner.id);
        }
        let number = self.given.len();
        let access = format!("{}miniature-{number}", self.prefix);
        self.given.push((access.clone(), owner.clone(), call.at + self.lives));
        let mut answer =
            json!({ "access_token": access, "expires_in": self.lives.num_seconds(), "token_type": "Bearer" });
        if self.rotates || owner.handle.ends_with(ROTATING) {
            let next = format!("next-{number}");
            answer["refresh_token"] = json!(next);
            self.refresh.insert(owner.id.clone(), next);
        }
        Reply::ok(&answer).by(&owner.id)
    }

    /// A token, and a refresh token, for whose person agreed; and what else is told with them.
    pub(crate) fn consented(&mut self, timeline: &mut Timeline, call: &Call, account: &str, more: &Value) -> Reply {
        timeline.restore(account);
        let known = timeline.accounts().iter().find(|known| known.id == account);
        let Some(owner) = known.cloned() else {
            return Reply::json(StatusCode::BAD_REQUEST, &json!({ "error": "invalid_grant" }));
        };
        let number = self.given.len();
        let (access, refresh) = (format!("{}miniature-{number}", self.prefix), format!("agreed-{number}"));
        let mut answer = json!({ "access_token": access, "expires_in": self.lives.num_seconds(),
            "token_type": "Bearer", "refresh_token": refresh });
        for (name, value) in more.as_object().into_iter().flatten() {
            answer[name] = value.clone();
        }
        self.refresh.insert(owner.id.clone(), refresh);
        self.given.push((access, owner, call.at + self.lives));
        Reply::ok(&answer).by(account)
    }

    fn tells(&self, call: &Call, account: &Account) -> bool {
        let secret: Map<String, Value> = serde_json::from_str(&account.secret).unwrap_or_default();
        let client = call.basic();
        let told = |name: &str| match (&client, name) {
            (Some((client, _)), "client_id") => Some(client.clone()),
            (Some((_, password)), "client_secret") => Some(password.clone()),
            (Some(_) | None, _) => call.param(name),
        };
        let known = |name: &str, value: &Value| match self.refresh.get(&account.id) {
            Some(next) if name == "refresh_token" => told(name).as_ref() == Some(next),
            Some(_) | None => told(name).as_deref() == value.as_str(),
        };
        secret.iter().all(|(name, value)| known(name, value))
    }

    /// Whose call it is.
    pub(crate) fn holder(&self, timeline: &Timeline, call: &Call) -> Result<Account, Stranger> {
        let given = call.bearer().unwrap_or_default();
        let Some((_, account, until)) = self.given.iter().find(|(token, _, _)| token == given) else {
            return Err(Stranger(Some("a token of nobody")));
        };
        let known = matches!(timeline.holder(&account.secret), Holder::Known(_));
        if known && call.at < *until {
            Ok(account.clone())
        } else {
            Err(Stranger(None))
        }
    }
}
