//! GraphQL over HTTP: what is answered to good and to bad requests.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::future::{pending, ready};

use async_graphql::{EmptyMutation, EmptySubscription, Object, Schema};
use axum::{body::Body, http::StatusCode};
use beffroi_api::{
    AppState,
    config::ApiConfig,
    graphql::{error::Errors, http::routes},
};
use beffroi_schema::{bus::Bus, store::StoreError};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use crate::front::{Front, OURS, answer_of, built, instance};

const JSON: (&str, &str) = ("content-type", "application/json");
const NEW: (&str, &str) = ("accept", "application/graphql-response+json");
const OLD: (&str, &str) = ("accept", "application/json");

#[tokio::test]
async fn answers_are_written_as_the_client_asks() {
    let front = Front::new().await;
    let query = r#"{"query":"{ __typename }"}"#;
    for (accept, written) in [
        (vec![JSON], "application/json; charset=utf-8"),
        (vec![JSON, ("accept", "*/*")], "application/json; charset=utf-8"),
        (vec![JSON, OLD], "application/json; charset=utf-8"),
        (vec![JSON, NEW], "application/graphql-response+json; charset=utf-8"),
    ] {
        let answer = front.post(&accept, query).await;
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (StatusCode::OK, written)
        );
        assert_eq!(answer.json(), json!({ "data": { "__typename": "Query" } }));
    }
    let picky = front.post(&[JSON, ("accept", "text/csv")], query).await;
    assert_eq!(picky.status, StatusCode::NOT_ACCEPTABLE);
}

#[tokio::test]
async fn a_request_that_cannot_be_read_is_refused_with_a_reason() {
    let front = Front::new().await;
    let large = format!(
        r#"{{"query":"{{ __typename }}","operationName":"{}"}}"#,
        "x".repeat(33_000)
    );
    let form = ("content-type", "application/x-www-form-urlencoded");
    let parts = ("content-type", "multipart/form-data; boundary=x");
    let latin = ("content-type", "application/json; charset=iso-8859-1");
    for (headers, body, status) in [
        (vec![JSON], "{", 400),
        (vec![JSON], "\"text\"", 400),
        (vec![JSON], "{}", 400),
        (vec![JSON], r#"{"query":7}"#, 400),
        (vec![JSON], r#"{"query":"{ __typename }","variables":[]}"#, 400),
        (vec![JSON], r#"{"query":"{ __typename }","extensions":"x"}"#, 400),
        (vec![JSON], r#"[{"query":"{ __typename }"}]"#, 400),
        (vec![JSON], large.as_str(), 413),
        (vec![], r#"{"query":"{ __typename }"}"#, 415),
        (
            vec![("content-type", "text/plain")],
            r#"{"query":"{ __typename }"}"#,
            415,
        ),
        (vec![form], "query={__typename}", 415),
        (vec![parts], "--x--", 415),
        (vec![latin], r#"{"query":"{ __typename }"}"#, 415),
    ] {
        let answer = front.post(&headers, body).await;
        let start: String = body.chars().take(60).collect();
        assert_eq!(answer.status.as_u16(), status, "{headers:?} {start}");
        assert_eq!(answer.code(), "BAD_USER_INPUT", "{start}");
        assert!(answer.json().get("data").is_none(), "{start}");
    }
}

#[tokio::test]
async fn what_cannot_be_executed_has_a_status_for_new_clients_and_200_for_old_ones() {
    let front = Front::new().await;
    for query in [
        "{",
        "{ nothingOfTheKind }",
        "query($n: Int!) { __typename }",
        "subscription { x }",
    ] {
        let body = json!({ "query": query }).to_string();
        for (accept, status) in [(NEW, StatusCode::BAD_REQUEST), (OLD, StatusCode::OK)] {
            let answer = front.post(&[JSON, accept], &body).await;
            assert_eq!(
                (answer.status, answer.code().as_str()),
                (status, "BAD_USER_INPUT"),
                "{query}: {}",
                answer.body
            );
            assert!(answer.json().get("data").is_none(), "{query}");
        }
    }
}

#[tokio::test]
async fn reading_by_get_works_and_writing_by_get_does_not() {
    let front = Front::new().await;
    let read = front.get("/graphql?query=%7B__typename%7D&variables=%7B%7D", &[]).await;
    assert_eq!(
        (read.status, read.json()["data"]["__typename"].as_str()),
        (StatusCode::OK, Some("Query"))
    );
    let bad = front.get("/graphql?query=%7B__typename%7D&variables=%7B", &[]).await;
    assert_eq!(bad.status, StatusCode::BAD_REQUEST);
    assert_eq!(front.get("/graphql", &[]).await.status, StatusCode::BAD_REQUEST);

    let mutation = "mutation%20Bye%7BsignOutEverywhere%7Bsessions%7D%7D";
    for query in [
        mutation.to_owned(),
        format!("query%20Q%7B__typename%7D{mutation}&operationName=Bye"),
    ] {
        let answer = front.get(&format!("/graphql?query={query}"), &[]).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{query}");
        assert_eq!(
            (answer.header("allow"), answer.code().as_str()),
            ("POST", "BAD_USER_INPUT")
        );
    }
    let other = front
        .get(
            &format!("/graphql?query=query%20Q%7B__typename%7D{mutation}&operationName=Q"),
            &[],
        )
        .await;
    assert_eq!(
        other.json()["data"]["__typename"],
        "Query",
        "the other operation is not executed"
    );
}

#[tokio::test]
async fn a_query_is_sent_once_and_then_named_by_its_hash() {
    let front = Front::new().await;
    let hash = "7f56e67dd21ab3f30d1ff8b7bed08893f0a0db86449836189b361dd1e56ddb4b";
    let named = json!({ "extensions": { "persistedQuery": { "version": 1, "sha256Hash": hash } } });
    let unknown = front.post(&[JSON], &named.to_string()).await;
    assert_eq!(unknown.code(), "PERSISTED_QUERY_NOT_FOUND");
    assert_eq!(
        unknown.json()["errors"][0]["message"],
        "PersistedQueryNotFound",
        "what Apollo's client looks for"
    );
    assert_eq!(unknown.header("cache-control"), "no-store");

    let mut with_text = named.clone();
    with_text["query"] = json!("{ __typename }");
    assert_eq!(
        front.post(&[JSON], &with_text.to_string()).await.json()["data"]["__typename"],
        "Query"
    );
    assert_eq!(
        front.post(&[JSON], &named.to_string()).await.json()["data"]["__typename"],
        "Query"
    );
    let by_get = format!(
        "/graphql?extensions={}",
        named["extensions"]
            .to_string()
            .replace('{', "%7B")
            .replace('}', "%7D")
            .replace('"', "%22")
    );
    assert_eq!(front.get(&by_get, &[]).await.json()["data"]["__typename"], "Query");

    with_text["query"] = json!("{ viewer { name } }");
    let forged = front.post(&[JSON], &with_text.to_string()).await;
    assert_eq!(
        (forged.status, forged.code().as_str()),
        (StatusCode::BAD_REQUEST, "BAD_USER_INPUT")
    );
}

/// A contract of which every field fails in its own way.
struct Failing;

#[Object]
impl Failing {
    async fn surprise(&self) -> async_graphql::Result<i32> {
        ready(Err("the disk of db-7.internal is full".into())).await
    }

    async fn absent(&self) -> async_graphql::Result<i32> {
        ready(Err(StoreError::NotFound.into())).await
    }

    async fn changed(&self) -> async_graphql::Result<i32> {
        ready(Err(StoreError::Conflict { current: 4 }.into())).await
    }

    async fn endless(&self) -> i32 {
        pending().await
    }
}

async fn ask_failing(query: &str) -> crate::front::Answer {
    let front = Front::new().await;
    let config = ApiConfig {
        request_timeout_ms: 10,
        ..ApiConfig::default()
    };
    let state = AppState::new(front.state.boards().clone(), &instance(), &config).unwrap();
    let schema = Schema::build(Failing, EmptyMutation, EmptySubscription)
        .extension(Errors)
        .data(front.store)
        .finish();
    let body = json!({ "query": query }).to_string();
    answer_of(
        routes(schema).with_state(state),
        built("POST", "/graphql", &[JSON, NEW], Body::from(body)),
    )
    .await
}

#[tokio::test]
async fn errors_have_codes_and_never_show_the_inside() {
    let answer = ask_failing("{ surprise }").await;
    let error = answer.json()["errors"][0].clone();
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (StatusCode::OK, "INTERNAL_SERVER_ERROR")
    );
    assert!(
        error["extensions"]["id"].as_str().is_some_and(|id| id.len() == 36),
        "{error}"
    );
    assert!(!answer.body.contains("db-7"), "{}", answer.body);
    assert_eq!(ask_failing("{ absent }").await.code(), "NOT_FOUND");
    let changed = ask_failing("{ changed }").await.json();
    assert_eq!(
        changed["errors"][0]["extensions"],
        json!({ "code": "CONFLICT", "currentVersion": 4 })
    );
    let late = ask_failing("{ endless }").await;
    assert_eq!(
        (late.status, late.code().as_str()),
        (StatusCode::SERVICE_UNAVAILABLE, "INTERNAL_SERVER_ERROR")
    );
}

#[tokio::test]
async fn a_browser_gets_the_explorer_and_only_its_own_script_runs() {
    let front = Front::new().await;
    let page = front
        .get(
            "/graphql",
            &[("accept", "text/html,*/*;q=0.8"), ("accept-language", "fr")],
        )
        .await;
    let policy = page.header("content-security-policy");
    let nonce = policy
        .split("'nonce-")
        .nth(1)
        .and_then(|rest| rest.split('\'').next())
        .unwrap();
    assert!(page.body.contains(&format!("<script nonce=\"{nonce}\">")) && page.body.contains("Explorateur"));
    assert_eq!(page.body.matches("<script").count(), 1);
    assert!(
        !page.body.contains("https://") && !page.body.contains("http://"),
        "no other host"
    );
    let other = front.get("/graphql", &[("accept", "text/html")]).await;
    assert_ne!(other.header("content-security-policy"), policy, "a nonce is used once");

    let contract = front.get("/schema.graphql", &[]).await;
    assert!(
        contract
            .body
            .contains("directive @requires(role: Role!) on FIELD_DEFINITION"),
        "{}",
        contract.body
    );
}

#[tokio::test]
async fn any_site_may_read_and_none_as_its_visitor() {
    let front = Front::new().await;
    let answer = front
        .post(
            &[JSON, ("origin", "https://app.example")],
            r#"{"query":"{ __typename }"}"#,
        )
        .await;
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert_eq!(answer.header("access-control-allow-credentials"), "");
}

#[tokio::test]
async fn the_process_says_whether_it_can_work() {
    let front = Front::new().await;
    assert_eq!(front.get("/live", &[]).await.json(), json!({ "status": "live" }));
    let ready = front.get("/ready", &[]).await;
    assert_eq!(
        (ready.status, ready.json()),
        (
            StatusCode::OK,
            json!({ "status": "ready", "database": "ok", "bus": "ok" })
        )
    );

    // Nothing listens on the discard port.
    let cut_off = Front::with(
        ApiConfig::default(),
        Bus::redis("redis://:hunter2@127.0.0.1:9").unwrap(),
    )
    .await;
    let unready = cut_off.get("/ready", &[]).await;
    assert_eq!(unready.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(
        unready.json(),
        json!({ "status": "unready", "database": "ok", "bus": "unreachable" })
    );
    assert_eq!(cut_off.get("/live", &[]).await.status, StatusCode::OK);
}

#[tokio::test]
async fn requests_are_counted_by_route_and_secrets_are_not() {
    let front = Front::new().await;
    let secret = "a-secret-of-an-invitation";
    front.get(&format!("/invitation/{secret}"), OURS).await;
    let counted = front.get("/metrics", &[]).await;
    let line = "beffroi_http_requests_total{route=\"/invitation/{secret}\",method=\"GET\",status=\"404\"}";
    assert!(counted.body.contains(line), "{}", counted.body);
    assert!(counted.body.contains("beffroi_http_request_seconds_bucket") && !counted.body.contains(secret));
}

#[tokio::test]
async fn languages_come_from_the_address_or_the_header() {
    let front = Front::new().await;
    let authority = front.authority("valbourg").await;
    let admin = front.token(authority, beffroi_schema::value::Role::Admin).await;
    let bearer = format!("Bearer {}", admin.expose_secret());
    let id = beffroi_api::graphql::id::global("Authority", authority.0).to_string();
    let query = "mutation($id: ID!) { createApiToken(input: { authorityId: $id, name: \"\", role: EDITOR }) { problems { message } } }";
    let body = json!({ "query": query, "variables": { "id": id } }).to_string();
    let message = async |path: &str, header: &str| -> Value {
        let headers = [JSON, ("authorization", bearer.as_str()), ("accept-language", header)];
        let answer = front
            .send(built("POST", path, &headers, Body::from(body.clone())))
            .await;
        answer.json()["data"]["createApiToken"]["problems"][0]["message"].take()
    };
    let (english, french) = (
        message("/graphql", "en-GB").await,
        message("/graphql?languages=fr", "en-GB").await,
    );
    assert!(english.as_str().unwrap().starts_with("Say what"), "{english}");
    assert!(french.as_str().unwrap().starts_with("Dites"), "{french}");
}
