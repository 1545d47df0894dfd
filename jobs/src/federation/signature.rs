//! HTTP signatures as the fediverse writes them
//! (<https://datatracker.ietf.org/doc/html/draft-cavage-http-signatures-12>): RSA-SHA256 over the request line, the host,
//! the date and the digest of the body.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use beffroi_schema::clock::Timestamp;
use reqwest::{
    Method,
    header::{CONTENT_TYPE, DATE, HeaderName, HeaderValue},
};
use sha2::{Digest as _, Sha256};
use url::Url;

use super::keys::SigningKey;

/// The type of every body of ours (ActivityPub §3.2).
pub(super) const ACTIVITY: &str = "application/activity+json";

/// What a signed request carries beside its body; none when something of it cannot stand in a header.
pub(super) fn headers(
    key: &SigningKey,
    key_id: &str,
    method: &Method,
    url: &Url,
    body: Option<&[u8]>,
    now: Timestamp,
) -> Option<Vec<(HeaderName, HeaderValue)>> {
    let date = now.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let mut signed = vec![
        (
            "(request-target)",
            format!("{} {}", method.as_str().to_lowercase(), target(url)),
        ),
        ("host", host(url)?),
        ("date", date.clone()),
    ];
    let mut headers = vec![(DATE, date)];
    if let Some(body) = body {
        let digest = format!("SHA-256={}", BASE64_STANDARD.encode(Sha256::digest(body)));
        signed.push(("digest", digest.clone()));
        signed.push(("content-type", ACTIVITY.to_owned()));
        headers.push((HeaderName::from_static("digest"), digest));
        headers.push((CONTENT_TYPE, ACTIVITY.to_owned()));
    }
    let text: Vec<String> = signed.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    let names: Vec<&str> = signed.iter().map(|(name, _)| *name).collect();
    let signature = key.sign(&text.join("\n"))?;
    headers.push((
        HeaderName::from_static("signature"),
        format!(
            "keyId=\"{key_id}\",algorithm=\"rsa-sha256\",headers=\"{}\",signature=\"{signature}\"",
            names.join(" ")
        ),
    ));
    let header = |(name, value): (HeaderName, String)| Some((name, HeaderValue::from_str(&value).ok()?));
    headers.into_iter().map(header).collect()
}

fn target(url: &Url) -> String {
    url.query()
        .map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()))
}

/// As it stands in the `Host` header.
fn host(url: &Url) -> Option<String> {
    let host = url.host_str()?;
    Some(
        url.port()
            .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")),
    )
}
