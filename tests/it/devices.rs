//! A phone registers, follows, changes its mind and is forgotten: with its own secret and no account.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use axum::body::Body;
use serde_json::{Value, json};

use crate::front::{Front, built};

const REGISTER: &str = "mutation($input: RegisterDeviceInput!) { registerDevice(input: $input) { id credential problems { path message } } }";

async fn ask(front: &Front, credential: &str, query: &str, variables: Value) -> Value {
    let headers = [
        ("content-type", "application/json"),
        ("x-device-credential", credential),
    ];
    let body = json!({ "query": query, "variables": variables }).to_string();
    let answer = front.send(built("POST", "/graphql", &headers, Body::from(body))).await;
    serde_json::from_str(&answer.body).unwrap()
}

fn phone(authority: beffroi_schema::id::AuthorityId, more: &Value) -> Value {
    let id = beffroi_api::graphql::id::global("Authority", authority.0);
    let mut input =
        json!({ "authorityId": id, "transport": "FCM_TOKEN", "address": "token-of-a-phone", "platform": "ANDROID" });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({ "input": input })
}

#[tokio::test]
async fn a_phone_registers_follows_and_is_forgotten() {
    let front = Front::new().await;
    let valbourg = front.authority("valbourg").await;
    let variables = phone(valbourg, &json!({ "quietHours": { "from": 1320, "to": 420 } }));
    let first = ask(&front, "", REGISTER, variables.clone()).await;
    let again = ask(&front, "", REGISTER, variables).await;
    let known = &again["data"]["registerDevice"];
    assert_eq!(
        first["data"]["registerDevice"]["id"], known["id"],
        "the same address is the same phone: {again}"
    );
    let (id, credential) = (known["id"].clone(), known["credential"].as_str().unwrap().to_owned());

    let follow =
        "mutation($id: ID!) { follow(id: $id, things: [{ kind: TOPIC, target: \"culture\" }]) { problems { path } } }";
    let followed = ask(&front, &credential, follow, json!({ "id": id })).await;
    assert_eq!(followed["data"]["follow"]["problems"], json!([]), "{followed}");
    let stranger = ask(&front, "somebody-else", follow, json!({ "id": id })).await;
    assert_eq!(stranger["errors"][0]["extensions"]["code"], "NOT_FOUND", "{stranger}");

    let update =
        "mutation($id: ID!) { updateDevice(input: { id: $id, timeZone: \"Mars/Olympus\" }) { problems { path } } }";
    let wrong = ask(&front, &credential, update, json!({ "id": id })).await;
    assert_eq!(wrong["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{wrong}");

    let forget = "mutation($id: ID!) { forgetDevice(id: $id) { id } }";
    let forgotten = ask(&front, &credential, forget, json!({ "id": id })).await;
    assert_eq!(forgotten["data"]["forgetDevice"]["id"], id, "{forgotten}");
    let gone = ask(&front, &credential, follow, json!({ "id": id })).await;
    assert_eq!(gone["errors"][0]["extensions"]["code"], "NOT_FOUND", "{gone}");
}

#[tokio::test]
async fn a_phone_that_cannot_be_is_refused_with_sentences() {
    let front = Front::new().await;
    let valbourg = front.authority("valbourg").await;
    let nowhere = json!({ "area": { "latitude": 91.0, "longitude": 0.0, "radius": 500 }, "dailyCap": 99 });
    let refused = ask(&front, "", REGISTER, phone(valbourg, &nowhere)).await;
    let problems = refused["data"]["registerDevice"]["problems"].as_array().unwrap();
    assert_eq!(problems.len(), 2, "{refused}");
    assert_eq!(refused["data"]["registerDevice"]["credential"], Value::Null);
}
