//! The Mastodon miniature's answers against Mastodon's `OpenAPI` description, from the sample data that
//! `BEFFROI_DATA` names.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::path::PathBuf;

use beffroi_sandbox::{Fault, Kind, Operation};
use jsonschema::Validator;
use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::world::{World, answer};

/// The contract, and a signed-in client to hold against it.
struct Contract {
    openapi: Value,
    world: World,
}

impl Contract {
    /// `None`, loudly, when there is no sample data here.
    #[expect(clippy::print_stderr, reason = "what was left out must be seen")]
    async fn read() -> Option<Self> {
        let Some(data) = std::env::var_os("BEFFROI_DATA") else {
            eprintln!("LEFT OUT: BEFFROI_DATA names no sample data, Mastodon's OpenAPI was not compared");
            return None;
        };
        let text = std::fs::read_to_string(PathBuf::from(data).join("contracts/mastodon-openapi.json")).unwrap();
        Some(Self {
            openapi: serde_json::from_str(&text).unwrap(),
            world: World::new().await,
        })
    }

    fn validator(&self, schema: &str, list: bool) -> Validator {
        let reference = json!({"$ref": format!("#/components/schemas/{schema}")});
        let mut root = if list {
            json!({"type": "array", "items": reference, "minItems": 1})
        } else {
            reference
        };
        root["components"] = self.openapi["components"].clone();
        let validator = jsonschema::options()
            .should_validate_formats(true)
            .build(&root)
            .unwrap();
        assert!(
            !validator.is_valid(&Value::Null),
            "{schema}: a schema that takes anything proves nothing"
        );
        validator
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let mastodon = &self.world.sandbox.network(Kind::Mastodon).clone();
        self.world
            .http
            .request(method, format!("{}{path}", mastodon.url()))
            .bearer_auth(mastodon.account().secret)
    }

    /// The answer has this status and keeps this schema.
    async fn holds(&self, request: RequestBuilder, status: u16, schema: &str) -> Value {
        self.check(request, status, &self.validator(schema, false), schema)
            .await
    }

    async fn holds_each(&self, request: RequestBuilder, schema: &str) -> Value {
        self.check(request, 200, &self.validator(schema, true), schema).await
    }

    async fn check(&self, request: RequestBuilder, status: u16, validator: &Validator, schema: &str) -> Value {
        let json = answer(request).await.expect(status).json;
        let problems: Vec<_> = validator
            .iter_errors(&json)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(problems.is_empty(), "{schema}: {problems:#?}\n{json:#}");
        json
    }
}

#[tokio::test]
async fn answers_keep_mastodons_schemas() {
    let Some(contract) = Contract::read().await else { return };
    let get = |path: &str| contract.request(Method::GET, path);
    contract.holds(get("/api/v2/instance"), 200, "Instance").await;
    contract.holds(get("/api/v1/instance"), 200, "V1Instance").await;
    let me = contract
        .holds(get("/api/v1/accounts/verify_credentials"), 200, "CredentialAccount")
        .await;
    let account = format!("/api/v1/accounts/{}", me["id"].as_str().unwrap());
    contract.holds(get(&account), 200, "Account").await;

    let part = Part::bytes(vec![7; 10])
        .file_name("a.png")
        .mime_str("image/png")
        .unwrap();
    let form = Form::new().text("description", "Un tram").part("file", part);
    let upload = contract.request(Method::POST, "/api/v2/media").multipart(form);
    let media = contract.holds(upload, 200, "MediaAttachment").await;
    contract
        .holds(
            get(&format!("/api/v1/media/{}", media["id"].as_str().unwrap())),
            200,
            "MediaAttachment",
        )
        .await;

    let body = json!({"status": "Tram #b https://valbourg.example/1", "media_ids": [media["id"]], "language": "fr"});
    let status = contract
        .holds(
            contract.request(Method::POST, "/api/v1/statuses").json(&body),
            200,
            "Status",
        )
        .await;
    let path = format!("/api/v1/statuses/{}", status["id"].as_str().unwrap());
    let change = contract.request(Method::PUT, &path).json(&json!({"status": "Reparti"}));
    contract.holds(change, 200, "Status").await;
    contract.holds(get(&path), 200, "Status").await;
    contract
        .holds(get(&format!("{path}/source")), 200, "StatusSource")
        .await;
    contract.holds(get(&format!("{path}/context")), 200, "Context").await;
    contract.holds_each(get(&format!("{path}/history")), "StatusEdit").await;
    contract.holds_each(get(&format!("{account}/statuses")), "Status").await;
    contract
        .holds(contract.request(Method::DELETE, &path), 200, "Status")
        .await;
}

#[tokio::test]
async fn refusals_and_sign_ins_keep_them_too() {
    let Some(contract) = Contract::read().await else { return };
    let mastodon = &contract.world.sandbox.network(Kind::Mastodon).clone();
    let post = |text: &str| {
        contract
            .request(Method::POST, "/api/v1/statuses")
            .json(&json!({"status": text}))
    };
    contract.holds(post(""), 422, "Error").await;
    for (fault, status) in [
        (Fault::TokenRevoked, 401),
        (Fault::RateLimited { retry_after_s: 1 }, 429),
        (Fault::ServerError, 500),
    ] {
        mastodon.next(Operation::Create, fault);
        contract.holds(post("x"), status, "Error").await;
    }
    contract
        .holds(contract.request(Method::GET, "/api/v1/statuses/1"), 404, "Error")
        .await;

    let form = [
        ("client_name", "Beffroi"),
        ("redirect_uris", "https://valbourg.example/back"),
        ("scopes", "read write"),
    ];
    let app = contract.request(Method::POST, "/api/v1/apps").form(&form);
    let app = contract.holds(app, 200, "CredentialApplication").await;
    let (id, secret) = (
        app["client_id"].as_str().unwrap(),
        app["client_secret"].as_str().unwrap(),
    );
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", id),
        ("client_secret", secret),
        ("scope", "read"),
    ];
    contract
        .holds(contract.request(Method::POST, "/oauth/token").form(&form), 200, "Token")
        .await;
}
