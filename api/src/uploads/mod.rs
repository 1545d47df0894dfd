//! Files that staff bring in parts, whatever happens to the connection: the protocol tus 1.0 (<https://tus.io>), with its
//! extensions creation, expiration and termination. A completed upload becomes something to show by `keepUpload`.

mod headers;
mod refusal;

use axum::{
    Router,
    body::Body,
    extract::{Path, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::{head, post},
};
use beffroi_schema::{
    entity::upload,
    id::UploadId,
    store::{NewUpload, PART_BYTES, StoreError},
    value::{Role, Viewer},
};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;

use self::{
    headers::{EXPIRES, EXTENSIONS, MAX_SIZE, Metadata, OFFSET, RESUMABLE, SIZE, VERSION, VERSIONS, number},
    refusal::{Refused, answer, elsewhere, failed, refused},
};
use crate::{
    auth::{self, Credential},
    graphql::id,
    state::AppState,
};

/// Where uploads begin.
const PATH: &str = "/uploads";
/// The only type in which parts come.
const PART: &str = "application/offset+octet-stream";

/// The routes of uploads.
pub(crate) fn routes() -> Router<AppState> {
    let one = head(offset).patch(append).delete(give_up).options(abilities);
    Router::new()
        .route(PATH, post(begin).options(abilities))
        .route(&format!("{PATH}/{{id}}"), one)
}

/// What this server can do.
async fn abilities(State(state): State<AppState>) -> Response {
    let most = state.store().files().limits().most();
    let mut response = answer(StatusCode::NO_CONTENT);
    let headers = response.headers_mut();
    headers.insert(VERSIONS, VERSION);
    headers.insert(EXTENSIONS, HeaderValue::from_static("creation,expiration,termination"));
    headers.insert(MAX_SIZE, most.into());
    response
}

/// Expects a file.
async fn begin(State(state): State<AppState>, headers: HeaderMap) -> Response {
    let begun = async {
        let viewer = viewer(&state, &Method::POST, &headers).await?;
        let size =
            number(&headers, &SIZE).ok_or_else(|| refused(StatusCode::BAD_REQUEST, "Upload-Length is needed"))?;
        let metadata = Metadata::read(&headers);
        let home = metadata.get("authority");
        let home = home.and_then(|id| id::local("Authority", &id.into()).ok());
        let authority = home
            .filter(|home| viewer.may(Role::Contributor, *home))
            .ok_or_else(|| refused(StatusCode::NOT_FOUND, "Upload-Metadata names no authority of yours"))?;
        let name = metadata.get("filename").unwrap_or_default();
        let new = NewUpload { authority, name, size };
        let begun = state.store().begin_upload(new).await;
        begun.map_err(|error| failed(&headers, error))
    };
    match begun.await {
        Ok(upload) => {
            let mut response = told(StatusCode::CREATED, &upload);
            let place = state.public_url().join(&format!("uploads/{}", upload.id));
            if let Some(place) = place.ok().and_then(|place| place.as_str().parse().ok()) {
                response.headers_mut().insert(header::LOCATION, place);
            }
            response
        }
        Err(refused) => refused.into_response(),
    }
}

/// How far an upload has come.
async fn offset(State(state): State<AppState>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    match found(&state, &Method::HEAD, &id, &headers).await {
        Ok((upload, _)) => told(StatusCode::OK, &upload),
        Err(refused) => refused.into_response(),
    }
}

/// Adds what comes, as far as it comes: a connection that breaks loses the part that was on its way, no more.
async fn append(State(state): State<AppState>, Path(id): Path<String>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let added = async {
        if parts.headers.get(header::CONTENT_TYPE).is_none_or(|kind| kind != PART) {
            return Err(refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, PART));
        }
        let (upload, _) = found(&state, &Method::PATCH, &id, &parts.headers).await?;
        let start = number(&parts.headers, &OFFSET).and_then(|start| i64::try_from(start).ok());
        if start != Some(upload.received) {
            return Err(elsewhere());
        }
        receive(&state, upload, body).await.map_err(|error| match error {
            Broken::Store(error) => failed(&parts.headers, error),
            Broken::TooMuch => refused(StatusCode::PAYLOAD_TOO_LARGE, "more bytes than Upload-Length says"),
            Broken::Elsewhere => elsewhere(),
        })
    };
    match added.await {
        Ok(upload) => told(StatusCode::NO_CONTENT, &upload),
        Err(refused) => refused.into_response(),
    }
}

/// Gives an upload up.
async fn give_up(State(state): State<AppState>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    let given_up = async {
        let (upload, viewer) = found(&state, &Method::DELETE, &id, &headers).await?;
        let scope = viewer.scope(Role::Contributor);
        let dropped = state.store().drop_upload(&scope, upload.id).await;
        dropped.map_err(|error| failed(&headers, error))
    };
    match given_up.await {
        Ok(()) => answer(StatusCode::NO_CONTENT),
        Err(refused) => refused.into_response(),
    }
}

/// Why bytes were not added.
enum Broken {
    Store(StoreError),
    /// More than was announced.
    TooMuch,
    /// Somebody else goes on with the same upload.
    Elsewhere,
}

impl From<StoreError> for Broken {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Notes down what comes, part by part. A connection that breaks is no error of ours: what came is kept.
async fn receive(state: &AppState, mut upload: upload::Model, body: Body) -> Result<upload::Model, Broken> {
    let (mut body, mut run) = (body.into_data_stream(), BytesMut::new());
    while let Some(Ok(piece)) = body.next().await {
        let left = usize::try_from(upload.size - upload.received).unwrap_or(usize::MAX);
        if run.len() + piece.len() > left {
            return Err(Broken::TooMuch);
        }
        run.extend_from_slice(&piece);
        if run.len() >= PART_BYTES {
            note(state, &mut upload, run.split().freeze()).await?;
        }
    }
    note(state, &mut upload, run.freeze()).await?;
    Ok(upload)
}

async fn note(state: &AppState, upload: &mut upload::Model, run: Bytes) -> Result<(), Broken> {
    let come = state.store().append(upload, upload.received, run).await?;
    upload.received = come.ok_or(Broken::Elsewhere)?;
    Ok(())
}

/// The upload that the address names, if it is the viewer's to go on with, and the viewer.
async fn found(
    state: &AppState,
    method: &Method,
    id: &str,
    headers: &HeaderMap,
) -> Result<(upload::Model, Viewer), Refused> {
    let viewer = viewer(state, method, headers).await?;
    let unknown = |_| refused(StatusCode::NOT_FOUND, "no upload here");
    let id: uuid::Uuid = id.parse().map_err(unknown)?;
    let upload = state
        .store()
        .upload(&viewer.scope(Role::Contributor), UploadId(id))
        .await;
    let upload = upload.map_err(|error| failed(headers, error))?;
    Ok((upload, viewer))
}

/// Who asks: somebody who writes drafts, from our own pages or with a token, in this version of the protocol.
async fn viewer(state: &AppState, method: &Method, headers: &HeaderMap) -> Result<Viewer, Refused> {
    if headers.get(RESUMABLE) != Some(&VERSION) {
        let mut response = answer(StatusCode::PRECONDITION_FAILED);
        response.headers_mut().insert(VERSIONS, VERSION);
        return Err(response.into());
    }
    let credential = Credential::read(headers);
    let writes = *method != Method::HEAD;
    if writes && matches!(credential, Credential::Cookie(_)) && !auth::same_origin(headers, state.public_url()) {
        return Err(refused(
            StatusCode::FORBIDDEN,
            "this must come from this site's own pages",
        ));
    }
    let viewer = credential.viewer(state).await.map_err(|error| match error {
        auth::AuthError::Token => refused(StatusCode::UNAUTHORIZED, "this token is not valid"),
        auth::AuthError::Store(error) => failed(headers, error),
    })?;
    let viewer = viewer.ok_or_else(|| refused(StatusCode::UNAUTHORIZED, "sign in first"))?;
    if viewer.may_anywhere(Role::Contributor) {
        return Ok(viewer);
    }
    Err(refused(StatusCode::FORBIDDEN, "this needs the role contributor"))
}

/// An answer that says how far an upload has come.
fn told(status: StatusCode, upload: &upload::Model) -> Response {
    let mut response = answer(status);
    let headers = response.headers_mut();
    headers.insert(OFFSET, upload.received.into());
    headers.insert(SIZE, upload.size.into());
    let until = upload.expires_at.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    if let Ok(until) = until.parse() {
        headers.insert(EXPIRES, until);
    }
    response
}
