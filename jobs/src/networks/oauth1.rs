//! Calls signed by OAuth 1.0a with HMAC-SHA1, as RFC 5849 says.

use std::sync::atomic::{AtomicU64, Ordering};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use beffroi_schema::{
    clock::Timestamp,
    value::{Application, RequestToken},
};
use reqwest::{Method, header::HeaderValue};
use ring::hmac;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use url::Url;

/// Who signs: the application, and the account that let it. As JSON, the secret of an account:
/// `{"consumer_key":…,"consumer_secret":…,"token":…,"token_secret":…}`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Signer {
    consumer_key: String,
    consumer_secret: SecretString,
    token: SecretString,
    token_secret: SecretString,
}

/// Names and values.
type Pairs<'a> = &'a [(&'a str, &'a str)];

/// What no two calls of one second may share.
static CALLS: AtomicU64 = AtomicU64::new(0);

impl Signer {
    /// An application by itself, or with the token that a person is asked to agree to.
    pub(super) fn of(application: &Application, asked: Option<&RequestToken>) -> Self {
        let part = |part: fn(&RequestToken) -> &String| asked.map_or(String::new(), |asked| part(asked).clone());
        Self {
            consumer_key: application.id.clone(),
            consumer_secret: application.secret.clone().into(),
            token: part(|asked| &asked.token).into(),
            token_secret: part(|asked| &asked.secret).into(),
        }
    }

    /// The `Authorization` of a call with these parameters: those of its query and of its form; files are not signed.
    pub(super) fn authorization(
        &self,
        method: &Method,
        url: &Url,
        parameters: &[(&str, &str)],
        now: Timestamp,
    ) -> Option<HeaderValue> {
        self.signed(method, url, (parameters, &[]), now, &self.nonce())
    }

    /// The `Authorization` of a step towards a token, with what the protocol says more in it: §2.
    pub(super) fn handshake(&self, url: &Url, more: (&str, &str), now: Timestamp) -> Option<HeaderValue> {
        self.signed(&Method::GET, url, (&[], &[more]), now, &self.nonce())
    }

    fn nonce(&self) -> String {
        let number = CALLS.fetch_add(1, Ordering::Relaxed);
        let nonce = Sha256::digest(format!(
            "{} {number} {}",
            std::process::id(),
            self.consumer_secret.expose_secret()
        ));
        BASE64_STANDARD.encode(&nonce[..18])
    }

    fn signed(
        &self,
        method: &Method,
        url: &Url,
        (parameters, more): (Pairs<'_>, Pairs<'_>),
        now: Timestamp,
        nonce: &str,
    ) -> Option<HeaderValue> {
        let time = now.timestamp().to_string();
        let mut protocol = vec![
            ("oauth_consumer_key", self.consumer_key.as_str()),
            ("oauth_nonce", nonce),
            ("oauth_signature_method", "HMAC-SHA1"),
            ("oauth_timestamp", &time),
            ("oauth_version", "1.0"),
        ];
        // Who asks for a token has none.
        if !self.token.expose_secret().is_empty() {
            protocol.push(("oauth_token", self.token.expose_secret()));
        }
        protocol.extend(more);
        let signature = self.signature(method, url, parameters, &protocol);
        protocol.push(("oauth_signature", &signature));
        let protocol = protocol.iter();
        let written: Vec<_> = protocol
            .map(|(name, value)| format!("{name}=\"{}\"", encoded(value)))
            .collect();
        let mut header = HeaderValue::from_str(&format!("OAuth {}", written.join(", "))).ok()?;
        header.set_sensitive(true);
        Some(header)
    }

    /// RFC 5849 §3.4.
    fn signature(&self, method: &Method, url: &Url, parameters: &[(&str, &str)], protocol: &[(&str, &str)]) -> String {
        let all = parameters.iter().chain(protocol);
        let mut all: Vec<_> = all.map(|(name, value)| (encoded(name), encoded(value))).collect();
        all.sort();
        let all: Vec<_> = all.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut place = url.clone();
        place.set_query(None);
        place.set_fragment(None);
        let base = format!("{method}&{}&{}", encoded(place.as_str()), encoded(&all.join("&")));
        let secrets = [&self.consumer_secret, &self.token_secret].map(|secret| encoded(secret.expose_secret()));
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secrets.join("&").as_bytes());
        BASE64_STANDARD.encode(hmac::sign(&key, base.as_bytes()))
    }
}

/// RFC 3986's unreserved characters stay; §3.6.
fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let written = text.bytes().map(|byte| {
        if plain(byte) {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    });
    written.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of <https://oauth.net/core/1.0/#anchor30>.
    #[test]
    fn a_known_call_has_its_known_signature() {
        let signer: Signer = serde_json::from_value(serde_json::json!({
            "consumer_key": "dpf43f3p2l4k3l03",
            "consumer_secret": "kd94hf93k423kf44",
            "token": "nnch734d00sl2jdk",
            "token_secret": "pfkkdhi9sl3r4s00",
        }))
        .unwrap();
        let url = "http://photos.example.net/photos".parse().unwrap();
        let parameters = [("file", "vacation.jpg"), ("size", "original")];
        let now = chrono::DateTime::from_timestamp(1_191_242_096, 0).unwrap();
        let nonce = "kllo9940pd9333jh";
        let header = signer
            .signed(&Method::GET, &url, (&parameters, &[]), now, nonce)
            .unwrap();
        let header = header.to_str().unwrap();
        assert!(
            header.contains("oauth_signature=\"tR3%2BTy81lMeYAr%2FFid0kMTYa%2FWM%3D\""),
            "{header}"
        );
        assert!(!format!("{signer:?}").contains("pfkkdhi9sl3r4s00"));
    }
}
