//! What an item is in the fediverse: a `Note` for news and disruptions, an `Event` for events.
//!
//! An event is told once, as an `Event`: Mobilizon, Gancio and calendars know nothing else, and Mastodon makes a post of
//! its name, its summary (when and where) and its address. A `Note` beside it would show the same event twice to whoever
//! follows from there.

use beffroi_schema::{
    address::Addresses,
    clock::Timestamp,
    entity::{federated_actor, media},
    id::{ActivityId, ItemId},
    store::Facts,
    telling::{story, zone},
    text::{
        PostText, compose,
        count::{clean_hashtag, urls},
    },
    value::{Change, Detail, EventDetail, Kind, Language, OccurrenceStatus, Venue, Verb},
};
use chrono::{SecondsFormat, TimeZone as _};
use serde_json::{Map, Value, json};

/// Everyone (ActivityPub §5.6).
const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";
/// Between the facts of an event where they stand in one line.
const BETWEEN: &str = " · ";

/// Who speaks, and where things of ours are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Voice<'a> {
    pub(crate) addresses: &'a Addresses,
    pub(crate) actor: &'a federated_actor::Model,
}

impl Voice<'_> {
    fn me(&self) -> String {
        self.addresses.actor(&self.actor.name)
    }

    fn followers(&self) -> String {
        self.addresses.of_actor(&self.actor.name, "followers")
    }
}

/// What the words of an object mean beyond `ActivityStreams`.
fn context() -> Value {
    json!([
        "https://www.w3.org/ns/activitystreams",
        {
            "Hashtag": "as:Hashtag",
            "sensitive": "as:sensitive",
            "sc": "http://schema.org#",
            "mz": "https://joinmobilizon.org/ns#",
            "ical": "http://www.w3.org/2002/12/cal/ical#",
            "PostalAddress": "sc:PostalAddress",
            "address": { "@id": "sc:address", "@type": "sc:PostalAddress" },
            "streetAddress": "sc:streetAddress",
            "category": "sc:category",
            "uuid": "sc:identifier",
            "timezone": { "@id": "mz:timezone", "@type": "sc:Text" },
            "joinMode": { "@id": "mz:joinMode", "@type": "mz:joinModeType" },
            "joinModeType": { "@id": "mz:joinModeType", "@type": "rdfs:Class" },
            "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
            "externalParticipationUrl": { "@id": "mz:externalParticipationUrl", "@type": "sc:URL" },
            "commentsEnabled": { "@id": "sc:commentsEnabled", "@type": "sc:Boolean" }
        }
    ])
}

/// The activity by which an actor tells of an object.
pub(crate) fn activity(voice: Voice<'_>, id: ActivityId, verb: Verb, object: &Value, now: Timestamp) -> Value {
    let kind = match verb {
        Verb::Create => "Create",
        Verb::Update => "Update",
        Verb::Delete => "Delete",
        Verb::Accept => "Accept",
    };
    let mut inner = object.clone();
    if let Some(inner) = inner.as_object_mut() {
        inner.remove("@context");
    }
    json!({
        "@context": context(),
        "id": voice.addresses.activity(&voice.actor.name, id),
        "type": kind,
        "actor": voice.me(),
        "published": instant(now),
        "to": [PUBLIC],
        "cc": [voice.followers()],
        "object": inner,
    })
}

/// What is left of an object that was taken back (`ActivityStreams` §2.5).
pub(crate) fn tombstone(voice: Voice<'_>, item: ItemId, kind: Kind, now: Timestamp) -> Value {
    json!({
        "@context": context(),
        "id": voice.addresses.told(&voice.actor.name, item),
        "type": "Tombstone",
        "formerType": if kind == Kind::Event { "Event" } else { "Note" },
        "deleted": instant(now),
    })
}

/// The object that an item is now, first told at `published`. None when it has no text at all.
pub(crate) fn object(
    voice: Voice<'_>,
    facts: &Facts,
    change: Change,
    published: Timestamp,
    now: Timestamp,
) -> Option<Value> {
    let content = &facts.revision.content;
    let page = voice
        .addresses
        .item(&facts.authority.slug, facts.item.kind, facts.item.id);
    let tags: Vec<String> = content.topics.0.iter().map(|topic| clean_hashtag(topic)).collect();
    let tags: Vec<String> = tags.into_iter().filter(|tag| !tag.is_empty()).collect();
    let home = voice.addresses.authority(&facts.authority.slug);
    let told = |language: &Language| {
        let story = story(facts, language, change, &page, &tags, now)?;
        Some((story.text.title.clone(), compose::post(&story, true)))
    };
    let (main, _) = content.texts.choose(&[], &content.language)?;
    let posts: Vec<(&Language, String, PostText)> = content
        .texts
        .0
        .keys()
        .filter_map(|language| told(language).map(|(title, post)| (language, title, post)))
        .collect();
    let mut object = Map::new();
    let mut say = |key: &str, value: Value| object.insert(key.to_owned(), value);
    say("@context", context());
    say("id", json!(voice.addresses.told(&voice.actor.name, facts.item.id)));
    say("attributedTo", json!(voice.me()));
    say("to", json!([PUBLIC]));
    say("cc", json!([voice.followers()]));
    say("url", json!(page));
    say("published", json!(instant(published)));
    if now > published {
        say("updated", json!(instant(now)));
    }
    say("sensitive", json!(false));
    let hashtag = |tag: &String| json!({ "type": "Hashtag", "name": format!("#{tag}"), "href": home });
    say("tag", tags.iter().map(hashtag).collect());
    say(
        "attachment",
        facts.pictures.iter().map(|one| document(voice, facts, one)).collect(),
    );
    let event = match &content.detail {
        Detail::Event(event) => Some(event),
        Detail::Disruption(_) | Detail::Article(_) => None,
    };
    say("type", json!(if event.is_some() { "Event" } else { "Note" }));
    let html = |post: &PostText| html(post, &home, event.is_none());
    in_languages(&mut say, "content", main, &posts, |_, post| html(post));
    if let Some(event) = event {
        in_languages(&mut say, "name", main, &posts, |title, _| title.to_owned());
        in_languages(&mut say, "summary", main, &posts, |_, post| post.facts.join(BETWEEN));
        calendar(&mut say, facts, event, &page);
    }
    Some(Value::Object(object))
}

/// The text in the item's own language, and in each (`ActivityStreams` §4.7).
fn in_languages(
    say: &mut impl FnMut(&str, Value) -> Option<Value>,
    key: &str,
    main: &Language,
    posts: &[(&Language, String, PostText)],
    text: impl Fn(&str, &PostText) -> String,
) {
    let by_language: Map<String, Value> = posts
        .iter()
        .map(|(language, title, post)| (language.as_str().to_owned(), json!(text(title, post))))
        .collect();
    let own = by_language.get(main.as_str()).cloned().unwrap_or_default();
    say(key, own);
    say(&format!("{key}Map"), Value::Object(by_language));
}

/// A picture, with what it shows for those who do not see it.
fn document(voice: Voice<'_>, facts: &Facts, picture: &media::Model) -> Value {
    let content = &facts.revision.content;
    json!({
        "type": "Document",
        "mediaType": picture.mime,
        "url": voice.addresses.picture(&picture.sha256),
        "name": picture.alt.choose(&[], &content.language).unwrap_or_default(),
        "width": picture.width,
        "height": picture.height,
    })
}

/// When and where, in the words that Mobilizon and Gancio know.
fn calendar(say: &mut impl FnMut(&str, Value) -> Option<Value>, facts: &Facts, event: &EventDetail, page: &str) {
    let zone = event.time_zone.parse().unwrap_or_else(|_| zone(&facts.authority));
    let local = |at: Timestamp| json!(at.with_timezone(&zone).to_rfc3339_opts(SecondsFormat::Secs, false));
    let placed = |at: chrono::NaiveDateTime| zone.from_local_datetime(&at).earliest().map(|at| at.to_utc());
    let next = facts.dates.first();
    let start = next.map(|date| date.starts_at).or_else(|| placed(event.starts_at));
    let end = next
        .map(|date| date.ends_at)
        .or_else(|| event.ends_at.and_then(placed))
        .filter(|end| start.is_some_and(|start| *end > start));
    if let Some(start) = start {
        say("startTime", local(start));
    }
    if let Some(end) = end {
        say("endTime", local(end));
    }
    say("timezone", json!(event.time_zone));
    let cancelled = next.is_some_and(|date| date.status == OccurrenceStatus::Cancelled);
    say("ical:status", json!(if cancelled { "CANCELLED" } else { "CONFIRMED" }));
    say("joinMode", json!("external"));
    say("externalParticipationUrl", json!(page));
    say("category", json!("MEETING"));
    say("commentsEnabled", json!(true));
    say("uuid", json!(facts.item.id.to_string()));
    say("location", place(&facts.revision.content.venue, &facts.authority.name));
}

fn place(venue: &Venue, town: &str) -> Value {
    let named = venue.name.as_deref().or(venue.address.as_deref()).unwrap_or(town);
    let mut place = json!({ "type": "Place", "name": named });
    if let Some(address) = &venue.address {
        place["address"] = json!({ "type": "PostalAddress", "streetAddress": address });
    }
    if let Some(point) = venue.point {
        place["latitude"] = json!(point.latitude);
        place["longitude"] = json!(point.longitude);
    }
    place
}

/// Paragraphs, line breaks, links: what every server lets through. `lead`: whether the headline stands in the text.
fn html(post: &PostText, home: &str, lead: bool) -> String {
    let mut html = String::new();
    let mut paragraph = |inner: String| {
        if !inner.is_empty() {
            html.extend(["<p>", &inner, "</p>"]);
        }
    };
    if lead {
        paragraph(format!("<strong>{}</strong>", escaped(&post.lead)));
    }
    let facts: Vec<String> = post.facts.iter().map(|fact| escaped(fact)).collect();
    paragraph(facts.join("<br>"));
    for text in &post.body {
        paragraph(linked(text));
    }
    paragraph(post.link.as_deref().map(anchor).unwrap_or_default());
    let tags: Vec<String> = post.hashtags.iter().map(|tag| hashtag(tag, home)).collect();
    paragraph(tags.join(" "));
    html
}

fn hashtag(tag: &str, home: &str) -> String {
    format!(
        "<a href=\"{}\" class=\"mention hashtag\" rel=\"tag\">#<span>{}</span></a>",
        escaped(home),
        escaped(tag)
    )
}

fn anchor(address: &str) -> String {
    let address = escaped(address);
    format!("<a href=\"{address}\" rel=\"noopener\" target=\"_blank\">{address}</a>")
}

/// Addresses in a text can be followed.
fn linked(text: &str) -> String {
    let (mut html, mut read) = (String::new(), 0);
    for url in urls(text) {
        html.push_str(&escaped(&text[read..url.start]));
        html.push_str(&anchor(&text[url.clone()]));
        read = url.end;
    }
    html + &escaped(&text[read..])
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

fn instant(at: Timestamp) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_cannot_become_markup() {
        let post = PostText {
            lead: "<script>".to_owned(),
            facts: vec!["a & b".to_owned(), "\"c\"".to_owned()],
            body: vec!["Voir https://a.example/?x=1&y=<b>, merci".to_owned()],
            link: None,
            hashtags: vec!["été".to_owned()],
            ..PostText::default()
        };
        let html = html(&post, "https://ville.example/valbourg", true);
        assert!(
            html.starts_with("<p><strong>&lt;script&gt;</strong></p><p>a &amp; b<br>&quot;c&quot;</p>"),
            "{html}"
        );
        assert!(html.contains("<a href=\"https://a.example/?x=1&amp;y=\""), "{html}");
        assert!(html.ends_with("rel=\"tag\">#<span>été</span></a></p>"), "{html}");
    }
}
