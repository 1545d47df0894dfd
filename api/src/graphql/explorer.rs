//! A page to try the contract out: our own, in one file, asking no other host.

use askama::Template;
use axum::{
    extract::Request,
    http::{HeaderMap, Method, header},
    response::{IntoResponse as _, Response},
};

use crate::{language, pages::html, state::AppState};

#[derive(Template)]
#[template(path = "explorer.html")]
struct Explorer {
    french: bool,
    /// For the content security policy: only this page's own script runs.
    nonce: String,
}

/// Whether a person's browser opens the address, rather than a program asking a question.
pub(super) fn is_wanted(request: &Request) -> bool {
    let accepts_html = request
        .headers()
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"));
    let asks = request
        .uri()
        .query()
        .is_some_and(|query| query.contains("query=") || query.contains("extensions="));
    *request.method() == Method::GET && accepts_html && !asks
}

pub(super) fn page(state: &AppState, headers: &HeaderMap) -> Response {
    let nonce = state.store().ids().secret();
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; connect-src 'self'; img-src 'self'; \
         base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    );
    let page = Explorer {
        french: language::is_french(&language::wanted(headers, None)),
        nonce,
    };
    ([(header::CONTENT_SECURITY_POLICY, policy)], html(&page)).into_response()
}
