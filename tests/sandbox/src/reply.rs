//! An answer, before it goes on the wire.

use axum::body::Body;
use http::{HeaderValue, Response, StatusCode, header};
use serde_json::Value;

#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    headers: Vec<(&'static str, String)>,
    content_type: &'static str,
    body: String,
    /// Whose token it was, for the journal.
    pub(crate) account: Option<String>,
    /// Why a correct client would not have sent the request, for the journal.
    pub(crate) violation: Option<String>,
}

impl Reply {
    pub(crate) fn json(status: StatusCode, body: &Value) -> Self {
        Self::new(status, "application/json; charset=utf-8", body.to_string())
    }

    pub(crate) fn ok(body: &Value) -> Self {
        Self::json(StatusCode::OK, body)
    }

    /// Nothing but a status.
    pub(crate) fn empty(status: StatusCode) -> Self {
        Self::new(status, "text/plain; charset=utf-8", String::new())
    }

    pub(crate) fn html(body: String) -> Self {
        Self::new(StatusCode::OK, "text/html; charset=utf-8", body)
    }

    /// A post's public page: what its link opens.
    pub(crate) fn permalink(author: &str, post: &crate::Post) -> Self {
        let (author, text) = (escape(author), escape(&post.text));
        let lang = post.language.as_deref().map(escape).unwrap_or_default();
        Self::html(format!(
            "<!doctype html><html lang=\"{lang}\"><meta charset=\"utf-8\"><meta name=\"viewport\" \
             content=\"width=device-width\"><title>{author}</title><main><h1>{author}</h1>\
             <p style=\"white-space:pre-line\">{text}</p></main></html>"
        ))
    }

    fn new(status: StatusCode, content_type: &'static str, body: String) -> Self {
        Self {
            status,
            headers: Vec::new(),
            content_type,
            body,
            account: None,
            violation: None,
        }
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// A header set so far.
    pub(crate) fn told(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .rfind(|(told, _)| *told == name)
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn by(mut self, account: &str) -> Self {
        self.account = Some(account.to_owned());
        self
    }

    pub(crate) fn violation(mut self, why: impl Into<String>) -> Self {
        self.violation = Some(why.into());
        self
    }
}

impl From<Reply> for Response<Body> {
    fn from(reply: Reply) -> Self {
        let mut response = Response::new(Body::from(reply.body));
        *response.status_mut() = reply.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(reply.content_type));
        for (name, value) in reply.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(name, value);
            }
        }
        response
    }
}

pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
