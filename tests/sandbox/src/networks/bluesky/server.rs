//! What the server is, and who lives on it.

use serde_json::{Value, json};

use super::{HANDLE_DOMAIN, Pds, failure};
use crate::account::Account;
use crate::call::Call;
use crate::reply::Reply;

const VERSION: &str = "0.4.217";

pub(super) fn health(_pds: &mut Pds, _call: &Call) -> Reply {
    Reply::ok(&json!({"version": VERSION}))
}

pub(super) fn describe(pds: &mut Pds, _call: &Call) -> Reply {
    Reply::ok(&json!({
        "did": did(&pds.url), "availableUserDomains": [format!(".{HANDLE_DOMAIN}")], "inviteCodeRequired": false,
        "phoneVerificationRequired": false, "links": {}, "contact": {},
    }))
}

pub(super) fn resolve_handle(pds: &mut Pds, call: &Call) -> Reply {
    let handle = call.param("handle").unwrap_or_default();
    match pds.accounts.iter().find(|account| account.handle == handle) {
        Some(account) => Reply::ok(&json!({"did": account.id})),
        None => failure(
            http::StatusCode::BAD_REQUEST,
            "InvalidRequest",
            "Unable to resolve handle",
        ),
    }
}

/// An account as its readers see it. Nobody follows anybody here.
pub(super) fn profile(pds: &mut Pds, call: &Call) -> Reply {
    match pds.account(&call.param("actor").unwrap_or_default()) {
        Some(account) => Reply::ok(&json!({
            "did": account.id, "handle": account.handle, "displayName": account.name,
            "followersCount": 0, "followsCount": 0, "postsCount": pds.posts.len(),
        })),
        None => failure(http::StatusCode::BAD_REQUEST, "InvalidRequest", "Profile not found"),
    }
}

/// As the PLC directory answers `GET /{did}`: the miniature is its own directory.
pub(super) fn did_document(pds: &mut Pds, call: &Call) -> Reply {
    match pds.account(call.segment(0)) {
        Some(account) => Reply::ok(&pds.did_document(account)),
        None => failure(http::StatusCode::NOT_FOUND, "NotFound", "DID not registered"),
    }
}

pub(super) fn did(url: &str) -> String {
    let host = url.split_once("://").map_or(url, |(_, host)| host);
    format!("did:web:{}", host.replace(':', "%3A"))
}

impl Pds {
    pub(super) fn did_document(&self, account: &Account) -> Value {
        json!({
            "@context": ["https://www.w3.org/ns/did/v1"], "id": account.id,
            "alsoKnownAs": [format!("at://{}", account.handle)], "verificationMethod": [],
            "service": [{"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": self.url}],
        })
    }
}
