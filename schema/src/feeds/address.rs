//! Which feeds there are, and where.

use url::form_urlencoded;

use crate::{
    board::{Filter, Line, Places, Zone},
    text::Tongue,
    value::{Kind, Language},
};

/// Longest value of a parameter of a feed's address.
const MAX_PARAMETER_BYTES: usize = 100;

/// What a feed holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Collection {
    /// Everything.
    All,
    /// Articles.
    News,
    /// Events.
    Events,
    /// Disruptions.
    Disruptions,
}

impl Collection {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::All, Self::News, Self::Events, Self::Disruptions];

    /// Its name in addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::News => "news",
            Self::Events => "events",
            Self::Disruptions => "disruptions",
        }
    }

    /// Its name for people.
    pub const fn name(self, tongue: Tongue) -> &'static str {
        match self {
            Self::All => tongue.pick("Tout", "Everything"),
            Self::News => tongue.pick("Actualités", "News"),
            Self::Events => tongue.pick("Agenda", "Events"),
            Self::Disruptions => tongue.pick("Perturbations", "Disruptions"),
        }
    }

    fn kinds(self) -> Vec<Kind> {
        match self {
            Self::All => Vec::new(),
            Self::News => vec![Kind::Article],
            Self::Events => vec![Kind::Event],
            Self::Disruptions => vec![Kind::Disruption],
        }
    }
}

/// How a feed is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// RSS 2.0.
    Rss,
    /// Atom 1.0 (RFC 4287), with tombstones (RFC 6721).
    Atom,
    /// JSON Feed 1.1.
    Json,
    /// iCalendar (RFC 5545).
    Calendar,
    /// GeoJSON (RFC 7946).
    GeoJson,
    /// KML 2.2 (OGC 07-147r2).
    Kml,
    /// GTFS-Realtime Service Alerts, as protocol buffers.
    Alerts,
    /// The same as JSON.
    AlertsJson,
    /// An index of CAP 1.2 messages, as Atom.
    Cap,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Rss,
        Self::Atom,
        Self::Json,
        Self::Calendar,
        Self::GeoJson,
        Self::Kml,
        Self::Alerts,
        Self::AlertsJson,
        Self::Cap,
    ];

    /// How its addresses end.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Rss => "rss",
            Self::Atom => "atom",
            Self::Json => "json",
            Self::Calendar => "ics",
            Self::GeoJson => "geojson",
            Self::Kml => "kml",
            Self::Alerts => "pb",
            Self::AlertsJson => "pb.json",
            Self::Cap => "cap",
        }
    }

    /// What it is sent as.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Rss => "application/rss+xml; charset=utf-8",
            Self::Atom | Self::Cap => "application/atom+xml; charset=utf-8",
            Self::Json => "application/feed+json; charset=utf-8",
            Self::Calendar => "text/calendar; charset=utf-8",
            Self::GeoJson => "application/geo+json",
            Self::Kml => "application/vnd.google-earth.kml+xml; charset=utf-8",
            Self::Alerts => "application/x-protobuf",
            Self::AlertsJson => "application/json; charset=utf-8",
        }
    }

    /// The same without parameters, as links name it.
    pub fn link_type(self) -> &'static str {
        let whole = self.media_type();
        whole.split_once(';').map_or(whole, |(kind, _)| kind)
    }

    /// Whether it can hold this: a calendar holds events, an alert is a disruption.
    pub const fn holds(self, collection: Collection) -> bool {
        match self {
            Self::Rss | Self::Atom | Self::Json | Self::GeoJson | Self::Kml => true,
            Self::Calendar => matches!(collection, Collection::Events),
            Self::Alerts | Self::AlertsJson | Self::Cap => matches!(collection, Collection::Disruptions),
        }
    }

    /// Whether subscribers of the hub are sent it. Alerts carry the time of their writing, and their readers poll.
    pub const fn is_pushed(self) -> bool {
        !matches!(self, Self::Alerts | Self::AlertsJson)
    }
}

/// One feed of one authority.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Feed {
    /// The authority's name in addresses.
    pub authority: String,
    /// What it holds.
    pub collection: Collection,
    /// How it is written.
    pub format: Format,
    /// Only what concerns this zone, by its name in addresses.
    pub zone: Option<String>,
    /// Only what concerns this line, by the operator's `route_id` or what stands on the vehicle.
    pub line: Option<String>,
    /// In this language where there is such a text; none: the authority's.
    pub language: Option<Language>,
}

impl Feed {
    /// The whole collection.
    pub fn of(authority: &str, collection: Collection, format: Format) -> Self {
        Self {
            authority: authority.to_owned(),
            collection,
            format,
            zone: None,
            line: None,
            language: None,
        }
    }

    /// The feed at `/authority/feeds/file?query`; none: there is none. Parameters of others (`utm_source`) are left
    /// alone.
    pub fn read(authority: &str, file: &str, query: &str) -> Option<Self> {
        let (name, extension) = file.split_once('.')?;
        let collection = Collection::ALL.into_iter().find(|one| one.as_str() == name)?;
        let format = Format::ALL.into_iter().find(|one| one.extension() == extension)?;
        let mut feed = Some(Self::of(authority, collection, format)).filter(|_| format.holds(collection))?;
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if value.len() > MAX_PARAMETER_BYTES {
                return None;
            }
            match name.as_ref() {
                "zone" => feed.zone = Some(value.into_owned()),
                "line" => feed.line = Some(value.into_owned()),
                "language" => feed.language = Some(value.parse().ok()?),
                _ => {}
            }
        }
        Some(feed)
    }

    /// Its one address, below that of the instance.
    pub fn path(&self) -> String {
        let path = format!(
            "/{}/feeds/{}.{}",
            self.authority,
            self.collection.as_str(),
            self.format.extension()
        );
        let language = self.language.as_ref().map(Language::as_str);
        let pairs = [
            ("zone", self.zone.as_deref()),
            ("line", self.line.as_deref()),
            ("language", language),
        ];
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs.into_iter().filter_map(|(name, value)| Some((name, value?))))
            .finish();
        if query.is_empty() {
            path
        } else {
            format!("{path}?{query}")
        }
    }

    /// The zone it is narrowed to, if there is such a zone.
    pub(super) fn zone_of<'a>(&self, places: &'a Places) -> Option<&'a Zone> {
        let slug = self.zone.as_deref()?;
        places.zones.iter().find(|zone| zone.slug == slug).map(AsRef::as_ref)
    }

    /// The line it is narrowed to, if there is such a line: one that runs before one that does not any more.
    pub(super) fn line_of<'a>(&self, places: &'a Places) -> Option<&'a Line> {
        let named = self.line.as_deref()?;
        let short = |line: &&std::sync::Arc<Line>| line.short_name.eq_ignore_ascii_case(named);
        let by_name = || {
            let mut lines = places.lines.iter().filter(short);
            lines.clone().find(|line| line.running).or_else(|| lines.next())
        };
        places.line_by_key(named, None).or_else(by_name).map(AsRef::as_ref)
    }

    /// As the board understands it; none: no such zone or line.
    pub fn filter(&self, places: &Places) -> Option<Filter> {
        let zone = self.zone_of(places).map(|zone| zone.id);
        let line = self.line_of(places).map(|line| line.id);
        let known = zone.is_some() == self.zone.is_some() && line.is_some() == self.line.is_some();
        known.then(|| Filter {
            kinds: self.collection.kinds(),
            inside: zone,
            lines: line.into_iter().collect(),
            ..Filter::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_it_is_written() {
        for collection in Collection::ALL {
            for format in Format::ALL.into_iter().filter(|format| format.holds(collection)) {
                let feed = Feed {
                    zone: Some("vieux bourg".to_owned()),
                    line: Some("C1&2".to_owned()),
                    language: Some(Language::english()),
                    ..Feed::of("valbourg", collection, format)
                };
                let path = feed.path();
                let (file, query) = path["/valbourg/feeds/".len()..].split_once('?').unwrap();
                assert_eq!(Feed::read("valbourg", file, query), Some(feed));
            }
        }
        let plain = Feed::read("valbourg", "all.rss", "utm_source=x").unwrap();
        assert_eq!(
            plain.path(),
            "/valbourg/feeds/all.rss",
            "parameters of others are left out"
        );
    }

    #[test]
    fn what_is_no_feed_is_none() {
        let long = format!("zone={}", "x".repeat(MAX_PARAMETER_BYTES + 1));
        for (file, query) in [
            ("all", ""),
            ("all.exe", ""),
            ("cats.rss", ""),
            ("news.ics", ""),
            ("events.pb", ""),
            ("news.cap", ""),
            ("all.rss", "language=français"),
            ("all.rss", &long),
        ] {
            assert_eq!(Feed::read("valbourg", file, query), None, "{file}?{query}");
        }
    }
}
