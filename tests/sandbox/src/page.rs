//! The page for people, and the same as JSON.

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;

use crate::fcm::{Fcm, Notification};
use crate::miniature::{Kind, Miniature};
use crate::post::Post;

/// What the page shows.
#[derive(Clone)]
pub(crate) struct View {
    fcm: Fcm,
    networks: [Miniature; 3],
}

#[derive(Serialize)]
struct Everything {
    phones: Vec<Notification>,
    networks: Vec<Timeline>,
}

#[derive(Serialize)]
struct Timeline {
    network: Kind,
    posts: Vec<Post>,
}

impl View {
    pub(crate) fn new(fcm: Fcm, networks: [Miniature; 3]) -> Self {
        Self { fcm, networks }
    }
}

pub(crate) fn router(view: View) -> Router {
    Router::new().route("/sandbox.json", get(json)).with_state(view)
}

async fn json(State(view): State<View>) -> Json<Everything> {
    let timeline = |network: &Miniature| Timeline {
        network: network.kind(),
        posts: network.all_posts(),
    };
    Json(Everything {
        phones: view.fcm.phones(),
        networks: view.networks.iter().map(timeline).collect(),
    })
}
