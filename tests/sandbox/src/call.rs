//! A request, read to its end: what the protocols work on.

use axum::extract::{DefaultBodyLimit, FromRequest, Multipart};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::{HeaderMap, Method, Request, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use serde_json::Value;
use url::form_urlencoded;

use crate::listener::Cut;

/// Mastodon's largest image (16 MiB), the largest body any miniature takes, and room for its multipart frame.
const BODY_LIMIT: usize = 20 * 1024 * 1024;

#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
    /// The body as it came: what signatures are of.
    pub(crate) raw: Bytes,
    pub(crate) at: DateTime<Utc>,
}

#[derive(Debug)]
pub(crate) enum Body {
    Empty,
    Json(Value),
    Form {
        fields: Vec<(String, String)>,
        files: Vec<File>,
    },
    Raw(Bytes),
    /// Not what its content type says.
    Malformed(String),
    TooLarge,
}

/// A file of a multipart form.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) field: String,
    pub(crate) content_type: String,
    pub(crate) bytes: Bytes,
}

impl Call {
    /// A client that leaves before the end of its request has asked nothing.
    pub(crate) async fn read(request: Request<Incoming>, at: DateTime<Utc>) -> Result<Self, Cut> {
        let (parts, body) = request.into_parts();
        let (body, raw) = match Limited::new(body, BODY_LIMIT).collect().await {
            Ok(bytes) => {
                let raw = bytes.to_bytes();
                (Body::read(&parts.headers, raw.clone()).await, raw)
            }
            Err(error) if error.is::<LengthLimitError>() => (Body::TooLarge, Bytes::new()),
            Err(_) => return Err(Cut),
        };
        let query = form_pairs(parts.uri.query().unwrap_or_default().as_bytes());
        Ok(Self {
            method: parts.method,
            path: parts.uri.path().to_owned(),
            query,
            headers: parts.headers,
            body,
            raw,
            at,
        })
    }

    /// The path between its slashes, for slice patterns.
    pub(crate) fn segments(&self) -> Vec<&str> {
        self.path.split('/').filter(|segment| !segment.is_empty()).collect()
    }

    /// The nth segment of the path; routes have checked that it is there.
    pub(crate) fn segment(&self, index: usize) -> &str {
        self.segments().get(index).copied().unwrap_or_default()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(crate) fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.header("authorization")?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(token)
    }

    /// The name and the password of an application.
    pub(crate) fn basic(&self) -> Option<(String, String)> {
        let (scheme, pair) = self.header("authorization")?.split_once(' ')?;
        let pair = BASE64_STANDARD
            .decode(pair)
            .ok()
            .filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
        let pair = String::from_utf8(pair).ok()?;
        let (name, password) = pair.split_once(':')?;
        Some((name.to_owned(), password.to_owned()))
    }

    pub(crate) fn json(&self) -> Option<&Value> {
        match &self.body {
            Body::Json(value) => Some(value),
            Body::Empty | Body::Form { .. } | Body::Raw(_) | Body::Malformed(_) | Body::TooLarge => None,
        }
    }

    /// A parameter by its name, wherever the client put it: JSON, form or query.
    pub(crate) fn param(&self, name: &str) -> Option<String> {
        let in_body = match &self.body {
            Body::Json(json) => json.get(name).and_then(scalar),
            Body::Form { fields, .. } => find(fields, name),
            Body::Empty | Body::Raw(_) | Body::Malformed(_) | Body::TooLarge => None,
        };
        in_body.or_else(|| find(&self.query, name))
    }

    /// A parameter with several values: a JSON list, or `name[]` repeated. `None` when it was not sent at all.
    pub(crate) fn params(&self, name: &str) -> Option<Vec<String>> {
        if let Some(list) = self.json().and_then(|json| json.get(name)).and_then(Value::as_array) {
            return Some(list.iter().filter_map(scalar).collect());
        }
        let Body::Form { fields, .. } = &self.body else {
            return None;
        };
        let named = |key: &str| key == name || key.strip_suffix("[]") == Some(name);
        let values: Vec<_> = fields
            .iter()
            .filter(|(key, _)| named(key))
            .map(|(_, value)| value.clone())
            .collect();
        (!values.is_empty()).then_some(values)
    }

    pub(crate) fn file(&self, field: &str) -> Option<&File> {
        let Body::Form { files, .. } = &self.body else {
            return None;
        };
        files.iter().find(|file| file.field == field)
    }
}

impl Body {
    async fn read(headers: &HeaderMap, bytes: Bytes) -> Self {
        let content_type = headers
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let essence = content_type
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase();
        match essence.as_str() {
            _ if bytes.is_empty() => Self::Empty,
            "application/json" => {
                serde_json::from_slice(&bytes).map_or_else(|error| Self::Malformed(error.to_string()), Self::Json)
            }
            "application/x-www-form-urlencoded" => Self::Form {
                fields: form_pairs(&bytes),
                files: Vec::new(),
            },
            "multipart/form-data" => read_multipart(content_type, bytes).await,
            _ => Self::Raw(bytes),
        }
    }
}

async fn read_multipart(content_type: &str, bytes: Bytes) -> Body {
    let request = Request::builder()
        .header(header::CONTENT_TYPE, content_type)
        .body(axum::body::Body::from(bytes));
    let Ok(mut request) = request else {
        return Body::Malformed("multipart header".to_owned());
    };
    // The whole body has been limited already; axum's own, smaller default must not cut an image short.
    DefaultBodyLimit::max(BODY_LIMIT).apply(&mut request);
    let Ok(mut parts) = Multipart::from_request(request, &()).await else {
        return Body::Malformed("multipart boundary".to_owned());
    };
    let (mut fields, mut files) = (Vec::new(), Vec::new());
    loop {
        match parts.next_field().await {
            Ok(Some(part)) => {
                let field = part.name().unwrap_or_default().to_owned();
                let is_file = part.file_name().is_some();
                let content_type = part.content_type().unwrap_or("application/octet-stream").to_owned();
                let Ok(bytes) = part.bytes().await else {
                    return Body::Malformed("multipart part".to_owned());
                };
                if is_file {
                    files.push(File {
                        field,
                        content_type,
                        bytes,
                    });
                } else {
                    fields.push((field, String::from_utf8_lossy(&bytes).into_owned()));
                }
            }
            Ok(None) => return Body::Form { fields, files },
            Err(error) => return Body::Malformed(error.to_string()),
        }
    }
}

fn form_pairs(bytes: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(bytes).into_owned().collect()
}

fn find(pairs: &[(String, String)], name: &str) -> Option<String> {
    pairs
        .iter()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.clone())
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
