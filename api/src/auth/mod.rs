//! The only place where somebody becomes a [`Viewer`].
//!
//! A browser shows its session cookie, a program `Authorization: Bearer`. A phone's own credential is no sign-in: it
//! travels unchecked to the device verbs, which compare it.

mod address;
mod cookie;
mod origin;

use axum::http::{HeaderMap, HeaderValue, header::AUTHORIZATION};
use beffroi_schema::{store::StoreError, value::Viewer};
use secrecy::SecretString;

pub use self::{
    address::ClientAddress,
    cookie::{clear_cookie, session_cookie, session_secret},
    origin::same_origin,
};
use crate::state::AppState;

/// The header of a phone's own credential.
pub const DEVICE_CREDENTIAL: &str = "x-device-credential";
/// How a program's token begins.
const SCHEME: &[u8] = b"Bearer ";
/// Longest secret that is looked at.
const MAX_SECRET_BYTES: usize = 512;

/// What was shown, before it is checked.
#[derive(Clone, Debug)]
pub enum Credential {
    /// Nothing.
    None,
    /// A browser's session. It is sent by the browser whoever made the request: writes must come from our own pages.
    Cookie(SecretString),
    /// A program's token.
    Bearer(SecretString),
}

/// Why nobody could be recognised.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// The token is unknown, too old, or was revoked.
    #[error("this token is not valid")]
    Token,
    /// The store could not say.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Credential {
    /// Reads what the request shows. A token goes before a cookie.
    pub fn read(headers: &HeaderMap) -> Self {
        if let Some(token) = headers.get(AUTHORIZATION).and_then(bearer) {
            return Self::Bearer(token);
        }
        session_secret(headers).map_or(Self::None, Self::Cookie)
    }

    /// Whom it belongs to. An ended session is nobody's; an invalid token is an error, since a program cannot see that
    /// it was signed out.
    pub async fn viewer(&self, state: &AppState) -> Result<Option<Viewer>, AuthError> {
        match self {
            Self::None => Ok(None),
            Self::Cookie(secret) => Ok(state.store().session_viewer(secret).await?),
            Self::Bearer(secret) => state
                .store()
                .token_viewer(secret)
                .await?
                .map(Some)
                .ok_or(AuthError::Token),
        }
    }
}

/// The secret that a phone shows of itself.
pub fn device_credential(headers: &HeaderMap) -> Option<SecretString> {
    headers.get(DEVICE_CREDENTIAL).and_then(bounded).map(SecretString::from)
}

/// What stands after the scheme. A token that none of ours can be is one all the same: it must be refused, not taken for
/// nobody's.
fn bearer(header: &HeaderValue) -> Option<SecretString> {
    let scheme = header.as_bytes().get(..SCHEME.len())?;
    scheme.eq_ignore_ascii_case(SCHEME).then(|| {
        let token = bounded(header).and_then(|text| text.get(SCHEME.len()..));
        SecretString::from(token.unwrap_or_default().trim())
    })
}

fn bounded(header: &HeaderValue) -> Option<&str> {
    header.to_str().ok().filter(|text| text.len() <= MAX_SECRET_BYTES)
}
