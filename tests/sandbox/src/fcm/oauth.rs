//! `POST /token`: a signed assertion for an access token.
//!
//! <https://developers.google.com/identity/protocols/oauth2/service-account#httprest>

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use http::StatusCode;
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use serde::Deserialize;
use serde_json::json;

use super::service_account::{self, CLIENT_EMAIL, KeyError};
use crate::call::Call;
use crate::reply::Reply;

const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const SCOPES: [&str; 2] = [
    "https://www.googleapis.com/auth/firebase.messaging",
    "https://www.googleapis.com/auth/cloud-platform",
];
/// Google's own client libraries sign for these names of the token endpoint, wherever they then send the assertion.
const GOOGLE_AUDIENCES: [&str; 2] = [
    "https://oauth2.googleapis.com/token",
    "https://accounts.google.com/o/oauth2/token",
];
const ASSERTION_LIFETIME_S: i64 = 3600;
/// Google forgives clocks that differ by this much.
const CLOCK_SKEW_S: i64 = 300;
const ACCESS_TOKEN_LIFETIME_S: i64 = 3599;
/// Real ones are about a thousand characters long, and travel with every request.
const ACCESS_TOKEN_BYTES: usize = 760;

pub(super) struct OAuth {
    public_key: Vec<u8>,
    audience: String,
    random: SystemRandom,
    issued: HashMap<String, DateTime<Utc>>,
    pub(super) sign_ins: u64,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    #[serde(default)]
    scope: String,
    aud: String,
    iat: i64,
    exp: i64,
}

/// How a bearer token fails.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unauthorised {
    Missing,
    /// Never handed out, or revoked.
    Unknown,
    Expired,
}

impl OAuth {
    pub(super) fn new(origin: &str) -> Result<Self, KeyError> {
        Ok(Self {
            public_key: service_account::public_key()?,
            audience: service_account::token_url(origin),
            random: SystemRandom::new(),
            issued: HashMap::new(),
            sign_ins: 0,
        })
    }

    pub(super) fn grant(&mut self, call: &Call) -> Reply {
        match self.verify(call) {
            Ok(()) => self.issue(call.at),
            Err((error, description)) => refuse(error, description).violation(description),
        }
    }

    pub(super) fn authorise(&self, call: &Call) -> Result<(), Unauthorised> {
        let token = call.bearer().ok_or(Unauthorised::Missing)?;
        let expires = self.issued.get(token).ok_or(Unauthorised::Unknown)?;
        if call.at < *expires {
            Ok(())
        } else {
            Err(Unauthorised::Expired)
        }
    }

    pub(super) fn revoke_all(&mut self) {
        self.issued.clear();
    }

    fn verify(&self, call: &Call) -> Result<(), (&'static str, &'static str)> {
        if call.param("grant_type").as_deref() != Some(GRANT_TYPE) {
            return Err(("unsupported_grant_type", "Invalid grant_type"));
        }
        let assertion = call
            .param("assertion")
            .ok_or(("invalid_request", "Missing assertion"))?;
        let claims = self
            .claims(&assertion)
            .ok_or(("invalid_grant", "Invalid JWT Signature."))?;
        if claims.iss != CLIENT_EMAIL {
            return Err(("invalid_grant", "Invalid grant: account not found"));
        }
        if claims.aud != self.audience && !GOOGLE_AUDIENCES.contains(&claims.aud.as_str()) {
            return Err(("invalid_grant", "Invalid JWT: Failed audience check."));
        }
        let now = call.at.timestamp();
        let too_long = claims.exp - claims.iat > ASSERTION_LIFETIME_S;
        if too_long || claims.exp + CLOCK_SKEW_S < now || claims.iat - CLOCK_SKEW_S > now {
            return Err((
                "invalid_grant",
                "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. \
                 Check your iat and exp values in the JWT claim.",
            ));
        }
        if !claims.scope.split(' ').any(|scope| SCOPES.contains(&scope)) {
            return Err(("invalid_scope", "Invalid OAuth scope or ID token audience provided."));
        }
        Ok(())
    }

    /// The claims of an assertion that the service account has signed.
    fn claims(&self, assertion: &str) -> Option<Claims> {
        let (signed, signature) = assertion.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let header: serde_json::Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).ok()?).ok()?;
        if header["alg"] != "RS256" {
            return None;
        }
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &self.public_key);
        key.verify(signed.as_bytes(), &signature).ok()?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()
    }

    fn issue(&mut self, now: DateTime<Utc>) -> Reply {
        let Some(token) = self.mint(now) else {
            return Reply::json(StatusCode::INTERNAL_SERVER_ERROR, &json!({"error": "internal_failure"}));
        };
        self.sign_ins += 1;
        let body = json!({"access_token": token, "expires_in": ACCESS_TOKEN_LIFETIME_S, "token_type": "Bearer"});
        Reply::ok(&body).by(CLIENT_EMAIL)
    }

    /// A token that is believed from now on; none when the system has no randomness to give.
    pub(super) fn mint(&mut self, now: DateTime<Utc>) -> Option<String> {
        let mut bytes = [0; ACCESS_TOKEN_BYTES];
        self.random.fill(&mut bytes).ok()?;
        let token = format!("ya29.c.{}", URL_SAFE_NO_PAD.encode(bytes));
        self.issued.retain(|_, expires| now < *expires);
        self.issued
            .insert(token.clone(), now + TimeDelta::seconds(ACCESS_TOKEN_LIFETIME_S));
        Some(token)
    }
}

pub(super) fn refuse(error: &str, description: &str) -> Reply {
    Reply::json(
        StatusCode::BAD_REQUEST,
        &json!({"error": error, "error_description": description}),
    )
}
