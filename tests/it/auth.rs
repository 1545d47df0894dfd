//! Who gets in, and what they may do once inside.

use axum::http::StatusCode;
use beffroi_schema::value::Role;
use chrono::Duration;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use crate::front::{EVERYWHERE, Front, OURS, PASSWORD, code, operator};

const WHO: &str = "{ viewer { name roles { role authorityId } } }";
const STAFF: &str = "{ staff { id name email roles { role authorityId } } }";
const CREATE_TOKEN: &str = "mutation($input: CreateApiTokenInput!) {
    createApiToken(input: $input) { token { id } secret problems { code path message } }
}";
const GRANT: &str = "mutation($input: GrantRoleInput!) {
    grantRole(input: $input) { staff { roles { role } } problems { code path message } }
}";

/// The name of whoever is signed in by this cookie.
async fn name_of(front: &Front, cookie: &str) -> Value {
    let headers = [
        ("content-type", "application/json"),
        ("cookie", cookie),
        ("sec-fetch-site", "same-origin"),
    ];
    front.post(&headers, &json!({ "query": WHO }).to_string()).await.json()["data"]["viewer"]["name"].take()
}

#[tokio::test]
async fn the_first_operator_joins_by_a_link_that_works_once() {
    let front = Front::new().await;
    let path = front.operator("Odile@ville.example").await;
    assert_eq!(front.get(&path, OURS).await.status, StatusCode::NOT_FOUND, "used");
    assert!(
        front.store.first_invitation().await.unwrap().is_none(),
        "there is an operator now"
    );

    let cookie = front.signed_in("odile@VILLE.example").await;
    assert!(cookie.starts_with("__Host-beffroi="), "{cookie}");
    assert_eq!(name_of(&front, &cookie).await, "Odile");
    let page = front.get("/sign-in", &[("cookie", &cookie)]).await;
    assert!(
        page.body.contains("Odile") && page.body.contains("href=\"/graphql\""),
        "{}",
        page.body
    );

    let left = front
        .form("/sign-out", &[OURS, &[("cookie", cookie.as_str())]].concat(), &[])
        .await;
    assert!(left.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(name_of(&front, &cookie).await, Value::Null);
}

#[tokio::test]
async fn a_new_start_voids_the_link_before_and_a_day_voids_any() {
    let front = Front::new().await;
    let first = front.store.first_invitation().await.unwrap().unwrap();
    let second = front.store.first_invitation().await.unwrap().unwrap();
    assert!(front.store.invitation(&first).await.is_err());
    assert!(front.store.invitation(&second).await.is_ok());
    front.clock.advance(Duration::hours(24));
    assert!(front.store.invitation(&second).await.is_err());
}

#[tokio::test]
async fn what_is_wrong_with_an_account_is_said_and_uses_nothing_up() {
    let front = Front::new().await;
    let link = front.store.first_invitation().await.unwrap().unwrap();
    let path = format!("/invitation/{}", link.expose_secret());
    let short = [("name", "Odile"), ("email", "odile@ville"), ("password", "trop court")];
    let again = front.form(&path, OURS, &short).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.body.contains("at least 12 characters") && again.body.contains("e-mail address, such as"));
    assert!(
        again.body.contains("value=\"Odile\"") && !again.body.contains("trop court"),
        "{}",
        again.body
    );
    assert!(front.store.invitation(&link).await.is_ok());

    let french = front.get(&path, &[("accept-language", "fr-FR")]).await;
    assert!(french.body.contains("lang=\"fr\"") && french.body.contains("Bienvenue"));
}

#[tokio::test]
async fn forms_of_other_sites_are_refused() {
    let front = Front::new().await;
    front.operator("odile@ville.example").await;
    let fields = [("email", "odile@ville.example"), ("password", PASSWORD)];
    for strange in [
        vec![],
        vec![("origin", "https://evil.example")],
        vec![("sec-fetch-site", "cross-site")],
    ] {
        for path in ["/sign-in", "/sign-out"] {
            let answer = front.form(path, &strange, &fields).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} {strange:?}");
            assert_eq!(answer.header("set-cookie"), "");
        }
    }
    let ours = [("origin", "https://ville.example")];
    assert_eq!(
        front.form("/sign-in", &ours, &fields).await.status,
        StatusCode::SEE_OTHER
    );
}

#[tokio::test]
async fn a_session_writes_only_from_our_own_pages() {
    let front = Front::new().await;
    front.operator("odile@ville.example").await;
    let cookie = front.signed_in("odile@ville.example").await;
    let body = json!({ "query": "mutation { signOutEverywhere { sessions } }" }).to_string();
    let mut headers = vec![("content-type", "application/json"), ("cookie", cookie.as_str())];
    let refused = front.post(&headers, &body).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (StatusCode::FORBIDDEN, "FORBIDDEN")
    );
    assert_eq!(name_of(&front, &cookie).await, "Odile");

    headers.push(("origin", "https://ville.example"));
    assert_eq!(
        front.post(&headers, &body).await.json()["data"]["signOutEverywhere"]["sessions"],
        1
    );
    assert_eq!(name_of(&front, &cookie).await, Value::Null);
}

#[tokio::test]
async fn guessing_a_password_is_slow_and_says_nothing_about_accounts() {
    let front = Front::new().await;
    front.operator("odile@ville.example").await;
    let attempt = async |email: &str, password: &str| {
        front
            .form("/sign-in", OURS, &[("email", email), ("password", password)])
            .await
    };
    let (known, unknown) = (
        attempt("odile@ville.example", "wrong").await,
        attempt("nobody@ville.example", "wrong").await,
    );
    assert_eq!(
        (known.status, unknown.status),
        (StatusCode::UNAUTHORIZED, StatusCode::UNAUTHORIZED)
    );
    assert_eq!(known.body.replace("odile", ""), unknown.body.replace("nobody", ""));

    for _ in 0..4 {
        assert_eq!(
            attempt("odile@ville.example", "wrong").await.status,
            StatusCode::UNAUTHORIZED
        );
    }
    let held = attempt("odile@ville.example", PASSWORD).await;
    assert_eq!(
        (held.status, held.header("retry-after")),
        (StatusCode::TOO_MANY_REQUESTS, "180")
    );
    front.clock.advance(Duration::minutes(3));
    assert_eq!(
        attempt("odile@ville.example", PASSWORD).await.status,
        StatusCode::SEE_OTHER
    );
}

#[tokio::test]
async fn a_session_lives_thirty_days_after_its_last_use() {
    let front = Front::new().await;
    front.operator("odile@ville.example").await;
    let cookie = front.signed_in("odile@ville.example").await;
    for _ in 0..3 {
        front.clock.advance(Duration::days(29));
        assert_eq!(name_of(&front, &cookie).await, "Odile");
    }
    front.clock.advance(Duration::days(30));
    assert_eq!(name_of(&front, &cookie).await, Value::Null);
}

#[tokio::test]
async fn a_token_works_in_its_authority_until_it_is_revoked() {
    let front = Front::new().await;
    let (here, there) = (front.authority("valbourg").await, front.authority("ailleurs").await);
    let (admin, other) = (
        front.token(here, Role::Admin).await,
        front.token(there, Role::Admin).await,
    );
    let authority = front.ask(Some(&admin), WHO, json!({})).await["data"]["viewer"]["roles"][0]["authorityId"].take();
    let input = json!({ "input": { "authorityId": authority, "name": "site", "role": "EDITOR" } });

    let elsewhere = front.ask(Some(&other), CREATE_TOKEN, input.clone()).await;
    assert_eq!(code(&elsewhere), "NOT_FOUND", "another authority is absent");
    let too_high = json!({ "input": { "authorityId": authority, "name": "", "role": "OPERATOR" } });
    let refused = front.ask(Some(&admin), CREATE_TOKEN, too_high).await;
    assert_eq!(refused["data"]["createApiToken"]["problems"][0]["path"], "role");

    let made = front.ask(Some(&admin), CREATE_TOKEN, input).await["data"]["createApiToken"].take();
    let secret = made["secret"].as_str().unwrap().into();
    assert_eq!(
        front.ask(Some(&secret), WHO, json!({})).await["data"]["viewer"]["name"],
        "token site"
    );
    let listed = front
        .ask(Some(&admin), "{ apiTokens { name role lastUsedAt } }", json!({}))
        .await["data"]["apiTokens"]
        .take();
    let site = listed
        .as_array()
        .unwrap()
        .iter()
        .find(|token| token["name"] == "site")
        .unwrap();
    assert!(site["role"] == "EDITOR" && site["lastUsedAt"].is_string(), "{site}");
    assert!(!listed.to_string().contains(secret.expose_secret()));

    let revoke = "mutation($id: ID!) { revokeApiToken(id: $id) { token { revokedAt } } }";
    let id = json!({ "id": made["token"]["id"] });
    assert_eq!(code(&front.ask(Some(&other), revoke, id.clone()).await), "NOT_FOUND");
    assert!(front.ask(Some(&admin), revoke, id).await["data"]["revokeApiToken"]["token"]["revokedAt"].is_string());
    assert_eq!(code(&front.ask(Some(&secret), WHO, json!({})).await), "UNAUTHENTICATED");
}

#[tokio::test]
async fn an_expired_token_is_nobody() {
    let front = Front::new().await;
    let authority = front.authority("valbourg").await;
    let new = beffroi_schema::store::NewToken {
        authority,
        name: "a day".to_owned(),
        role: Role::Editor,
        expires_at: Some(front.clock.now() + Duration::days(1)),
    };
    let (_, secret) = front.store.create_token(&operator(), new).await.unwrap();
    assert!(front.store.token_viewer(&secret).await.unwrap().is_some());
    front.clock.advance(Duration::days(1));
    assert!(front.store.token_viewer(&secret).await.unwrap().is_none());
}

#[tokio::test]
async fn nobody_gives_a_role_above_their_own_or_elsewhere() {
    let front = Front::new().await;
    let (here, there) = (front.authority("valbourg").await, front.authority("ailleurs").await);
    front.operator("odile@ville.example").await;
    let odile = front.store.people(&EVERYWHERE).await.unwrap()[0].staff.id;
    let invited = front
        .store
        .invite(&operator(), Some(here), Role::Contributor)
        .await
        .unwrap();
    let fields = [
        ("name", "Anne"),
        ("email", "anne@ville.example"),
        ("password", PASSWORD),
    ];
    front
        .form(&format!("/invitation/{}", invited.expose_secret()), OURS, &fields)
        .await;

    let (admin, contributor) = (
        front.token(here, Role::Admin).await,
        front.token(here, Role::Contributor).await,
    );
    let seen = front.ask(Some(&admin), STAFF, json!({})).await["data"]["staff"].take();
    assert_eq!(
        seen.as_array().unwrap().len(),
        1,
        "the operator has no role in this authority: {seen}"
    );
    let (anne, authority) = (&seen[0]["id"], &seen[0]["roles"][0]["authorityId"]);
    assert_eq!(seen[0]["roles"][0]["role"], "CONTRIBUTOR");

    let grant = async |id: &Value, at: &Value, role: &str| {
        let input = json!({ "input": { "staffId": id, "authorityId": at, "role": role } });
        front.ask(Some(&admin), GRANT, input).await
    };
    let promoted = grant(anne, authority, "EDITOR").await;
    assert_eq!(
        promoted["data"]["grantRole"]["staff"]["roles"],
        json!([{ "role": "EDITOR" }])
    );
    assert_eq!(
        grant(anne, authority, "OPERATOR").await["data"]["grantRole"]["problems"][0]["code"],
        "OUT_OF_RANGE"
    );
    assert_eq!(code(&grant(anne, &Value::Null, "OPERATOR").await), "NOT_FOUND");
    let elsewhere = json!(beffroi_api::graphql::id::global("Authority", there.0).to_string());
    assert_eq!(code(&grant(anne, &elsewhere, "EDITOR").await), "NOT_FOUND");
    let operator = json!(beffroi_api::graphql::id::global("Staff", odile.0).to_string());
    assert_eq!(code(&grant(&operator, authority, "EDITOR").await), "NOT_FOUND");

    assert_eq!(
        code(&front.ask(Some(&contributor), STAFF, json!({})).await),
        "FORBIDDEN"
    );
    assert_eq!(code(&front.ask(None, STAFF, json!({})).await), "UNAUTHENTICATED");
}

#[tokio::test]
async fn the_last_operator_stays() {
    let front = Front::new().await;
    front.operator("odile@ville.example").await;
    let odile = front.store.people(&EVERYWHERE).await.unwrap()[0].staff.id;
    let answer = front.store.revoke_role(&operator(), odile, None).await;
    assert!(
        matches!(answer, Err(beffroi_schema::store::StoreError::Problems(_))),
        "{answer:?}"
    );
    assert_eq!(
        front.store.people(&EVERYWHERE).await.unwrap()[0].roles,
        [(None, Role::Operator)]
    );
}

#[tokio::test]
async fn acts_are_written_down_and_read_page_by_page() {
    let front = Front::new().await;
    let (here, there) = (front.authority("valbourg").await, front.authority("ailleurs").await);
    for role in [Role::Contributor, Role::Editor] {
        front.clock.advance(Duration::seconds(1));
        front.token(here, role).await;
    }
    front.token(there, Role::Admin).await;
    front.clock.advance(Duration::seconds(1));
    let admin = front.token(here, Role::Admin).await;
    let log = "query($after: String) { auditLog(first: 2, after: $after) {
        nodes { who action detail } pageInfo { hasNextPage endCursor } } }";
    let first = front.ask(Some(&admin), log, json!({})).await["data"]["auditLog"].take();
    let details: Vec<&Value> = first["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| &line["detail"]["role"])
        .collect();
    assert_eq!(details, ["admin", "editor"], "newest first, this authority only");
    assert_eq!(first["nodes"][0]["who"], "test");
    let after = json!({ "after": first["pageInfo"]["endCursor"] });
    let second = front.ask(Some(&admin), log, after).await["data"]["auditLog"].take();
    let actions: Vec<&Value> = second["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| &line["action"])
        .collect();
    assert_eq!(actions, ["token.create", "authority.create"]);
    assert_eq!(second["pageInfo"]["hasNextPage"], false);
    assert_eq!(
        code(&front.ask(Some(&admin), log, json!({ "after": "x" })).await),
        "BAD_USER_INPUT"
    );
}
