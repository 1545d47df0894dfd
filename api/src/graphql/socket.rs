//! GraphQL over a WebSocket: subscriptions of residents, by `graphql-transport-ws`.

use std::time::Duration;

use async_graphql::Data;
use async_graphql_axum::{GraphQLProtocol, GraphQLWebSocket};
use axum::{
    Router,
    extract::{State, WebSocketUpgrade},
    http::HeaderMap,
    response::Response,
    routing::get,
};

use super::context::Asker;
use crate::{auth::ClientAddress, language, limits::MAX_REQUEST_BYTES, state::AppState};

/// The one protocol that is spoken.
const PROTOCOL: &str = "graphql-transport-ws";
/// A client that is silent for so long, pings included, is gone.
const SILENCE: Duration = Duration::from_secs(90);

/// The route of subscriptions.
pub(crate) fn routes() -> Router<AppState> {
    Router::new().route("/graphql/ws", get(open))
}

/// Nobody is recognised here: a browser sends cookies along whichever site it was told to connect by.
async fn open(
    State(state): State<AppState>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    protocol: GraphQLProtocol,
    upgrade: WebSocketUpgrade,
) -> Response {
    let mut data = Data::default();
    data.insert(Asker {
        languages: language::wanted(&headers, None),
        address,
        ..Asker::default()
    });
    let contract = state.contract().clone();
    upgrade
        .protocols([PROTOCOL])
        .max_message_size(MAX_REQUEST_BYTES)
        .on_upgrade(move |stream| {
            GraphQLWebSocket::new(stream, contract, protocol)
                .with_data(data)
                .keepalive_timeout(SILENCE)
                .serve()
        })
}
