//! The hub: programs subscribe to feeds, and are sent them as they change. Against a small subscriber that confirms only
//! what it means and believes only what is signed.

mod asking;
mod crash;
mod telling;

use axum::{
    body::{Body, to_bytes},
    http::{Request, header},
    response::Response,
};
use beffroi_sandbox::Intent;
use beffroi_schema::entity::subscriber;
use beffroi_tests::City;
use sea_orm::EntityTrait as _;
use tower::ServiceExt as _;
use url::form_urlencoded;

const HUB: &str = "https://valbourg.example/hub";
const NEWS: &str = "https://valbourg.example/valbourg/feeds/news.atom";
const SECRET: &str = "un secret de tramway";
/// Largest feed that is read.
const MAX_FEED_BYTES: usize = 1 << 20;

/// Asks the hub.
async fn ask(city: &City, fields: &[(&str, &str)]) -> Response {
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    let request = Request::post("/hub")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(body));
    city.router.clone().oneshot(request.unwrap()).await.unwrap()
}

/// Asks in the subscriber's name, for two hours.
async fn asked(city: &City, name: &str, mode: &str, topic: &str) {
    let callback = city.subscriber.callback(name);
    let fields = [
        ("hub.mode", mode),
        ("hub.topic", topic),
        ("hub.callback", &callback),
        ("hub.secret", SECRET),
        ("hub.lease_seconds", "7200"),
    ];
    assert_eq!(ask(city, &fields).await.status(), 202);
}

/// The subscriber means it.
fn means(city: &City, name: &str, mode: &str, topic: &str) {
    let intent = Intent {
        mode: mode.to_owned(),
        topic: topic.to_owned(),
        secret: Some(SECRET.to_owned()),
    };
    city.subscriber.means(name, intent);
}

/// The subscriber asks, and confirms.
async fn subscribed(city: &City, name: &str, topic: &str) {
    means(city, name, "subscribe", topic);
    asked(city, name, "subscribe", topic).await;
    city.settle().await;
    assert!(rows(city).await.iter().all(|row| row.ends_at.is_some()), "{name}");
}

async fn rows(city: &City) -> Vec<subscriber::Model> {
    subscriber::Entity::find().all(city.database()).await.unwrap()
}

/// What stands at an address of ours.
async fn read(city: &City, method: &str, address: &str, known: Option<&str>) -> (Response<()>, String) {
    let path = address.trim_start_matches("https://valbourg.example");
    let request = Request::builder().method(method).uri(path);
    let request = match known {
        Some(tag) => request.header(header::IF_NONE_MATCH, tag),
        None => request,
    };
    let answer = city.router.clone().oneshot(request.body(Body::empty()).unwrap());
    let (parts, body) = answer.await.unwrap().into_parts();
    let body = to_bytes(body, MAX_FEED_BYTES).await.unwrap().to_vec();
    (
        Response::from_parts(parts, ()),
        String::from_utf8_lossy(&body).into_owned(),
    )
}

/// What was sent to one callback.
fn sent(city: &City, name: &str) -> Vec<String> {
    let sent = city.subscriber.sent().into_iter().filter(|one| one.name == name);
    sent.map(|one| one.body).collect()
}
