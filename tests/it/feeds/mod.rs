//! Feeds: what other programs read, through the router.

pub mod alerts;
pub mod dates;
mod hub;
mod life;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode},
};
use beffroi_api::{AppState, config::ApiConfig, router};
use beffroi_schema::{
    id::ItemId,
    value::{ItemContent, Label, Language, Text},
};
use serde_json::Value;
use tower::ServiceExt as _;

use crate::{front, town::Town};

/// Largest feed that is read.
const MAX_FEED_BYTES: usize = 1 << 20;

/// A town with the front of the application before it.
pub struct Reading {
    pub town: Town,
    router: Router,
}

/// What came back.
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Reading {
    pub async fn new() -> Self {
        let town = Town::new().await;
        let state = AppState::new(town.boards.clone(), &front::instance(), &ApiConfig::default()).unwrap();
        let router = router(state);
        Self { town, router }
    }

    /// An item that is public, and on the board.
    pub async fn shown(&self, content: ItemContent) -> ItemId {
        let item = self.town.publish(content).await;
        self.refreshed().await;
        item
    }

    pub async fn refreshed(&self) {
        self.town.boards.refresh().await.unwrap();
    }

    pub async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Reply {
        let request = headers
            .iter()
            .fold(Request::builder().method(method).uri(path), |request, (name, value)| {
                request.header(*name, *value)
            });
        let response = self
            .router
            .clone()
            .oneshot(request.body(Body::empty()).unwrap())
            .await
            .unwrap();
        let (parts, body) = response.into_parts();
        Reply {
            status: parts.status,
            headers: parts.headers,
            body: to_bytes(body, MAX_FEED_BYTES).await.unwrap().to_vec(),
        }
    }

    /// A feed of Valbourg, which must be there.
    pub async fn get(&self, file: &str) -> Reply {
        let reply = self.ask("GET", &format!("/valbourg/feeds/{file}"), &[]).await;
        assert_eq!(reply.status, StatusCode::OK, "{file}");
        reply
    }

    /// The titles of a JSON Feed.
    pub async fn titles(&self, file: &str) -> Vec<String> {
        let feed = self.get(file).await.json();
        let items = feed["items"].as_array().unwrap();
        items
            .iter()
            .map(|item| item["title"].as_str().unwrap().to_owned())
            .collect()
    }
}

impl Reply {
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// The same in English.
pub fn in_english(mut content: ItemContent, title: &str) -> ItemContent {
    let text = Text {
        title: title.to_owned(),
        ..Text::default()
    };
    content.texts.0.insert(Language::english(), text);
    content
}

pub fn label(text: &str) -> Label {
    Label::only(Language::french(), text)
}
