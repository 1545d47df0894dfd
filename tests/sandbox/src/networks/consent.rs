//! Pages where people agree that an application posts for them, in miniature, and the codes that they bring back: RFC 6749
//! §4.1, RFC 7636. Consent is given at once: nobody sits in front of a miniature. `as=handle` says who is signed in there,
//! `deny=1` that they say no.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use http::StatusCode;
use serde_json::json;
use sha2::{Digest, Sha256};
use url::Url;

use crate::account::Account;
use crate::call::Call;
use crate::reply::Reply;

/// What a network asks of whoever asks for consent.
pub(crate) struct Rules {
    /// What it calls the name of an application.
    pub(crate) name: &'static str,
    /// The application that it knows.
    pub(crate) id: &'static str,
    pub(crate) secret: &'static str,
    /// What must be asked for.
    pub(crate) scopes: &'static [&'static str],
    /// What stands between two of them.
    pub(crate) between: char,
    /// Whether a code is bound to a verifier.
    pub(crate) pkce: bool,
    /// How long a code lives.
    pub(crate) lives: TimeDelta,
}

/// The codes given out.
#[derive(Default)]
pub(crate) struct Consents {
    codes: HashMap<String, Code>,
    given: u64,
}

struct Code {
    redirect: String,
    challenge: Option<String>,
    account: String,
    until: DateTime<Utc>,
}

impl Consents {
    /// The page: whoever is signed in agrees, or not, and is sent back.
    pub(crate) fn ask(&mut self, call: &Call, accounts: &[Account], rules: &Rules) -> Reply {
        let told = |name: &str| call.param(name).unwrap_or_default();
        let wrong = |why: &str| Reply::json(StatusCode::BAD_REQUEST, &json!({ "error": why })).violation(why);
        if told(rules.name) != rules.id {
            return wrong("an application that is not known here");
        }
        let redirect = told("redirect_uri");
        let Ok(mut back) = Url::parse(&redirect) else {
            return wrong("no address to go back to");
        };
        if told("response_type") != "code" || told("state").is_empty() {
            return wrong("a code is asked for, with a state");
        }
        let scopes = told("scope");
        let asked: Vec<_> = scopes.split(rules.between).collect();
        if !rules.scopes.iter().all(|scope| asked.contains(scope)) {
            return wrong("a scope is missing");
        }
        let challenge = call.param("code_challenge");
        if rules.pkce && (challenge.is_none() || told("code_challenge_method") != "S256") {
            return wrong("no challenge by S256");
        }
        back.query_pairs_mut().append_pair("state", &told("state"));
        let signed_in = accounts
            .iter()
            .find(|account| account.handle == told("as"))
            .or(accounts.first());
        match signed_in {
            Some(account) if call.param("deny").is_none() => {
                self.given += 1;
                let code = format!("miniature-code-{}", self.given);
                back.query_pairs_mut().append_pair("code", &code);
                let kept = Code {
                    redirect,
                    challenge,
                    account: account.id.clone(),
                    until: call.at + rules.lives,
                };
                self.codes.insert(code, kept);
            }
            Some(_) | None => {
                back.query_pairs_mut().append_pair("error", "access_denied");
            }
        }
        let mut reply = Reply::html(String::new()).header("location", back.to_string());
        reply.status = StatusCode::FOUND;
        reply
    }

    /// The id of the account whose person brought the code: it is taken once, from whom it was given to.
    pub(crate) fn exchange(&mut self, call: &Call, rules: &Rules) -> Result<String, Reply> {
        let refused = |error: &str, why: &str| {
            let body = json!({ "error": error, "error_description": why });
            Err(Reply::json(StatusCode::BAD_REQUEST, &body).violation(why))
        };
        let told = |name: &str| call.param(name).unwrap_or_default();
        let (id, secret) = call
            .basic()
            .unwrap_or_else(|| (told(rules.name), told("client_secret")));
        if (&*id, &*secret) != (rules.id, rules.secret) {
            return refused("invalid_client", "an application that is not known here");
        }
        let Some(code) = self.codes.remove(&told("code")) else {
            return refused("invalid_grant", "a code that was used, or never given");
        };
        if call.at >= code.until {
            let body = json!({ "error": "invalid_grant", "error_description": "the code has expired" });
            return Err(Reply::json(StatusCode::BAD_REQUEST, &body));
        }
        if told("redirect_uri") != code.redirect {
            return refused("invalid_grant", "another address to go back to");
        }
        let proven = code
            .challenge
            .is_none_or(|challenge| challenge == URL_SAFE_NO_PAD.encode(Sha256::digest(told("code_verifier"))));
        if !proven {
            return refused("invalid_grant", "the verifier does not fit the challenge");
        }
        Ok(code.account)
    }
}
