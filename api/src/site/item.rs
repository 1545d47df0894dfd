//! The one canonical page of an item.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use beffroi_schema::{
    board::{self, Found, Item, ItemState},
    id::ItemId,
};
use uuid::Uuid;

use super::{
    Reader, absent, attachments, dates, fault,
    feeds::{Alternate, alternates},
    linked_data,
    share::{self, Share},
    words,
};
use crate::{federation, pages, state::AppState};

/// Most dates of an event that its page lists.
const DATES: usize = 12;

#[derive(Template)]
#[template(path = "site/item.html")]
struct ItemPage<'a> {
    french: bool,
    authority: &'a str,
    authority_url: String,
    url: String,
    language: &'a str,
    kind: &'static str,
    title: &'a str,
    summary: &'a str,
    /// Whether the summary says anything that the body does not begin with.
    lead: bool,
    paragraphs: Vec<&'a str>,
    status: Option<Status>,
    dates: Vec<Date<'a>>,
    place: String,
    lines: Vec<Badge<'a>>,
    stops: Vec<&'a str>,
    pictures: Vec<Picture<'a>>,
    attachments: Vec<attachments::Shown<'a>>,
    updates: Vec<Update<'a>>,
    link: Option<&'a str>,
    posts: Vec<(&'static str, &'a str)>,
    published: String,
    published_at: String,
    linked_data: String,
    alternates: Vec<Alternate>,
    shares: Vec<Share>,
    modified_at: String,
}

/// How things stand, for a disruption.
struct Status {
    ongoing: bool,
    text: String,
}

struct Date<'a> {
    text: String,
    at: String,
    status: &'static str,
    note: &'a str,
}

struct Badge<'a> {
    name: &'a str,
    color: &'a str,
    text_color: &'a str,
    width: usize,
}

struct Picture<'a> {
    url: String,
    /// Its smaller sizes, for small screens.
    sizes: String,
    width: i32,
    height: i32,
    alt: &'a str,
    credit: &'a str,
}

struct Update<'a> {
    when: String,
    at: String,
    text: &'a str,
}

/// `/valbourg/disruption/0190…`: 410 once it is withdrawn, and elsewhere when the address is not the canonical one.
pub(super) async fn page(
    State(state): State<AppState>,
    Path((slug, kind, id)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Response {
    let reader = Reader::of(&headers);
    let found = match public(&state, (&slug, &kind, &id), &reader).await {
        Ok(found) => found,
        Err(other) => return other,
    };
    // Whoever pastes the page's address into a search on Mastodon finds the post.
    if federation::wants_json(&headers) {
        match federation::address(&state, found.item.id).await {
            Ok(Some(place)) => return (StatusCode::SEE_OTHER, [(header::LOCATION, place)]).into_response(),
            Ok(None) => {}
            Err(error) => return fault(&reader, &error),
        }
    }
    shown(&state, &found, &reader).unwrap_or_else(|| absent(&reader))
}

/// The item at `/slug/kind/id`; else what is answered in its place.
pub(super) async fn public(
    state: &AppState,
    (slug, kind, id): (&str, &str, &str),
    reader: &Reader,
) -> Result<Found, Response> {
    let Ok(id) = id.parse::<Uuid>() else {
        return Err(absent(reader));
    };
    let found = match state.boards().item(ItemId(id)).await {
        Ok(Some(found)) => found,
        Ok(None) => return Err(absent(reader)),
        Err(error) => return Err(fault(reader, &error)),
    };
    let now = state.store().clock().now();
    if let ItemState::Withdrawn(_) = found.item.state {
        let title = reader.say("Cette publication a été retirée", "This publication was taken back");
        let text = reader.say(
            "La collectivité l’a retirée : elle ne peut plus être lue.",
            "The authority took it back: it cannot be read any more.",
        );
        return Err((StatusCode::GONE, pages::said(reader.french, title, text)).into_response());
    }
    if !found.item.is_shown(now) {
        return Err(absent(reader));
    }
    let authority = &found.board.places.authority.slug;
    if *authority != slug || found.item.kind().as_str() != kind {
        let place = state.addresses().item(authority, found.item.kind(), found.item.id);
        return Err((StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, place)]).into_response());
    }
    Ok(found)
}

fn shown(state: &AppState, found: &Found, reader: &Reader) -> Option<Response> {
    let Found { board, item } = found;
    let authority = &board.places.authority;
    let (language, text) = item.content.texts.choose(&reader.wanted, &item.content.language)?;
    let url = state.addresses().item(&authority.slug, item.kind(), item.id);
    let pictures = pictures(state, item, reader);
    let first_picture = pictures.first().map(|picture| picture.url.as_str());
    let attachments = attachments::shown(state, found, reader);
    let media = (first_picture, &attachments[..]);
    let linked_data = linked_data::of(found, text, language, &url, media, state.store().clock().now());
    Some(pages::html(&ItemPage {
        french: reader.french,
        authority: &authority.name,
        authority_url: state.addresses().authority(&authority.slug),
        language: language.as_str(),
        kind: words::kind(item.kind(), reader),
        title: &text.title,
        summary: &text.summary,
        lead: !text.summary.is_empty() && !text.body.trim_start().starts_with(text.summary.trim_end_matches('…')),
        paragraphs: text
            .body
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect(),
        status: status(state, found, reader),
        dates: event_dates(state, item, reader),
        place: [&item.content.venue.name, &item.content.venue.address]
            .into_iter()
            .flatten()
            .cloned()
            .collect::<Vec<_>>()
            .join(", "),
        lines: badges(found),
        stops: item
            .content
            .stops
            .iter()
            .filter_map(|id| board.places.stop(*id))
            .map(|stop| stop.name.as_str())
            .collect(),
        pictures,
        attachments,
        updates: updates(found, reader),
        link: item.content.link.as_deref(),
        posts: item
            .posts
            .iter()
            .map(|post| (post.network.title(), post.url.as_str()))
            .collect(),
        published: dates::moment(item.published_at, &authority.time_zone, reader.tongue()),
        published_at: dates::machine(item.published_at, &authority.time_zone),
        shares: share::links(&text.title, &url, reader),
        modified_at: dates::machine(item.revised_at, &authority.time_zone),
        url,
        linked_data,
        alternates: alternates(state, &authority.slug, &authority.name, reader.tongue()),
    }))
}

fn status(state: &AppState, found: &Found, reader: &Reader) -> Option<Status> {
    let disruption = found.item.disruption()?;
    let zone = &found.board.places.authority.time_zone;
    if let Some(at) = disruption.resolved_at {
        let since = dates::moment(at, zone, reader.tongue());
        let text = format!("{} {since}", reader.say("Terminé :", "Over:"));
        return Some(Status { ongoing: false, text });
    }
    let now = state.store().clock().now();
    let ongoing = found.item.in_effect(now);
    let when = if ongoing {
        reader.say("en cours", "in effect")
    } else if disruption.impact.ahead(now) {
        reader.say("à venir", "ahead")
    } else {
        reader.say("pas en ce moment", "not at present")
    };
    let mut text = format!("{} · {when}", words::effect(disruption.effect, reader));
    let told = disruption
        .impact
        .current(now)
        .filter(|_| ongoing || disruption.impact.ahead(now));
    if let Some(period) = told.and_then(|period| dates::period(&period, zone, reader.tongue())) {
        text.extend([" · ", &period]);
    }
    Some(Status { ongoing, text })
}

fn event_dates<'a>(state: &AppState, item: &'a Item, reader: &Reader) -> Vec<Date<'a>> {
    let Some(event) = item.event() else {
        return Vec::new();
    };
    let now = state.store().clock().now();
    let ahead: Vec<_> = item
        .occurrences
        .iter()
        .filter(|date| date.ends_at >= now)
        .take(DATES)
        .collect();
    // An event that is over keeps its last date on its page.
    let dates = if ahead.is_empty() {
        item.occurrences.iter().rev().take(1).collect()
    } else {
        ahead
    };
    let date = |date: &'a beffroi_schema::recurrence::Occurrence| Date {
        text: dates::span(date, &event.time_zone, event.all_day, reader.tongue()),
        at: dates::machine(date.starts_at, &event.time_zone),
        status: words::status(date.status, reader),
        note: date
            .note
            .as_ref()
            .and_then(|note| note.choose(&reader.wanted, &item.content.language))
            .unwrap_or_default(),
    };
    dates.into_iter().map(date).collect()
}

fn badges(found: &Found) -> Vec<Badge<'_>> {
    let lines = found
        .item
        .content
        .lines
        .iter()
        .filter_map(|id| found.board.places.line(*id));
    lines
        .map(|line| Badge {
            name: &line.short_name,
            color: &line.color,
            text_color: &line.text_color,
            width: 20 + 11 * line.short_name.chars().count(),
        })
        .collect()
}

fn pictures<'a>(state: &AppState, item: &'a Item, reader: &Reader) -> Vec<Picture<'a>> {
    let pictures = item.pictures.iter();
    pictures
        .map(|picture| Picture {
            url: state.addresses().picture(&picture.sha256),
            sizes: sizes(state, picture),
            width: picture.width,
            height: picture.height,
            alt: picture
                .alt
                .choose(&reader.wanted, &item.content.language)
                .unwrap_or_default(),
            credit: picture.credit.as_deref().unwrap_or_default(),
        })
        .collect()
}

/// Every size of a picture, as `srcset` takes them; empty when there is one alone.
fn sizes(state: &AppState, picture: &board::Picture) -> String {
    let own = (&picture.sha256, i64::from(picture.width));
    let smaller = picture
        .variants
        .iter()
        .map(|variant| (&variant.sha256, i64::from(variant.width)));
    let all: Vec<String> = smaller
        .chain([own])
        .map(|(sha256, width)| format!("{} {width}w", state.addresses().picture(sha256)))
        .collect();
    if picture.variants.is_empty() {
        String::new()
    } else {
        all.join(", ")
    }
}

fn updates<'a>(found: &'a Found, reader: &Reader) -> Vec<Update<'a>> {
    let zone = &found.board.places.authority.time_zone;
    let fallback = &found.item.content.language;
    let told = found.item.updates.iter().filter_map(|update| {
        let text = update
            .words
            .choose(&reader.wanted, fallback)
            .filter(|text| !text.is_empty())?;
        Some(Update {
            when: dates::moment(update.at, zone, reader.tongue()),
            at: dates::machine(update.at, zone),
            text,
        })
    });
    told.collect()
}
