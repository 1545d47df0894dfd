//! Signing and verifying by <https://datatracker.ietf.org/doc/html/draft-cavage-http-signatures-12>.

use std::collections::BTreeMap;

use axum::body::Body;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use http::{Request, header};
use http_body_util::BodyExt as _;
use rsa::pkcs1v15::{Signature, SigningKey, VerifyingKey};
use rsa::pkcs8::{DecodePrivateKey as _, DecodePublicKey as _, EncodePublicKey as _, LineEnding};
use rsa::sha2::{Digest as _, Sha256};
use rsa::signature::{SignatureEncoding as _, Signer as _, Verifier as _};
use rsa::{RsaPrivateKey, RsaPublicKey};
use serde_json::Value;
use tower::ServiceExt as _;

use super::{KEYS, Shared};
use crate::call::{Body as Sent, Call};
use crate::lock::lock;

/// What Mastodon allows.
const OLDEST: TimeDelta = TimeDelta::hours(12);

pub(super) fn digest(body: &[u8]) -> String {
    format!("SHA-256={}", BASE64_STANDARD.encode(Sha256::digest(body)))
}

/// The signature of a text by one of the keys.
pub(super) fn sign(key: usize, text: &str) -> String {
    let signed = private(key).map(|key| SigningKey::<Sha256>::new(key).sign(text.as_bytes()).to_bytes());
    BASE64_STANDARD.encode(signed.unwrap_or_default())
}

fn private(key: usize) -> Option<RsaPrivateKey> {
    RsaPrivateKey::from_pkcs8_pem(KEYS.get(key)?).ok()
}

pub(super) fn body_of(call: &Call) -> Bytes {
    match &call.body {
        Sent::Raw(bytes) => bytes.clone(),
        Sent::Empty | Sent::Json(_) | Sent::Form { .. } | Sent::Malformed(_) | Sent::TooLarge => Bytes::new(),
    }
}

impl Shared {
    pub(super) fn public_key(&self) -> String {
        let key = lock(&self.state).key;
        let pem = private(key).and_then(|key| RsaPublicKey::from(key).to_public_key_pem(LineEnding::LF).ok());
        pem.unwrap_or_default()
    }

    /// Who signed a request; or why it is not believed.
    pub(super) async fn verify(&self, call: &Call) -> Result<String, String> {
        let header = call.header("signature").ok_or("there is no signature")?;
        let parameters: BTreeMap<&str, &str> = header
            .split(',')
            .filter_map(|one| one.split_once('='))
            .map(|(name, value)| (name.trim(), value.trim().trim_matches('"')))
            .collect();
        let parameter = |name: &str| parameters.get(name).copied().ok_or(format!("no {name}"));
        let (key_id, names) = (parameter("keyId")?, parameter("headers")?);
        let names: Vec<&str> = names.split(' ').collect();
        for needed in ["(request-target)", "host", "date"] {
            if !names.contains(&needed) {
                return Err(format!("{needed} is not signed"));
            }
        }
        self.check_body(call, &names)?;
        let mut lines = Vec::new();
        for name in &names {
            let value = if *name == "(request-target)" {
                format!("{} {}", call.method.as_str().to_lowercase(), call.path)
            } else {
                call.header(name)
                    .ok_or(format!("{name} is signed and absent"))?
                    .to_owned()
            };
            lines.push(format!("{name}: {value}"));
        }
        let signature = BASE64_STANDARD
            .decode(parameter("signature")?)
            .map_err(|error| error.to_string())?;
        let (owner, pem) = self.key_of(key_id).await?;
        let key = RsaPublicKey::from_public_key_pem(&pem).map_err(|error| error.to_string())?;
        let signature = Signature::try_from(signature.as_slice()).map_err(|error| error.to_string())?;
        VerifyingKey::<Sha256>::new(key)
            .verify(lines.join("\n").as_bytes(), &signature)
            .map_err(|_| "the signature does not hold".to_owned())?;
        Ok(owner)
    }

    fn check_body(&self, call: &Call, names: &[&str]) -> Result<(), String> {
        let date = call
            .header("date")
            .and_then(|date| DateTime::parse_from_rfc2822(date).ok());
        let age: Option<TimeDelta> = date.map(|date| call.at - date.with_timezone(&Utc));
        if age.is_none_or(|age| age.abs() > OLDEST) {
            return Err("the date is not of today".to_owned());
        }
        let authority = self.url.trim_start_matches("http://");
        if call.header("host") != Some(authority) {
            return Err("it is for another host".to_owned());
        }
        let body = body_of(call);
        let whole = names.contains(&"digest") && call.header("digest") == Some(digest(&body).as_str());
        if body.is_empty() || whole {
            return Ok(());
        }
        Err("the digest is not that of the body".to_owned())
    }

    /// The owner of a key, and the key, as the instance shows them.
    async fn key_of(&self, key_id: &str) -> Result<(String, String), String> {
        let address = key_id.split('#').next().unwrap_or_default();
        let document = self.look(address).await?;
        let key = &document["publicKey"];
        if key["id"] != key_id || key["owner"] != document["id"] || document["id"] != address {
            return Err("the actor does not own up to the key".to_owned());
        }
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Ok((text(&document["id"]), text(&key["publicKeyPem"])))
    }

    /// A document of the instance.
    pub(super) async fn look(&self, address: &str) -> Result<Value, String> {
        let world = lock(&self.world).clone();
        let (router, base) = world.ok_or("it knows nobody")?;
        let path = address.strip_prefix(&base).ok_or("it is not of the instance")?;
        let request = Request::get(path)
            .header(header::ACCEPT, "application/activity+json")
            .body(Body::empty())
            .map_err(|error| error.to_string())?;
        let answer = router.oneshot(request).await.map_err(|error| error.to_string())?;
        let status = answer.status();
        let body = answer.into_body().collect().await.map_err(|error| error.to_string())?;
        if !status.is_success() {
            return Err(format!("{address} answered {status}"));
        }
        serde_json::from_slice(&body.to_bytes()).map_err(|error| error.to_string())
    }
}
