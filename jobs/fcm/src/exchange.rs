//! The POST that turns a signed JWT into an access token (RFC 7523 §2.1).

use bytes::Bytes;
use http::{Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use url::{Position, Url, form_urlencoded};

use crate::answer::clip;
use crate::dial::Dialer;
use crate::error::SendError;

/// An access token is a kilobyte or two.
const MAX_ANSWER_BYTES: usize = 64 * 1024;
const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const FORM: &str = "application/x-www-form-urlencoded";

/// Why there is no token.
#[derive(Clone, Debug)]
pub(crate) enum TokenError {
    /// The endpoint cannot be reached, or is unwell: later, perhaps.
    Unreachable(String),
    /// The endpoint refused the account: not without a person.
    Refused(String),
}

impl From<TokenError> for SendError {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::Unreachable(reason) => Self::NotSent {
                reason: format!("no access token: {reason}"),
            },
            TokenError::Refused(reason) => Self::Unauthenticated { reason },
        }
    }
}

/// An access token and its life in seconds. No `Debug`: it is a secret.
#[derive(Deserialize)]
pub(crate) struct Granted {
    pub(crate) access_token: String,
    pub(crate) expires_in: u64,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Denied {
    error: String,
    error_description: String,
}

/// Exchanges `jwt` at `uri`. The caller bounds the time.
pub(crate) async fn exchange(dialer: &Dialer, uri: &Url, jwt: &str) -> Result<Granted, TokenError> {
    let (status, body) = post(dialer, uri, jwt).await.map_err(TokenError::Unreachable)?;
    if status == StatusCode::OK {
        let granted = serde_json::from_slice::<Granted>(&body);
        return granted.map_err(|_| TokenError::Refused("200 without an access token".to_owned()));
    }
    if status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS {
        let denied = serde_json::from_slice::<Denied>(&body).unwrap_or_default();
        let reason = format!("{} {} {}", status.as_u16(), denied.error, denied.error_description);
        return Err(TokenError::Refused(clip(reason.trim_end())));
    }
    Err(TokenError::Unreachable(format!("HTTP status {}", status.as_u16())))
}

async fn post(dialer: &Dialer, uri: &Url, jwt: &str) -> Result<(StatusCode, Bytes), String> {
    let io = dialer.dial().await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(io))
        .await
        .map_err(|error| error.to_string())?;
    let request = request(uri, jwt).map_err(|error| error.to_string())?;
    let answer = async move {
        let answer = sender.send_request(request).await.map_err(|error| error.to_string())?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), MAX_ANSWER_BYTES).collect().await;
        Ok((status, body.map_err(|error| error.to_string())?.to_bytes()))
    };
    tokio::pin!(answer, connection);
    tokio::select! {
        biased;
        answer = &mut answer => answer,
        // The other side closes behind its answer: the answer is there to be read.
        _ = &mut connection => answer.await,
    }
}

fn request(uri: &Url, jwt: &str) -> Result<Request<Full<Bytes>>, http::Error> {
    let form = form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", GRANT_TYPE)
        .append_pair("assertion", jwt)
        .finish();
    Request::builder()
        .method(Method::POST)
        .uri(&uri[Position::BeforePath..Position::AfterQuery])
        .header(header::HOST, &uri[Position::BeforeHost..Position::AfterPort])
        .header(header::CONTENT_TYPE, FORM)
        .header(header::CONNECTION, "close")
        .body(Full::new(Bytes::from(form)))
}
