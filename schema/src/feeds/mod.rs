//! What is public, in the formats that other programs read: each document is a function of a board, a feed's address and
//! the time. `docs/feeds.md` lists the addresses.

mod address;
mod atom;
mod calendar;
mod cap;
mod entry;
mod gtfs_rt;
mod json_feed;
mod kml;
mod map;
mod rss;
mod selection;
mod xml;

use chrono_tz::Tz;

pub use self::address::{Collection, Feed, Format};
use self::selection::Selection;
use crate::{
    address::Addresses,
    board::{Board, ItemState},
    clock::Timestamp,
    id::ItemId,
    text::Tongue,
    value::{Kind, Language},
};

/// A feed, written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Of the body.
    pub media_type: &'static str,
    /// The same for everybody who asks within the moment.
    pub body: Vec<u8>,
    /// Since when it has said this, as far as the items tell; none: it never said anything.
    pub changed_at: Option<Timestamp>,
}

/// A feed with everything that it is written from.
#[derive(Clone, Copy)]
struct Scene<'a> {
    feed: &'a Feed,
    board: &'a Board,
    site: &'a Addresses,
    now: Timestamp,
}

impl Scene<'_> {
    /// The clocks of the authority; of Greenwich, when there is no such zone: it was checked when it was stored.
    fn zone(&self) -> Tz {
        self.board.places.authority.time_zone.parse().unwrap_or(Tz::UTC)
    }

    /// What the feed is written in, where an item has such a text.
    fn language(&self) -> &Language {
        self.feed
            .language
            .as_ref()
            .unwrap_or(&self.board.places.authority.language)
    }

    fn tongue(&self) -> Tongue {
        Tongue::of(self.language())
    }

    /// `Valbourg – Actualités – Centre – Ligne A`.
    fn title(&self) -> String {
        let places = &self.board.places;
        let zone = self.feed.zone_of(places).map(|zone| zone.name.clone());
        let line = self.feed.line_of(places).map(|line| {
            let tongue = self.tongue();
            format!("{} {}", tongue.pick("Ligne", "Line"), line.short_name)
        });
        let parts = [
            Some(places.authority.name.clone()),
            Some(self.feed.collection.name(self.tongue()).to_owned()),
            zone,
            line,
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" – ")
    }

    fn description(&self) -> &'static str {
        self.tongue().pick(
            "Ce que publie la collectivité, le plus récemment modifié d’abord.",
            "What the authority publishes, what changed last first.",
        )
    }

    /// The page for people.
    fn home(&self) -> String {
        self.site.authority(&self.board.places.authority.slug)
    }

    /// Where the feed itself is.
    fn address(&self) -> String {
        self.site.feed(self.feed)
    }

    /// Where to subscribe to it, where the format has a word for that.
    fn hub(&self) -> String {
        self.site.hub()
    }
}

/// Writes `feed` as `board` has it; none: it is narrowed to a zone or a line that does not exist.
pub fn write(feed: &Feed, board: &Board, site: &Addresses, now: Timestamp) -> Option<Document> {
    let scene = Scene { feed, board, site, now };
    let filter = feed.filter(&board.places)?;
    let selection = Selection::of(&filter, feed.format, board, now);
    let body = match feed.format {
        Format::Rss => rss::write(&scene, &selection),
        Format::Atom => atom::write(&scene, &selection),
        Format::Json => json_feed::write(&scene, &selection),
        Format::Calendar => calendar::write(&scene, &selection),
        Format::GeoJson => map::write(&scene, &selection),
        Format::Kml => kml::write(&scene, &selection),
        Format::Alerts => gtfs_rt::write(&scene, &selection),
        Format::AlertsJson => gtfs_rt::write_json(&scene, &selection),
        Format::Cap => cap::index(&scene, &selection),
    };
    Some(Document {
        media_type: feed.format.media_type(),
        body,
        changed_at: match feed.format {
            Format::Alerts | Format::AlertsJson => Some(gtfs_rt::written_at(&selection, now)),
            Format::Rss
            | Format::Atom
            | Format::Json
            | Format::Calendar
            | Format::GeoJson
            | Format::Kml
            | Format::Cap => selection.changed_at,
        },
    })
}

/// The CAP message of a disruption as it stands, in the language asked for or in all of them; none: there is no such
/// public disruption. A withdrawn one is cancelled, without a word of what it said.
pub fn cap_message(
    board: &Board,
    id: ItemId,
    language: Option<Language>,
    site: &Addresses,
    now: Timestamp,
) -> Option<Document> {
    let item = board.item(id).filter(|item| item.kind() == Kind::Disruption)?;
    if matches!(item.state, ItemState::Public) && !item.is_shown(now) {
        return None;
    }
    let feed = Feed {
        language,
        ..Feed::of(&board.places.authority.slug, Collection::Disruptions, Format::Cap)
    };
    let scene = Scene {
        feed: &feed,
        board,
        site,
        now,
    };
    Some(Document {
        media_type: cap::MEDIA_TYPE,
        body: cap::message(&scene, item),
        changed_at: Some(cap::sent(item)),
    })
}
