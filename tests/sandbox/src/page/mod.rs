//! The page for people, and the same as JSON.

mod look;
mod view;
mod words;

use std::collections::HashMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use http::{StatusCode, header};
use ring::rand::{SecureRandom, SystemRandom};
use serde::Serialize;

use crate::clock::{Clock, now};
use crate::fcm::{Fcm, Notification};
use crate::gallery::Gallery;
use crate::miniature::{Kind, Miniature};
use crate::post::Post;
use view::Page;
use words::{ENGLISH, FRENCH, Words};

/// What the page looks at.
#[derive(Clone)]
pub(crate) struct View {
    pub(crate) fcm: Fcm,
    pub(crate) networks: Vec<Miniature>,
    pub(crate) gallery: Arc<Gallery>,
    pub(crate) clock: Clock,
}

#[derive(Serialize)]
struct Everything {
    phones: Vec<Notification>,
    networks: Vec<Timeline>,
}

#[derive(Serialize)]
struct Timeline {
    network: Kind,
    url: String,
    posts: Vec<Post>,
}

pub(crate) fn router(view: View) -> Router {
    Router::new()
        .route("/sandbox", get(html))
        .route("/sandbox.json", get(json))
        .route("/sandbox/pictures/{name}", get(picture))
        .with_state(view)
}

async fn html(State(view): State<View>, Query(query): Query<HashMap<String, String>>) -> Response {
    let mut random = [0; 16];
    if SystemRandom::new().fill(&mut random).is_err() {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    let nonce = STANDARD_NO_PAD.encode(random);
    let page = Page::new(&view, words_for(&query), &nonce, now(&view.clock));
    let fetched = page.origins().join(" ");
    let policy = format!(
        "default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; connect-src 'self'; \
         img-src 'self' {fetched}; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    match page.render() {
        Ok(html) => {
            let headers = [
                (header::CONTENT_SECURITY_POLICY, policy),
                (header::CACHE_CONTROL, "no-store".to_owned()),
            ];
            (headers, Html(html)).into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// A picture that a network was sent. Its name is its hash, so it never changes.
async fn picture(State(view): State<View>, Path(name): Path<String>) -> Response {
    let Some(picture) = view.gallery.picture(&name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, picture.content_type),
        (header::CACHE_CONTROL, "private, max-age=31536000, immutable"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
    ];
    (headers, picture.bytes).into_response()
}

async fn json(State(view): State<View>) -> Json<Everything> {
    let timeline = |network: &Miniature| Timeline {
        network: network.kind(),
        url: network.url().to_owned(),
        posts: network.all_posts(),
    };
    Json(Everything {
        phones: view.fcm.phones(),
        networks: view.networks.iter().map(timeline).collect(),
    })
}

/// French, unless the reader chose English.
fn words_for(query: &HashMap<String, String>) -> &'static Words {
    if query.get("lang").is_some_and(|lang| lang == "en") {
        &ENGLISH
    } else {
        &FRENCH
    }
}
