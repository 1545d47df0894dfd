//! The form of a network: what says which account it is, and what it is opened with.

use askama::Template;
use axum::{
    Form,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Redirect, Response},
};
use beffroi_schema::{
    draft::text_problem,
    id::AccountId,
    store::{NewAccount, NewConnection, StoreError},
    value::{AccountRules, Application, Consent, Network, Problem},
};
use serde::Deserialize;
use uuid::Uuid;

use super::{
    super::html,
    Desk, Instead, absent, found, refusal,
    sheet::{Fields, again, said, sheet},
};
use crate::{
    graphql::desk::settings::{self, MAX_SECRET, SettingInput, missing},
    state::AppState,
};

/// Where the account will be.
#[derive(Deserialize)]
pub(in super::super) struct Place {
    #[serde(default)]
    authority: String,
}

#[derive(Template)]
#[template(path = "account_networks.html")]
struct Networks {
    french: bool,
    slug: String,
    place: String,
    list: Vec<(&'static str, &'static str)>,
}

/// Which network.
pub(in super::super) async fn networks(
    State(state): State<AppState>,
    Query(place): Query<Place>,
    headers: HeaderMap,
) -> Response {
    let shown = async {
        let desk = Desk::open(&state, &headers).await?;
        let place = desk.authority(&state, &headers, &place.authority).await?;
        let networks = Network::ALL.iter().map(|network| (network.as_str(), network.title()));
        Ok::<_, Instead>(html(&Networks {
            french: desk.french,
            slug: place.slug,
            place: place.name,
            list: networks.collect(),
        }))
    };
    shown.await.unwrap_or_else(|instead| *instead)
}

/// An empty form.
pub(in super::super) async fn fresh(
    State(state): State<AppState>,
    Path(network): Path<String>,
    Query(place): Query<Place>,
    headers: HeaderMap,
) -> Response {
    let shown = async {
        let desk = Desk::open(&state, &headers).await?;
        let place = desk.authority(&state, &headers, &place.authority).await?;
        let network = known_network(&headers, &network)?;
        Ok::<_, Instead>(html(&sheet(&state, desk.french, network, &place, &Fields::new(), &[])))
    };
    shown.await.unwrap_or_else(|instead| *instead)
}

/// What was filled in: the way begins, or what is wrong is said at its field.
pub(in super::super) async fn begin(
    State(state): State<AppState>,
    Path(network): Path<String>,
    Query(place): Query<Place>,
    headers: HeaderMap,
    Form(fields): Form<Fields>,
) -> Response {
    let begun = async {
        let desk = Desk::sent(&state, &headers).await?;
        let place = desk.authority(&state, &headers, &place.authority).await?;
        let network = known_network(&headers, &network)?;
        let (given, mut problems) = given(network, &fields);
        let (application, secret) = opened_with(network, &fields, None, &mut problems);
        if problems.is_empty() {
            let (name, settings) = (said(&fields, "name").to_owned(), settings::row(network, given));
            let new = NewConnection {
                authority: place.id,
                account: None,
                network,
                name,
                settings,
                application,
                secret,
            };
            match start(&state, &desk, new).await {
                Ok(way) => return Ok(Redirect::to(&way).into_response()),
                Err(StoreError::Problems(wrong)) => problems = wrong,
                Err(error) => return Err(Box::new(refusal(&headers, &error))),
            }
        }
        let again = sheet(&state, desk.french, network, &place, &fields, &problems);
        Ok::<_, Instead>((StatusCode::UNPROCESSABLE_ENTITY, html(&again)).into_response())
    };
    begun.await.unwrap_or_else(|instead| *instead)
}

/// Where the person goes next. Where people post by hand there is nothing to try.
async fn start(state: &AppState, desk: &Desk, new: NewConnection) -> Result<String, StoreError> {
    if new.network.consent() == Consent::ByHand {
        let account = NewAccount {
            authority: new.authority,
            network: new.network,
            name: new.name,
            settings: new.settings,
            secret: None,
            rules: AccountRules::default(),
        };
        state.store().create_account(account, &desk.viewer).await?;
        return Ok("/accounts".to_owned());
    }
    let row = state.store().begin_connection(new, &desk.session, &desk.viewer).await?;
    Ok(format!("/accounts/connections/{}", row.id))
}

/// An account that is connected again: its settings stay.
pub(in super::super) async fn known(
    State(state): State<AppState>,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
) -> Response {
    let shown = async {
        let desk = Desk::open(&state, &headers).await?;
        let account = desk.account(&state, &headers, AccountId(id)).await?;
        again(&state, &desk, &headers, &account, &Fields::new(), &[]).map(|sheet| html(&sheet))
    };
    shown.await.unwrap_or_else(|instead| *instead)
}

pub(in super::super) async fn begin_again(
    State(state): State<AppState>,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
    Form(fields): Form<Fields>,
) -> Response {
    let begun = async {
        let desk = Desk::sent(&state, &headers).await?;
        let account = desk.account(&state, &headers, AccountId(id)).await?;
        if account.network.consent() == Consent::ByHand {
            return Err(Box::new(absent(&headers)));
        }
        let known = found(&headers, state.store().account_application(&account))?;
        let mut problems = Vec::new();
        let (application, secret) = opened_with(account.network, &fields, known, &mut problems);
        if problems.is_empty() {
            let new = NewConnection {
                authority: account.authority_id,
                account: Some(account.id),
                network: account.network,
                name: account.name.clone(),
                settings: account.settings.clone(),
                application,
                secret,
            };
            match state.store().begin_connection(new, &desk.session, &desk.viewer).await {
                Ok(row) => return Ok(Redirect::to(&format!("/accounts/connections/{}", row.id)).into_response()),
                Err(StoreError::Problems(wrong)) => problems = wrong,
                Err(error) => return Err(Box::new(refusal(&headers, &error))),
            }
        }
        let sheet = again(&state, &desk, &headers, &account, &fields, &problems)?;
        Ok::<_, Instead>((StatusCode::UNPROCESSABLE_ENTITY, html(&sheet)).into_response())
    };
    begun.await.unwrap_or_else(|instead| *instead)
}

fn known_network(headers: &HeaderMap, word: &str) -> Result<Network, Instead> {
    word.parse().map_err(|_| Box::new(absent(headers)))
}

/// The settings as they were filled in, and what is wrong with them. What a consent tells by itself is needed with a token
/// alone.
fn given(network: Network, fields: &Fields) -> (Vec<SettingInput>, Vec<Problem>) {
    let (mut given, mut problems) = (Vec::new(), Vec::new());
    let told = network.found().filter(|_| said(fields, "secret").is_empty());
    for setting in network.settings() {
        let value = said(fields, setting.name);
        if !value.is_empty() {
            given.push(SettingInput {
                name: setting.name.to_owned(),
                value: value.to_owned(),
            });
        } else if setting.required && told != Some(setting.name) {
            problems.push(missing(&format!("settings.{}", setting.name)));
        }
    }
    problems.extend(settings::wrong(network, &given));
    (given, problems)
}

/// The application, or what was pasted, as the network wants it.
fn opened_with(
    network: Network,
    fields: &Fields,
    known: Option<Application>,
    problems: &mut Vec<Problem>,
) -> (Option<Application>, Option<String>) {
    match network.consent() {
        Consent::Registered | Consent::ByHand => (None, None),
        Consent::Application => {
            let token = said(fields, "secret");
            if !token.is_empty() {
                problems.extend(pasted("secret", token));
                return (known, Some(token.to_owned()));
            }
            let (id, secret) = (said(fields, "client_id"), said(fields, "client_secret"));
            if id.is_empty() && secret.is_empty() && known.is_some() {
                return (known, None);
            }
            for (name, value) in [("client_id", id), ("client_secret", secret)] {
                problems.extend(pasted(name, value));
            }
            let application = Application {
                id: id.to_owned(),
                secret: secret.to_owned(),
            };
            (Some(application), None)
        }
        Consent::Pasted => {
            let secret = said(fields, "secret");
            problems.extend(pasted("secret", secret));
            (None, Some(secret.to_owned()))
        }
    }
}

fn pasted(name: &str, value: &str) -> Option<Problem> {
    if value.is_empty() {
        return Some(missing(name));
    }
    text_problem(name, value, MAX_SECRET)
}
