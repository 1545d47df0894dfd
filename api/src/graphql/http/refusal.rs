//! A request that is refused before the contract is asked.

use async_graphql::{Response as Answer, ServerError, Value};
use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use beffroi_schema::store::StoreError;

use super::respond::Media;
use crate::{graphql::error::Code, state::AppState};

/// The status and the one error of a refused request.
#[derive(Clone, Debug)]
pub struct Refusal {
    status: StatusCode,
    /// Boxed, so that a `Result` with it stays small.
    error: Box<ServerError>,
}

impl Refusal {
    /// A refusal with its sentence.
    pub fn new(status: StatusCode, code: Code, message: impl Into<String>) -> Self {
        Self {
            status,
            error: Box::new(ServerError::new(message, None)),
        }
        .with("code", code.as_str())
    }

    /// Adds an extension beside the code.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.error
            .extensions
            .get_or_insert_default()
            .set(name, Value::from(value.into()));
        self
    }

    /// A fault of ours: logged under an id, of which only the id leaves.
    pub fn internal(state: &AppState, error: &StoreError) -> Self {
        let id = state.store().ids().make::<uuid::Uuid>();
        tracing::error!(error.id = %id, cause = ?error, "internal error: {error}");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            Code::InternalServerError,
            "internal error",
        )
        .with("id", id.to_string())
    }

    pub(super) fn into_parts(self) -> (StatusCode, Answer) {
        (self.status, Answer::from_errors(vec![*self.error]))
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        Media::Json.refuse(self)
    }
}
