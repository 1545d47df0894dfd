//! What an item says, as staff read it back: the same facts as in their input.

use async_graphql::{SimpleObject, Union};
use beffroi_schema::value;

use crate::graphql::{
    reading::disruption::Period,
    scalar::{DateTime, LanguageTag, LocalDateTime, TimeZone},
    words::{Cause, Effect, OccurrenceStatus, Severity},
};

/// What an item says, in one language. Plain text.
#[derive(Debug, SimpleObject)]
pub struct ItemText {
    /// The language.
    language: LanguageTag,
    /// One line.
    title: String,
    /// One or two sentences; may be empty.
    summary: String,
    /// The whole text; may be empty.
    body: String,
}

impl ItemText {
    /// Every language of an item.
    pub(super) fn all(texts: &value::Texts) -> Vec<Self> {
        let text = |(language, text): (&value::Language, &value::Text)| Self {
            language: LanguageTag(language.clone()),
            title: text.title.clone(),
            summary: text.summary.clone(),
            body: text.body.clone(),
        };
        texts.0.iter().map(text).collect()
    }
}

/// A short text in one language.
#[derive(Debug, SimpleObject)]
pub struct Label {
    /// The language.
    language: LanguageTag,
    /// The text.
    text: String,
}

impl Label {
    /// Every language of a label.
    pub(super) fn all(label: &value::Label) -> Vec<Self> {
        let text = |(language, text): (&value::Language, &String)| Self {
            language: LanguageTag(language.clone()),
            text: text.clone(),
        };
        label.0.iter().map(text).collect()
    }
}

/// What only one kind of item has.
#[derive(Debug, Union)]
pub enum ItemDetail {
    /// Of an event.
    Event(EventDetail),
    /// Of a disruption.
    Disruption(DisruptionDetail),
    /// Of an article.
    Article(ArticleDetail),
}

/// When an event takes place, by the clocks of its time zone.
#[derive(Debug, SimpleObject)]
pub struct EventDetail {
    /// When its first date starts.
    starts_at: LocalDateTime,
    /// When its first date ends; null when it is not said.
    ends_at: Option<LocalDateTime>,
    /// Its time zone.
    time_zone: TimeZone,
    /// Whether it lasts whole days.
    all_day: bool,
    /// How it repeats, an RFC 5545 `RRULE` value; null when it takes place once.
    rule: Option<String>,
    /// Starts that the rule gives and that are left out.
    excluded: Vec<LocalDateTime>,
    /// Dates that differ.
    overrides: Vec<Override>,
}

/// What differs for one date of an event that repeats.
#[derive(Debug, SimpleObject)]
#[graphql(name = "EventOverride")]
pub struct Override {
    /// The start that the rule gives: it names the date.
    date: LocalDateTime,
    /// What becomes of it.
    status: OccurrenceStatus,
    /// When it starts instead; null: as the rule says.
    starts_at: Option<LocalDateTime>,
    /// When it ends instead; null: as long after its start as the others.
    ends_at: Option<LocalDateTime>,
    /// Why, by language; empty when nothing is said.
    note: Vec<Label>,
}

/// What does not work as usual.
#[derive(Debug, SimpleObject)]
pub struct DisruptionDetail {
    /// Why.
    cause: Cause,
    /// What it does to service.
    effect: Effect,
    /// How bad it is.
    severity: Severity,
    /// When service is affected, in UTC; none: as long as it is announced.
    impact_periods: Vec<Period>,
    /// When it is announced, in UTC; none: until it is resolved.
    display_periods: Vec<Period>,
    /// When service was back to normal, in UTC; null while it is not.
    resolved_at: Option<DateTime>,
}

/// What only an article has.
#[derive(Debug, SimpleObject)]
pub struct ArticleDetail {
    /// A rubric of the town; null when it has none.
    section: Option<String>,
    /// Stands before the others until then, in UTC; null when it does not.
    pinned_until: Option<DateTime>,
}

impl From<&value::Detail> for ItemDetail {
    fn from(detail: &value::Detail) -> Self {
        match detail {
            value::Detail::Event(event) => Self::Event(event.into()),
            value::Detail::Disruption(disruption) => Self::Disruption(disruption.into()),
            value::Detail::Article(article) => Self::Article(ArticleDetail {
                section: article.section.clone(),
                pinned_until: article.pinned_until.map(|at| DateTime::at(at, "UTC")),
            }),
        }
    }
}

impl From<&value::EventDetail> for EventDetail {
    fn from(event: &value::EventDetail) -> Self {
        let different = |date: &value::Override| Override {
            date: LocalDateTime(date.date),
            status: date.status.into(),
            starts_at: date.starts_at.map(LocalDateTime),
            ends_at: date.ends_at.map(LocalDateTime),
            note: date.note.as_ref().map(Label::all).unwrap_or_default(),
        };
        Self {
            starts_at: LocalDateTime(event.starts_at),
            ends_at: event.ends_at.map(LocalDateTime),
            time_zone: TimeZone(event.time_zone.clone()),
            all_day: event.all_day,
            rule: event.recurrence.rule.clone(),
            excluded: event.recurrence.excluded.iter().copied().map(LocalDateTime).collect(),
            overrides: event.recurrence.overrides.iter().map(different).collect(),
        }
    }
}

impl From<&value::DisruptionDetail> for DisruptionDetail {
    fn from(disruption: &value::DisruptionDetail) -> Self {
        Self {
            cause: disruption.cause.into(),
            effect: disruption.effect.into(),
            severity: disruption.severity.into(),
            impact_periods: periods(&disruption.impact),
            display_periods: periods(&disruption.display),
            resolved_at: disruption.resolved_at.map(|at| DateTime::at(at, "UTC")),
        }
    }
}

fn periods(periods: &value::Periods) -> Vec<Period> {
    let utc = |at| DateTime::at(at, "UTC");
    let period = |period: &value::Period| Period {
        start: period.start.map(utc),
        end: period.end.map(utc),
    };
    periods.0.iter().map(period).collect()
}
