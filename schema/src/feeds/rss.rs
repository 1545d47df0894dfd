//! RSS 2.0 (<https://www.rssboard.org/rss-specification>), with Media RSS for pictures and their alternative texts.

use super::{
    Scene, Selection,
    entry::{Entry, Picture},
    xml::Xml,
};
use crate::clock::Timestamp;

const NAMESPACES: [(&str, &str); 6] = [
    ("version", "2.0"),
    ("xmlns:atom", "http://www.w3.org/2005/Atom"),
    ("xmlns:content", "http://purl.org/rss/1.0/modules/content/"),
    ("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
    ("xmlns:georss", "http://www.georss.org/georss"),
    ("xmlns:media", "http://search.yahoo.com/mrss/"),
];
/// Minutes for which a reader may keep the feed.
const TTL_MINUTES: &str = "5";

pub(super) fn write(scene: &Scene<'_>, selection: &Selection) -> Vec<u8> {
    let mut xml = Xml::new();
    xml.within("rss", &NAMESPACES, |xml| {
        xml.within("channel", &[], |xml| channel(xml, scene, selection));
    });
    xml.finish()
}

fn channel(xml: &mut Xml, scene: &Scene<'_>, selection: &Selection) {
    let own = scene.address();
    xml.leaf("title", &[], &scene.title());
    xml.leaf("link", &[], &scene.home());
    xml.leaf("description", &[], scene.description());
    xml.leaf("language", &[], scene.language().as_str());
    if let Some(at) = selection.changed_at {
        xml.leaf("lastBuildDate", &[], &date(at));
    }
    xml.leaf("generator", &[], "Beffroi");
    xml.leaf("ttl", &[], TTL_MINUTES);
    let kind = scene.feed.format.link_type();
    xml.empty("atom:link", &[("rel", "self"), ("href", &own), ("type", kind)]);
    xml.empty("atom:link", &[("rel", "hub"), ("href", &scene.hub())]);
    for entry in selection.items.iter().filter_map(|item| Entry::of(scene, item)) {
        xml.within("item", &[], |xml| item(xml, scene, &entry));
    }
}

fn item(xml: &mut Xml, scene: &Scene<'_>, entry: &Entry<'_>) {
    xml.leaf("title", &[], &entry.text.title);
    xml.leaf("link", &[], &entry.url);
    xml.leaf("guid", &[("isPermaLink", "false")], &entry.id());
    xml.leaf("pubDate", &[], &date(entry.item.published_at));
    xml.leaf("atom:updated", &[], &entry.item.revised_at.to_rfc3339());
    xml.leaf("dc:creator", &[], &scene.board.places.authority.name);
    xml.leaf("dc:language", &[], entry.language.as_str());
    for tag in entry.tags() {
        xml.leaf("category", &[], tag);
    }
    xml.leaf("description", &[], entry.summary());
    xml.leaf("content:encoded", &[], &entry.html());
    if let Some(point) = entry.item.content.venue.point {
        let point = format!("{} {}", point.latitude, point.longitude);
        xml.leaf("georss:point", &[], &point);
    }
    for picture in &entry.pictures {
        media(xml, picture);
    }
}

fn media(xml: &mut Xml, picture: &Picture<'_>) {
    let (width, height) = (picture.width.to_string(), picture.height.to_string());
    let attributes = [
        ("url", picture.url.as_str()),
        ("type", picture.mime),
        ("medium", "image"),
        ("width", &width),
        ("height", &height),
    ];
    xml.within("media:content", &attributes, |xml| {
        xml.leaf("media:description", &[("type", "plain")], picture.alt);
        if let Some(credit) = picture.credit {
            xml.leaf("media:credit", &[], credit);
        }
    });
}

/// As RFC 822 has it, with the four digits of RFC 2822.
fn date(at: Timestamp) -> String {
    at.to_rfc2822()
}
