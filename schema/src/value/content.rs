//! What an item says: the one form in which drafts are written, revisions frozen, and boards filled.

use chrono::NaiveDateTime;
use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

use super::{Cause, Effect, Kind, Language, Periods, Recurrence, Selectors, Severity, Texts, Topics, Venue};
use crate::{
    clock::Timestamp,
    id::{LineId, MediaId, SourceId, StopId, ZoneId},
};

/// Everything an item says, whatever its kind. Well-formed, but not necessarily fit to be public: see
/// [`crate::draft::Draft::problems`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct ItemContent {
    /// Language for readers of whose language there is no text.
    pub language: Language,
    /// At least one once public.
    pub texts: Texts,
    /// What it is about.
    pub topics: Topics,
    /// Where it is.
    pub venue: Venue,
    /// A page elsewhere that says more.
    pub link: Option<String>,
    /// Zones it concerns; none: the whole authority.
    pub zones: Vec<ZoneId>,
    /// Lines it concerns as a whole.
    pub lines: Vec<LineId>,
    /// Stops it concerns.
    pub stops: Vec<StopId>,
    /// In order.
    pub pictures: Vec<MediaId>,
    /// Videos and documents, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<MediaId>,
    /// What only its kind has.
    pub detail: Detail,
}

impl ItemContent {
    /// The item's kind.
    pub fn kind(&self) -> Kind {
        match self.detail {
            Detail::Event(_) => Kind::Event,
            Detail::Disruption(_) => Kind::Disruption,
            Detail::Article(_) => Kind::Article,
        }
    }
}

/// What only one kind of item has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Detail {
    /// Dates.
    Event(EventDetail),
    /// Cause, effect, scope.
    Disruption(DisruptionDetail),
    /// Rubric.
    Article(ArticleDetail),
}

/// When an event takes place, in its own local time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventDetail {
    /// Local start of the first date; midnight when `all_day`.
    pub starts_at: NaiveDateTime,
    /// Local end, exclusive; none: not said.
    pub ends_at: Option<NaiveDateTime>,
    /// IANA time zone.
    pub time_zone: String,
    /// Whole days: clocks do not matter.
    pub all_day: bool,
    /// How it repeats.
    pub recurrence: Recurrence,
}

/// What does not work as usual.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DisruptionDetail {
    /// Why.
    pub cause: Cause,
    /// What it does.
    pub effect: Effect,
    /// How bad.
    pub severity: Severity,
    /// When service is affected; none: not said.
    pub impact: Periods,
    /// When it is shown; none: until resolved.
    pub display: Periods,
    /// What is concerned, in the operator's ids, as far as a source said so.
    pub selectors: Selectors,
    /// The timetable whose ids those are; none: any of the authority's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timetable: Option<SourceId>,
    /// When it was over.
    pub resolved_at: Option<Timestamp>,
}

/// What only an article has.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ArticleDetail {
    /// A rubric of the town: `voirie`, `culture`.
    pub section: Option<String>,
    /// Stands before the others until then.
    pub pinned_until: Option<Timestamp>,
}
