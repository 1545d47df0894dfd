//! What staff write: input that changes the content of an item. An absent field is unchanged, null clears.

use async_graphql::{ID, InputObject, MaybeUndefined, OneofObject};
use beffroi_schema::{
    entity::authority,
    value::{
        ArticleDetail, Cause as ValueCause, Detail, DisruptionDetail, Effect as ValueEffect, EventDetail, ItemContent,
        Label, Override, Period, Periods, Problem, ProblemCode, Recurrence, Selectors, Severity as ValueSeverity,
        Texts, Topics, Venue,
    },
};
use chrono::NaiveDateTime;
use uuid::Uuid;

use crate::graphql::{
    id,
    reading::filter::PointInput,
    scalar::{DateTime, LanguageTag, LocalDateTime, TimeZone},
    words::{Cause, Effect, OccurrenceStatus, Severity},
};

/// What an item says. A field that is absent is unchanged, one that is null is cleared.
#[derive(Debug, Default, InputObject)]
pub struct ItemContentInput {
    /// The language for readers of whose language there is no text: the authority's, in a new draft that does not say.
    pub language: Option<LanguageTag>,
    /// The texts to write, each in its language; languages that are not named stay.
    pub texts: Option<Vec<TextInput>>,
    /// The languages to take away.
    pub remove_languages: Option<Vec<LanguageTag>>,
    /// What it is about, as slugs: `vie-scolaire`.
    pub topics: MaybeUndefined<Vec<String>>,
    /// Where it takes place or applies.
    pub venue: MaybeUndefined<VenueInput>,
    /// A page elsewhere that says more: a complete address.
    pub link: MaybeUndefined<String>,
    /// The zones it concerns; none: the whole authority.
    pub zones: MaybeUndefined<Vec<ID>>,
    /// The lines it concerns as a whole.
    pub lines: MaybeUndefined<Vec<ID>>,
    /// The stops it concerns.
    pub stops: MaybeUndefined<Vec<ID>>,
    /// Its pictures, in order.
    pub pictures: MaybeUndefined<Vec<ID>>,
    /// Its videos and documents, in order.
    pub attachments: MaybeUndefined<Vec<ID>>,
}

/// What an item says, in one language. Plain text.
#[derive(Debug, InputObject)]
pub struct TextInput {
    /// The language.
    pub language: LanguageTag,
    /// One line, at most 250 characters.
    pub title: MaybeUndefined<String>,
    /// One or two sentences, at most 600 characters.
    pub summary: MaybeUndefined<String>,
    /// The whole text, at most 20,000 characters.
    pub body: MaybeUndefined<String>,
}

/// A short text in one language.
#[derive(Debug, InputObject)]
pub struct LabelInput {
    /// The language.
    pub language: LanguageTag,
    /// The text.
    pub text: String,
}

/// Where an item takes place or applies.
#[derive(Debug, InputObject)]
pub struct VenueInput {
    /// `Halle aux grains`.
    pub name: Option<String>,
    /// One line: number, street, postcode, town.
    pub address: Option<String>,
    /// On the map.
    pub point: Option<PointInput>,
}

/// What only one kind of item has.
#[derive(Debug, OneofObject)]
pub enum DetailInput {
    /// An event: when it takes place.
    Event(EventInput),
    /// A disruption: what does not work as usual.
    Disruption(DisruptionInput),
    /// An article: its rubric.
    Article(ArticleInput),
}

/// When an event takes place, by the clocks of its time zone. A field that is absent is unchanged, one that is null is
/// cleared.
#[derive(Debug, InputObject)]
pub struct EventInput {
    /// When its first date starts; a new event needs it.
    pub starts_at: Option<LocalDateTime>,
    /// When its first date ends.
    pub ends_at: MaybeUndefined<LocalDateTime>,
    /// Its time zone: the authority's, in a new event that does not say.
    pub time_zone: Option<TimeZone>,
    /// Whether it lasts whole days.
    pub all_day: Option<bool>,
    /// How it repeats: an RFC 5545 `RRULE` value, `FREQ=WEEKLY;BYDAY=SA`.
    pub rule: MaybeUndefined<String>,
    /// Starts that the rule gives and that are left out.
    pub excluded: MaybeUndefined<Vec<LocalDateTime>>,
    /// Dates that differ.
    pub overrides: MaybeUndefined<Vec<OverrideInput>>,
}

/// What differs for one date of an event that repeats.
#[derive(Debug, InputObject)]
pub struct OverrideInput {
    /// The start that the rule gives: it names the date.
    pub date: LocalDateTime,
    /// What becomes of it.
    pub status: OccurrenceStatus,
    /// When it starts instead; needed when it is moved.
    pub starts_at: Option<LocalDateTime>,
    /// When it ends instead.
    pub ends_at: Option<LocalDateTime>,
    /// Why, in a few words.
    pub note: Option<Vec<LabelInput>>,
}

/// What does not work as usual. A field that is absent is unchanged, one that is null is cleared.
#[derive(Debug, InputObject)]
pub struct DisruptionInput {
    /// Why.
    pub cause: Option<Cause>,
    /// What it does to service.
    pub effect: Option<Effect>,
    /// How bad it is.
    pub severity: Option<Severity>,
    /// When service is affected; none: as long as it is announced.
    pub impact_periods: MaybeUndefined<Vec<PeriodInput>>,
    /// When it is announced; none: until it is resolved.
    pub display_periods: MaybeUndefined<Vec<PeriodInput>>,
}

/// A span of time: from its start until just before its end.
#[derive(Debug, InputObject)]
pub struct PeriodInput {
    /// First instant; null: since ever.
    pub start: Option<DateTime>,
    /// First instant after; null: until further notice.
    pub end: Option<DateTime>,
}

/// What only an article has. A field that is absent is unchanged, one that is null is cleared.
#[derive(Debug, InputObject)]
pub struct ArticleInput {
    /// A rubric of the town: `voirie`.
    pub section: MaybeUndefined<String>,
    /// Stands before the others until then.
    pub pinned_until: MaybeUndefined<DateTime>,
}

impl ItemContentInput {
    /// Changes `content`; what cannot be done is added to `problems`.
    pub(super) fn apply(self, content: &mut ItemContent, problems: &mut Vec<Problem>) {
        change(&mut content.language, self.language.map(|tag| tag.0));
        for text in self.texts.unwrap_or_default() {
            text.apply(&mut content.texts);
        }
        for LanguageTag(language) in self.remove_languages.unwrap_or_default() {
            content.texts.0.remove(&language);
        }
        set(&mut content.topics, self.topics.map_value(Topics));
        set(&mut content.venue, self.venue.map_value(VenueInput::read));
        set_option(&mut content.link, self.link);
        set(&mut content.zones, ids("zones", "Zone", self.zones, problems));
        set(&mut content.lines, ids("lines", "Line", self.lines, problems));
        set(&mut content.stops, ids("stops", "Stop", self.stops, problems));
        set(
            &mut content.pictures,
            ids("pictures", "Picture", self.pictures, problems),
        );
        set(
            &mut content.attachments,
            ids("attachments", "Attachment", self.attachments, problems),
        );
    }
}

impl TextInput {
    fn apply(self, texts: &mut Texts) {
        let text = texts.0.entry(self.language.0).or_default();
        set(&mut text.title, self.title);
        set(&mut text.summary, self.summary);
        set(&mut text.body, self.body);
    }
}

impl VenueInput {
    fn read(self) -> Venue {
        Venue {
            name: self.name,
            address: self.address,
            point: self.point.map(|point| beffroi_schema::value::Point {
                latitude: point.latitude,
                longitude: point.longitude,
            }),
        }
    }
}

impl DetailInput {
    /// What a new item of this kind has before anything is said of it.
    pub(super) fn blank(&self, home: &authority::Model) -> Detail {
        match self {
            Self::Event(_) => Detail::Event(EventDetail {
                starts_at: NaiveDateTime::default(),
                ends_at: None,
                time_zone: home.time_zone.clone(),
                all_day: false,
                recurrence: Recurrence::default(),
            }),
            Self::Disruption(_) => Detail::Disruption(DisruptionDetail {
                cause: ValueCause::UnknownCause,
                effect: ValueEffect::UnknownEffect,
                severity: ValueSeverity::UnknownSeverity,
                impact: Periods::default(),
                display: Periods::default(),
                selectors: Selectors::default(),
                timetable: None,
                resolved_at: None,
            }),
            Self::Article(_) => Detail::Article(ArticleDetail::default()),
        }
    }

    /// What a new item of this kind must say and does not.
    pub(super) fn missing(&self) -> Option<Problem> {
        match self {
            Self::Event(event) if event.starts_at.is_none() => Some(Problem::new(
                ProblemCode::Missing,
                "event.startsAt",
                "Dites quand l’événement commence.",
                "Say when the event starts.",
            )),
            Self::Event(_) | Self::Disruption(_) | Self::Article(_) => None,
        }
    }

    /// Changes `detail`; an item does not change its kind.
    pub(super) fn apply(self, detail: &mut Detail, problems: &mut Vec<Problem>) {
        match (self, detail) {
            (Self::Event(input), Detail::Event(event)) => input.apply(event),
            (Self::Disruption(input), Detail::Disruption(disruption)) => input.apply(disruption),
            (Self::Article(input), Detail::Article(article)) => {
                set_option(&mut article.section, input.section);
                set_option(&mut article.pinned_until, input.pinned_until.map_value(DateTime::utc));
            }
            (Self::Event(_) | Self::Disruption(_) | Self::Article(_), _) => problems.push(Problem::new(
                ProblemCode::Invalid,
                "detail",
                "Un élément ne change pas de nature : créez-en un autre.",
                "An item does not change its kind: create another one.",
            )),
        }
    }
}

impl EventInput {
    fn apply(self, event: &mut EventDetail) {
        change(&mut event.starts_at, self.starts_at.map(|at| at.0));
        set_option(&mut event.ends_at, self.ends_at.map_value(|at| at.0));
        change(&mut event.time_zone, self.time_zone.map(|zone| zone.0));
        change(&mut event.all_day, self.all_day);
        set_option(&mut event.recurrence.rule, self.rule);
        let excluded = self
            .excluded
            .map_value(|dates| dates.into_iter().map(|date| date.0).collect());
        set(&mut event.recurrence.excluded, excluded);
        let overrides = self
            .overrides
            .map_value(|dates| dates.into_iter().map(OverrideInput::read).collect());
        set(&mut event.recurrence.overrides, overrides);
    }
}

impl OverrideInput {
    fn read(self) -> Override {
        Override {
            date: self.date.0,
            status: self.status.into(),
            starts_at: self.starts_at.map(|at| at.0),
            ends_at: self.ends_at.map(|at| at.0),
            note: self.note.map(label),
        }
    }
}

impl DisruptionInput {
    fn apply(self, disruption: &mut DisruptionDetail) {
        change(&mut disruption.cause, self.cause.map(ValueCause::from));
        change(&mut disruption.effect, self.effect.map(ValueEffect::from));
        change(&mut disruption.severity, self.severity.map(ValueSeverity::from));
        set(&mut disruption.impact, self.impact_periods.map_value(periods));
        set(&mut disruption.display, self.display_periods.map_value(periods));
    }
}

fn periods(list: Vec<PeriodInput>) -> Periods {
    let read = |period: PeriodInput| Period {
        start: period.start.map(DateTime::utc),
        end: period.end.map(DateTime::utc),
    };
    Periods(list.into_iter().map(read).collect())
}

/// Texts by language; of two in one language, the last.
pub(super) fn label(list: Vec<LabelInput>) -> Label {
    Label(list.into_iter().map(|one| (one.language.0, one.text)).collect())
}

/// The rows that global ids name; an id that names nothing of this kind becomes a problem.
pub(super) fn ids<I: From<Uuid>>(
    path: &str,
    kind: &str,
    list: MaybeUndefined<Vec<ID>>,
    problems: &mut Vec<Problem>,
) -> MaybeUndefined<Vec<I>> {
    list.map_value(|list| {
        let mut rows = Vec::with_capacity(list.len());
        for (position, id) in list.iter().enumerate() {
            match id::local(kind, id) {
                Ok(row) => rows.push(row),
                Err(_) => problems.push(Problem::new(
                    ProblemCode::Unknown,
                    format!("{path}.{position}"),
                    "Cet identifiant ne désigne rien ici.",
                    "This id names nothing here.",
                )),
            }
        }
        rows
    })
}

/// What cannot be cleared: null changes nothing.
pub(super) fn change<T>(place: &mut T, wanted: Option<T>) {
    if let Some(wanted) = wanted {
        *place = wanted;
    }
}

/// What null empties.
pub(super) fn set<T: Default>(place: &mut T, wanted: MaybeUndefined<T>) {
    match wanted {
        MaybeUndefined::Undefined => {}
        MaybeUndefined::Null => *place = T::default(),
        MaybeUndefined::Value(value) => *place = value,
    }
}

/// What null takes away.
pub(super) fn set_option<T>(place: &mut Option<T>, wanted: MaybeUndefined<T>) {
    set(place, wanted.map_value(Some));
}
