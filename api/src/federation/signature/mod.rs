//! Whether a request is signed in good form: by whom, over what. Whether the signature holds is found out later.
//!
//! Two forms are in use: draft-cavage (all of the fediverse) and RFC 9421 (Mastodon since 4.5, Fedify).

mod cavage;
mod fields;
mod rfc9421;

use axum::http::{HeaderMap, Method, Uri, header};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use beffroi_schema::clock::Timestamp;
use chrono::{DateTime, TimeDelta};
use sha2::{Digest as _, Sha256};
use url::Url;

/// How old a signature may be: servers try again for hours with what they signed once.
const OLDEST: TimeDelta = TimeDelta::hours(12);
/// How far a clock over there may be ahead of ours.
const SKEW: TimeDelta = TimeDelta::hours(1);
/// Longest signature: that of a key of 8,192 bits.
const MAX_SIGNATURE: usize = 1_024;
/// Longest name of a key.
const MAX_KEY_ID: usize = 2_048;
/// Most parts of a request that are signed.
const MAX_PARTS: usize = 24;

/// A request as it came.
pub(super) struct Received<'a> {
    pub(super) method: &'a Method,
    pub(super) uri: &'a Uri,
    pub(super) headers: &'a HeaderMap,
    pub(super) body: &'a [u8],
    pub(super) public: &'a Url,
    /// Of our public address: what is signed for another server is not for us.
    pub(super) host: &'a str,
    pub(super) now: Timestamp,
}

/// By whom, and over what.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Signed {
    pub(super) key_id: String,
    pub(super) text: String,
    pub(super) signature: Vec<u8>,
}

/// The signature of a request, or why it is not taken.
pub(super) fn read(request: &Received<'_>) -> Result<Signed, &'static str> {
    let host = request
        .headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .or_else(|| request.uri.authority().map(http::uri::Authority::as_str));
    if !host.is_some_and(|host| host.eq_ignore_ascii_case(request.host)) {
        return Err("the request is for another host");
    }
    if request.headers.contains_key("signature-input") {
        rfc9421::read(request)
    } else {
        cavage::read(request)
    }
}

impl Received<'_> {
    fn header(&self, name: &str) -> Option<String> {
        let values: Vec<&str> = self
            .headers
            .get_all(name)
            .iter()
            .filter_map(|value| value.to_str().ok().map(str::trim))
            .collect();
        (!values.is_empty()).then(|| values.join(", "))
    }

    fn target(&self) -> &str {
        self.uri.path_and_query().map_or("/", |target| target.as_str())
    }

    /// Whether a list of digests (`SHA-256=…`, `sha-256=:…:`) has that of the body.
    fn has_digest(&self, list: &str) -> bool {
        let own = BASE64_STANDARD.encode(Sha256::digest(self.body));
        list.split(',').any(|one| {
            one.trim()
                .split_once('=')
                .is_some_and(|(kind, value)| kind.eq_ignore_ascii_case("sha-256") && value.trim_matches(':') == own)
        })
    }

    fn is_timely(&self, at: Timestamp) -> bool {
        at >= self.now - OLDEST && at <= self.now + SKEW
    }
}

fn http_date(text: &str) -> Option<Timestamp> {
    DateTime::parse_from_rfc2822(text).ok().map(|at| at.to_utc())
}

/// What both forms must have in the end.
fn checked(key_id: String, text: String, signature: &str) -> Result<Signed, &'static str> {
    let signature = BASE64_STANDARD
        .decode(signature)
        .ok()
        .filter(|bytes| !bytes.is_empty() && bytes.len() <= MAX_SIGNATURE)
        .ok_or("the signature is no base64")?;
    let key = Url::parse(&key_id)
        .ok()
        .filter(|url| ["https", "http"].contains(&url.scheme()));
    if key.is_none() || key_id.len() > MAX_KEY_ID {
        return Err("the key is no address");
    }
    Ok(Signed {
        key_id,
        text,
        signature,
    })
}

#[cfg(test)]
mod tests;
