//! An item as residents see it.

use super::{Places, Spot};
use crate::{
    clock::Timestamp,
    id::{AuthorityId, ItemId, MediaId, UpdateId},
    recurrence::{self, Occurrence, Window},
    value::{
        ArticleDetail, Change, ChangeClass, Detail, DisruptionDetail, EventDetail, Focus, ItemContent, Kind, Label,
        MediaKind, Network, Severity, Variant,
    },
};

/// An item that is, or was, public: its latest revision and what hangs on it.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its name for ever.
    pub id: ItemId,
    /// Who publishes it.
    pub authority: AuthorityId,
    /// Whether it can still be read.
    pub state: ItemState,
    /// Grows by one at each change.
    pub version: i32,
    /// What the latest revision did.
    pub change: Change,
    /// When it first went out.
    pub published_at: Timestamp,
    /// When the latest revision was made.
    pub revised_at: Timestamp,
    /// What it says.
    pub content: ItemContent,
    /// An event's dates within the window held in memory, by start.
    pub occurrences: Vec<Occurrence>,
    /// In order.
    pub pictures: Vec<Picture>,
    /// Videos and documents, in order.
    pub attachments: Vec<Attachment>,
    /// Where else it is.
    pub posts: Vec<Post>,
    /// A disruption's history, newest first.
    pub updates: Vec<Update>,
    /// Where it is on the map: venue, stops, lines, zones. Known once [`Item::placed`].
    pub spots: Vec<Spot>,
}

/// Whether an item can still be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemState {
    /// It can.
    Public,
    /// Taken back at this instant: only that it existed is told.
    Withdrawn(Timestamp),
}

/// A picture of an item.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// SHA-256 of the bytes, in hexadecimal: its address.
    pub sha256: String,
    /// Media type.
    pub mime: String,
    /// Pixels.
    pub width: i32,
    /// Pixels.
    pub height: i32,
    /// What it shows.
    pub alt: Label,
    /// Who made it.
    pub credit: Option<String>,
    /// A blurred likeness to show while it is on its way.
    pub blurhash: Option<String>,
    /// What every crop keeps in view.
    pub focus: Option<Focus>,
    /// The same in smaller sizes, the smallest first.
    pub variants: Vec<Variant>,
}

/// A video or a document of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Its name for ever.
    pub id: MediaId,
    /// Video or document.
    pub kind: MediaKind,
    /// SHA-256 of the bytes, in hexadecimal: its address.
    pub sha256: String,
    /// Media type.
    pub mime: String,
    /// Bytes.
    pub size: i64,
    /// Pixels of a video.
    pub width: i32,
    /// Pixels of a video.
    pub height: i32,
    /// Of a video.
    pub duration_ms: Option<i64>,
    /// What a document is called.
    pub name: Option<String>,
    /// What it shows or says, for those who cannot open it.
    pub alt: Label,
    /// Who made it.
    pub credit: Option<String>,
}

/// What an item became elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    /// On which network.
    pub network: Network,
    /// The post's page.
    pub url: String,
}

/// An entry in a disruption's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// Its name.
    pub id: UpdateId,
    /// When.
    pub at: Timestamp,
    /// What sort of change.
    pub class: ChangeClass,
    /// What it says.
    pub words: Label,
}

impl Item {
    /// Event, disruption or article.
    pub fn kind(&self) -> Kind {
        self.content.kind()
    }

    /// Whether it can still be read.
    pub fn is_public(&self) -> bool {
        self.state == ItemState::Public
    }

    /// The same item with its dates expanded for `now` and its spots looked up in `places`.
    ///
    /// A rule that cannot be read is refused before publication; one that slipped through leaves the event without dates.
    #[must_use]
    pub fn placed(mut self, places: &Places, now: Timestamp) -> Self {
        if let Detail::Event(event) = &self.content.detail {
            self.occurrences = recurrence::expand(event, Window::around(now)).unwrap_or_default();
        }
        self.spots = places.spots_of(&self.content);
        self
    }

    /// What only an event has.
    pub fn event(&self) -> Option<&EventDetail> {
        match &self.content.detail {
            Detail::Event(event) => Some(event),
            Detail::Disruption(_) | Detail::Article(_) => None,
        }
    }

    /// What only a disruption has.
    pub fn disruption(&self) -> Option<&DisruptionDetail> {
        match &self.content.detail {
            Detail::Disruption(disruption) => Some(disruption),
            Detail::Event(_) | Detail::Article(_) => None,
        }
    }

    /// What only an article has.
    pub fn article(&self) -> Option<&ArticleDetail> {
        match &self.content.detail {
            Detail::Article(article) => Some(article),
            Detail::Event(_) | Detail::Disruption(_) => None,
        }
    }

    /// Whether it stands in lists at `now`: public, and no disruption whose display is still ahead.
    pub fn is_shown(&self, now: Timestamp) -> bool {
        self.is_public()
            && self
                .disruption()
                .is_none_or(|disruption| !disruption.display.ahead(now))
    }

    /// Whether service is affected at `now`.
    pub fn in_effect(&self, now: Timestamp) -> bool {
        self.disruption().is_some_and(|disruption| {
            disruption.resolved_at.is_none() && disruption.impact.contains(now) && !disruption.display.over(now)
        })
    }

    /// The severity, while service is affected and it is worth a warning.
    pub fn warning(&self, now: Timestamp) -> Option<Severity> {
        let severity = self.disruption()?.severity;
        (severity >= Severity::Warning && self.in_effect(now)).then_some(severity)
    }

    /// Whether the authority keeps it before the others at `now`.
    pub fn is_pinned(&self, now: Timestamp) -> bool {
        self.article()
            .and_then(|article| article.pinned_until)
            .is_some_and(|until| now < until)
    }

    /// The first date that is not over at `now` and not cancelled.
    pub fn next_occurrence(&self, now: Timestamp) -> Option<&Occurrence> {
        let takes_place = |one: &&Occurrence| one.status != crate::value::OccurrenceStatus::Cancelled;
        self.occurrences
            .iter()
            .filter(takes_place)
            .find(|one| one.ends_at > now || one.starts_at >= now)
    }

    /// Whether it matters however long ago it was published: a disruption that is not over, an event with dates ahead,
    /// an article that is pinned.
    pub fn is_standing(&self, now: Timestamp) -> bool {
        match &self.content.detail {
            Detail::Event(_) => self.next_occurrence(now).is_some(),
            Detail::Disruption(disruption) => disruption.resolved_at.is_none(),
            Detail::Article(_) => self.is_pinned(now),
        }
    }
}
