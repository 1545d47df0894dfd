//! The session's cookie.

use axum::http::HeaderMap;
use axum_extra::extract::CookieJar;
use beffroi_schema::store::SESSION_DAYS;
use secrecy::{ExposeSecret as _, SecretString};
use url::{Host, Url};

use super::MAX_SECRET_BYTES;

/// Over TLS. The prefix makes browsers refuse it from anywhere but this very host, and without `Secure`.
const NAME: &str = "__Host-beffroi";
/// On `http://127.0.0.1`, where browsers refuse the prefix.
const LOOPBACK_NAME: &str = "beffroi";
const SECONDS_A_DAY: i64 = 24 * 60 * 60;

/// The `Set-Cookie` of a new session.
pub fn session_cookie(public_url: &Url, secret: &SecretString) -> String {
    set_cookie(public_url, secret.expose_secret(), SESSION_DAYS * SECONDS_A_DAY)
}

/// The `Set-Cookie` that removes it.
pub fn clear_cookie(public_url: &Url) -> String {
    set_cookie(public_url, "", 0)
}

/// The session that a request shows.
pub fn session_secret(headers: &HeaderMap) -> Option<SecretString> {
    let jar = CookieJar::from_headers(headers);
    let cookie = jar.get(NAME).or_else(|| jar.get(LOOPBACK_NAME))?;
    let value = cookie.value();
    (!value.is_empty() && value.len() <= MAX_SECRET_BYTES).then(|| SecretString::from(value))
}

fn set_cookie(public_url: &Url, value: &str, seconds: i64) -> String {
    let (name, secure) = if is_plain_loopback(public_url) {
        (LOOPBACK_NAME, "")
    } else {
        (NAME, "; Secure")
    };
    format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
}

/// Trying it out on one's own machine is the one case without TLS.
fn is_plain_loopback(url: &Url) -> bool {
    let here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "http" && here
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_loopback_goes_without_secure() {
        let cookie = |url: &str| session_cookie(&Url::parse(url).unwrap(), &"s".into());
        assert_eq!(
            cookie("https://ville.example"),
            "__Host-beffroi=s; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax; Secure"
        );
        assert_eq!(
            cookie("http://127.0.0.1:8080"),
            "beffroi=s; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax"
        );
        assert!(cookie("http://ville.example").contains("; Secure"));
    }
}
