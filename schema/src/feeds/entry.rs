//! One item as feeds for people tell it.

use std::fmt::Write as _;

use chrono_tz::Tz;

use super::{Scene, xml};
use crate::{
    board::Item,
    text::{
        Tongue, When,
        dates::{self, Seen},
        phrases,
    },
    value::{Kind, Language, Text},
};

/// Dates of an event that are told.
const DATES: usize = 3;

/// An item in one language.
pub(super) struct Entry<'a> {
    pub item: &'a Item,
    pub language: &'a Language,
    pub text: &'a Text,
    /// Its page.
    pub url: String,
    pub pictures: Vec<Picture<'a>>,
    /// Videos and documents.
    pub files: Vec<Attached<'a>>,
    /// When, where, how long: one sentence each.
    pub facts: Vec<String>,
}

/// A picture with its address.
pub(super) struct Picture<'a> {
    pub url: String,
    pub mime: &'a str,
    pub width: i32,
    pub height: i32,
    pub alt: &'a str,
    pub credit: Option<&'a str>,
}

/// A video or a document with its address.
pub(super) struct Attached<'a> {
    pub url: String,
    pub mime: &'a str,
    /// What it is called, or what it shows.
    pub title: &'a str,
    pub bytes: i64,
    /// Of a video.
    pub duration_ms: Option<i64>,
}

impl<'a> Entry<'a> {
    /// None for an item without any text.
    pub(super) fn of(scene: &Scene<'_>, item: &'a Item) -> Option<Self> {
        let wanted = std::slice::from_ref(scene.language());
        let (language, text) = item.content.texts.choose(wanted, &item.content.language)?;
        let pictures = item.pictures.iter().map(|picture| Picture {
            url: scene.site.picture(&picture.sha256),
            mime: &picture.mime,
            width: picture.width,
            height: picture.height,
            alt: picture
                .alt
                .choose(std::slice::from_ref(language), &item.content.language)
                .unwrap_or_default(),
            credit: picture.credit.as_deref(),
        });
        let files = item.attachments.iter().map(|file| Attached {
            url: scene.site.picture(&file.sha256),
            mime: &file.mime,
            title: file.name.as_deref().unwrap_or_else(|| {
                let alt = file.alt.choose(std::slice::from_ref(language), &item.content.language);
                alt.unwrap_or_default()
            }),
            bytes: file.size,
            duration_ms: file.duration_ms,
        });
        Some(Self {
            item,
            language,
            text,
            url: scene
                .site
                .item(&scene.board.places.authority.slug, item.kind(), item.id),
            pictures: pictures.collect(),
            files: files.collect(),
            facts: facts(scene, item, Tongue::of(language)),
        })
    }

    /// Its name for ever, whatever becomes of our addresses (RFC 9562 §4).
    pub(super) fn id(&self) -> String {
        id(self.item)
    }

    /// The summary, or what the text begins with.
    pub(super) fn summary(&self) -> &str {
        if self.text.summary.is_empty() {
            self.paragraphs().next().unwrap_or_default()
        } else {
            &self.text.summary
        }
    }

    fn paragraphs(&self) -> impl Iterator<Item = &str> {
        self.text.body.lines().map(str::trim).filter(|line| !line.is_empty())
    }

    /// Everything as plain text, a paragraph a line.
    pub(super) fn plain(&self) -> String {
        let facts = self.facts.iter().map(String::as_str);
        let begun = self
            .text
            .body
            .trim_start()
            .starts_with(self.text.summary.trim_end_matches('…'));
        let lead = Some(self.text.summary.as_str()).filter(|lead| !lead.is_empty() && !begun);
        facts
            .chain(lead)
            .chain(self.paragraphs())
            .collect::<Vec<_>>()
            .join("\n")
    }

    /// Everything as HTML, pictures included.
    pub(super) fn html(&self) -> String {
        let mut html = String::new();
        for picture in &self.pictures {
            // Writing to a text does not fail.
            let _ = write!(
                html,
                "<p><img src=\"{}\" width=\"{}\" height=\"{}\" alt=\"{}\"></p>",
                xml::escaped(&picture.url),
                picture.width,
                picture.height,
                xml::escaped(picture.alt)
            );
        }
        for line in self.plain().lines() {
            let _ = write!(html, "<p>{}</p>", xml::escaped(line));
        }
        if let Some(link) = &self.item.content.link {
            let more = Tongue::of(self.language).pick("En savoir plus", "Read more");
            let _ = write!(html, "<p><a href=\"{}\">{more}</a></p>", xml::escaped(link));
        }
        html
    }

    /// Its kind and its topics.
    pub(super) fn tags(&self) -> impl Iterator<Item = &str> {
        let topics = self.item.content.topics.0.iter().map(String::as_str);
        std::iter::once(self.item.kind().as_str()).chain(topics)
    }
}

/// An item's name for ever.
pub(super) fn id(item: &Item) -> String {
    format!("urn:uuid:{}", item.id)
}

fn facts(scene: &Scene<'_>, item: &Item, tongue: Tongue) -> Vec<String> {
    let venue = &item.content.venue;
    let place = [&venue.name, &venue.address].into_iter().flatten();
    let place: Vec<&str> = place.map(String::as_str).collect();
    let mut facts = match item.kind() {
        Kind::Event => dates_of(scene, item, tongue),
        Kind::Disruption => state_of(scene, item, tongue),
        Kind::Article => Vec::new(),
    };
    if !place.is_empty() {
        facts.push(place.join(", "));
    }
    facts
}

fn dates_of(scene: &Scene<'_>, item: &Item, tongue: Tongue) -> Vec<String> {
    let Some(event) = item.event() else { return Vec::new() };
    let zone: Tz = event.time_zone.parse().unwrap_or(Tz::UTC);
    let ahead = item.occurrences.iter().filter(|date| date.ends_at >= scene.now);
    let mut told: Vec<_> = ahead.take(DATES).collect();
    if told.is_empty() {
        told.extend(item.occurrences.last());
    }
    let word = |date: &crate::recurrence::Occurrence| {
        let when = When {
            start: date.starts_at,
            end: Some(date.ends_at),
            all_day: event.all_day,
        };
        let when = dates::when(&when, zone, Seen::AnyTime, tongue);
        match phrases::occurrence(date.status, tongue) {
            Some(status) => format!("{status}{}{when}", tongue.colon()),
            None => when,
        }
    };
    told.into_iter().map(word).collect()
}

fn state_of(scene: &Scene<'_>, item: &Item, tongue: Tongue) -> Vec<String> {
    let Some(disruption) = item.disruption() else {
        return Vec::new();
    };
    if disruption.resolved_at.is_some() {
        return vec![phrases::back_to_normal(tongue).to_owned()];
    }
    let period = disruption.impact.current(scene.now);
    let period = period.and_then(|period| dates::period(&period, scene.zone(), Seen::AnyTime, tongue));
    let cause = phrases::cause(disruption.cause, tongue).map(str::to_owned);
    let effect = phrases::effect(disruption.effect, tongue).map(str::to_owned);
    let told: Vec<String> = [effect, cause, period].into_iter().flatten().collect();
    if told.is_empty() {
        return Vec::new();
    }
    vec![phrases::capitalised(&told.join(", "))]
}
