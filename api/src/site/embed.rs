//! What others show on their own pages: an iframe with the latest items, or with one of them. No script, no cookie.

use askama::Template;
use axum::{
    extract::{Path, RawQuery, State},
    http::HeaderMap,
    response::Response,
};
use beffroi_schema::{
    board::Found,
    feeds::{Collection, Feed, Format},
};
use url::form_urlencoded;

use super::{Reader, absent, fault, home, item};
use crate::{pages, state::AppState};

/// Entries of an embedded list.
const ENTRIES: usize = 10;

#[derive(Template)]
#[template(path = "site/embed.html")]
struct EmbedPage<'a> {
    french: bool,
    name: &'a str,
    language: &'a str,
    url: String,
    entries: Vec<home::Entry>,
}

/// `/valbourg/embed?collection=disruptions&line=A&language=fr`.
pub(super) async fn list(
    State(state): State<AppState>,
    Path(slug): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let query = query.unwrap_or_default();
    let asked = |wanted: &str| {
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        pairs
            .find(|(name, _)| name == wanted)
            .map(|(_, value)| value.into_owned())
    };
    let reader = Reader::asking(&headers, asked("language").as_deref());
    let collection = asked("collection");
    let collection = collection.as_deref().unwrap_or(Collection::All.as_str());
    // Narrowed as the feed of this name is.
    let file = format!("{collection}.{}", Format::Json.extension());
    let board = match state.boards().by_slug(&slug).await {
        Ok(Some(board)) => board,
        Ok(None) => return absent(&reader),
        Err(error) => return fault(&reader, &error),
    };
    let filter = Feed::read(&slug, &file, &query).and_then(|feed| feed.filter(&board.places));
    let Some(filter) = filter else {
        return absent(&reader);
    };
    let page = match state.boards().feed(&board, &filter, None, ENTRIES).await {
        Ok(page) => page,
        Err(error) => return fault(&reader, &error),
    };
    let authority = &board.places.authority;
    pages::html(&EmbedPage {
        french: reader.french,
        name: &authority.name,
        language: authority.language.as_str(),
        url: state.addresses().authority(&authority.slug),
        entries: page
            .items
            .iter()
            .filter_map(|(_, item)| home::entry(&state, &board, item, &reader))
            .collect(),
    })
}

/// `/valbourg/event/0190…/embed`.
pub(super) async fn one(
    State(state): State<AppState>,
    Path((slug, kind, id)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Response {
    let reader = Reader::of(&headers);
    let Found { board, item } = match item::public(&state, (&slug, &kind, &id), &reader).await {
        Ok(found) => found,
        Err(other) => return other,
    };
    let authority = &board.places.authority;
    pages::html(&EmbedPage {
        french: reader.french,
        name: &authority.name,
        language: authority.language.as_str(),
        url: state.addresses().authority(&authority.slug),
        entries: home::entry(&state, &board, &item, &reader).into_iter().collect(),
    })
}
