//! Each limit of the API holds, and says which it is.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::{net::SocketAddr, sync::Arc};

use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{Request, StatusCode},
};
use beffroi_api::{
    config::ApiConfig,
    limits::{MAX_ALIASES, MAX_COMPLEXITY, MAX_DEPTH, MAX_DIRECTIVES},
};
use beffroi_schema::bus::Bus;
use chrono::Duration;
use serde_json::{Value, json};

use crate::front::{Front, code};

/// Introspection nested so deep, which every contract allows to ask.
fn nested(depth: usize) -> String {
    let inner = "ofType { ".repeat(depth - 4);
    format!(
        "{{ __schema {{ types {{ fields {{ type {{ {inner} name {} }} }} }} }} }}",
        "}".repeat(depth - 4)
    )
}

async fn refused(front: &Front, query: &str) -> Option<String> {
    let answer = front.ask(None, query, json!({})).await;
    let message = answer["errors"][0]["message"].as_str().map(str::to_owned);
    assert!(message.is_none() || code(&answer) == "BAD_USER_INPUT", "{answer}");
    message
}

#[tokio::test]
async fn a_document_has_limits() {
    let front = Front::new().await;
    assert_eq!(refused(&front, &nested(MAX_DEPTH - 1)).await, None);
    assert!(refused(&front, &nested(MAX_DEPTH + 1)).await.is_some());

    let aliases = |count: usize| {
        let fields: Vec<String> = (0..count).map(|n| format!("a{n}: __typename")).collect();
        format!("{{ {} }}", fields.join(" "))
    };
    assert_eq!(refused(&front, &aliases(MAX_ALIASES)).await, None);
    let message = refused(&front, &aliases(MAX_ALIASES + 1)).await.unwrap();
    assert!(message.contains("31 aliases; at most 30"), "{message}");
    let hidden = format!("{{ ...F }} fragment F on Query {}", aliases(MAX_ALIASES + 1));
    assert!(refused(&front, &hidden).await.is_some(), "fragments are counted");

    let directives = |count: usize| format!("{{ __typename {} }}", "@include(if: true) ".repeat(count));
    assert!(refused(&front, &directives(MAX_DIRECTIVES + 1)).await.is_some());
}

#[tokio::test]
async fn a_costly_query_is_refused_before_it_is_executed() {
    let front = Front::new().await;
    let fields = "who action subject at detail ";
    let log = |first: u32| format!("a{first}: auditLog(first: {first}) {{ nodes {{ {fields} }} }} ");
    let query = format!("{{ {} }}", (90..100).map(log).collect::<String>());
    let message = refused(&front, &query).await.unwrap();
    assert!(message.contains("complex"), "{message}; at most {MAX_COMPLEXITY}");
}

fn from(address: &str, path: &str) -> Request<Body> {
    let peer: SocketAddr = format!("{address}:5000").parse().unwrap();
    Request::builder()
        .uri(path)
        .extension(ConnectInfo(peer))
        .body(Body::empty())
        .unwrap()
}

#[tokio::test]
async fn an_address_that_asks_too_much_waits_and_others_do_not() {
    let config = ApiConfig {
        requests_per_minute: 10,
        ..ApiConfig::default()
    };
    let front = Arc::new(Front::with(config, Bus::local()).await);
    let ask = async |address: &str| front.send(from(address, "/graphql?query=%7B__typename%7D")).await;
    for _ in 0..5 {
        assert_eq!(ask("192.0.2.1").await.status, StatusCode::OK);
    }
    let held = ask("192.0.2.1").await;
    assert_eq!(
        (held.status, held.header("retry-after")),
        (StatusCode::TOO_MANY_REQUESTS, "6")
    );
    assert_eq!(held.code(), "RATE_LIMITED");
    assert_eq!(held.json()["data"], Value::Null);
    assert_eq!(ask("192.0.2.2").await.status, StatusCode::OK);
    assert_eq!(
        front.send(from("192.0.2.1", "/live")).await.status,
        StatusCode::OK,
        "probes are not held"
    );
    front.clock.advance(Duration::seconds(6));
    assert_eq!(ask("192.0.2.1").await.status, StatusCode::OK);
    assert_eq!(ask("192.0.2.1").await.status, StatusCode::TOO_MANY_REQUESTS);
}

#[test]
fn a_configuration_out_of_bounds_names_its_key() {
    use beffroi_schema::config::Settings;
    for (toml, said) in [
        (
            "[api]\nrequests_per_minute = 1",
            "`api.requests_per_minute` must be within 10..=1000000",
        ),
        ("[api]\nproxies = 9", "`api.proxies` must be at most 5"),
        (
            "[api]\nrequest_timeout_ms = 1",
            "`api.request_timeout_ms` must be within 10..=60000",
        ),
    ] {
        let wrong = Settings::parse(toml).unwrap().section::<ApiConfig>().unwrap_err();
        assert_eq!(wrong.to_string(), said);
    }
    assert!(Settings::parse("").unwrap().section::<ApiConfig>().is_ok());
}
