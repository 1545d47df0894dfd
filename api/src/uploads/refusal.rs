//! What an upload is answered when it cannot go on.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use beffroi_schema::store::StoreError;

use super::headers::{RESUMABLE, VERSION};
use crate::language;

/// The answer to a request that is refused. Boxed, so that a `Result` with it stays small.
#[derive(Debug)]
pub(super) struct Refused(Box<Response>);

impl From<Response> for Refused {
    fn from(response: Response) -> Self {
        Self(Box::new(response))
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        *self.0
    }
}

/// An answer in this version of the protocol.
pub(super) fn answer(status: StatusCode) -> Response {
    let own = [
        (RESUMABLE, VERSION),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (status, own).into_response()
}

/// A refusal with its sentence, for whoever writes a client.
pub(super) fn refused(status: StatusCode, said: &'static str) -> Refused {
    let mut response = answer(status);
    *response.body_mut() = Body::from(said);
    response.into()
}

/// The bytes that came do not follow those that are here.
pub(super) fn elsewhere() -> Refused {
    refused(StatusCode::CONFLICT, "the upload stands elsewhere: ask with HEAD")
}

/// What the store said of it, for whoever sent the file.
pub(super) fn failed(headers: &HeaderMap, error: StoreError) -> Refused {
    match error {
        StoreError::NotFound => refused(StatusCode::NOT_FOUND, "no upload here"),
        StoreError::Problems(problems) => {
            let french = language::is_french(&language::wanted(headers, None));
            let first = problems.first();
            let said = first.map(|problem| problem.message(if french { "fr" } else { "en" }).to_owned());
            let mut response = answer(StatusCode::PAYLOAD_TOO_LARGE);
            *response.body_mut() = Body::from(said.unwrap_or_default());
            response.into()
        }
        error @ (StoreError::Conflict { .. }
        | StoreError::Duplicate
        | StoreError::Sealed
        | StoreError::Hashing
        | StoreError::Database(_)
        | StoreError::Files(_)) => {
            tracing::error!(cause = ?error, "an upload failed: {error}");
            refused(StatusCode::INTERNAL_SERVER_ERROR, "this failed; try again")
        }
    }
}
