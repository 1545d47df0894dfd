//! The list of accounts, each with what is wrong and who must click.

use askama::Template;
use axum::{
    extract::State,
    http::HeaderMap,
    response::{IntoResponse as _, Response},
};
use beffroi_schema::{
    clock::Timestamp,
    entity::{account, authority},
    store::{Person, who_agrees},
    value::{AccountState, Consent},
};
use chrono_tz::Tz;

use super::{super::html, Desk, Instead, found};
use crate::state::AppState;

#[derive(Template)]
#[template(path = "accounts.html")]
struct Page {
    french: bool,
    places: Vec<Place>,
}

struct Place {
    slug: String,
    name: String,
    accounts: Vec<Line>,
}

struct Line {
    id: String,
    name: String,
    network: &'static str,
    handle: Option<String>,
    url: Option<String>,
    state: &'static str,
    well: bool,
    reason: Option<String>,
    warning: Option<String>,
    until: Option<Until>,
    can_connect: bool,
}

/// When an authorisation ends, and who can give it anew.
struct Until {
    machine: String,
    day: String,
    over: bool,
    by: Option<String>,
}

pub(in super::super) async fn page(State(state): State<AppState>, headers: HeaderMap) -> Response {
    shown(&state, &headers).await.unwrap_or_else(|instead| *instead)
}

async fn shown(state: &AppState, headers: &HeaderMap) -> Result<Response, Instead> {
    let desk = Desk::open(state, headers).await?;
    let (store, scope) = (state.store(), desk.scope());
    let authorities = found(headers, store.authorities().await)?;
    let accounts = found(headers, store.accounts(&scope, None).await)?;
    let places = accounts.iter().map(|account| account.authority_id).collect();
    let people = found(headers, store.who_may_agree(places).await)?;
    let now = store.clock().now();
    let ours = authorities.into_iter().filter(|place| scope.covers(place.id));
    let places = ours.map(|place| {
        let here = accounts.iter().filter(|account| account.authority_id == place.id);
        Place {
            accounts: here
                .map(|account| line(account, &place, &people, now, desk.french))
                .collect(),
            slug: place.slug,
            name: place.name,
        }
    });
    let page = Page {
        french: desk.french,
        places: places.collect(),
    };
    Ok(html(&page).into_response())
}

fn line(account: &account::Model, place: &authority::Model, people: &[Person], now: Timestamp, french: bool) -> Line {
    let state = match (account.state, french) {
        (AccountState::Active, true) => "Actif",
        (AccountState::Active, false) => "Active",
        (AccountState::Paused, true) => "En pause",
        (AccountState::Paused, false) => "Paused",
        (AccountState::Locked, true) => "Bloqué",
        (AccountState::Locked, false) => "Locked",
    };
    let by = who_agrees(account, people);
    let warning = account.health.as_ref().and_then(|health| health.warning.as_ref());
    let or = if french { " ou " } else { " or " };
    Line {
        id: account.id.to_string(),
        name: account.name.clone(),
        network: account.network.title(),
        handle: account.health.as_ref().map(|health| health.handle.clone()),
        url: account.health.as_ref().and_then(|health| health.url.clone()),
        state,
        well: account.state != AccountState::Locked,
        reason: account.reason.clone(),
        warning: warning.map(|warning| warning.message(if french { "fr" } else { "en" }).to_owned()),
        until: account.authorised_until.map(|until| Until {
            machine: until.to_rfc3339(),
            day: day(until, &place.time_zone, french),
            over: until <= now,
            by: (!by.is_empty()).then(|| by.join(or)),
        }),
        can_connect: account.network.consent() != Consent::ByHand,
    }
}

/// A day on the authority's calendar.
fn day(at: Timestamp, zone: &str, french: bool) -> String {
    let local = at.with_timezone(&zone.parse().unwrap_or(Tz::UTC));
    let form = if french { "%d/%m/%Y" } else { "%-d %B %Y" };
    local.format(form).to_string()
}
