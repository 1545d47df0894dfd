//! The headers of tus.

use std::collections::BTreeMap;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use base64::{Engine as _, prelude::BASE64_STANDARD};

/// The version of the protocol.
pub(super) const VERSION: HeaderValue = HeaderValue::from_static("1.0.0");
/// In which version a request or an answer speaks.
pub(super) const RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
/// Which versions we speak.
pub(super) const VERSIONS: HeaderName = HeaderName::from_static("tus-version");
/// What we can do beyond the core.
pub(super) const EXTENSIONS: HeaderName = HeaderName::from_static("tus-extension");
/// The most bytes of a file.
pub(super) const MAX_SIZE: HeaderName = HeaderName::from_static("tus-max-size");
/// Bytes of the file.
pub(super) const SIZE: HeaderName = HeaderName::from_static("upload-length");
/// Bytes that are here.
pub(super) const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
/// What the sender says of the file.
const METADATA: HeaderName = HeaderName::from_static("upload-metadata");
/// Until when the upload may be gone on with.
pub(super) const EXPIRES: HeaderName = HeaderName::from_static("upload-expires");
/// Longest metadata that is read, in bytes.
const MAX_METADATA: usize = 4_096;

/// A header that is a number.
pub(super) fn number(headers: &HeaderMap, name: &HeaderName) -> Option<u64> {
    let text = headers.get(name)?.to_str().ok()?;
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

/// What the sender says of a file: names, each with a text in base64.
#[derive(Debug, Default)]
pub(super) struct Metadata(BTreeMap<String, String>);

impl Metadata {
    pub(super) fn read(headers: &HeaderMap) -> Self {
        let text = headers.get(METADATA).and_then(|text| text.to_str().ok());
        let text = text.filter(|text| text.len() <= MAX_METADATA).unwrap_or_default();
        let pair = |pair: &str| {
            let (name, value) = pair.trim().split_once(' ')?;
            let value = String::from_utf8(BASE64_STANDARD.decode(value.trim()).ok()?).ok()?;
            Some((name.to_owned(), value))
        };
        Self(text.split(',').filter_map(pair).collect())
    }

    pub(super) fn get(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_sender_says_is_read_as_far_as_it_can_be() {
        let read = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(METADATA, text.parse().unwrap());
            Metadata::read(&headers).0.into_iter().collect::<Vec<_>>()
        };
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            read("filename w6l0w6kucGRm, authority YWJj,is_confidential"),
            [pair("authority", "abc"), pair("filename", "été.pdf")]
        );
        assert_eq!(read("filename ***,authority /w=="), []);
        assert_eq!(read(&format!("a {}", "YWJj".repeat(2_000))), []);
    }
}
