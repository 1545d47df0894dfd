//! Whether the process lives, whether it can work, and what it has counted.

use std::{
    sync::OnceLock,
    time::{Duration, Instant},
};

use axum::{
    Json, Router,
    extract::{MatchedPath, Request, State},
    http::{StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
    routing::get,
};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use serde_json::{Value, json};

use crate::state::AppState;

/// Longest wait for the database or the bus before they count as absent.
const PROBE_TIMEOUT: Duration = Duration::from_secs(2);
/// Upper bounds of the buckets of request times, in seconds.
const SECONDS: &[f64] = &[0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .route("/live", get(live))
        .route("/ready", get(ready))
        .route("/metrics", get(metrics))
}

/// Installs the process's one recorder, once; later calls return the same.
pub(crate) fn recorder() -> PrometheusHandle {
    // The `metrics` macros write to one recorder for the whole process, whatever we would prefer.
    static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();
    RECORDER
        .get_or_init(|| {
            let builder = PrometheusBuilder::new();
            let builder = builder
                .set_buckets(SECONDS)
                .unwrap_or_else(|_| PrometheusBuilder::new());
            let recorder = builder.build_recorder();
            let handle = recorder.handle();
            if ::metrics::set_global_recorder(recorder).is_err() {
                tracing::warn!("another metrics recorder is installed: /metrics stays empty");
            }
            handle
        })
        .clone()
}

async fn live() -> Json<Value> {
    Json(json!({ "status": "live" }))
}

/// Says what is missing, by name; the reason itself goes to the log, because it may name hosts.
async fn ready(State(state): State<AppState>) -> Response {
    let (database, bus) = tokio::join!(
        probe("database", state.store().check()),
        probe("bus", state.store().bus().check()),
    );
    let ready = database && bus;
    let word = |ok: bool| if ok { "ok" } else { "unreachable" };
    let status = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let said =
        json!({ "status": if ready { "ready" } else { "unready" }, "database": word(database), "bus": word(bus) });
    (status, Json(said)).into_response()
}

async fn probe<E: std::fmt::Debug>(name: &str, check: impl Future<Output = Result<(), E>>) -> bool {
    match tokio::time::timeout(PROBE_TIMEOUT, check).await {
        Ok(Ok(())) => true,
        Ok(Err(error)) => {
            tracing::warn!(cause = ?error, "the {name} cannot be reached");
            false
        }
        Err(_) => {
            tracing::warn!("the {name} did not answer within {PROBE_TIMEOUT:?}");
            false
        }
    }
}

async fn metrics(State(state): State<AppState>) -> impl axum::response::IntoResponse {
    state.metrics().run_upkeep();
    (
        [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")],
        state.metrics().render(),
    )
}

/// Counts requests and their time, by route (never by address: an invitation's holds its secret).
pub(crate) async fn count(request: Request, next: Next) -> Response {
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("none", |path| path.as_str())
        .to_owned();
    let method = request.method().to_string();
    let start = Instant::now();
    let response = next.run(request).await;
    let status = response.status().as_u16().to_string();
    ::metrics::histogram!("beffroi_http_request_seconds", "route" => route.clone(), "method" => method.clone())
        .record(start.elapsed().as_secs_f64());
    ::metrics::counter!("beffroi_http_requests_total", "route" => route, "method" => method, "status" => status)
        .increment(1);
    response
}
