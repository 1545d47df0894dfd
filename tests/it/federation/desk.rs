//! What staff do with our actors.

use beffroi_schema::value::Role;
use serde_json::{Value, json};

use crate::office::{Office, staff};

const CREATE: &str = "mutation($input: CreateFederatedActorInput!) { createFederatedActor(input: $input) {
    actor { id handle title topic active summary { language text } reach { followers posts likes shares } troubles { host } }
    problems { path code } } }";

async fn created(office: &Office, name: &str) -> Value {
    let input = json!({ "authorityId": office.here_id(), "name": name, "title": "Travaux", "topic": "voirie",
        "summary": [{ "language": "fr", "text": "Les chantiers" }] });
    let viewer = Some(staff(Role::Admin, office.here));
    let answer = office.ask(viewer, CREATE, json!({ "input": input })).await;
    answer["data"]["createFederatedActor"].clone()
}

#[tokio::test]
async fn an_administrator_opens_an_account_and_has_it_be_silent() {
    let office = Office::new().await;
    let actor = created(&office, "travaux").await["actor"].clone();
    assert!(actor["handle"].as_str().unwrap().starts_with("@travaux@"), "{actor:#}");
    assert_eq!((&actor["topic"], &actor["active"]), (&json!("voirie"), &json!(true)));
    assert_eq!(
        actor["reach"],
        json!({ "followers": 0, "posts": 0, "likes": 0, "shares": 0 })
    );
    let viewer = || Some(staff(Role::Admin, office.here));
    let silence = "mutation($id: ID!) { disableFederatedActor(id: $id) { actor { active } } }";
    let silent = office.ask(viewer(), silence, json!({ "id": actor["id"] })).await;
    assert_eq!(silent["data"]["disableFederatedActor"]["actor"]["active"], json!(false));
    let all = office
        .ask(viewer(), "{ desk { federatedActors { title active } } }", json!({}))
        .await;
    let listed = json!([{ "title": "Travaux", "active": false }]);
    assert_eq!(all["data"]["desk"]["federatedActors"], listed);
    assert!(!all.to_string().contains("PRIVATE"));
}

#[tokio::test]
async fn a_name_is_one_that_mastodon_knows_and_nobody_else_has() {
    let office = Office::new().await;
    for name in ["Travaux", "tra vaux", "été", "-travaux", "inbox", "", &"x".repeat(31)] {
        let answer = created(&office, name).await;
        assert_eq!(answer["problems"][0]["path"], "name", "{name}: {answer:#}");
    }
    assert!(created(&office, "tra_vaux-2").await["actor"].is_object());
    let again = created(&office, "tra_vaux-2").await;
    assert_eq!(again["problems"], json!([{ "path": "name", "code": "CONFLICT" }]));
}
