//! GraphQL over a WebSocket: subscriptions of residents, by `graphql-transport-ws`.

use std::{net::IpAddr, sync::Arc, time::Duration};

use async_graphql::{Data, Error, Executor, Pos, Request, Response as Answer, parser::types::OperationType};
use async_graphql_axum::{GraphQLProtocol, GraphQLWebSocket};
use axum::{
    Router,
    extract::{State, WebSocketUpgrade},
    http::HeaderMap,
    response::Response,
    routing::get,
};
use futures_util::{StreamExt as _, future::ready, stream, stream::BoxStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{context::Asker, error::Code};
use crate::{auth::ClientAddress, language, limits::MAX_REQUEST_BYTES, state::AppState};

/// The one protocol that is spoken.
const PROTOCOL: &str = "graphql-transport-ws";
/// A client that is silent for so long, pings included, is gone.
const SILENCE: Duration = Duration::from_secs(90);
/// Most subscriptions open at once on one socket: an app follows a handful of lists.
pub const MAX_SUBSCRIPTIONS: usize = 20;

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
    let following = Following {
        state,
        address,
        places: Arc::new(Semaphore::new(MAX_SUBSCRIPTIONS)),
    };
    upgrade
        .protocols([PROTOCOL])
        .max_message_size(MAX_REQUEST_BYTES)
        .on_upgrade(move |stream| {
            GraphQLWebSocket::new(stream, following, protocol)
                .with_data(data)
                .keepalive_timeout(SILENCE)
                .serve()
        })
}

/// What one socket may ask: subscriptions only, each counted like a request of its address, and only so many at once.
/// Everything else has its limits where it travels by HTTP.
#[derive(Clone)]
struct Following {
    state: AppState,
    address: Option<IpAddr>,
    places: Arc<Semaphore>,
}

impl Following {
    fn admit(&self, request: &mut Request) -> Result<OwnedSemaphorePermit, Error> {
        let now = self.state.store().clock().now();
        let taken = self
            .address
            .map_or(Ok(()), |address| self.state.requests().take(address, now));
        taken.map_err(|_| Code::RateLimited.error("too many requests: come back later"))?;
        // What cannot be read is refused by the contract itself, with the place of the mistake.
        if let Ok(document) = request.parsed_query() {
            let mut operations = document.operations.iter();
            if !operations.all(|(_, operation)| operation.node.ty == OperationType::Subscription) {
                return Err(Code::BadUserInput.error("only subscriptions travel here: ask by HTTP, at /graphql"));
            }
        }
        Arc::clone(&self.places).try_acquire_owned().map_err(|_| {
            Code::RateLimited.error(format!(
                "at most {MAX_SUBSCRIPTIONS} subscriptions are open at once on a socket"
            ))
        })
    }
}

impl Executor for Following {
    async fn execute(&self, request: Request) -> Answer {
        let mut answers = self.execute_stream(request, None);
        answers.next().await.unwrap_or_default()
    }

    fn execute_stream(&self, mut request: Request, session: Option<Arc<Data>>) -> BoxStream<'static, Answer> {
        match self.admit(&mut request) {
            Ok(place) => {
                let answers = Executor::execute_stream(self.state.contract(), request, session);
                answers
                    .map(move |answer| {
                        let _held = &place;
                        answer
                    })
                    .boxed()
            }
            Err(error) => {
                let error = error.into_server_error(Pos::default());
                stream::once(ready(Answer::from_errors(vec![error]))).boxed()
            }
        }
    }
}
