//! Atom 1.0 (RFC 4287). What was taken back leaves a tombstone (RFC 6721).

use chrono::{DateTime, SecondsFormat};

use super::{
    Scene, Selection,
    entry::{self, Entry},
    xml::{Attributes, Xml},
};
use crate::clock::Timestamp;

/// What the root says of the words it uses.
const NAMESPACES: Attributes<'static> = &[
    ("xmlns", "http://www.w3.org/2005/Atom"),
    ("xmlns:at", "http://purl.org/atompub/tombstones/1.0"),
    ("xmlns:georss", "http://www.georss.org/georss"),
    ("xmlns:media", "http://search.yahoo.com/mrss/"),
];

pub(super) fn write(scene: &Scene<'_>, selection: &Selection) -> Vec<u8> {
    document(scene, selection, |xml| {
        for entry in selection.items.iter().filter_map(|item| Entry::of(scene, item)) {
            let language = entry.language.to_string();
            xml.within("entry", &[("xml:lang", &language)], |xml| write_entry(xml, &entry));
        }
        for (item, at) in &selection.gone {
            let attributes = [("ref", entry::id(item)), ("when", date(*at))];
            xml.empty(
                "at:deleted-entry",
                &attributes.each_ref().map(|(name, value)| (*name, value.as_str())),
            );
        }
    })
}

/// A feed around what `entries` writes.
pub(super) fn document(scene: &Scene<'_>, selection: &Selection, entries: impl FnOnce(&mut Xml)) -> Vec<u8> {
    let (own, home) = (scene.address(), scene.home());
    let kind = scene.feed.format.link_type();
    let language = scene.language().to_string();
    let mut root = NAMESPACES.to_vec();
    root.push(("xml:lang", &language));
    let mut xml = Xml::new();
    xml.within("feed", &root, |xml| {
        xml.leaf("id", &[], &own);
        xml.leaf("title", &[], &scene.title());
        xml.leaf("subtitle", &[], scene.description());
        // A feed must say when it changed; one that never held anything has not.
        xml.leaf(
            "updated",
            &[],
            &date(selection.changed_at.unwrap_or(DateTime::UNIX_EPOCH)),
        );
        xml.within("author", &[], |xml| {
            xml.leaf("name", &[], &scene.board.places.authority.name);
            xml.leaf("uri", &[], &home);
        });
        xml.empty("link", &[("rel", "self"), ("type", kind), ("href", &own)]);
        xml.empty("link", &[("rel", "alternate"), ("type", "text/html"), ("href", &home)]);
        xml.empty("link", &[("rel", "hub"), ("href", &scene.hub())]);
        xml.leaf("generator", &[], "Beffroi");
        entries(xml);
    });
    xml.finish()
}

fn write_entry(xml: &mut Xml, entry: &Entry<'_>) {
    xml.leaf("id", &[], &entry.id());
    xml.leaf("title", &[], &entry.text.title);
    xml.leaf("published", &[], &date(entry.item.published_at));
    xml.leaf("updated", &[], &date(entry.item.revised_at));
    xml.empty(
        "link",
        &[("rel", "alternate"), ("type", "text/html"), ("href", &entry.url)],
    );
    if let Some(link) = &entry.item.content.link {
        xml.empty("link", &[("rel", "related"), ("href", link)]);
    }
    for tag in entry.tags() {
        xml.empty("category", &[("term", tag)]);
    }
    xml.leaf("summary", &[], entry.summary());
    xml.leaf("content", &[("type", "html")], &entry.html());
    if let Some(point) = entry.item.content.venue.point {
        let point = format!("{} {}", point.latitude, point.longitude);
        xml.leaf("georss:point", &[], &point);
    }
    for picture in &entry.pictures {
        let attributes = [
            ("url", picture.url.as_str()),
            ("type", picture.mime),
            ("medium", "image"),
        ];
        xml.within("media:content", &attributes, |xml| {
            xml.leaf("media:description", &[("type", "plain")], picture.alt);
        });
    }
}

/// To the microsecond: two revisions within a second are told apart.
pub(super) fn date(at: Timestamp) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}
