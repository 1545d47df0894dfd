//! Signing in and out.

use askama::Template;
use axum::{
    Form,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Redirect, Response},
};
use secrecy::SecretString;
use serde::Deserialize;

use super::{fault, foreign, html, is_french};
use crate::{
    auth::{self, ClientAddress, Credential},
    limits,
    state::AppState,
};

/// Where one stands after signing in or out.
const HERE: &str = "/sign-in";

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignIn<'a> {
    french: bool,
    viewer: Option<&'a str>,
    notice: Option<&'a str>,
    email: &'a str,
}

/// What the form sends.
#[derive(Deserialize)]
pub(super) struct Attempt {
    email: String,
    password: SecretString,
}

pub(super) async fn form(State(state): State<AppState>, headers: HeaderMap) -> Response {
    let viewer = match Credential::read(&headers).viewer(&state).await {
        Ok(viewer) => viewer,
        Err(auth::AuthError::Token) => None,
        Err(auth::AuthError::Store(error)) => return fault(&headers, &error),
    };
    let name = viewer.as_ref().map(|viewer| viewer.name.as_str());
    html(&SignIn {
        french: is_french(&headers),
        viewer: name,
        notice: None,
        email: "",
    })
}

pub(super) async fn sign_in(
    State(state): State<AppState>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Form(attempt): Form<Attempt>,
) -> Response {
    if !auth::same_origin(&headers, state.public_url()) {
        return foreign(&headers);
    }
    let now = state.store().clock().now();
    if let Err(wait) = state.sign_ins().take(&attempt.email, address, now) {
        let again = [(header::RETRY_AFTER, limits::seconds(wait).to_string())];
        let said = (
            "Trop d'essais : attendez quelques minutes.",
            "Too many tries: wait a few minutes.",
        );
        return (StatusCode::TOO_MANY_REQUESTS, again, refused(&headers, &attempt, said)).into_response();
    }
    match state.store().sign_in(&attempt.email, &attempt.password).await {
        Ok(Some(secret)) => {
            let cookie = auth::session_cookie(state.public_url(), &secret);
            ([(header::SET_COOKIE, cookie)], Redirect::to(HERE)).into_response()
        }
        Ok(None) => {
            let said = (
                "L'adresse et le mot de passe ne vont pas ensemble.",
                "Address and password do not match.",
            );
            (StatusCode::UNAUTHORIZED, refused(&headers, &attempt, said)).into_response()
        }
        Err(error) => fault(&headers, &error),
    }
}

pub(super) async fn sign_out(State(state): State<AppState>, headers: HeaderMap) -> Response {
    if !auth::same_origin(&headers, state.public_url()) {
        return foreign(&headers);
    }
    if let Some(secret) = auth::session_secret(&headers)
        && let Err(error) = state.store().sign_out(&secret).await
    {
        return fault(&headers, &error);
    }
    (
        [(header::SET_COOKIE, auth::clear_cookie(state.public_url()))],
        Redirect::to(HERE),
    )
        .into_response()
}

fn refused(headers: &HeaderMap, attempt: &Attempt, (fr, en): (&str, &str)) -> Response {
    let french = is_french(headers);
    let notice = Some(if french { fr } else { en });
    html(&SignIn {
        french,
        viewer: None,
        notice,
        email: &attempt.email,
    })
}
