//! A Mastodon instance in miniature, API-compatible with a 4.5 server.
//!
//! <https://docs.joinmastodon.org/methods/>

mod accounts;
mod instance;
mod limits;
mod media;
mod oauth;
mod rendering;
mod status;
mod statuses;
mod text;

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use http::StatusCode;
use serde_json::{Value, json};

use crate::account::Account;
use crate::call::Call;
use crate::clock::{Clock, now};
use crate::fault::Operation;
use crate::limits::Windows;
use crate::post::Post;
use crate::protocol::{Protocol, Refusal, Route};
use crate::reply::Reply;
use media::Media;
use oauth::Grants;
use status::Status;

/// The whole server.
pub(crate) struct Instance {
    url: String,
    clock: Clock,
    accounts: Vec<Holder>,
    statuses: BTreeMap<u64, Status>,
    media: HashMap<String, Media>,
    /// The status each account first created with a key, and when.
    keys: HashMap<(String, String), (u64, DateTime<Utc>)>,
    windows: Windows,
    grants: Grants,
    ids: u64,
    polls_of_next_upload: u32,
}

struct Holder {
    account: Account,
    created_at: DateTime<Utc>,
    revoked: bool,
}

impl Instance {
    /// Snowflakes: milliseconds, then a counter. They sort by age.
    fn next_id(&mut self, at: DateTime<Utc>) -> u64 {
        self.ids += 1;
        (u64::try_from(at.timestamp_millis()).unwrap_or_default() << 16) | (self.ids & 0xffff)
    }

    /// The account whose token this is, or the 401 that says it is not one.
    fn authorise(&self, call: &Call) -> Result<Account, Reply> {
        let Some(token) = call.bearer() else {
            let reply = failure(StatusCode::UNAUTHORIZED, "This method requires an authenticated user");
            return Err(reply.violation("no access token"));
        };
        let holder = self.accounts.iter().find(|holder| holder.account.secret == token);
        match holder {
            Some(holder) if !holder.revoked => Ok(holder.account.clone()),
            Some(holder) => Err(invalid_token().by(&holder.account.id)),
            None => Err(invalid_token().violation("an access token this instance never gave")),
        }
    }

    fn account(&self, id: &str) -> Option<&Holder> {
        self.accounts.iter().find(|holder| holder.account.id == id)
    }
}

impl Protocol for Instance {
    fn open(url: &str, clock: Clock) -> Self {
        Self {
            url: url.to_owned(),
            clock,
            accounts: Vec::new(),
            statuses: BTreeMap::new(),
            media: HashMap::new(),
            keys: HashMap::new(),
            windows: Windows::default(),
            grants: Grants::default(),
            ids: 0,
            polls_of_next_upload: 0,
        }
    }

    fn settings(&self, _: &Account) -> Value {
        json!({ "instance": self.url })
    }

    fn route(&self, call: &Call) -> Option<Route<Self>> {
        let handle: (Operation, fn(&mut Self, &Call) -> Reply) = match (call.method.as_str(), &*call.segments()) {
            ("GET", ["api", "v2", "instance"]) => (Operation::Describe, instance::v2),
            ("GET", ["api", "v1", "instance"]) => (Operation::Describe, instance::v1),
            ("GET", [".well-known", "oauth-authorization-server"]) => (Operation::Describe, oauth::metadata),
            ("POST", ["api", "v1", "apps"]) => (Operation::SignIn, oauth::register),
            ("GET", ["oauth", "authorize"]) => (Operation::SignIn, oauth::authorize),
            ("POST", ["oauth", "token"]) => (Operation::SignIn, oauth::token),
            ("POST", ["oauth", "revoke"]) => (Operation::SignIn, oauth::revoke),
            ("GET", ["api", "v1", "accounts", "verify_credentials"]) => (Operation::SignIn, accounts::verify),
            ("GET", ["api", "v1", "accounts", "lookup"]) => (Operation::Read, accounts::lookup),
            ("GET", ["api", "v1", "accounts", _]) => (Operation::Read, accounts::show),
            ("GET", ["api", "v1", "accounts", _, "statuses"]) => (Operation::Read, accounts::statuses),
            ("POST", ["api", "v1" | "v2", "media"]) => (Operation::Upload, media::create),
            ("GET", ["api", "v1", "media", _]) => (Operation::Read, media::show),
            ("PUT", ["api", "v1", "media", _]) => (Operation::Edit, media::update),
            ("POST", ["api", "v1", "statuses"]) => (Operation::Create, statuses::create),
            ("GET", ["api", "v1", "statuses", _]) => (Operation::Read, statuses::show),
            ("PUT", ["api", "v1", "statuses", _]) => (Operation::Edit, statuses::update),
            ("DELETE", ["api", "v1", "statuses", _]) => (Operation::Delete, statuses::delete),
            ("GET", ["api", "v1", "statuses", _, "context"]) => (Operation::Read, statuses::context),
            ("GET", ["api", "v1", "statuses", _, "source"]) => (Operation::Read, statuses::source),
            ("GET", ["api", "v1", "statuses", _, "history"]) => (Operation::Read, statuses::history),
            ("GET", [handle, _]) if handle.starts_with('@') => (Operation::Read, statuses::page),
            _ => return None,
        };
        Some(Route {
            operation: handle.0,
            handle: handle.1,
        })
    }

    fn refuse(&self, refusal: &Refusal, call: &Call) -> Reply {
        match refusal {
            Refusal::RateLimited { retry_after_s } => limits::too_many(call.at, *retry_after_s),
            Refusal::ServerError => failure(
                StatusCode::INTERNAL_SERVER_ERROR,
                "We're sorry, but something went wrong on our end.",
            ),
            // Mastodon's tokens do not expire: they are only revoked.
            Refusal::TokenRevoked | Refusal::TokenExpired => invalid_token(),
            Refusal::Content(text) => failure(StatusCode::UNPROCESSABLE_ENTITY, &format!("Validation failed: {text}")),
            Refusal::UnknownRoute => not_found(),
        }
    }

    fn open_account(&mut self, handle: &str, name: &str) -> Account {
        let created_at = now(&self.clock);
        let id = self.next_id(created_at).to_string();
        let secret = format!("miniature-mastodon-token-{id}");
        let account = Account {
            id,
            handle: handle.to_owned(),
            name: name.to_owned(),
            secret,
        };
        self.accounts.push(Holder {
            account: account.clone(),
            created_at,
            revoked: false,
        });
        account
    }

    fn accounts(&self) -> Vec<Account> {
        self.accounts.iter().map(|holder| holder.account.clone()).collect()
    }

    fn revoke(&mut self, account: &str) {
        for holder in self.accounts.iter_mut().filter(|holder| holder.account.id == account) {
            holder.revoked = true;
        }
    }

    fn posts(&self) -> Vec<Post> {
        self.statuses.values().map(|status| status.post.clone()).collect()
    }

    fn process_next_upload(&mut self, polls: u32) {
        self.polls_of_next_upload = polls;
    }
}

/// Runs a handler for the token's owner, within the general budget and whatever further budget the route has.
fn signed_in(instance: &mut Instance, call: &Call, handle: impl FnOnce(&mut Instance, &Account) -> Reply) -> Reply {
    let account = match instance.authorise(call) {
        Ok(account) => account,
        Err(reply) => return reply,
    };
    let spent = limits::spend(&mut instance.windows, call, &account.id);
    let reply = if spent.exceeded {
        limits::exceeded()
    } else {
        handle(instance, &account)
    };
    limits::tell(reply, &spent).by(&account.id)
}

fn failure(status: StatusCode, error: &str) -> Reply {
    Reply::json(status, &json!({"error": error}))
}

fn not_found() -> Reply {
    failure(StatusCode::NOT_FOUND, "Record not found")
}

/// 422, which a client that keeps the rules never sees.
fn invalid(error: &str) -> Reply {
    failure(StatusCode::UNPROCESSABLE_ENTITY, error).violation(error)
}

fn invalid_token() -> Reply {
    failure(StatusCode::UNAUTHORIZED, "The access token is invalid")
}

/// As Rails writes times in JSON.
fn iso(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}
