//! Applications and tokens. Consent is given at once: nobody sits in front of a miniature.
//!
//! <https://docs.joinmastodon.org/methods/oauth/>

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use serde_json::json;
use sha2::{Digest, Sha256};
use url::Url;

use super::{Instance, instance};
use crate::call::Call;
use crate::reply::Reply;

const SCOPES: [&str; 7] = [
    "profile",
    "read",
    "read:accounts",
    "read:statuses",
    "write",
    "write:statuses",
    "write:media",
];
const DEFAULT_SCOPE: &str = "read";
const OUT_OF_BAND: &str = "urn:ietf:wg:oauth:2.0:oob";

/// Applications and the codes given out to them.
#[derive(Debug, Default)]
pub(super) struct Grants {
    /// Secrets by client id.
    clients: HashMap<String, String>,
    codes: HashMap<String, Code>,
    given: u64,
}

#[derive(Debug)]
struct Code {
    client_id: String,
    redirect_uri: String,
    challenge: Option<String>,
    /// Who agreed.
    account: String,
}

pub(super) fn metadata(instance: &mut Instance, _call: &Call) -> Reply {
    let url = &instance.url;
    Reply::ok(&json!({
        "issuer": format!("{url}/"), "authorization_endpoint": format!("{url}/oauth/authorize"),
        "token_endpoint": format!("{url}/oauth/token"), "revocation_endpoint": format!("{url}/oauth/revoke"),
        "app_registration_endpoint": format!("{url}/api/v1/apps"), "scopes_supported": SCOPES,
        "response_types_supported": ["code"], "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "client_credentials"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
    }))
}

pub(super) fn register(instance: &mut Instance, call: &Call) -> Reply {
    let Some(name) = call.param("client_name").filter(|name| !name.is_empty()) else {
        return super::invalid("Validation failed: Application name can't be blank");
    };
    let Some(redirects) = call
        .params("redirect_uris")
        .or_else(|| call.param("redirect_uris").map(|uri| vec![uri]))
    else {
        return super::invalid("Validation failed: Redirect URI can't be blank");
    };
    let id = instance.next_id(call.at);
    let (client_id, client_secret) = (format!("client-{id}"), format!("client-secret-{id}"));
    instance.grants.clients.insert(client_id.clone(), client_secret.clone());
    let scopes = call.param("scopes").unwrap_or_else(|| DEFAULT_SCOPE.to_owned());
    Reply::ok(&json!({
        "id": id.to_string(), "name": name, "website": call.param("website"),
        "scopes": scopes.split_whitespace().collect::<Vec<_>>(), "redirect_uri": redirects.join("\n"),
        "redirect_uris": redirects, "client_id": client_id, "client_secret": client_secret,
        "client_secret_expires_at": 0, "vapid_key": instance::vapid_key(),
    }))
}

pub(super) fn authorize(instance: &mut Instance, call: &Call) -> Reply {
    let client_id = call.param("client_id").unwrap_or_default();
    let Some(redirect_uri) = call.param("redirect_uri") else {
        return unauthorised("invalid_request");
    };
    if !instance.grants.clients.contains_key(&client_id) {
        return unauthorised("invalid_client");
    }
    let scopes = call.param("scope").unwrap_or_else(|| DEFAULT_SCOPE.to_owned());
    if scopes.split_whitespace().any(|scope| !SCOPES.contains(&scope)) {
        return unauthorised("invalid_scope");
    }
    if call.param("deny").is_some() {
        return sent_back(&redirect_uri, call, ("error", "access_denied"));
    }
    let signed_in = call.param("as");
    let mut known = instance.accounts.iter().map(|holder| &holder.account);
    let person = known.find(|account| signed_in.as_ref().is_none_or(|handle| *handle == account.handle));
    let Some(account) = person.map(|account| account.id.clone()) else {
        return unauthorised("nobody is called so");
    };
    instance.grants.given += 1;
    let code = format!("code-{}", instance.grants.given);
    let challenge = call.param("code_challenge");
    let grant = Code {
        client_id,
        redirect_uri: redirect_uri.clone(),
        challenge,
        account,
    };
    instance.grants.codes.insert(code.clone(), grant);
    if redirect_uri == OUT_OF_BAND {
        return Reply::html(format!("<!doctype html><title>Code</title><code>{code}</code>"));
    }
    sent_back(&redirect_uri, call, ("code", &code))
}

fn sent_back(redirect: &str, call: &Call, (name, value): (&str, &str)) -> Reply {
    let Ok(mut location) = Url::parse(redirect) else {
        return unauthorised("invalid_redirect_uri");
    };
    location.query_pairs_mut().append_pair(name, value);
    if let Some(state) = call.param("state") {
        location.query_pairs_mut().append_pair("state", &state);
    }
    let mut reply = Reply::html(String::new()).header("location", location.to_string());
    reply.status = StatusCode::FOUND;
    reply
}

pub(super) fn token(instance: &mut Instance, call: &Call) -> Reply {
    let client_id = call.param("client_id").unwrap_or_default();
    if instance.grants.clients.get(&client_id) != call.param("client_secret").as_ref() {
        return unauthorised("invalid_client");
    }
    let scope = call.param("scope").unwrap_or_else(|| DEFAULT_SCOPE.to_owned());
    let access_token = match call.param("grant_type").as_deref() {
        Some("authorization_code") => {
            let grant = instance.grants.codes.remove(&call.param("code").unwrap_or_default());
            let Some(grant) = grant.filter(|grant| grant.honours(&client_id, call)) else {
                return unauthorised("invalid_grant");
            };
            let agreed = instance
                .accounts
                .iter_mut()
                .find(|holder| holder.account.id == grant.account);
            agreed.map_or_else(String::new, |holder| {
                // A new token takes the place of one that was withdrawn.
                holder.revoked = false;
                holder.account.secret.clone()
            })
        }
        // An application's own token reads what is public; this miniature knows it by nothing but its shape.
        Some("client_credentials") => format!("application-token-{client_id}"),
        _ => return unauthorised("unsupported_grant_type"),
    };
    let created_at = call.at.timestamp();
    Reply::ok(&json!({"access_token": access_token, "token_type": "Bearer", "scope": scope, "created_at": created_at}))
}

pub(super) fn revoke(instance: &mut Instance, call: &Call) -> Reply {
    let token = call.param("token").unwrap_or_default();
    for holder in instance
        .accounts
        .iter_mut()
        .filter(|holder| holder.account.secret == token)
    {
        holder.revoked = true;
    }
    Reply::ok(&json!({}))
}

impl Code {
    fn honours(&self, client_id: &str, call: &Call) -> bool {
        let proven = self.challenge.as_ref().is_none_or(|challenge| {
            let verifier = call.param("code_verifier").unwrap_or_default();
            *challenge == URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
        });
        proven && self.client_id == client_id && call.param("redirect_uri").as_ref() == Some(&self.redirect_uri)
    }
}

fn unauthorised(error: &str) -> Reply {
    let body = json!({"error": error, "error_description": "The authorization could not be granted."});
    Reply::json(StatusCode::BAD_REQUEST, &body).violation(error)
}
