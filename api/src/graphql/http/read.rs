//! Reads a request: GET with parameters in the address, POST with a JSON object. Nothing else, because a form of
//! another site can send anything else with the visitor's cookie.

use async_graphql::Request as GraphqlRequest;
use axum::{
    body::to_bytes,
    extract::Request,
    http::{HeaderMap, Method, StatusCode, header},
};
use serde::Deserialize;
use serde_json::Value;

use super::Refusal;
use crate::{
    graphql::error::Code,
    limits::{MAX_REQUEST_BYTES, MAX_STAFF_REQUEST_BYTES},
};

/// A request, and what its address says beside it.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) request: GraphqlRequest,
    /// The parameter `languages`.
    pub(super) languages: Option<String>,
}

/// Reads a request, or says what is wrong with it. Staff send pictures and outlines in variables: those who are
/// `signed_in` may send more, but no longer document.
pub(super) async fn read(request: Request, signed_in: bool) -> Result<Asked, Refusal> {
    let query = request.uri().query().unwrap_or_default().to_owned();
    if query.len() > MAX_REQUEST_BYTES {
        return Err(too_large(MAX_REQUEST_BYTES));
    }
    let parameters = Parameters::read(&query);
    if *request.method() == Method::GET {
        let languages = parameters.languages.clone();
        return Ok(Asked {
            request: parameters.into_request()?,
            languages,
        });
    }
    refuse_other_types(request.headers())?;
    let most = if signed_in {
        MAX_STAFF_REQUEST_BYTES
    } else {
        MAX_REQUEST_BYTES
    };
    let body = to_bytes(request.into_body(), most).await.map_err(|_| too_large(most))?;
    let request = from_json(&body)?;
    if request.query.len() > MAX_REQUEST_BYTES {
        return Err(too_large(MAX_REQUEST_BYTES));
    }
    Ok(Asked {
        request,
        languages: parameters.languages,
    })
}

#[derive(Debug, Default)]
struct Parameters {
    query: String,
    operation_name: Option<String>,
    variables: Option<String>,
    extensions: Option<String>,
    languages: Option<String>,
}

impl Parameters {
    fn read(query: &str) -> Self {
        let mut read = Self::default();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            let value = value.into_owned();
            match name.as_ref() {
                "query" => read.query = value,
                "operationName" => read.operation_name = Some(value).filter(|name| !name.is_empty()),
                "variables" => read.variables = Some(value),
                "extensions" => read.extensions = Some(value),
                "languages" => read.languages = Some(value),
                _ => {}
            }
        }
        read
    }

    fn into_request(self) -> Result<GraphqlRequest, Refusal> {
        let json = |text: Option<String>, name: &str| match text.as_deref() {
            None | Some("") => Ok(Value::Null),
            Some(text) => serde_json::from_str(text).map_err(|_| bad(format!("`{name}` is not JSON"))),
        };
        Body {
            query: Some(self.query),
            operation_name: self.operation_name,
            variables: json(self.variables, "variables")?,
            extensions: json(self.extensions, "extensions")?,
        }
        .into_request()
    }
}

/// The parameters of a request. Unknown ones are left alone, as the specification asks.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    #[serde(default)]
    query: Option<String>,
    #[serde(default)]
    operation_name: Option<String>,
    #[serde(default)]
    variables: Value,
    #[serde(default)]
    extensions: Value,
}

impl Body {
    fn into_request(self) -> Result<GraphqlRequest, Refusal> {
        for (name, value) in [("variables", &self.variables), ("extensions", &self.extensions)] {
            if !value.is_object() && !value.is_null() {
                return Err(bad(format!("`{name}` must be an object")));
            }
        }
        let query = self.query.unwrap_or_default();
        if query.is_empty() && self.extensions.get("persistedQuery").is_none() {
            return Err(bad("`query` is missing"));
        }
        let mut request = GraphqlRequest::new(query).variables(async_graphql::Variables::from_json(self.variables));
        request.operation_name = self.operation_name;
        if self.extensions.is_object() {
            request.extensions = serde_json::from_value(self.extensions).map_err(|error| bad(error.to_string()))?;
        }
        Ok(request)
    }
}

fn from_json(body: &[u8]) -> Result<GraphqlRequest, Refusal> {
    let value: Value = serde_json::from_slice(body).map_err(|error| bad(format!("the body is not JSON: {error}")))?;
    if value.is_array() {
        return Err(bad(
            "batches are not accepted: send one request after the other on the same connection",
        ));
    }
    let body: Body =
        serde_json::from_value(value).map_err(|error| bad(format!("the body is not a request: {error}")))?;
    body.into_request()
}

fn refuse_other_types(headers: &HeaderMap) -> Result<(), Refusal> {
    let declared = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let (kind, parameters) = declared.split_once(';').unwrap_or((declared, ""));
    let charset = parameters.split(';').find_map(|parameter| {
        parameter
            .trim()
            .to_ascii_lowercase()
            .strip_prefix("charset=")
            .map(str::to_owned)
    });
    let utf8 = charset.is_none_or(|charset| charset.trim_matches('"') == "utf-8");
    if kind.trim().eq_ignore_ascii_case("application/json") && utf8 {
        return Ok(());
    }
    let said = "send application/json in UTF-8";
    Err(Refusal::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Code::BadUserInput,
        said,
    ))
}

fn bad(message: impl Into<String>) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, Code::BadUserInput, message)
}

fn too_large(most: usize) -> Refusal {
    let said = format!("a request has at most {most} bytes");
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, Code::BadUserInput, said)
}
