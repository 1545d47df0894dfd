//! The page that lists an authority's feeds, for people who look for one.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use beffroi_schema::feeds::{Collection, Feed, Format};

use super::super::{Reader, absent, fault};
use crate::{pages, state::AppState};

/// Lines and zones that are listed, of each.
const PLACES: usize = 100;

#[derive(Template)]
#[template(path = "site/feeds.html")]
struct FeedsPage<'a> {
    french: bool,
    name: &'a str,
    language: &'a str,
    authority_url: String,
    collections: Vec<Row>,
    lines: Vec<Row>,
    zones: Vec<Row>,
}

/// One collection, in each format that can hold it.
struct Row {
    name: String,
    feeds: Vec<(&'static str, String)>,
}

/// `/valbourg/feeds`.
pub(in crate::site) async fn page(
    State(state): State<AppState>,
    Path(slug): Path<String>,
    headers: HeaderMap,
) -> Response {
    let reader = Reader::of(&headers);
    let board = match state.boards().by_slug(&slug).await {
        Ok(Some(board)) => board,
        Ok(None) => return absent(&reader),
        Err(error) => return fault(&reader, &error),
    };
    let places = &board.places;
    let row = |name: String, collection: Collection, narrow: &dyn Fn(Feed) -> Feed| {
        let formats = Format::ALL.into_iter().filter(|format| format.holds(collection));
        let feed = |format| narrow(Feed::of(&slug, collection, format));
        Row {
            name,
            feeds: formats
                .map(|format| (label(format), state.addresses().feed(&feed(format))))
                .collect(),
        }
    };
    let running = places.lines.iter().filter(|line| line.running).take(PLACES);
    let lines = running.map(|line| {
        let narrow = |feed| Feed {
            line: Some(line.key.clone()),
            ..feed
        };
        let name = format!("{} – {}", line.short_name, line.long_name);
        row(name, Collection::Disruptions, &narrow)
    });
    let zones = places.zones.iter().take(PLACES).map(|zone| {
        let narrow = |feed| Feed {
            zone: Some(zone.slug.clone()),
            ..feed
        };
        row(zone.name.clone(), Collection::All, &narrow)
    });
    let collections = Collection::ALL.map(|one| row(one.name(reader.tongue()).to_owned(), one, &|feed| feed));
    pages::html(&FeedsPage {
        french: reader.french,
        name: &places.authority.name,
        language: places.authority.language.as_str(),
        authority_url: state.addresses().authority(&slug),
        collections: collections.into(),
        lines: lines.collect(),
        zones: zones.collect(),
    })
}

const fn label(format: Format) -> &'static str {
    match format {
        Format::Rss => "RSS",
        Format::Atom => "Atom",
        Format::Json => "JSON Feed",
        Format::Calendar => "iCalendar",
        Format::GeoJson => "GeoJSON",
        Format::Kml => "KML",
        Format::Alerts => "GTFS-Realtime",
        Format::AlertsJson => "GTFS-Realtime (JSON)",
        Format::Cap => "CAP",
    }
}
