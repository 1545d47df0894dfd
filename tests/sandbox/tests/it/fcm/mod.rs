#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod outcomes;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use beffroi_sandbox::Options;
use reqwest::{Client, RequestBuilder};
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Value, json};

use crate::world::{Answer, World, answer, client};

const SCOPE: &str = "https://www.googleapis.com/auth/firebase.messaging";
const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

impl World {
    fn claims(&self) -> Value {
        let key: Value = serde_json::from_str(&self.sandbox.fcm.service_account_json()).unwrap();
        let now = self.now_s();
        json!({"iss": key["client_email"], "scope": SCOPE, "aud": key["token_uri"], "iat": now, "exp": now + 3600})
    }

    async fn ask_token(&self, claims: &Value) -> Answer {
        let form = [
            ("grant_type", GRANT_TYPE),
            ("assertion", &sign(claims, &self.sandbox.fcm.service_account_json())),
        ];
        answer(self.http.post(self.sandbox.fcm.token_url()).form(&form)).await
    }

    async fn token(&self) -> String {
        self.ask_token(&self.claims())
            .await
            .expect(200)
            .text("/access_token")
            .to_owned()
    }

    fn send(&self, http: &Client, access: &str, body: &Value) -> RequestBuilder {
        let fcm = &self.sandbox.fcm;
        let url = format!("{}/v1/projects/{}/messages:send", fcm.url(), fcm.project());
        http.post(url).bearer_auth(access).json(body)
    }

    async fn push(&self, message: Value) -> Answer {
        answer(self.send(&self.http, &self.token().await, &json!({"message": message}))).await
    }
}

fn sign(claims: &Value, key_file: &str) -> String {
    let key: Value = serde_json::from_str(key_file).unwrap();
    let pem = key["private_key"].as_str().unwrap().replace(['\n'], "");
    let body = pem
        .trim_start_matches("-----BEGIN PRIVATE KEY-----")
        .trim_end_matches("-----END PRIVATE KEY-----");
    let der = base64::engine::general_purpose::STANDARD.decode(body).unwrap();
    let pair = RsaKeyPair::from_pkcs8(&der).unwrap();
    let header = URL_SAFE_NO_PAD.encode(json!({"alg": "RS256", "typ": "JWT"}).to_string());
    let signed = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
    let mut signature = vec![0; pair.public().modulus_len()];
    let random = ring::rand::SystemRandom::new();
    pair.sign(&RSA_PKCS1_SHA256, &random, signed.as_bytes(), &mut signature)
        .unwrap();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn note(token: &str, tag: &str, title: &str) -> Value {
    json!({"token": token, "notification": {"title": title, "body": "Ligne B"}, "data": {"item": "42"},
           "android": {"priority": "high", "ttl": "3600s", "collapse_key": "b", "notification": {"tag": tag}}})
}

fn error_code(answer: &Answer) -> &str {
    answer.text("/error/details/0/errorCode")
}

#[tokio::test]
async fn a_message_reaches_its_phone() {
    let world = World::new().await;
    let sent = world.push(note("phone-1", "tram", "Tram arrêté")).await.expect(200);
    assert!(
        sent.text("/name").starts_with("projects/valbourg-demo/messages/0:"),
        "{}",
        sent.json
    );

    let phones = world.sandbox.fcm.phones();
    assert_eq!(phones.len(), 1);
    assert_eq!(phones[0].token(), "phone-1");
    assert_eq!(phones[0].title.as_deref(), Some("Tram arrêté"));
    assert_eq!(phones[0].body.as_deref(), Some("Ligne B"));
    assert_eq!(phones[0].collapse_key.as_deref(), Some("b"));
    assert_eq!(phones[0].data["item"], "42");
    assert_eq!(phones[0].at.timestamp().cast_unsigned(), world.now_s());
    assert_eq!(world.sandbox.unaccounted(), []);
}

#[tokio::test]
async fn the_same_tag_replaces_on_the_same_phone_only() {
    let world = World::new().await;
    for (phone, title) in [("phone-1", "Arrêté"), ("phone-2", "Arrêté"), ("phone-1", "Repris")] {
        world.push(note(phone, "tram", title)).await.expect(200);
    }
    let phones = world.sandbox.fcm.phones();
    assert_eq!(phones.len(), 2);
    let first = phones.iter().find(|shown| shown.token() == "phone-1").unwrap();
    assert_eq!((first.arrivals, first.title.as_deref()), (2, Some("Repris")));
    assert_eq!(first.earlier[0].title.as_deref(), Some("Arrêté"));
    assert_eq!(world.sandbox.fcm.accepted(), 3);
}

#[tokio::test]
async fn an_apple_collapse_id_replaces_too_and_no_tag_never_does() {
    let world = World::new().await;
    let apple = |text: &str| {
        json!({"fid": "iphone", "apns": {"headers": {"apns-collapse-id": "t", "apns-priority": "10"},
               "payload": {"aps": {"alert": {"title": text, "body": "b"}, "any": [1]}}}})
    };
    for message in [
        apple("un"),
        apple("deux"),
        json!({"token": "a", "notification": {"title": "x"}}),
        json!({"token": "a", "notification": {"title": "x"}}),
    ] {
        world.push(message).await.expect(200);
    }
    let arrivals: Vec<_> = world.sandbox.fcm.phones().iter().map(|shown| shown.arrivals).collect();
    assert_eq!(arrivals, [2, 1, 1]);
}

#[tokio::test]
async fn unknown_and_mistyped_fields_are_refused_by_name() {
    let world = World::new().await;
    let refused = world
        .push(json!({"token": "a", "android": {"colapse_key": "b"}}))
        .await
        .expect(400);
    assert_eq!(refused.text("/error/status"), "INVALID_ARGUMENT");
    assert_eq!(
        refused.text("/error/details/0/@type"),
        "type.googleapis.com/google.rpc.BadRequest"
    );
    assert_eq!(
        refused.text("/error/details/0/fieldViolations/0/description"),
        "Invalid JSON payload received. Unknown name \"colapse_key\" at 'message.android': Cannot find field."
    );
    let refused = world.push(json!({"token": "a", "data": {"n": 5}})).await.expect(400);
    assert_eq!(
        refused.text("/error/message"),
        "Invalid value at 'message.data[0].value' (TYPE_STRING), 5"
    );
    world
        .push(json!({"token": "a", "android": {"collapseKey": "camel case is the same field"}}))
        .await
        .expect(200);
    assert_eq!(world.sandbox.unaccounted().len(), 2);
    assert_eq!(world.sandbox.account_for(|line| line.status == Some(400)), 2);
    assert_eq!(world.sandbox.unaccounted(), []);
}

#[tokio::test]
async fn a_message_has_exactly_one_recipient() {
    let world = World::new().await;
    let none = world.push(json!({"notification": {"title": "x"}})).await.expect(400);
    assert_eq!(none.text("/error/message"), "Recipient of the message is not set.");
    world.push(json!({"token": "a", "topic": "b"})).await.expect(400);
    world.push(json!({"topic": "/topics/b"})).await.expect(400);
    world.push(json!({"topic": "tram"})).await.expect(200);
    world.push(json!({"condition": "'a' in topics"})).await.expect(200);
    let malformed = world.push(json!({"token": "with space"})).await.expect(400);
    assert_eq!(error_code(&malformed), "INVALID_ARGUMENT");
}

#[tokio::test]
async fn size_ttl_priority_and_reserved_keys_are_checked() {
    let world = World::new().await;
    let data = |bytes: usize| json!({"k": "x".repeat(bytes)});
    world.push(json!({"token": "a", "data": data(4000)})).await.expect(200);
    let big = world.push(json!({"token": "a", "data": data(4100)})).await.expect(400);
    assert!(big.text("/error/message").contains("Android message is too big"));
    world.push(json!({"topic": "a", "data": data(2100)})).await.expect(400);
    for key in ["from", "message_type", "google.c", "gcm.notification.x"] {
        world.push(json!({"token": "a", "data": {key: "v"}})).await.expect(400);
    }
    for android in [
        json!({"ttl": "5"}),
        json!({"ttl": "2419201s"}),
        json!({"priority": "urgent"}),
    ] {
        world.push(json!({"token": "a", "android": android})).await.expect(400);
    }
    let collapse = json!({"apns-collapse-id": "x".repeat(65)});
    world
        .push(json!({"token": "a", "apns": {"headers": collapse}}))
        .await
        .expect(400);
}

#[tokio::test]
async fn a_dry_run_checks_and_shows_nothing() {
    let world = World::new().await;
    let body = json!({"validate_only": true, "message": note("a", "t", "x")});
    let token = world.token().await;
    answer(world.send(&world.http, &token, &body)).await.expect(200);
    assert_eq!(world.sandbox.fcm.phones(), []);
}

#[tokio::test]
async fn assertions_are_verified() {
    let world = World::new().await;
    let good = world.claims();
    let changed = |key: &str, value: Value| {
        let mut claims = good.clone();
        claims[key] = value;
        claims
    };
    let wrong = [
        (changed("iss", json!("someone@else")), "invalid_grant"),
        (
            changed("aud", json!("https://elsewhere.example/token")),
            "invalid_grant",
        ),
        (
            changed("scope", json!("https://www.googleapis.com/auth/drive")),
            "invalid_scope",
        ),
        (changed("exp", json!(world.now_s() + 3601)), "invalid_grant"),
        (changed("iat", json!(world.now_s() - 7200)), "invalid_grant"),
    ];
    for (claims, error) in wrong {
        let refused = world.ask_token(&claims).await.expect(400);
        assert_eq!(refused.text("/error"), error, "{claims}");
    }
    let forged = sign(&good, &world.sandbox.fcm.service_account_json()).replace('.', "A.");
    let form = [("grant_type", GRANT_TYPE), ("assertion", &forged)];
    let refused = answer(world.http.post(world.sandbox.fcm.token_url()).form(&form))
        .await
        .expect(400);
    assert_eq!(refused.text("/error_description"), "Invalid JWT Signature.");
    let form = [("grant_type", "password")];
    let refused = answer(world.http.post(world.sandbox.fcm.token_url()).form(&form))
        .await
        .expect(400);
    assert_eq!(refused.text("/error"), "unsupported_grant_type");
    // Google's own clients sign for the public name of the endpoint.
    world
        .ask_token(&changed("aud", json!("https://oauth2.googleapis.com/token")))
        .await
        .expect(200);
    assert_eq!(world.sandbox.fcm.sign_ins(), 1);
}

#[tokio::test]
async fn access_tokens_expire_and_can_be_revoked() {
    let world = World::new().await;
    let token = world.token().await;
    let body = json!({"message": note("a", "t", "x")});
    world.later(3598);
    answer(world.send(&world.http, &token, &body)).await.expect(200);
    world.later(1);
    let expired = answer(world.send(&world.http, &token, &body)).await.expect(401);
    assert_eq!(expired.text("/error/status"), "UNAUTHENTICATED");
    let token = world.token().await;
    world.sandbox.fcm.revoke_access_tokens();
    answer(world.send(&world.http, &token, &body)).await.expect(401);
    assert_eq!(world.sandbox.unaccounted(), []);
}

#[tokio::test]
async fn missing_tokens_and_other_projects_are_refused() {
    let world = World::new().await;
    let url = format!("{}/v1/projects/valbourg-demo/messages:send", world.sandbox.fcm.url());
    answer(world.http.post(&url).json(&json!({}))).await.expect(401);
    let token = world.token().await;
    let other = url.replace("valbourg-demo", "another");
    answer(world.http.post(other).bearer_auth(&token).json(&json!({})))
        .await
        .expect(403);
    answer(world.http.post(&url).bearer_auth(&token).body("not json"))
        .await
        .expect(400);
    answer(world.http.get(format!("{}/batch", world.sandbox.fcm.url())))
        .await
        .expect(404);
    assert_eq!(world.sandbox.unaccounted().len(), 4);
}

#[tokio::test]
async fn it_speaks_http_2_over_tls_and_says_goaway() {
    let world = World::with(|options| Options {
        tls_for_fcm: true,
        ..options
    })
    .await;
    let authority = reqwest::Certificate::from_pem(world.sandbox.fcm.authority_pem().unwrap().as_bytes()).unwrap();
    let http = client(|builder| builder.tls_certs_only([authority]));
    assert!(world.sandbox.fcm.url().starts_with("https://127.0.0.1:"));

    let form = [
        ("grant_type", GRANT_TYPE),
        (
            "assertion",
            &sign(&world.claims(), &world.sandbox.fcm.service_account_json()),
        ),
    ];
    let token = answer(http.post(world.sandbox.fcm.token_url()).form(&form))
        .await
        .expect(200);
    for title in ["avant", "après"] {
        let body = json!({"message": note("a", "t", title)});
        let response = world
            .send(&http, token.text("/access_token"), &body)
            .send()
            .await
            .unwrap();
        assert_eq!(
            (response.status().as_u16(), response.version()),
            (200, reqwest::Version::HTTP_2)
        );
        world.sandbox.fcm.goaway();
    }
    assert_eq!(world.sandbox.fcm.accepted(), 2);
}

#[tokio::test]
async fn it_speaks_http_2_in_clear_and_waits_when_told() {
    let world = World::new().await;
    let token = world.token().await;
    let http = client(reqwest::ClientBuilder::http2_prior_knowledge);
    let latency = Duration::from_millis(30);
    world.sandbox.fcm.set_latency(latency);
    let before = std::time::Instant::now();
    let response = world
        .send(&http, &token, &json!({"message": note("a", "t", "x")}))
        .send()
        .await
        .unwrap();
    assert_eq!(
        (response.status().as_u16(), response.version()),
        (200, reqwest::Version::HTTP_2)
    );
    assert!(before.elapsed() >= latency);
}
