//! `/hub`: where programs subscribe to feeds (W3C `WebSub` §5.1). What they ask is written down; whether they meant it is
//! asked by the hub's loop.

use std::ops::RangeInclusive;

use axum::{
    Form, Router,
    extract::{DefaultBodyLimit, State},
    http::{HeaderValue, StatusCode, header::RETRY_AFTER},
    response::{IntoResponse as _, Response},
    routing::post,
};
use beffroi_schema::{
    store::{HubRequest, StoreError},
    value::HubMode,
};
use secrecy::SecretString;
use url::Url;

use crate::state::AppState;

/// Largest request.
const MAX_BODY_BYTES: usize = 8 * 1024;
/// Longest address that is sent to.
const MAX_CALLBACK_BYTES: usize = 1_500;
/// Longest address of a feed.
const MAX_TOPIC_BYTES: usize = 500;
/// A secret is shorter (§5.1).
const SECRET_BYTES: usize = 200;
/// How long a subscription lasts when nothing is said, in seconds: ten days.
const LEASE_S: i64 = 864_000;
/// Shortest and longest: an hour, thirty days.
const LEASES_S: RangeInclusive<i64> = 3_600..=2_592_000;
/// Seconds after which somebody comes back whom we cannot take now.
const RETRY_AFTER_S: HeaderValue = HeaderValue::from_static("300");

/// The hub's route.
pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/hub", post(ask))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
}

async fn ask(State(state): State<AppState>, Form(fields): Form<Vec<(String, String)>>) -> Response {
    let asked = match read(&state, &fields).await {
        Ok(asked) => asked,
        Err(refused) => return refused,
    };
    match state.store().ask_hub(asked).await {
        Ok(true) => StatusCode::ACCEPTED.into_response(),
        Ok(false) => {
            let why = "too many subscribe: come back later\n";
            (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, RETRY_AFTER_S)], why).into_response()
        }
        Err(error) => fault(&error),
    }
}

/// What is asked, if it can be done.
async fn read(state: &AppState, fields: &[(String, String)]) -> Result<HubRequest, Response> {
    let field = |wanted: &str| {
        let named = fields.iter().find(|(name, _)| name == wanted);
        named.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    };
    let mode: Option<HubMode> = field("hub.mode").and_then(|mode| mode.parse().ok());
    let mode = mode.ok_or_else(|| bad("hub.mode: subscribe or unsubscribe\n"))?;
    let callback = field("hub.callback").and_then(callback);
    let callback = callback.ok_or_else(|| bad("hub.callback: an http or https address, without a fragment\n"))?;
    let secret = field("hub.secret");
    if secret.is_some_and(|secret| secret.len() >= SECRET_BYTES) {
        return Err(bad("hub.secret: less than 200 bytes\n"));
    }
    let lease = field("hub.lease_seconds").map_or(Ok(LEASE_S), str::parse);
    let lease = lease.map_err(|_| bad("hub.lease_seconds: a number of seconds\n"))?;
    let lease = lease.clamp(*LEASES_S.start(), *LEASES_S.end());
    let topic = field("hub.topic").filter(|topic| topic.len() <= MAX_TOPIC_BYTES);
    let topic = topic.ok_or_else(no_topic)?;
    let feed = state.addresses().feed_at(topic).filter(|feed| feed.format.is_pushed());
    let feed = feed.ok_or_else(no_topic)?;
    let board = state.boards().by_slug(&feed.authority).await;
    let board = board.map_err(|error| fault(&error))?;
    let board = board.filter(|board| feed.filter(&board.places).is_some());
    Ok(HubRequest {
        authority: board.ok_or_else(no_topic)?.places.authority.id,
        topic: topic.to_owned(),
        callback,
        mode,
        lease_s: i32::try_from(lease).unwrap_or(i32::MAX),
        secret: secret.map(SecretString::from),
    })
}

/// Where to call back. Whether it may be called is decided when it is, by the one door to the outside.
fn callback(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let plain = matches!(url.scheme(), "http" | "https") && url.fragment().is_none();
    let nobody = url.username().is_empty() && url.password().is_none();
    (plain && nobody && url.as_str().len() <= MAX_CALLBACK_BYTES).then_some(url)
}

fn bad(why: &'static str) -> Response {
    (StatusCode::BAD_REQUEST, why).into_response()
}

fn no_topic() -> Response {
    let why = "hub.topic: not the rel=self address of a feed of this hub\n";
    (StatusCode::NOT_FOUND, why).into_response()
}

/// Without its cause: what a database says of a row that it refuses may hold a callback.
fn fault(error: &StoreError) -> Response {
    tracing::error!("a subscription could not be taken: {error}");
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}
