//! Signed calls, as a server checks them: RFC 5849 with HMAC-SHA1.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use ring::hmac;
use serde_json::{Value, json};

use crate::account::Account;
use crate::call::{Body, Call};

const CONSUMER: (&str, &str) = ("miniature-consumer", "miniature-consumer-secret");
const SKEW_S: i64 = 5 * 60;

/// The calls that were made, none of which is taken twice.
#[derive(Default)]
pub(crate) struct Signatures(Vec<String>);

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
        let given = |name: &str| {
            let mut pairs = signed.iter();
            let pair = pairs.find(|(key, _)| key == name);
            pair.map(|(_, value)| value.as_str()).unwrap_or_default()
        };
        let owner = accounts.iter().find_map(|account| {
            let secret: Value = serde_json::from_str(&account.secret).ok()?;
            let same = secret["token"] == given("oauth_token") && secret["consumer_key"] == given("oauth_consumer_key");
            same.then(|| (account.clone(), secret))
        });
        let (account, secret) = owner.ok_or(Unsigned::Token)?;
        let sent: i64 = given("oauth_timestamp").parse().unwrap_or_default();
        let nonce = format!("{sent} {}", given("oauth_nonce"));
        if (call.at.timestamp() - sent).abs() > SKEW_S {
            return Err(Unsigned::Late);
        }
        if self.0.contains(&nonce) {
            return Err(Unsigned::Signature("the nonce of another call"));
        }
        self.0.push(nonce);
        let key = format!("{}&{}", CONSUMER.1, secret["token_secret"].as_str().unwrap_or_default());
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key.as_bytes());
        let signature = BASE64_STANDARD.decode(given("oauth_signature")).unwrap_or_default();
        let base = base(call, url, &signed);
        let verified = hmac::verify(&key, base.as_bytes(), &signature);
        verified.map_err(|_| Unsigned::Signature("not signed as it was sent"))?;
        Ok(account)
    }
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
