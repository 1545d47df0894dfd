//! How X's people agree. <https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code>

use chrono::TimeDelta;
use serde_json::Value;

use super::{CLIENT, CLIENT_SECRET, Users};
use crate::call::Call;
use crate::networks::consent::Rules;
use crate::reply::Reply;

/// A code must be exchanged within half a minute.
pub(super) const RULES: Rules = Rules {
    name: "client_id",
    id: CLIENT,
    secret: CLIENT_SECRET,
    scopes: &[
        "tweet.read",
        "tweet.write",
        "users.read",
        "media.write",
        "offline.access",
    ],
    between: ' ',
    pkce: true,
    lives: TimeDelta::seconds(30),
};

/// `POST /2/oauth2/token` with a code.
pub(super) fn agreed(x: &mut Users, call: &Call) -> Reply {
    match x.consents.exchange(call, &RULES) {
        Ok(account) => x.tokens.consented(&mut x.line, call, &account, &Value::Null),
        Err(refused) => refused,
    }
}
