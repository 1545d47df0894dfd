//! Media types and statuses of answers.

use async_graphql::Response as Answer;
use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::Response,
};
use serde_json::{Map, Value};

use super::Refusal;
use crate::graphql::answers::Kept;

/// How the answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Media {
    /// `application/graphql-response+json`: the status says whether the request could be executed.
    GraphqlResponse,
    /// `application/json`: 200 whenever the request was GraphQL at all, as clients of old expect.
    Json,
}

impl Media {
    /// The first of the two that `Accept` names (weights of zero excluded); JSON for whoever accepts anything or says
    /// nothing; none for whoever wants something else.
    pub(super) fn wanted(headers: &HeaderMap) -> Option<Self> {
        let lines = headers
            .get_all(header::ACCEPT)
            .iter()
            .filter_map(|line| line.to_str().ok());
        let ranges: Vec<&str> = lines
            .flat_map(|line| line.split(','))
            .map(str::trim)
            .filter(|range| !range.is_empty())
            .collect();
        if ranges.is_empty() {
            return Some(Self::Json);
        }
        ranges.into_iter().find_map(Self::of)
    }

    fn of(range: &str) -> Option<Self> {
        let (kind, parameters) = range.split_once(';').unwrap_or((range, ""));
        let refused = parameters
            .split(';')
            .any(|parameter| matches!(parameter.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000"));
        match kind.trim().to_ascii_lowercase().as_str() {
            _ if refused => None,
            "application/graphql-response+json" => Some(Self::GraphqlResponse),
            "application/json" | "application/*" | "*/*" => Some(Self::Json),
            _ => None,
        }
    }

    /// An answer that is kept: by GET with what caches need, and without a body when the client has it already.
    pub(super) fn send(self, kept: Kept, method: &Method, request: &HeaderMap) -> Response {
        let by_get = *method == Method::GET;
        let known = by_get && kept.is_known(request);
        let mut response = Response::new(Body::empty());
        if by_get {
            response.headers_mut().extend(kept.caching());
        }
        if known {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            return response;
        }
        let kind = HeaderValue::from_static(self.content_type());
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        *response.body_mut() = Body::from(kept.body);
        response
    }

    /// What was executed, or why not.
    pub(super) fn respond(self, answer: &Result<Answer, Refusal>) -> Response {
        match answer {
            Ok(answer) => {
                let status = match self {
                    Self::GraphqlResponse if is_request_error(answer) => StatusCode::BAD_REQUEST,
                    Self::GraphqlResponse | Self::Json => StatusCode::OK,
                };
                self.write(status, answer)
            }
            Err(refusal) => self.refuse(refusal.clone()),
        }
    }

    /// Refused before execution.
    pub(super) fn refuse(self, refusal: Refusal) -> Response {
        let (status, answer) = refusal.into_parts();
        let mut response = self.write(status, &answer);
        response
            .headers_mut()
            .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if status == StatusCode::METHOD_NOT_ALLOWED {
            response
                .headers_mut()
                .insert(header::ALLOW, HeaderValue::from_static("POST"));
        }
        response
    }

    fn write(self, status: StatusCode, answer: &Answer) -> Response {
        let executed = !is_request_error(answer);
        let headers = answer.http_headers.clone();
        let mut response = Response::new(Body::from(body(answer, executed)));
        *response.status_mut() = status;
        response.headers_mut().extend(headers);
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static(self.content_type()));
        response
    }

    fn content_type(self) -> &'static str {
        match self {
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        }
    }
}

/// An error without a path was found before execution: such an answer has no `data` entry at all.
fn is_request_error(answer: &Answer) -> bool {
    answer.data == async_graphql::Value::Null && answer.errors.iter().any(|error| error.path.is_empty())
}

fn body(answer: &Answer, executed: bool) -> Vec<u8> {
    let written = if executed {
        serde_json::to_vec(answer)
    } else {
        let mut entries = Map::new();
        let errors = serde_json::to_value(&answer.errors).unwrap_or(Value::Null);
        entries.insert("errors".to_owned(), errors);
        serde_json::to_vec(&entries)
    };
    written.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_media_type_is_negotiated() {
        let wanted = |accept: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, accept.parse().unwrap());
            Media::wanted(&headers)
        };
        assert_eq!(Media::wanted(&HeaderMap::new()), Some(Media::Json));
        assert_eq!(wanted("*/*"), Some(Media::Json));
        assert_eq!(
            wanted("application/graphql-response+json"),
            Some(Media::GraphqlResponse)
        );
        assert_eq!(
            wanted("application/graphql-response+json;charset=utf-8, application/json;q=0.9"),
            Some(Media::GraphqlResponse)
        );
        assert_eq!(
            wanted("application/json, application/graphql-response+json"),
            Some(Media::Json)
        );
        assert_eq!(wanted("application/json;q=0, */*"), Some(Media::Json));
        assert_eq!(wanted("text/plain"), None);
    }
}
