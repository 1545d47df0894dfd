//! Joining by a one-time link.

use askama::Template;
use axum::{
    Form,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Redirect, Response},
};
use beffroi_schema::{
    store::{Invitation, Joining, StoreError},
    value::{Language, Problem, Role},
};
use secrecy::SecretString;
use serde::Deserialize;

use super::{fault, foreign, html, is_french, message};
use crate::{auth, state::AppState};

#[derive(Template)]
#[template(path = "invitation.html")]
struct Page {
    french: bool,
    offer: String,
    fields: Vec<Field>,
}

/// One field of the form, with what is wrong with it.
struct Field {
    name: &'static str,
    kind: &'static str,
    autocomplete: &'static str,
    label: &'static str,
    hint: &'static str,
    value: String,
    wrong: Option<String>,
}

impl Field {
    /// What a screen reader reads with the field.
    fn described_by(&self) -> String {
        let hint = (!self.hint.is_empty()).then(|| format!("{}-hint", self.name));
        let wrong = self.wrong.as_ref().map(|_| format!("{}-wrong", self.name));
        [wrong, hint].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }
}

/// What the form sends.
#[derive(Deserialize)]
pub(super) struct Answer {
    name: String,
    email: String,
    password: SecretString,
}

pub(super) async fn form(
    State(state): State<AppState>,
    Path(secret): Path<SecretString>,
    headers: HeaderMap,
) -> Response {
    match state.store().invitation(&secret).await {
        Ok(invitation) => html(&page(is_french(&headers), &invitation, ["", ""], &[])),
        Err(error) => unusable(&headers, &error),
    }
}

pub(super) async fn accept(
    State(state): State<AppState>,
    Path(secret): Path<SecretString>,
    headers: HeaderMap,
    Form(answer): Form<Answer>,
) -> Response {
    if !auth::same_origin(&headers, state.public_url()) {
        return foreign(&headers);
    }
    let french = is_french(&headers);
    let invitation = match state.store().invitation(&secret).await {
        Ok(invitation) => invitation,
        Err(error) => return unusable(&headers, &error),
    };
    let joining = Joining {
        name: answer.name,
        email: answer.email,
        password: answer.password,
        language: if french {
            Language::french()
        } else {
            Language::english()
        },
    };
    match state.store().accept_invitation(&secret, &joining).await {
        Ok(_) => Redirect::to("/sign-in").into_response(),
        Err(StoreError::Problems(problems)) => {
            let again = page(french, &invitation, [&joining.name, &joining.email], &problems);
            (StatusCode::UNPROCESSABLE_ENTITY, html(&again)).into_response()
        }
        Err(error) => unusable(&headers, &error),
    }
}

fn unusable(headers: &HeaderMap, error: &StoreError) -> Response {
    let StoreError::NotFound = error else {
        return fault(headers, error);
    };
    let fr = (
        "Ce lien ne sert plus",
        "Il a déjà servi, ou il a plus d'un jour. Demandez-en un autre.",
    );
    let en = (
        "This link no longer works",
        "It was used, or is more than a day old. Ask for another one.",
    );
    message(StatusCode::NOT_FOUND, headers, fr, en)
}

fn page(french: bool, invitation: &Invitation, [name, email]: [&str; 2], problems: &[Problem]) -> Page {
    let say = |fr: &'static str, en: &'static str| if french { fr } else { en };
    let field = |name, kind, autocomplete, label, hint, value: &str| Field {
        name,
        kind,
        autocomplete,
        label,
        hint,
        value: value.to_owned(),
        wrong: wrong_with(name, french, problems),
    };
    Page {
        french,
        offer: offer(french, invitation),
        fields: vec![
            field(
                "name",
                "text",
                "name",
                say("Nom", "Name"),
                say("Tel que vos collègues le liront.", "As your colleagues will read it."),
                name,
            ),
            field(
                "email",
                "email",
                "username",
                say("Adresse électronique", "E-mail address"),
                say("Pour vous connecter.", "To sign in with."),
                email,
            ),
            field(
                "password",
                "password",
                "new-password",
                say("Mot de passe", "Password"),
                say(
                    "Au moins 12 caractères ; une phrase convient bien.",
                    "At least 12 characters; a sentence does well.",
                ),
                "",
            ),
        ],
    }
}

fn wrong_with(field: &str, french: bool, problems: &[Problem]) -> Option<String> {
    let problem = problems.iter().find(|problem| problem.path == field)?;
    Some(problem.message(if french { "fr" } else { "en" }).to_owned())
}

fn offer(french: bool, invitation: &Invitation) -> String {
    let role = match (invitation.role, french) {
        (Role::Contributor, true) => "contributeur ou contributrice",
        (Role::Contributor, false) => "a contributor",
        (Role::Editor, true) => "éditeur ou éditrice",
        (Role::Editor, false) => "an editor",
        (Role::Admin, true) => "administrateur ou administratrice",
        (Role::Admin, false) => "an administrator",
        (Role::Operator, true) => "opérateur ou opératrice",
        (Role::Operator, false) => "an operator",
    };
    match (&invitation.authority_name, french) {
        (Some(name), true) => format!("Vous êtes invité·e comme {role} de : {name}."),
        (Some(name), false) => format!("You are invited as {role} of {name}."),
        (None, true) => format!("Vous êtes invité·e comme {role} de cette instance de Beffroi."),
        (None, false) => format!("You are invited as {role} of this Beffroi instance."),
    }
}
