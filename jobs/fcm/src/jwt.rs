//! The signed statement that is exchanged for an access token (RFC 7523, as Google's service accounts use it).

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use secrecy::ExposeSecret;
use serde::Serialize;

use crate::account::ServiceAccount;
use crate::config::ConfigError;

/// All that this crate asks to be allowed.
const SCOPE: &str = "https://www.googleapis.com/auth/firebase.messaging";
/// The longest life that Google accepts.
const LIFETIME: Duration = Duration::from_hours(1);

/// Signs for one account.
pub(crate) struct Signer {
    key: RsaKeyPair,
    key_id: Option<String>,
    issuer: String,
    audience: String,
}

#[derive(Serialize)]
struct Header<'a> {
    alg: &'static str,
    typ: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<&'a str>,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    scope: &'static str,
    aud: &'a str,
    iat: u64,
    exp: u64,
}

impl Signer {
    pub(crate) fn new(account: &ServiceAccount, audience: String) -> Result<Self, ConfigError> {
        let pem = account.private_key.expose_secret();
        let key = rustls_pemfile::pkcs8_private_keys(&mut pem.as_bytes())
            .next()
            .and_then(Result::ok)
            .ok_or(ConfigError::PrivateKey("no PKCS#8 key in PEM"))?;
        let key = RsaKeyPair::from_pkcs8(key.secret_pkcs8_der())
            .map_err(|_| ConfigError::PrivateKey("not an RSA key of at least 2048 bits"))?;
        let (key_id, issuer) = (account.private_key_id.clone(), account.client_email.clone());
        Ok(Self {
            key,
            key_id,
            issuer,
            audience,
        })
    }

    /// A JWT that is good for an hour from `now`.
    pub(crate) fn sign(&self, now: SystemTime) -> Result<String, &'static str> {
        let iat = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let header = Header {
            alg: "RS256",
            typ: "JWT",
            kid: self.key_id.as_deref(),
        };
        let exp = iat + LIFETIME.as_secs();
        let claims = Claims {
            iss: &self.issuer,
            scope: SCOPE,
            aud: &self.audience,
            iat,
            exp,
        };
        let mut jwt = format!("{}.{}", encode(&header)?, encode(&claims)?);
        let mut signature = vec![0; self.key.public().modulus_len()];
        self.key
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), jwt.as_bytes(), &mut signature)
            .map_err(|_| "the key does not sign")?;
        jwt.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut jwt);
        Ok(jwt)
    }
}

fn encode(part: &impl Serialize) -> Result<String, &'static str> {
    let json = serde_json::to_vec(part).map_err(|_| "the claims cannot be written as JSON")?;
    Ok(URL_SAFE_NO_PAD.encode(json))
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer")
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}
