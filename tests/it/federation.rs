//! Our own actors in the fediverse, against small servers that sign and verify with another library.

mod crash;
mod delivery;
mod desk;
mod inbox;
mod serving;

use axum::{
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use beffroi_tests::City;
use serde_json::Value;
use tower::ServiceExt as _;

/// Largest answer that a test reads.
const ALL: usize = 1 << 20;

/// Asks the town as a program of the fediverse.
async fn get(city: &City, address: &str) -> (StatusCode, Value) {
    let path = address.trim_start_matches("https://valbourg.example");
    let request = Request::get(path)
        .header(header::ACCEPT, "application/activity+json")
        .body(Body::empty())
        .unwrap();
    let answer = city.router.clone().oneshot(request).await.unwrap();
    let status = answer.status();
    let body = to_bytes(answer.into_body(), ALL).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap_or_default())
}
