//! GraphQL over HTTP (<https://graphql.github.io/graphql-over-http/draft/>): one request, one answer, and as little
//! room for other sites as possible: only JSON is read, no batches, no form uploads, no mutations by GET.

mod persisted;
mod read;
mod refusal;
mod respond;

use std::sync::Arc;

use async_graphql::{Executor, Request as GraphqlRequest, Response as Answer, parser::types::OperationType};
use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use beffroi_schema::value::Viewer;
use tower_http::cors::{Any, CorsLayer};

pub use self::refusal::Refusal;
use self::{persisted::Persisted, respond::Media};
use super::{context::Asker, error::Code, explorer};
use crate::{
    auth::{self, AuthError, ClientAddress, Credential},
    language,
    state::AppState,
};

/// The one address of the contract.
pub const PATH: &str = "/graphql";

/// The route that answers with `executor`, to programs and, as the explorer, to people.
pub fn routes<E: Executor>(executor: E) -> Router<AppState> {
    let desk = Arc::new(Desk {
        executor,
        persisted: Persisted::default(),
    });
    let at = desk.clone();
    let ask =
        move |state: State<AppState>, address: ClientAddress, request: Request| answer(at, state, address, request);
    Router::new()
        .route(PATH, get(ask.clone()).post(ask))
        // Any site may ask what is public; none may do so as the visitor: no credentials.
        .layer(
            CorsLayer::new()
                .allow_origin(Any)
                .allow_methods([Method::GET, Method::POST])
                .allow_headers([
                    header::CONTENT_TYPE,
                    header::AUTHORIZATION,
                    header::ACCEPT_LANGUAGE,
                    header::HeaderName::from_static(auth::DEVICE_CREDENTIAL),
                ]),
        )
}

struct Desk<E> {
    executor: E,
    persisted: Persisted,
}

async fn answer<E: Executor>(
    desk: Arc<Desk<E>>,
    State(state): State<AppState>,
    ClientAddress(address): ClientAddress,
    request: Request,
) -> Response {
    if explorer::is_wanted(&request) {
        return explorer::page(&state, request.headers());
    }
    let Some(media) = Media::wanted(request.headers()) else {
        let said = "this answers application/graphql-response+json or application/json";
        return Refusal::new(StatusCode::NOT_ACCEPTABLE, Code::BadUserInput, said).into_response();
    };
    let (method, headers) = (request.method().clone(), request.headers().clone());
    let place = state.answers().address(&request);
    if let Some(place) = &place
        && let Some(kept) = state.answers().at(place).await
    {
        return media.send(kept, &method, &headers);
    }
    let asked = async {
        let viewer = recognise(&state, &method, &headers).await?;
        let read = read::read(request, viewer.is_some()).await?;
        let asker = Asker {
            viewer,
            languages: language::wanted(&headers, read.languages.as_deref()),
            address,
            device: auth::device_credential(&headers),
        };
        let mut request = desk.persisted.resolve(read.request).await?;
        refuse_writing_by_get(&method, &mut request)?;
        let key = state.answers().key(&mut request, &asker);
        Ok::<_, Refusal>((key, request.data(asker)))
    };
    let (key, request) = match asked.await {
        Ok(asked) => asked,
        Err(refusal) => return media.refuse(refusal),
    };
    let answer = execute(&desk.executor, &state, request);
    match key {
        Some(key) => match state.answers().of(key, answer).await {
            Ok(kept) => {
                if let Some(place) = place {
                    state.answers().stands_at(place, key).await;
                }
                media.send(kept, &method, &headers)
            }
            Err(unkept) => media.respond(&unkept),
        },
        None => media.respond(&answer.await),
    }
}

async fn execute<E: Executor>(executor: &E, state: &AppState, request: GraphqlRequest) -> Result<Answer, Refusal> {
    tokio::time::timeout(state.request_timeout(), executor.execute(request))
        .await
        .map_err(|_| {
            let id = state.store().ids().make::<uuid::Uuid>();
            tracing::error!(error.id = %id, "a request took longer than {:?}", state.request_timeout());
            Refusal::new(
                StatusCode::SERVICE_UNAVAILABLE,
                Code::InternalServerError,
                "this took too long",
            )
            .with("id", id.to_string())
        })
}

/// Who asks. A browser's cookie does not make a write: the request must also come from our own pages.
async fn recognise(state: &AppState, method: &Method, headers: &HeaderMap) -> Result<Option<Viewer>, Refusal> {
    let credential = Credential::read(headers);
    if matches!(credential, Credential::Cookie(_))
        && *method != Method::GET
        && !auth::same_origin(headers, state.public_url())
    {
        let said = "a request with a session must come from this site's own pages";
        return Err(Refusal::new(StatusCode::FORBIDDEN, Code::Forbidden, said));
    }
    credential.viewer(state).await.map_err(|error| match error {
        AuthError::Token => Refusal::new(StatusCode::UNAUTHORIZED, Code::Unauthenticated, error.to_string()),
        AuthError::Store(error) => Refusal::internal(state, &error),
    })
}

/// A link, a picture or a cache may ask by GET; none of them may write.
fn refuse_writing_by_get(method: &Method, request: &mut GraphqlRequest) -> Result<(), Refusal> {
    if *method != Method::GET {
        return Ok(());
    }
    let name = request.operation_name.clone();
    // A document that cannot be parsed is refused by the executor, in its own words.
    let Ok(document) = request.parsed_query() else {
        return Ok(());
    };
    let writes = document
        .operations
        .iter()
        .filter(|(found, _)| name.is_none() || found.map(async_graphql::Name::as_str) == name.as_deref())
        .any(|(_, operation)| operation.node.ty == OperationType::Mutation);
    if writes {
        let said = "mutations are sent by POST";
        return Err(Refusal::new(StatusCode::METHOD_NOT_ALLOWED, Code::BadUserInput, said));
    }
    Ok(())
}
