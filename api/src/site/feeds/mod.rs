//! Feeds: the same items for feed readers, calendars, maps and journey planners, at addresses without an account.
//! `docs/feeds.md` lists them.

mod answer;
mod page;

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, RawQuery, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
    routing::get,
};
use beffroi_schema::{
    feeds::{self, Collection, Feed, Format},
    id::ItemId,
    store::StoreError,
    text::Tongue,
};
use url::form_urlencoded;
use uuid::Uuid;

pub(crate) use self::answer::Kept;
use self::answer::{Answer, MESSAGES};
pub(super) use self::page::page;
use crate::state::AppState;

/// The feeds' routes.
pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/{slug}/feeds/{file}", get(feed))
        .route("/{slug}/feeds/cap/{id}", get(message))
}

/// A feed, as a page names it to readers.
pub(super) struct Alternate {
    pub(super) href: String,
    pub(super) kind: &'static str,
    pub(super) title: String,
}

/// The feeds that an authority's pages lead to.
pub(super) fn alternates(state: &AppState, slug: &str, name: &str, tongue: Tongue) -> Vec<Alternate> {
    let offered = [
        (Collection::All, Format::Atom),
        (Collection::All, Format::Rss),
        (Collection::All, Format::Json),
        (Collection::News, Format::Atom),
        (Collection::Disruptions, Format::Atom),
        (Collection::Events, Format::Calendar),
    ];
    let alternate = |(collection, format): (Collection, Format)| Alternate {
        href: state.addresses().feed(&Feed::of(slug, collection, format)),
        kind: format.link_type(),
        title: format!("{name} – {}", collection.name(tongue)),
    };
    offered.into_iter().map(alternate).collect()
}

/// `/valbourg/feeds/events.ics?zone=centre`.
async fn feed(
    State(state): State<AppState>,
    Path((slug, file)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let Some(feed) = Feed::read(&slug, &file, query.as_deref().unwrap_or_default()) else {
        return absent();
    };
    let kept = state.feeds().clone();
    let key = Kept::key(&state, &feed.path());
    let made = kept
        .of(key, async {
            let board = state.boards().by_slug(&slug).await?;
            let now = state.store().clock().now();
            let written = board.and_then(|board| {
                let document = feeds::write(&feed, &board, state.addresses(), now)?;
                Some(Answer::new(document, board.made_at(), feed.format.into()).linked(state.addresses(), &feed))
            });
            Ok(written.map(Arc::new))
        })
        .await;
    sent(&state, made, &headers)
}

/// `/valbourg/feeds/cap/0190…`: one CAP message.
async fn message(
    State(state): State<AppState>,
    Path((slug, id)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let query = query.unwrap_or_default();
    let mut parameters = form_urlencoded::parse(query.as_bytes());
    let language = parameters.find(|(name, _)| name == "language");
    let Ok(language) = language.map(|(_, tag)| tag.parse()).transpose() else {
        return absent();
    };
    let Ok(id) = id.parse::<Uuid>().map(ItemId) else {
        return absent();
    };
    let board = match state.boards().by_slug(&slug).await {
        Ok(board) => board,
        Err(error) => return fault(&error),
    };
    let now = state.store().clock().now();
    let written = board.and_then(|board| {
        let document = feeds::cap_message(&board, id, language, state.addresses(), now)?;
        Some(Answer::new(document, board.made_at(), MESSAGES))
    });
    written.map_or_else(absent, |answer| answer.send(&headers, now))
}

fn sent(state: &AppState, made: Result<Option<Arc<Answer>>, Arc<StoreError>>, headers: &HeaderMap) -> Response {
    match made {
        Ok(Some(answer)) => answer.send(headers, state.store().clock().now()),
        Ok(None) => absent(),
        Err(error) => fault(&error),
    }
}

fn absent() -> Response {
    (StatusCode::NOT_FOUND, "There is no such feed.\n").into_response()
}

fn fault(error: &StoreError) -> Response {
    tracing::error!(cause = ?error, "a feed could not be answered: {error}");
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}
