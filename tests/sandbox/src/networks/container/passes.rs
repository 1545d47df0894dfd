//! Tokens of profiles, which last two months and are exchanged for younger ones; and how a profile's person gives the
//! first.
//!
//! <https://developers.facebook.com/docs/threads/get-started/long-lived-tokens>

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::{Containers, Failure};
use crate::account::Account;
use crate::call::Call;
use crate::networks::consent::{Consents, Rules};
use crate::networks::facebook::consent::{CLIENT, CLIENT_SECRET};
use crate::networks::timeline::Holder;
use crate::reply::Reply;

/// The token that a code is exchanged for.
const SHORT_LIVES: TimeDelta = TimeDelta::hours(1);
/// The one that it is exchanged for.
const LONG_LIVES: TimeDelta = TimeDelta::days(60);
/// A younger one is not renewed.
const OLD_ENOUGH: TimeDelta = TimeDelta::hours(24);
const RULES: Rules = Rules {
    name: "client_id",
    id: CLIENT,
    secret: CLIENT_SECRET,
    scopes: &[
        "threads_basic",
        "threads_content_publish",
        "threads_manage_replies",
        "threads_manage_insights",
        "threads_delete",
    ],
    between: ',',
    pkce: false,
    lives: TimeDelta::hours(1),
};

/// The tokens given out.
#[derive(Default)]
pub(crate) struct Passes {
    consents: Consents,
    given: HashMap<String, Pass>,
}

struct Pass {
    account: Account,
    from: DateTime<Utc>,
    /// None: it ends with the consent.
    lives: Option<TimeDelta>,
}

impl Pass {
    fn taken(&self, at: DateTime<Utc>) -> bool {
        self.lives.is_none_or(|lives| at < self.from + lives)
    }
}

impl Passes {
    /// The account that the token was given for, and whether it is still taken.
    pub(super) fn holder(&self, token: &str, at: DateTime<Utc>) -> Option<(&Account, bool)> {
        let pass = self.given.get(token)?;
        Some((&pass.account, pass.taken(at)))
    }

    fn give(&mut self, account: &Account, call: &Call, lives: TimeDelta) -> String {
        let token = format!("{}next{}", account.secret, self.given.len());
        self.keep(token.clone(), account, call.at, Some(lives));
        token
    }

    /// The token of the Page that the account belongs to.
    pub(crate) fn of_page(&mut self, account: &Account, at: DateTime<Utc>) -> String {
        let token = format!("EAAminiaturePage{}", account.id);
        self.keep(token.clone(), account, at, None);
        token
    }

    fn keep(&mut self, token: String, account: &Account, from: DateTime<Utc>, lives: Option<TimeDelta>) {
        let account = account.clone();
        self.given.insert(token, Pass { account, from, lives });
    }
}

/// `GET /oauth/authorize`
pub(crate) fn ask(it: &mut Containers, call: &Call) -> Reply {
    it.passes.consents.ask(call, it.line.accounts(), &RULES)
}

/// `POST /oauth/access_token`: a token for an hour, without a word of its end.
pub(crate) fn short(it: &mut Containers, call: &Call) -> Reply {
    if call.param("grant_type").as_deref() != Some("authorization_code") {
        return Failure::parameter("grant_type must be authorization_code").into();
    }
    let id = match it.passes.consents.exchange(call, &RULES) {
        Ok(id) => id,
        Err(refused) => return refused,
    };
    it.line.restore(&id);
    let known = it.line.accounts().iter().find(|known| known.id == id).cloned();
    let Some(account) = known else {
        return Failure::missing(&id).into();
    };
    let token = it.passes.give(&account, call, SHORT_LIVES);
    Reply::ok(&json!({ "access_token": token, "user_id": account.id })).by(&account.id)
}

/// `GET /access_token`: an hour's becomes one of sixty days.
pub(crate) fn exchange(it: &mut Containers, call: &Call) -> Reply {
    let told = |name: &str| call.param(name).unwrap_or_default();
    if told("grant_type") != "th_exchange_token" || told("client_secret") != CLIENT_SECRET {
        return Failure::parameter("grant_type or client_secret is not what it must be").into();
    }
    let short = it.passes.given.get(&told("access_token"));
    let living = short.filter(|pass| pass.lives == Some(SHORT_LIVES) && pass.taken(call.at));
    match living.map(|pass| pass.account.clone()) {
        Some(account) => last(it, call, &account),
        None => Reply::from(Failure::token()).violation("no token of an hour"),
    }
}

/// `GET /refresh_access_token`: a living one becomes one of sixty days more, once it is a day old.
pub(crate) fn renew(it: &mut Containers, call: &Call) -> Reply {
    let told = |name: &str| call.param(name).unwrap_or_default();
    if told("grant_type") != it.rules.renewal {
        return Failure::parameter("grant_type is not of this network").into();
    }
    let account = match it.holder(&told("access_token"), call.at) {
        Holder::Known(account) => account,
        Holder::Revoked(account) => return Reply::from(Failure::token()).by(&account.id),
        Holder::Nobody => return Reply::from(Failure::token()).violation("a token of no account"),
    };
    match it.passes.given.get(&told("access_token")) {
        Some(pass) if pass.lives != Some(LONG_LIVES) || call.at < pass.from + OLD_ENOUGH => {
            Failure::parameter("Only a long-lived token that is at least 24 hours old can be refreshed").into()
        }
        Some(_) | None => last(it, call, &account),
    }
}

fn last(it: &mut Containers, call: &Call, account: &Account) -> Reply {
    let token = it.passes.give(account, call, LONG_LIVES);
    let lives = LONG_LIVES.num_seconds();
    Reply::ok(&json!({ "access_token": token, "token_type": "bearer", "expires_in": lives })).by(&account.id)
}
