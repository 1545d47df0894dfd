//! Files, by the hash of their bytes: what stands at an address never changes.

use std::ops::Range;

use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use beffroi_schema::{files::Reading, media::slides::Form, store::StoreError};

use crate::state::AppState;

/// Hexadecimal digits of a SHA-256.
const DIGITS: usize = 64;
/// Media types that are served as they are; nothing else ever leaves by this address.
const SERVED: [&str; 7] = [
    "image/jpeg",
    "image/png",
    "image/webp",
    "video/mp4",
    "application/pdf",
    Form::Pptx.mime(),
    Form::Odp.mime(),
];
/// For ever.
const CACHING: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Whatever a file turns out to be, it runs nothing and fetches nothing, and is nobody's page.
const POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; sandbox");
/// Players ask for a video piece by piece.
const RANGES: HeaderValue = HeaderValue::from_static("bytes");

/// The bytes of a file, or a range of them.
pub(super) async fn file(State(state): State<AppState>, Path(sha256): Path<String>, request: HeaderMap) -> Response {
    match serve(&state, &sha256, &request).await {
        Ok(response) => response,
        Err(error) => {
            tracing::error!(cause = ?error, file = %sha256, "a file could not be read: {error}");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

async fn serve(state: &AppState, sha256: &str, request: &HeaderMap) -> Result<Response, StoreError> {
    let missing = || Ok(StatusCode::NOT_FOUND.into_response());
    if !is_hash(sha256) {
        return missing();
    }
    let found = state.store().file(sha256).await?;
    let Some(file) = found.filter(|file| SERVED.contains(&file.mime.as_str())) else {
        return missing();
    };
    let etag = format!("\"{sha256}\"");
    let own = [
        (header::CACHE_CONTROL, CACHING),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::ACCEPT_RANGES, RANGES),
    ];
    let named = |name: HeaderName, value: String| [(name, value)];
    if names(request, &header::IF_NONE_MATCH, &etag) {
        return Ok((StatusCode::NOT_MODIFIED, own, named(header::ETAG, etag)).into_response());
    }
    let size = u64::try_from(file.size).unwrap_or_default();
    // A range of what the client has begun to load (RFC 9110 §13.1.5): of anything else it gets the whole.
    let same = !request.contains_key(header::IF_RANGE) || names(request, &header::IF_RANGE, &etag);
    let wanted = request.get(header::RANGE).filter(|_| same);
    let range = match wanted.map_or(Wanted::Whole, |range| Wanted::read(range, size)) {
        Wanted::Whole => None,
        Wanted::Part(range) => Some(range),
        Wanted::Beyond => {
            let range = named(header::CONTENT_RANGE, format!("bytes */{size}"));
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, range).into_response());
        }
    };
    let Some(reading) = state.store().read_file(sha256, range.clone()).await? else {
        return missing();
    };
    let Reading {
        size,
        range: sent,
        bytes,
    } = reading;
    let about = (
        own,
        named(header::ETAG, etag),
        named(header::CONTENT_TYPE, file.mime),
        named(header::CONTENT_LENGTH, (sent.end - sent.start).to_string()),
    );
    let body = Body::from_stream(bytes);
    if range.is_none() {
        return Ok((about, body).into_response());
    }
    let part = format!("bytes {}-{}/{size}", sent.start, sent.end.saturating_sub(1));
    Ok((
        StatusCode::PARTIAL_CONTENT,
        about,
        named(header::CONTENT_RANGE, part),
        body,
    )
        .into_response())
}

fn is_hash(text: &str) -> bool {
    let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    text.len() == DIGITS && text.bytes().all(digit)
}

/// Whether the header names this version, or any.
fn names(request: &HeaderMap, header: &HeaderName, etag: &str) -> bool {
    let tags = request.get(header).and_then(|tags| tags.to_str().ok());
    tags.unwrap_or_default()
        .split(',')
        .map(|tag| tag.trim().trim_start_matches("W/"))
        .any(|tag| tag == etag || tag == "*")
}

/// What a `Range` asks for (RFC 9110 §14).
#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    /// Everything, or something we need not understand: several ranges, another unit.
    Whole,
    /// These bytes.
    Part(Range<u64>),
    /// Bytes that there are not.
    Beyond,
}

impl Wanted {
    fn read(range: &HeaderValue, size: u64) -> Self {
        let read = range.to_str().ok().and_then(|range| range.strip_prefix("bytes="));
        let Some((first, last)) = read.and_then(|range| range.trim().split_once('-')) else {
            return Self::Whole;
        };
        let number = |text: &str| {
            let digits = text.bytes().all(|digit| digit.is_ascii_digit());
            text.parse::<u64>().ok().filter(|_| digits)
        };
        let range = match (number(first), number(last)) {
            (Some(first), Some(last)) if first <= last => first..last.saturating_add(1).min(size),
            (Some(first), None) if last.is_empty() => first..size,
            // The last bytes.
            (None, Some(length)) if first.is_empty() => size.saturating_sub(length)..size,
            (Some(_) | None, _) => return Self::Whole,
        };
        if range.is_empty() {
            Self::Beyond
        } else {
            Self::Part(range)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        for (text, wanted) in [
            ("bytes=0-0", Wanted::Part(0..1)),
            ("bytes=2-4", Wanted::Part(2..5)),
            ("bytes=8-", Wanted::Part(8..10)),
            ("bytes=-3", Wanted::Part(7..10)),
            ("bytes=-99", Wanted::Part(0..10)),
            ("bytes=5-99", Wanted::Part(5..10)),
            ("bytes=10-", Wanted::Beyond),
            ("bytes=10-12", Wanted::Beyond),
            ("bytes=-0", Wanted::Beyond),
            ("bytes=4-2", Wanted::Whole),
            ("bytes=0-1,4-5", Wanted::Whole),
            ("bytes=-", Wanted::Whole),
            ("bytes=a-b", Wanted::Whole),
            ("bytes=+1-2", Wanted::Whole),
            ("bytes=99999999999999999999-", Wanted::Whole),
            ("lines=1-2", Wanted::Whole),
        ] {
            assert_eq!(Wanted::read(&HeaderValue::from_static(text), 10), wanted, "{text}");
        }
    }
}
