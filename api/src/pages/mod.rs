//! The few pages of people who work here: join, sign in, sign out, connect accounts. French first, English beside it, no script.

mod accounts;
mod invitation;
mod sign_in;

use askama::Template;
use axum::{
    Router,
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::{Next, from_fn},
    response::{Html, IntoResponse, Response},
    routing::get,
};

use crate::{language, state::AppState};

/// What the pages share.
const STYLE: &str = include_str!("../../templates/style.css");
/// Nothing from elsewhere, no script, no frame around us.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// The pages' routes.
pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .route("/sign-in", get(sign_in::form).post(sign_in::sign_in))
        .route("/sign-out", axum::routing::post(sign_in::sign_out))
        .route("/invitation/{secret}", get(invitation::form).post(invitation::accept))
        .merge(accounts::routes())
        .layer(from_fn(private))
        .route("/assets/style.css", get(style))
}

async fn style() -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=300"),
    ];
    (headers, STYLE)
}

/// Pages about one person are kept by no cache and tell no other site where they were.
async fn private(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}

/// A page, or 500 when its template fails: that is a fault of ours.
pub(crate) fn html(page: &impl Template) -> Response {
    match page.render() {
        Ok(text) => Html(text).into_response(),
        Err(error) => {
            tracing::error!(cause = %error, "a page could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

#[derive(Template)]
#[template(path = "message.html")]
struct Message<'a> {
    french: bool,
    title: &'a str,
    text: &'a str,
}

/// A page that only says something, in French and in English: title and text of each.
fn message(status: StatusCode, headers: &HeaderMap, fr: (&str, &str), en: (&str, &str)) -> Response {
    let french = is_french(headers);
    let (title, text) = if french { fr } else { en };
    (status, said(french, title, text)).into_response()
}

/// A page that only says this.
pub(crate) fn said(french: bool, title: &str, text: &str) -> Response {
    html(&Message { french, title, text })
}

fn fault(headers: &HeaderMap, error: &beffroi_schema::store::StoreError) -> Response {
    tracing::error!(cause = ?error, "a page could not be answered: {error}");
    let fr = ("Une panne de notre côté", "Réessayez dans un instant.");
    let en = ("A fault on our side", "Try again in a moment.");
    message(StatusCode::INTERNAL_SERVER_ERROR, headers, fr, en)
}

/// A form that another site sent.
fn foreign(headers: &HeaderMap) -> Response {
    let fr = (
        "Demande refusée",
        "Ce formulaire ne vient pas de ce site. Rouvrez la page et recommencez.",
    );
    let en = (
        "Request refused",
        "This form was not sent by this site. Open the page again and start over.",
    );
    message(StatusCode::FORBIDDEN, headers, fr, en)
}

fn is_french(headers: &HeaderMap) -> bool {
    language::is_french(&language::wanted(headers, None))
}
