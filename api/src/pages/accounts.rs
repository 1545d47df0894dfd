//! The accounts of an authority: how they are, connecting another one, connecting one again.
//!
//! A person's way is a row that a loop works on: these pages write what was typed, look at the row, and never speak to a
//! network themselves.

mod form;
mod list;
mod sheet;
mod way;
mod words;

use axum::{
    Router,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use beffroi_schema::{
    entity::{account, authority},
    id::AccountId,
    store::StoreError,
    value::{Role, Scope, Viewer},
};
use secrecy::SecretString;

use super::{fault, foreign, is_french, message};
use crate::{
    auth::{self, Credential},
    state::AppState,
};

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/accounts", get(list::page))
        .route("/accounts/new", get(form::networks))
        .route("/accounts/new/{network}", get(form::fresh).post(form::begin))
        .route("/accounts/connected", get(way::back))
        .route("/accounts/connections/{id}", get(way::page).post(way::choose))
        .route("/accounts/connections/{id}/again", post(way::again))
        .route("/accounts/{id}/again", get(form::known).post(form::begin_again))
}

/// What a page answers instead of itself.
type Instead = Box<Response>;

/// Who stands at the desk.
struct Desk {
    viewer: Viewer,
    session: SecretString,
    french: bool,
}

impl Desk {
    /// Whoever may manage accounts somewhere, on a browser of theirs: the guard of the contract's mutations.
    async fn open(state: &AppState, headers: &HeaderMap) -> Result<Self, Instead> {
        let credential = Credential::read(headers);
        let viewer = match credential.viewer(state).await {
            Ok(viewer) => viewer,
            Err(auth::AuthError::Token) => None,
            Err(auth::AuthError::Store(error)) => return Err(Box::new(fault(headers, &error))),
        };
        let (Some(viewer), Credential::Cookie(session)) = (viewer, credential) else {
            return Err(Box::new(Redirect::to("/sign-in").into_response()));
        };
        if !viewer.may_anywhere(Role::Admin) {
            return Err(Box::new(not_yours(headers)));
        }
        let french = is_french(headers);
        Ok(Self {
            viewer,
            session,
            french,
        })
    }

    /// The same, for a form that was sent: it comes from our own pages.
    async fn sent(state: &AppState, headers: &HeaderMap) -> Result<Self, Instead> {
        if !auth::same_origin(headers, state.public_url()) {
            return Err(Box::new(foreign(headers)));
        }
        Self::open(state, headers).await
    }

    fn scope(&self) -> Scope {
        self.viewer.scope(Role::Admin)
    }

    /// An authority whose accounts this person may manage.
    async fn authority(&self, state: &AppState, headers: &HeaderMap, slug: &str) -> Result<authority::Model, Instead> {
        let found = found(headers, state.store().authority_by_slug(slug).await)?;
        let ours = found.filter(|row| self.scope().covers(row.id));
        ours.ok_or_else(|| Box::new(absent(headers)))
    }

    /// An account that this person may manage.
    async fn account(&self, state: &AppState, headers: &HeaderMap, id: AccountId) -> Result<account::Model, Instead> {
        let found = found(headers, state.store().account(&self.scope(), id).await)?;
        found.ok_or_else(|| Box::new(absent(headers)))
    }
}

/// What the store says, or the page of its error.
fn found<T>(headers: &HeaderMap, answer: Result<T, StoreError>) -> Result<T, Instead> {
    answer.map_err(|error| Box::new(refusal(headers, &error)))
}

/// The page of an error of the store.
fn refusal(headers: &HeaderMap, error: &StoreError) -> Response {
    match error {
        StoreError::NotFound => absent(headers),
        StoreError::Conflict { .. }
        | StoreError::Problems(_)
        | StoreError::Duplicate
        | StoreError::Sealed
        | StoreError::Hashing
        | StoreError::Database(_)
        | StoreError::Files(_) => fault(headers, error),
    }
}

fn not_yours(headers: &HeaderMap) -> Response {
    let fr = (
        "Cette page n’est pas pour vous",
        "Les comptes des réseaux sont gérés par les administrateurs de la collectivité\u{202f}: demandez-leur ce rôle.",
    );
    let en = (
        "This page is not for you",
        "Accounts on networks are managed by the authority’s administrators: ask them for that role.",
    );
    message(StatusCode::FORBIDDEN, headers, fr, en)
}

fn absent(headers: &HeaderMap) -> Response {
    let fr = (
        "Rien à cette adresse",
        "Ce compte n’existe pas, ou il est à une autre collectivité. Revenez à la liste des comptes.",
    );
    let en = (
        "Nothing at this address",
        "This account does not exist, or belongs to another authority. Go back to the list of accounts.",
    );
    message(StatusCode::NOT_FOUND, headers, fr, en)
}
