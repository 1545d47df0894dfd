//! The first page, and the page of an authority.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use beffroi_schema::board::{Authority, Board, Filter, Item};

use super::{
    Reader, absent, dates, fault,
    feeds::{Alternate, alternates},
    words,
};
use crate::{pages, state::AppState};

/// Entries on an authority's page.
const ENTRIES: usize = 40;

#[derive(Template)]
#[template(path = "site/authorities.html")]
struct Authorities<'a> {
    french: bool,
    authorities: &'a [Arc<Authority>],
}

#[derive(Template)]
#[template(path = "site/authority.html")]
struct AuthorityPage<'a> {
    french: bool,
    name: &'a str,
    language: &'a str,
    url: String,
    alternates: Vec<Alternate>,
    entries: Vec<Entry>,
}

/// One item in the list.
pub(super) struct Entry {
    pub(super) url: String,
    pub(super) language: String,
    pub(super) title: String,
    pub(super) summary: String,
    pub(super) kind: &'static str,
    pub(super) warning: bool,
    /// A disruption that has ended.
    pub(super) over: bool,
    pub(super) when: String,
    pub(super) at: String,
}

/// `/`: who publishes here.
pub(super) async fn authorities(State(state): State<AppState>, headers: HeaderMap) -> Response {
    let reader = Reader::of(&headers);
    pages::html(&Authorities {
        french: reader.french,
        authorities: &state.boards().authorities(),
    })
}

/// `/valbourg`: what it publishes, in the order of the feed.
pub(super) async fn authority(State(state): State<AppState>, Path(slug): Path<String>, headers: HeaderMap) -> Response {
    let reader = Reader::of(&headers);
    let board = match state.boards().by_slug(&slug).await {
        Ok(Some(board)) => board,
        Ok(None) => return absent(&reader),
        Err(error) => return fault(&reader, &error),
    };
    let page = match state.boards().feed(&board, &Filter::default(), None, ENTRIES).await {
        Ok(page) => page,
        Err(error) => return fault(&reader, &error),
    };
    let authority = &board.places.authority;
    pages::html(&AuthorityPage {
        french: reader.french,
        name: &authority.name,
        language: authority.language.as_str(),
        url: state.addresses().authority(&authority.slug),
        alternates: alternates(&state, &authority.slug, &authority.name, reader.tongue()),
        entries: page
            .items
            .iter()
            .filter_map(|(_, item)| entry(&state, &board, item, &reader))
            .collect(),
    })
}

pub(super) fn entry(state: &AppState, board: &Board, item: &Item, reader: &Reader) -> Option<Entry> {
    let authority = &board.places.authority;
    let now = state.store().clock().now();
    let (language, text) = item.content.texts.choose(&reader.wanted, &item.content.language)?;
    let (at, zone, when) = if let (Some(next), Some(event)) = (item.next_occurrence(now), item.event()) {
        let zone = event.time_zone.as_str();
        let when = dates::span(next, zone, event.all_day, reader.tongue());
        (next.starts_at, zone, when)
    } else {
        let (at, zone) = (item.published_at, authority.time_zone.as_str());
        (at, zone, dates::moment(at, zone, reader.tongue()))
    };
    Some(Entry {
        url: state.addresses().item(&authority.slug, item.kind(), item.id),
        language: language.to_string(),
        title: text.title.clone(),
        summary: text.summary.clone(),
        kind: words::kind(item.kind(), reader),
        warning: item.warning(now).is_some(),
        over: item
            .disruption()
            .is_some_and(|disruption| disruption.resolved_at.is_some()),
        when,
        at: dates::machine(at, zone),
    })
}
