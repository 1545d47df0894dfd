//! One call: what is sent, and what came back or is known not to have.

use std::time::Duration;

use beffroi_schema::clock::Timestamp;
use bytes::Bytes;
use reqwest::{
    Body, RequestBuilder, StatusCode,
    header::{CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue},
    multipart::Form,
};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Serialize, de::DeserializeOwned};

use super::{Http, guard::Forbidden, wait};

/// A call being prepared.
#[derive(Debug)]
#[must_use = "a call is made by `send`"]
pub struct Call<'a> {
    http: &'a Http,
    request: RequestBuilder,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status, whatever it is: nothing is an error here that a server said.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The whole body, decompressed.
    pub body: Bytes,
    /// How long the server asked us to wait, in whichever way servers say it.
    pub wait: Option<Duration>,
}

/// Why nothing came back, named by what is known of the request. Never contains the URL: it may hold a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The address is one we do not call.
    #[error("{0}")]
    Forbidden(String),
    /// The request did not leave.
    #[error("no connection: {0}")]
    NotSent(String),
    /// The request may have been received and acted on.
    #[error("no answer: {0}")]
    Lost(String),
    /// The answer was longer than this many bytes; its status was a success or not.
    #[error("the answer is longer than {0} bytes")]
    TooLong(usize),
}

impl<'a> Call<'a> {
    pub(super) fn new(http: &'a Http, request: RequestBuilder) -> Self {
        Self { http, request }
    }

    /// Adds a header.
    pub fn header(self, name: HeaderName, value: HeaderValue) -> Self {
        Self {
            request: self.request.header(name, value),
            ..self
        }
    }

    /// Signs with a bearer token.
    pub fn bearer(self, token: &SecretString) -> Self {
        Self {
            request: self.request.bearer_auth(token.expose_secret()),
            ..self
        }
    }

    /// Adds to the query.
    pub fn query(self, pairs: &[(&str, &str)]) -> Self {
        Self {
            request: self.request.query(pairs),
            ..self
        }
    }

    /// Sends `body` as JSON.
    pub fn json(self, body: &(impl Serialize + ?Sized)) -> Self {
        Self {
            request: self.request.json(body),
            ..self
        }
    }

    /// Sends a form with files.
    pub fn multipart(self, form: Form) -> Self {
        Self {
            request: self.request.multipart(form),
            ..self
        }
    }

    /// Sends bytes as they are; their type goes in a header.
    pub fn body(self, body: Bytes) -> Self {
        Self {
            request: self.request.body(body),
            ..self
        }
    }

    /// Sends so many bytes as they come; their type goes in a header.
    pub fn stream(self, bytes: u64, body: Body) -> Self {
        Self {
            request: self.request.header(CONTENT_LENGTH, bytes).body(body),
            ..self
        }
    }

    /// Gives up after `most`, where a whole file goes in one call.
    pub fn within(self, most: Duration) -> Self {
        Self {
            request: self.request.timeout(most),
            ..self
        }
    }

    /// Makes the call and reads the answer, at most `most` bytes of it after decompression.
    pub async fn send(self, most: usize) -> Result<Answer, CallError> {
        let (client, request) = self.request.build_split();
        let request = request.map_err(|error| CallError::NotSent(told(error)))?;
        self.http
            .guard
            .check(request.url())
            .map_err(|forbidden| CallError::Forbidden(forbidden.to_string()))?;
        let mut response = client.execute(request).await.map_err(classify)?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| CallError::Lost(told(error)))? {
            if body.len() + chunk.len() > most {
                return Err(CallError::TooLong(most));
            }
            body.extend_from_slice(&chunk);
        }
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        let wait = wait::asked(status, &headers, self.http.clock.now());
        Ok(Answer {
            status,
            headers,
            body: body.into(),
            wait,
        })
    }
}

impl Answer {
    /// The body read as JSON; `None` when it is not what was expected.
    pub fn json<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.body).ok()
    }

    /// How long until more is answered, when this was the last call of a window, as its headers say.
    pub fn spent(&self, now: Timestamp) -> Option<Duration> {
        wait::spent(&self.headers, now)
    }
}

fn classify(error: reqwest::Error) -> CallError {
    let forbidden = sources(&error).find_map(|source| source.downcast_ref::<Forbidden>().map(ToString::to_string));
    if let Some(reason) = forbidden {
        CallError::Forbidden(reason)
    } else if error.is_redirect() {
        CallError::Forbidden(told(error))
    } else if error.is_connect() || error.is_builder() || error.is_dns() {
        CallError::NotSent(told(error))
    } else {
        CallError::Lost(told(error))
    }
}

/// The error and its causes, without the URL.
fn told(error: reqwest::Error) -> String {
    let error = error.without_url();
    let causes: Vec<String> = sources(&error).map(ToString::to_string).collect();
    causes
        .last()
        .map_or(error.to_string(), |root| format!("{error}: {root}"))
}

fn sources(error: &reqwest::Error) -> impl Iterator<Item = &(dyn std::error::Error + 'static)> {
    std::iter::successors(std::error::Error::source(error), |source| source.source())
}
