//! A connection on its way: to the network's page, back from it, and what came of it.

use std::{collections::HashMap, time::Duration};

use askama::Template;
use axum::{
    Form,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Redirect, Response},
};
use beffroi_schema::{
    entity::connection,
    id::ConnectionId,
    store::Callback,
    value::{ConnectionState, Consent, Private, Problem, ProblemCode},
};
use secrecy::SecretString;
use serde::Deserialize;
use url::Url;
use uuid::Uuid;

use super::{
    super::{fault, html, message},
    Desk, Instead, absent, found, sheet,
};
use crate::{auth, state::AppState};

/// How long a page waits for the loop before it says that it still waits: a browser shows that it loads meanwhile.
const PATIENCE: Duration = Duration::from_secs(5);
/// Longest sentence of a network about why a person did not agree, in characters.
const MAX_REASON: usize = 300;
/// Longest code that is looked at; LinkedIn's are the longest, with some hundreds.
const MAX_CODE: usize = 4_096;
/// How a network says that the person said no: RFC 6749 §4.1.2.1, and how Threads and Facebook say it.
const DENIED: [&str; 2] = ["access_denied", "user_cancelled_authorize"];

#[derive(Template)]
#[template(path = "connection.html")]
struct Page {
    french: bool,
    id: String,
    network: &'static str,
    name: String,
    look: Look,
}

/// What a person sees of it.
enum Look {
    /// The loop works on it.
    Wait,
    /// The network's page, and the host that it is on.
    Go { address: String, host: String },
    /// Which of these it is.
    Choose(Vec<String>),
    /// It is there.
    Done,
    /// Why it is not, and where what was typed can be changed.
    Failed { sentence: String, form: String },
}

/// What a network sends back.
#[derive(Deserialize)]
pub(in super::super) struct Brought {
    #[serde(default)]
    state: String,
    code: Option<String>,
    /// The same, of OAuth 1.0a.
    oauth_verifier: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
}

/// Which of several accounts it is.
#[derive(Deserialize)]
pub(in super::super) struct Choice {
    choice: usize,
}

pub(in super::super) async fn page(
    State(state): State<AppState>,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
) -> Response {
    let shown = async {
        let desk = Desk::open(&state, &headers).await?;
        let (row, private) = settled(&state, &desk, &headers, ConnectionId(id)).await?;
        if row.state == ConnectionState::Failed && row.network.consent() == Consent::Pasted {
            return refilled(&state, &desk, &headers, &row).await;
        }
        let look = look(&state, &desk, &headers, &row, private).await?;
        let status = match &look {
            Look::Failed { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Look::Wait | Look::Go { .. } | Look::Choose(_) | Look::Done => StatusCode::OK,
        };
        let page = Page {
            french: desk.french,
            id: row.id.to_string(),
            network: row.network.title(),
            name: row.name,
            look,
        };
        Ok::<_, Instead>((status, html(&page)).into_response())
    };
    shown.await.unwrap_or_else(|instead| *instead)
}

/// What was pasted is wrong: the form again, with all but that.
async fn refilled(
    state: &AppState,
    desk: &Desk,
    headers: &HeaderMap,
    row: &connection::Model,
) -> Result<Response, Instead> {
    let problems: Vec<Problem> = row.problem.iter().cloned().collect();
    let page = if let Some(account) = row.account_id {
        let account = desk.account(state, headers, account).await?;
        sheet::again(state, desk, headers, &account, &HashMap::new(), &problems)?
    } else {
        let place = found(headers, state.store().authority(row.authority_id).await)?;
        let place = place.ok_or_else(|| Box::new(absent(headers)))?;
        let mut typed = HashMap::from([("name".to_owned(), row.name.clone())]);
        for (name, value) in row.settings.as_object().into_iter().flatten() {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            typed.insert(name.clone(), value);
        }
        sheet::sheet(state, desk.french, row.network, &place, &typed, &problems)
    };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&page)).into_response())
}

/// The connection as soon as the loop has done its part, or as it is when patience ends.
async fn settled(
    state: &AppState,
    desk: &Desk,
    headers: &HeaderMap,
    id: ConnectionId,
) -> Result<(connection::Model, Private), Instead> {
    let mut bus = state.store().bus().listen();
    let patient = async {
        loop {
            let row = found(headers, state.store().connection(id, &desk.session).await)?;
            let row = row.ok_or_else(|| Box::new(absent(headers)))?;
            if !matches!(row.0.state, ConnectionState::Preparing | ConnectionState::Trying) {
                return Ok(row);
            }
            bus.wait(PATIENCE).await;
        }
    };
    if let Ok(row) = tokio::time::timeout(PATIENCE, patient).await {
        return row;
    }
    let row = found(headers, state.store().connection(id, &desk.session).await)?;
    row.ok_or_else(|| Box::new(absent(headers)))
}

async fn look(
    state: &AppState,
    desk: &Desk,
    headers: &HeaderMap,
    row: &connection::Model,
    private: Private,
) -> Result<Look, Instead> {
    let over = row.expires_at <= state.store().clock().now();
    let failed = async |sentence: &str| {
        let form = if let Some(account) = row.account_id {
            format!("/accounts/{account}/again")
        } else {
            let place = found(headers, state.store().authority(row.authority_id).await)?;
            let slug = place.map(|place| place.slug).unwrap_or_default();
            format!("/accounts/new/{}?authority={slug}", row.network)
        };
        let sentence = sentence.to_owned();
        Ok::<_, Instead>(Look::Failed { sentence, form })
    };
    Ok(match (row.state, private.address) {
        (ConnectionState::Done, _) => Look::Done,
        (ConnectionState::Failed, _) => {
            let language = if desk.french { "fr" } else { "en" };
            let sentence = row.problem.as_ref().map_or("", |problem| problem.message(language));
            failed(sentence).await?
        }
        (_, _) if over => {
            let (fr, en) = (
                "Plus de dix minutes ont passé\u{202f}: recommencez, rien n’a été changé.",
                "More than ten minutes have passed: start again, nothing was changed.",
            );
            failed(if desk.french { fr } else { en }).await?
        }
        (ConnectionState::Waiting, Some(address)) => {
            let host = Url::parse(&address).ok();
            let host = host
                .and_then(|url| url.host_str().map(str::to_owned))
                .unwrap_or_default();
            Look::Go { address, host }
        }
        (ConnectionState::Choosing, _) => {
            Look::Choose(row.choices.as_ref().map_or_else(Vec::new, |choices| choices.0.clone()))
        }
        (ConnectionState::Waiting | ConnectionState::Preparing | ConnectionState::Trying, _) => Look::Wait,
    })
}

/// A person comes back from the network's page.
pub(in super::super) async fn back(
    State(state): State<AppState>,
    Query(brought): Query<Brought>,
    headers: HeaderMap,
) -> Response {
    let session: Option<SecretString> = auth::session_secret(&headers);
    let code = brought.code.or(brought.oauth_verifier);
    let code = code.filter(|code| !code.is_empty() && code.len() <= MAX_CODE);
    let answer = match (brought.error, code) {
        (None, Some(code)) => Ok(code),
        (error, _) => Err(refusal(
            error.as_deref().unwrap_or_default(),
            brought.error_description.as_deref().unwrap_or_default(),
        )),
    };
    let received = state
        .store()
        .receive_connection(&brought.state, session.as_ref(), answer);
    match received.await {
        Ok(Callback::Taken(id)) => Redirect::to(&format!("/accounts/connections/{id}")).into_response(),
        Ok(Callback::Foreign) => {
            let fr = (
                "Cette réponse n’est pas pour ce navigateur",
                "La connexion a été commencée ailleurs, ou votre session a pris fin. Rien n’a été changé\u{202f}: \
                 connectez-vous, puis recommencez depuis la liste des comptes.",
            );
            let en = (
                "This answer is not for this browser",
                "The connection was begun elsewhere, or your session has ended. Nothing was changed: sign in, then \
                 start again from the list of accounts.",
            );
            message(StatusCode::FORBIDDEN, &headers, fr, en)
        }
        Ok(Callback::Unknown) => {
            let fr = (
                "Cette réponse ne sert plus",
                "Elle a déjà servi, ou elle a plus de dix minutes. Rien n’a été changé\u{202f}: recommencez depuis la \
                 liste des comptes.",
            );
            let en = (
                "This answer no longer works",
                "It was used, or is more than ten minutes old. Nothing was changed: start again from the list of \
                 accounts.",
            );
            message(StatusCode::GONE, &headers, fr, en)
        }
        Err(error) => fault(&headers, &error),
    }
}

/// Why there is no code, for people.
fn refusal(error: &str, description: &str) -> Problem {
    if DENIED.contains(&error) {
        return Problem::new(
            ProblemCode::WrongState,
            "",
            "Vous n’avez pas donné votre accord sur la page du réseau. Rien n’a été changé.",
            "You did not agree on the network’s page. Nothing was changed.",
        );
    }
    let said: String = format!("{error} {description}")
        .trim()
        .chars()
        .take(MAX_REASON)
        .collect();
    let said: String = said.chars().filter(|c| !c.is_control()).collect();
    Problem::new(
        ProblemCode::WrongState,
        "",
        format!("Le réseau n’a donné aucun accord\u{202f}: «\u{202f}{said}\u{202f}». Rien n’a été changé."),
        format!("The network gave no agreement: “{said}”. Nothing was changed."),
    )
}

pub(in super::super) async fn choose(
    State(state): State<AppState>,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
    Form(choice): Form<Choice>,
) -> Response {
    let chosen = async {
        let desk = Desk::sent(&state, &headers).await?;
        let chosen = state
            .store()
            .choose_connection(ConnectionId(id), &desk.session, choice.choice);
        let row = found(&headers, chosen.await)?;
        Ok::<_, Instead>(Redirect::to(&format!("/accounts/connections/{}", row.id)).into_response())
    };
    chosen.await.unwrap_or_else(|instead| *instead)
}

pub(in super::super) async fn again(
    State(state): State<AppState>,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
) -> Response {
    let begun = async {
        let desk = Desk::sent(&state, &headers).await?;
        let begun = state.store().restart_connection(ConnectionId(id), &desk.session);
        let row = found(&headers, begun.await)?;
        Ok::<_, Instead>(Redirect::to(&format!("/accounts/connections/{}", row.id)).into_response())
    };
    begun.await.unwrap_or_else(|instead| *instead)
}
