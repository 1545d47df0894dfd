//! What a page says to search engines: JSON-LD in the words of schema.org.

use beffroi_schema::{
    board::Found,
    clock::Timestamp,
    value::{Detail, Kind, Language, OccurrenceStatus, Text},
};
use serde_json::{Map, Value, json};

use super::{attachments::Shown, dates};

/// The item's JSON-LD, ready to stand in a `script` element.
pub(super) fn of(
    found: &Found,
    text: &Text,
    language: &Language,
    url: &str,
    media: (Option<&str>, &[Shown<'_>]),
    now: Timestamp,
) -> String {
    let authority = &found.board.places.authority;
    let zone = authority.time_zone.as_str();
    let organisation = json!({ "@type": "GovernmentOrganization", "name": authority.name });
    let mut thing = Map::new();
    let mut say = |key: &str, value: Value| thing.insert(key.to_owned(), value);
    say("@context", json!("https://schema.org"));
    say("url", json!(url));
    say("inLanguage", json!(language.as_str()));
    let (picture, files) = media;
    if let Some(picture) = picture {
        say("image", json!([picture]));
    }
    if !files.is_empty() {
        let files: Vec<Value> = files.iter().map(file).collect();
        // What is made has media; what happens is the subject of what is made.
        let key = match found.item.kind() {
            Kind::Event => "subjectOf",
            Kind::Disruption | Kind::Article => "associatedMedia",
        };
        say(key, json!(files));
    }
    let published = dates::machine(found.item.published_at, zone);
    match &found.item.content.detail {
        Detail::Event(_) => {
            say("@type", json!("Event"));
            say("name", json!(text.title));
            say("description", json!(described(text)));
            say("organizer", organisation);
            event(found, now, &mut say);
        }
        Detail::Disruption(disruption) => {
            say("@type", json!("SpecialAnnouncement"));
            say("name", json!(text.title));
            say("text", json!(described(text)));
            say("datePosted", json!(published));
            say("publisher", organisation);
            let end = disruption.resolved_at.or_else(|| disruption.impact.end());
            if let Some(end) = end {
                say("expires", json!(dates::machine(end, zone)));
            }
        }
        Detail::Article(_) => {
            say("@type", json!("NewsArticle"));
            say("headline", json!(text.title));
            say("description", json!(described(text)));
            say("datePublished", json!(published));
            say("dateModified", json!(dates::machine(found.item.revised_at, zone)));
            say("author", organisation.clone());
            say("mainEntityOfPage", json!(url));
            say("publisher", organisation);
        }
    }
    // Nothing in a text can end the element it stands in.
    Value::Object(thing).to_string().replace('<', "\\u003c")
}

fn file(file: &Shown<'_>) -> Value {
    let kind = if file.video { "VideoObject" } else { "DigitalDocument" };
    let mut thing = json!({ "@type": kind, "name": file.name, "description": file.alt, "encodingFormat": file.mime });
    if file.video {
        thing["contentUrl"] = json!(file.url);
    } else {
        thing["url"] = json!(file.page);
        thing["encoding"] = json!({ "@type": "MediaObject", "contentUrl": file.url, "encodingFormat": file.mime });
    }
    thing
}

fn event(found: &Found, now: Timestamp, say: &mut impl FnMut(&str, Value) -> Option<Value>) {
    let Some(event) = found.item.event() else { return };
    let next = found
        .item
        .next_occurrence(now)
        .or_else(|| found.item.occurrences.last());
    if let Some(date) = next {
        say("startDate", json!(dates::machine(date.starts_at, &event.time_zone)));
        say("endDate", json!(dates::machine(date.ends_at, &event.time_zone)));
        let status = match date.status {
            OccurrenceStatus::Cancelled => "EventCancelled",
            OccurrenceStatus::Moved => "EventRescheduled",
            OccurrenceStatus::Scheduled | OccurrenceStatus::Full => "EventScheduled",
        };
        say("eventStatus", json!(format!("https://schema.org/{status}")));
    }
    let venue = &found.item.content.venue;
    let authority = &found.board.places.authority.name;
    let mut place = json!({
        "@type": "Place",
        "name": venue.name.as_ref().unwrap_or(authority),
        "address": venue.address.as_ref().unwrap_or(authority),
    });
    if let Some(point) = venue.point {
        place["geo"] = json!({ "@type": "GeoCoordinates", "latitude": point.latitude, "longitude": point.longitude });
    }
    say("location", place);
}

fn described(text: &Text) -> &str {
    if text.summary.is_empty() {
        &text.body
    } else {
        &text.summary
    }
}
