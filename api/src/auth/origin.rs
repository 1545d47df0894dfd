//! Whether a request was made by our own pages: what keeps other sites from writing with a visitor's cookie.

use axum::http::{HeaderMap, header::ORIGIN};
use url::Url;

/// The browser's own word on where a request comes from (Fetch Metadata §2.3).
const SEC_FETCH_SITE: &str = "sec-fetch-site";

/// Whether the request comes from our own pages: the browser says so, or names our origin. Silence is no.
pub fn same_origin(headers: &HeaderMap, public_url: &Url) -> bool {
    if let Some(site) = headers.get(SEC_FETCH_SITE) {
        return site == "same-origin";
    }
    let origin = headers.get(ORIGIN).and_then(|origin| origin.to_str().ok());
    origin.is_some_and(|origin| origin == public_url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_and_strangers_are_refused() {
        let ours = Url::parse("https://ville.example/").unwrap();
        let said = |name: &'static str, value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(name, value.parse().unwrap());
            same_origin(&headers, &ours)
        };
        assert!(said("sec-fetch-site", "same-origin"));
        assert!(said("origin", "https://ville.example"));
        for (name, value) in [
            ("sec-fetch-site", "same-site"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "none"),
            ("origin", "null"),
            ("origin", "https://ville.example.evil.example"),
            ("origin", "http://ville.example"),
            ("referer", "https://ville.example"),
        ] {
            assert!(!said(name, value), "{name}: {value}");
        }
    }
}
