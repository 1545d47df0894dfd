//! How people and programs ask: GraphQL, a few pages, and the health of the process.
//!
//! Nothing here writes a row or names the database's own types: the store's verbs do.

pub mod auth;
pub mod config;
mod etag;
mod federation;
pub mod follow;
pub mod graphql;
mod health;
pub mod language;
pub mod limits;
mod pages;
mod site;
mod state;
mod uploads;

use axum::{
    Router,
    extract::State,
    http::{HeaderValue, header},
    middleware::{from_fn, from_fn_with_state},
    response::IntoResponse,
    routing::get,
};
use beffroi_schema::media::slides::Form;
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer,
        predicate::{DefaultPredicate, NotForContentType, Predicate as _},
    },
    set_header::SetResponseHeaderLayer,
    timeout::RequestBodyTimeoutLayer,
};

pub use self::state::AppState;

/// Longest pause while a client sends its request.
const BODY_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(10);

/// The whole application. Serve it with the client's address (`into_make_service_with_connect_info::<SocketAddr>()`).
pub fn router(state: AppState) -> Router {
    let asked = graphql::http::routes(state.contract().clone())
        .merge(graphql::socket::routes())
        .merge(pages::routes())
        .merge(site::routes())
        .merge(uploads::routes())
        .merge(federation::routes())
        .route("/schema.graphql", get(contract))
        .route_layer(from_fn_with_state(state.clone(), limits::hold));
    let header = SetResponseHeaderLayer::if_not_present;
    // Videos, PDFs and presentations are as small as they get, and are asked for in ranges of their own bytes.
    let squeezable = DefaultPredicate::new()
        .and(NotForContentType::new("video/"))
        .and(NotForContentType::new("application/pdf"))
        .and(NotForContentType::const_new(Form::Pptx.mime()))
        .and(NotForContentType::const_new(Form::Odp.mime()));
    asked
        .merge(health::routes())
        .layer(from_fn(health::count))
        .layer(header(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ))
        // Forms of ours must say where they come from; other sites learn nothing.
        .layer(header(header::REFERRER_POLICY, HeaderValue::from_static("same-origin")))
        .layer(RequestBodyTimeoutLayer::new(BODY_TIMEOUT))
        .layer(CompressionLayer::new().compress_when(squeezable))
        .layer(CatchPanicLayer::new())
        .with_state(state)
}

async fn contract(State(state): State<AppState>) -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "text/plain; charset=utf-8")],
        state.contract().sdl(),
    )
}
