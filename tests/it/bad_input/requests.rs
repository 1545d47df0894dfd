//! What programs send: bodies, documents, arguments, tokens.

use axum::{body::Body, http::StatusCode};
use beffroi_api::limits::MAX_DEPTH;
use beffroi_schema::value::Role;
use chrono::Duration;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};

use super::rows;
use crate::front::{Front, OURS, built, code, operator};

const JSON: (&str, &str) = ("content-type", "application/json");

#[tokio::test]
async fn bodies_that_are_no_request_are_refused_and_change_nothing() {
    let front = Front::new().await;
    let before = rows(&front.database.connection).await;
    let deep = "[".repeat(30_000);
    let huge = format!(
        r#"{{"query":"{{ __typename }}","variables":{{"n":{}}}}}"#,
        "9".repeat(20_000)
    );
    for body in [
        &b""[..],
        b"\0",
        b"\xff\xfe{\0\"\0",
        b"{\"query\":\"\xe9\"}",
        b"\xef\xbb\xbf{",
        b"null",
        b"{\"query\":null}",
        b"{\"query\":\"{ __typename }\",\"query\":\"{ __typename }\"",
        b"{\"query\":\"\\ud800\"}",
        deep.as_bytes(),
        huge.as_bytes(),
    ] {
        let request = built("POST", "/graphql", &[JSON], Body::from(body.to_vec()));
        let answer = front.send(request).await;
        let start = String::from_utf8_lossy(&body[..body.len().min(40)]).into_owned();
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{start}: {}", answer.body);
        assert_eq!(answer.code(), "BAD_USER_INPUT", "{start}");
        assert!(answer.body.len() < 1_000, "{start}: the body is not repeated");
    }
    let endless = built("POST", "/graphql", &[JSON], Body::from(vec![b' '; 5 << 20]));
    assert_eq!(front.send(endless).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(rows(&front.database.connection).await, before);
}

#[tokio::test]
async fn documents_that_would_cost_too_much_are_refused() {
    let front = Front::new().await;
    front.authority("valbourg").await;
    front.state.boards().refresh().await.unwrap();
    let nested = |depth: usize| {
        format!(
            "{{ authorities {{ {} id {} }} }}",
            "parent { ".repeat(depth),
            "}".repeat(depth)
        )
    };
    let listed = format!("{{ nodes(ids: [{}]) {{ id }} }}", "\"x\",".repeat(3_000));
    let many: Vec<String> = (0..200).map(|n| format!("query Q{n} {{ __typename }}")).collect();
    let many = many.join(" ");
    for (query, why) in [
        (nested(MAX_DEPTH + 1), "deep"),
        (nested(1_500), "deep"),
        (format!("{{ {} }}", "a:__typename ".repeat(2_000)), "aliases"),
        (
            "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }".to_owned(),
            "a loop of fragments",
        ),
        (listed, "a long list"),
        (many, "no operation is named"),
        (
            "{ feed(first: 99999999999999999999) { nodes { id } } }".to_owned(),
            "a huge number",
        ),
        (
            "{ feed(first: 1e400) { nodes { id } } }".to_owned(),
            "a number that is none",
        ),
        (format!("{{ {} }}", "x".repeat(30_000)), "a long name"),
    ] {
        let answer = front.ask(None, &query, json!({})).await;
        let start: String = query.chars().take(60).collect();
        assert_eq!(
            code(&answer),
            "BAD_USER_INPUT",
            "{why}: {start}: {}",
            answer["errors"][0]
        );
        assert_eq!(answer["data"], Value::Null, "{why}");
    }
}

#[tokio::test]
async fn arguments_that_cannot_be_are_answered_with_a_sentence() {
    let front = Front::new().await;
    front.authority("valbourg").await;
    front.state.boards().refresh().await.unwrap();
    for (query, said) in [
        (near(91.0, 2.0, 500.0), "latitude is -90 to 90"),
        (near(48.0, -180.5, 500.0), "longitude -180 to 180"),
        (near(48.0, 2.0, -1.0), "more than 0 metres"),
        (
            "{ events(between: { start: \"2026-06-02T00:00:00Z\", end: \"2026-06-01T00:00:00Z\" }) { nodes { id } } }"
                .to_owned(),
            "the end must follow the start",
        ),
        (
            "{ events(between: { start: \"2026-02-30T00:00:00Z\", end: \"2027-01-01T00:00:00Z\" }) { nodes { id } } }"
                .to_owned(),
            "DateTime",
        ),
        ("{ node(id: \"\\u0000\") { id } }".to_owned(), "id"),
        (
            "{ feed(after: \"AAAA\\u0000\") { nodes { id } } }".to_owned(),
            "endCursor",
        ),
    ] {
        let answer = front.ask(None, &query, json!({})).await;
        let message = answer["errors"][0]["message"].as_str().unwrap_or_default();
        assert_eq!(code(&answer), "BAD_USER_INPUT", "{query}: {answer}");
        assert!(message.contains(said), "{query}: {message}");
    }
    let nowhere = front
        .ask(
            None,
            "{ feed(authority: \"val\\u0000bourg\") { nodes { id } } }",
            json!({}),
        )
        .await;
    assert_eq!(code(&nowhere), "NOT_FOUND");
    let named = front.ask(None, "{ stops(named: \"\\u0000\") { id } }", json!({})).await;
    assert_eq!(named["data"]["stops"], json!([]), "nothing is called so: {named}");
}

fn near(latitude: f64, longitude: f64, radius: f64) -> String {
    format!(
        "{{ feed(filter: {{ near: {{ point: {{ latitude: {latitude:?}, longitude: {longitude:?} }}, radius: {radius:?} }} }}) \
         {{ nodes {{ id }} }} }}"
    )
}

#[tokio::test]
async fn tokens_that_are_none_open_nothing() {
    let front = Front::new().await;
    let authority = front.authority("valbourg").await;
    let good = front.token(authority, Role::Editor).await;
    let short = beffroi_schema::store::NewToken {
        authority,
        name: "one hour".to_owned(),
        role: Role::Editor,
        expires_at: Some(front.clock.now() + Duration::hours(1)),
    };
    let expired = front.store.create_token(&operator(), short).await.unwrap().1;
    front.clock.advance(Duration::hours(1));
    let before = rows(&front.database.connection).await;
    let mut forged = good.expose_secret().to_owned();
    forged.pop();
    for wrong in [
        expired.expose_secret().to_owned(),
        forged,
        "é".to_owned(),
        "x".repeat(7_000),
        "' OR 1=1 --".to_owned(),
    ] {
        let answer = front
            .ask(Some(&SecretString::from(wrong.clone())), "{ __typename }", json!({}))
            .await;
        assert_eq!(code(&answer), "UNAUTHENTICATED", "{wrong:.20}: {answer}");
        assert!(!answer.to_string().contains(&wrong), "a token is not repeated");
    }
    for header in ["Bearer", "Bearer ", "Basic b2RpbGU6eA==", "bearer\tx"] {
        let answer = front
            .post(&[JSON, ("authorization", header)], r#"{"query":"{ staff { id } }"}"#)
            .await;
        assert_eq!(answer.code(), "UNAUTHENTICATED", "{header}: {}", answer.body);
    }
    for cookie in [
        "__Host-beffroi=",
        "__Host-beffroi=x",
        "__Host-beffroi=%00; __Host-beffroi=y",
        ";;;=",
    ] {
        let headers = [JSON, ("cookie", cookie), ("sec-fetch-site", "same-origin")];
        let answer = front.post(&headers, r#"{"query":"{ staff { id } }"}"#).await;
        assert_eq!(answer.code(), "UNAUTHENTICATED", "{cookie}: {}", answer.body);
    }
    assert_eq!(rows(&front.database.connection).await, before);
}

#[tokio::test]
async fn paths_and_forms_that_make_no_sense_are_answered() {
    let front = Front::new().await;
    front.authority("valbourg").await;
    let before = rows(&front.database.connection).await;
    for path in [
        "/invitation/%00",
        "/invitation/..%2f..%2fetc%2fpasswd",
        "/valbourg/disruption/not-an-id",
        "/valbourg/%F0%9F%9A%8B/00000000-0000-0000-0000-000000000000",
        "/nulle-part",
        "/media/00000000-0000-0000-0000-000000000000",
    ] {
        let answer = front.get(path, &[]).await;
        assert!(
            answer.status.is_client_error(),
            "{path}: {} {}",
            answer.status,
            answer.body
        );
    }
    let long = "x".repeat(1 << 20);
    for fields in [
        vec![],
        vec![("email", "odile@ville.example")],
        vec![("email", "\0"), ("password", "\0")],
        vec![("email", "odile@ville.example"), ("password", long.as_str())],
    ] {
        let answer = front.form("/sign-in", OURS, &fields).await;
        assert!(
            answer.status.is_client_error(),
            "{} {}",
            answer.status,
            answer.body.len()
        );
        assert_eq!(answer.header("set-cookie"), "");
    }
    assert_eq!(rows(&front.database.connection).await, before);
}
