//! Signed calls, as a server checks them: RFC 5849 with HMAC-SHA1.

use std::collections::HashMap;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use chrono::{DateTime, TimeDelta, Utc};
use http::StatusCode;
use ring::hmac;
use serde_json::{Value, json};
use url::Url;

use crate::account::Account;
use crate::call::{Body, Call};
use crate::reply::Reply;

const CONSUMER: (&str, &str) = ("miniature-consumer", "miniature-consumer-secret");
const SKEW_S: i64 = 5 * 60;

/// How long a token that is asked for waits for its person.
const WAITS: TimeDelta = TimeDelta::minutes(5);

/// The calls that were made, none of which is taken twice; and the tokens that people agreed to.
#[derive(Default)]
pub(crate) struct Signatures {
    nonces: Vec<String>,
    asked: HashMap<String, Asked>,
    /// Token, its secret, and whose it is.
    given: Vec<(String, String, Account)>,
    number: u64,
}

/// A token that was asked for.
struct Asked {
    secret: String,
    callback: Url,
    until: DateTime<Utc>,
    /// Who agreed, and what proves it.
    agreed: Option<(Account, String)>,
}

/// What an account's owner is given: an application's key and a token.
pub(crate) fn secret(number: usize) -> String {
    json!({ "consumer_key": CONSUMER.0, "consumer_secret": CONSUMER.1,
        "token": format!("miniature-token-{number}"), "token_secret": format!("miniature-token-secret-{number}") })
    .to_string()
}

/// Why a call is nobody's.
pub(crate) enum Unsigned {
    Token,
    Signature(&'static str),
    /// What somebody sent who then died may be read when its time is over.
    Late,
}

impl Signatures {
    /// Whose call it is: §3.2.
    pub(crate) fn signer(&mut self, call: &Call, url: &str, accounts: &[Account]) -> Result<Account, Unsigned> {
        let signed = protocol(call);
        let (key, token) = (told(&signed, "oauth_consumer_key"), told(&signed, "oauth_token"));
        let own = accounts.iter().find_map(|account| {
            let secret: Value = serde_json::from_str(&account.secret).ok()?;
            let part = |name: &str| secret[name].as_str().unwrap_or_default().to_owned();
            (part("token") == token).then(|| (account.clone(), part("token_secret")))
        });
        let mut agreed = self.given.iter().filter(|(known, ..)| *known == token);
        let agreed = agreed
            .next()
            .map(|(_, secret, account)| (account.clone(), secret.clone()));
        let owner = own.or(agreed).filter(|_| key == CONSUMER.0);
        let (account, secret) = owner.ok_or(Unsigned::Token)?;
        self.verify(call, url, &signed, &secret)?;
        Ok(account)
    }

    fn verify(
        &mut self,
        call: &Call,
        url: &str,
        signed: &[(String, String)],
        token_secret: &str,
    ) -> Result<(), Unsigned> {
        let sent: i64 = told(signed, "oauth_timestamp").parse().unwrap_or_default();
        let nonce = format!("{sent} {}", told(signed, "oauth_nonce"));
        if (call.at.timestamp() - sent).abs() > SKEW_S {
            return Err(Unsigned::Late);
        }
        if self.nonces.contains(&nonce) {
            return Err(Unsigned::Signature("the nonce of another call"));
        }
        self.nonces.push(nonce);
        let key = format!("{}&{token_secret}", CONSUMER.1);
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key.as_bytes());
        let signature = BASE64_STANDARD
            .decode(told(signed, "oauth_signature"))
            .unwrap_or_default();
        let base = base(call, url, signed);
        let verified = hmac::verify(&key, base.as_bytes(), &signature);
        verified.map_err(|_| Unsigned::Signature("not signed as it was sent"))
    }

    /// A token for whoever will agree: §2.1.
    pub(crate) fn ask(&mut self, call: &Call, url: &str) -> Reply {
        let signed = protocol(call);
        if told(&signed, "oauth_consumer_key") != CONSUMER.0 {
            return problem("consumer_key_unknown");
        }
        if self.verify(call, url, &signed, "").is_err() {
            return problem("signature_invalid");
        }
        let Ok(callback) = Url::parse(told(&signed, "oauth_callback")) else {
            return problem("parameter_absent&oauth_parameters_absent=oauth_callback").violation("no callback");
        };
        self.number += 1;
        let (token, secret) = (
            format!("asked-{}", self.number),
            format!("asked-secret-{}", self.number),
        );
        let answer = format!("oauth_callback_confirmed=true&oauth_token={token}&oauth_token_secret={secret}");
        let asked = Asked {
            secret,
            callback,
            until: call.at + WAITS,
            agreed: None,
        };
        self.asked.insert(token, asked);
        Reply::html(answer)
    }

    /// The page where whoever is signed in agrees to the token, and is sent back: §2.2.
    pub(crate) fn agree(&mut self, call: &Call, accounts: &[Account]) -> Reply {
        let told = |name: &str| call.param(name).unwrap_or_default();
        let token = told("oauth_token");
        let signed_in = accounts.iter().find(|account| account.handle == told("as"));
        let signed_in = signed_in.or(accounts.first()).cloned();
        let (Some(asked), Some(account)) = (self.asked.get_mut(&token), signed_in) else {
            return problem("token_rejected").violation("a token that was not asked for");
        };
        if told("perms") != "delete" {
            return problem("permission_unknown").violation("the permission to delete is not asked for");
        }
        let verifier = format!("verifier-of-{token}");
        let mut back = asked.callback.clone();
        back.query_pairs_mut()
            .append_pair("oauth_token", &token)
            .append_pair("oauth_verifier", &verifier);
        asked.agreed = Some((account, verifier));
        let mut reply = Reply::html(String::new()).header("location", back.to_string());
        reply.status = StatusCode::FOUND;
        reply
    }

    /// The account's token for one that was agreed to, once: §2.3. With whose it is.
    pub(crate) fn exchange(&mut self, call: &Call, url: &str) -> Result<(Reply, Account), Reply> {
        let signed = protocol(call);
        let Some(asked) = self.asked.remove(told(&signed, "oauth_token")) else {
            return Err(problem("token_used").violation("a token that was used, or not asked for"));
        };
        if call.at >= asked.until {
            return Err(problem("token_expired"));
        }
        if self.verify(call, url, &signed, &asked.secret).is_err() {
            return Err(problem("signature_invalid").violation("not signed as it was sent"));
        }
        let proven = |(_, verifier): &(Account, String)| verifier == told(&signed, "oauth_verifier");
        let Some((account, _)) = asked.agreed.filter(proven) else {
            return Err(problem("verifier_invalid").violation("nobody agreed to this"));
        };
        let (token, secret) = (
            format!("agreed-{}", self.number),
            format!("agreed-secret-{}", self.number),
        );
        let answer = format!(
            "fullname={}&oauth_token={token}&oauth_token_secret={secret}&user_nsid={}&username={}",
            escape(&account.name),
            escape(&account.id),
            escape(&account.handle)
        );
        self.given.push((token, secret, account.clone()));
        Ok((Reply::html(answer).by(&account.id), account))
    }
}

fn told<'a>(signed: &'a [(String, String)], name: &str) -> &'a str {
    let pair = signed.iter().find(|(key, _)| key == name);
    pair.map(|(_, value)| value.as_str()).unwrap_or_default()
}

/// <https://oauth.pbworks.com/ProblemReporting>
fn problem(word: &str) -> Reply {
    let mut reply = Reply::html(format!("oauth_problem={word}"));
    reply.status = StatusCode::UNAUTHORIZED;
    reply
}

/// What was signed: all parameters but the signature, and no file: §3.4.1.
fn base(call: &Call, url: &str, signed: &[(String, String)]) -> String {
    let form = match &call.body {
        Body::Form { fields, .. } => fields.as_slice(),
        Body::Empty | Body::Json(_) | Body::Raw(_) | Body::Malformed(_) | Body::TooLarge => &[],
    };
    let all = signed.iter().chain(form).chain(&call.query);
    let mut all: Vec<String> = all
        .filter(|(name, _)| name != "oauth_signature")
        .map(|(name, value)| format!("{}={}", escape(name), escape(value)))
        .collect();
    all.sort();
    let url = format!("{url}{}", call.path);
    format!("{}&{}&{}", call.method, escape(&url), escape(&all.join("&")))
}

/// The parameters of the `Authorization` header: §3.5.1.
fn protocol(call: &Call) -> Vec<(String, String)> {
    let header = call.header("authorization").unwrap_or_default();
    let pairs = header.trim_start_matches("OAuth ").split(", ");
    let pairs = pairs.filter_map(|pair| pair.split_once('='));
    pairs
        .map(|(name, value)| (name.to_owned(), unescape(value.trim_matches('"'))))
        .collect()
}

fn escape(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    let written = text.bytes().map(|byte| {
        if plain(byte) {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    });
    written.collect()
}

/// Header values hold no `+` for a space.
fn unescape(text: &str) -> String {
    let decoded = url::form_urlencoded::parse(text.replace('+', "%2B").as_bytes())
        .into_owned()
        .next();
    decoded.map(|(name, _)| name).unwrap_or_default()
}
