//! The demonstration's service account.
//!
//! Its key is in the repository for everyone to read. It protects nothing: only this miniature, on loopback, believes
//! it, and Google has never seen it.

use rustls_pemfile::Item;
use serde_json::json;

const KEY_PEM: &str = include_str!("demo-key.pem");
const KEY_ID: &str = "6d696e6961747572652d6b65792d31";

pub(super) const PROJECT: &str = "valbourg-demo";
pub(super) const CLIENT_EMAIL: &str = "push@valbourg-demo.iam.gserviceaccount.com";

/// The demonstration key is not a key.
#[derive(Debug, thiserror::Error)]
#[error("demo-key.pem is no PKCS#8 RSA key")]
pub struct KeyError;

pub(super) fn token_url(origin: &str) -> String {
    format!("{origin}/token")
}

pub(super) fn json(origin: &str) -> String {
    json!({
        "type": "service_account",
        "project_id": PROJECT,
        "private_key_id": KEY_ID,
        "private_key": KEY_PEM,
        "client_email": CLIENT_EMAIL,
        "client_id": "100000000000000000001",
        "auth_uri": format!("{origin}/o/oauth2/auth"),
        "token_uri": token_url(origin),
        "universe_domain": "googleapis.com",
    })
    .to_string()
}

/// What the signatures are checked with (PKCS#1 DER).
pub(super) fn public_key() -> Result<Vec<u8>, KeyError> {
    let Ok(Some((Item::Pkcs8Key(key), _))) = rustls_pemfile::read_one_from_slice(KEY_PEM.as_bytes()) else {
        return Err(KeyError);
    };
    let pair = ring::signature::RsaKeyPair::from_pkcs8(key.secret_pkcs8_der()).map_err(|_| KeyError)?;
    Ok(pair.public().as_ref().to_vec())
}
