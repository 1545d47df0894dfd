//! What residents ask.

use axum::{
    body::{Body, to_bytes},
    http::{Request, header},
};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::City;

/// Largest answer that is read.
const MAX_ANSWER_BYTES: usize = 1 << 20;

impl City {
    /// Asks as a resident who reads French, through the router; fails on errors.
    pub async fn graphql(&self, query: &str) -> Value {
        let request = Request::post("/graphql")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT_LANGUAGE, "fr")
            .body(Body::from(json!({ "query": query }).to_string()));
        let response = self.router.clone().oneshot(request.unwrap()).await.unwrap();
        let bytes = to_bytes(response.into_body(), MAX_ANSWER_BYTES).await.unwrap();
        let mut answer: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(answer["errors"], Value::Null, "{query}");
        answer["data"].take()
    }
}
