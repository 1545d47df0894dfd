//! From what a source says to what an item says: keys of the operator become lines and stops of ours.

use std::collections::{BTreeSet, HashMap};

use sea_orm::{ColumnTrait as _, DatabaseTransaction, EntityTrait as _, QueryFilter as _};

use crate::{
    draft::{MAX_BODY, MAX_LANGUAGES, MAX_PLACES, MAX_SUMMARY, MAX_TITLE},
    entity::{authority, line, source, stop},
    id::{LineId, SourceId, StopId},
    reconcile,
    store::{StoreError, StoreResult},
    value::{
        AlertEntry, Detail, DisruptionDetail, Issue, IssueCode, ItemContent, Language, Period, Periods, Selectors,
        SourceFormat, TIMETABLE, Text, Texts, Topics, Venue,
    },
};

/// The topic of every disruption that comes from a source.
const TOPIC: &str = "transport";

/// The lines and stops of a timetable, by the operator's keys.
pub(super) struct Places {
    language: Language,
    source: SourceId,
    timetable: Option<SourceId>,
    lines: HashMap<String, (LineId, String)>,
    stops: HashMap<String, StopId>,
}

/// What a source says together of one incident, and what of it an item cannot hold.
pub(super) struct Said {
    pub content: ItemContent,
    pub issues: Vec<Issue>,
}

impl Places {
    pub(super) async fn load(tx: &DatabaseTransaction, source: &source::Model) -> StoreResult<Self> {
        let authority = authority::Entity::find_by_id(source.authority_id)
            .one(tx)
            .await?
            .ok_or(StoreError::NotFound)?;
        let timetable = timetable(tx, source).await?;
        let mut lines = line::Entity::find().filter(line::Column::AuthorityId.eq(authority.id));
        let mut stops = stop::Entity::find().filter(stop::Column::AuthorityId.eq(authority.id));
        if let Some(timetable) = timetable {
            lines = lines.filter(line::Column::SourceId.eq(timetable));
            stops = stops.filter(stop::Column::SourceId.eq(timetable));
        }
        let (lines, stops) = (lines.all(tx).await?, stops.all(tx).await?);
        Ok(Self {
            language: authority.language,
            source: source.id,
            timetable,
            lines: lines
                .into_iter()
                .map(|row| (row.key, (row.id, row.short_name)))
                .collect(),
            stops: stops.into_iter().map(|row| (row.key, row.id)).collect(),
        })
    }

    /// What the item of these entries says, within the limits of items; none when there are none.
    pub(super) fn content(&self, entries: &[&AlertEntry]) -> Option<Said> {
        let name = |key: &str| {
            self.lines
                .get(key)
                .map_or_else(|| key.to_owned(), |(_, name)| name.clone())
        };
        let entry = reconcile::merge(entries, name)?;
        let mut issues = Vec::new();
        if self.timetable == Some(self.source) && !entry.scope.0.is_empty() {
            issues.push(Issue {
                code: IssueCode::Unresolved,
                detail: "there are several timetables, and the settings name none: lines and stops are unknown"
                    .to_owned(),
            });
        }
        let content = ItemContent {
            language: self.language.clone(),
            texts: within_limits(entry.texts.clone(), &self.language, &mut issues),
            topics: Topics(vec![TOPIC.to_owned()]),
            venue: Venue::default(),
            link: entry.url.clone(),
            zones: Vec::new(),
            lines: self.whole_lines(&entry.scope),
            stops: self.stops_of(&entry.scope),
            pictures: Vec::new(),
            attachments: Vec::new(),
            detail: Detail::Disruption(DisruptionDetail {
                cause: entry.cause,
                effect: entry.effect,
                severity: entry.severity,
                impact: few_periods(entry.impact, &mut issues),
                display: few_periods(entry.display, &mut issues),
                selectors: few_selectors(entry.scope, &mut issues),
                timetable: self.timetable,
                resolved_at: None,
            }),
        };
        Some(Said { content, issues })
    }

    /// Lines that are concerned as a whole: selectors that name a line and neither a stop nor a journey.
    fn whole_lines(&self, scope: &Selectors) -> Vec<LineId> {
        let whole = scope
            .0
            .iter()
            .filter(|selector| selector.stop.is_none() && selector.trip.is_none());
        let ids: BTreeSet<LineId> = whole
            .filter_map(|selector| self.lines.get(selector.line.as_deref()?))
            .map(|(id, _)| *id)
            .collect();
        ids.into_iter().take(MAX_PLACES).collect()
    }

    fn stops_of(&self, scope: &Selectors) -> Vec<StopId> {
        let ids: BTreeSet<StopId> = scope
            .0
            .iter()
            .filter_map(|selector| self.stops.get(selector.stop.as_deref()?))
            .copied()
            .collect();
        ids.into_iter().take(MAX_PLACES).collect()
    }
}

/// The timetable whose ids a source of alerts uses: the one that its settings name, else the authority's only one; none
/// where there is none yet. Where there are several and none is named, nobody can tell: the ids are the source's own.
async fn timetable(tx: &DatabaseTransaction, source: &source::Model) -> StoreResult<Option<SourceId>> {
    let named = source.settings.get(TIMETABLE).cloned();
    if let Some(named) = named.and_then(|id| serde_json::from_value(id).ok()) {
        return Ok(Some(named));
    }
    let timetables = source::Entity::find()
        .filter(source::Column::AuthorityId.eq(source.authority_id))
        .filter(source::Column::Format.eq(SourceFormat::GtfsStatic))
        .all(tx)
        .await?;
    // One that was stopped may have been replaced; it still counts where there is no other.
    let running: Vec<_> = timetables.iter().filter(|row| !row.paused).collect();
    let candidates = if running.is_empty() {
        timetables.iter().collect()
    } else {
        running
    };
    Ok(match candidates[..] {
        [] => None,
        [only] => Some(only.id),
        [_, ..] => Some(source.id),
    })
}

/// A source may be wordier than people are allowed to be: as many languages as an item has, the authority's own before
/// the others, and each text as long as an item's.
fn within_limits(texts: Texts, own: &Language, issues: &mut Vec<Issue>) -> Texts {
    note_more("languages", texts.0.len(), MAX_LANGUAGES, issues);
    let mut languages: Vec<_> = texts.0.into_iter().collect();
    languages.sort_by_key(|(language, _)| language != own);
    languages.truncate(MAX_LANGUAGES);
    let cut = |text: &str, max: usize| text.chars().take(max).collect::<String>();
    let each = languages.into_iter().map(|(language, text)| {
        let text = Text {
            title: cut(&text.title, MAX_TITLE),
            summary: cut(&text.summary, MAX_SUMMARY),
            body: cut(&text.body, MAX_BODY),
        };
        (language, text)
    });
    Texts(each.collect())
}

/// The last of too many periods stands for all that follow: nothing is said to be over before it is.
fn few_periods(mut periods: Periods, issues: &mut Vec<Issue>) -> Periods {
    note_more("periods", periods.0.len(), MAX_PLACES, issues);
    if periods.0.len() > MAX_PLACES {
        let rest = Periods(periods.0.split_off(MAX_PLACES - 1));
        periods.0.push(Period {
            start: rest.start(),
            end: rest.end(),
        });
    }
    periods
}

fn few_selectors(mut scope: Selectors, issues: &mut Vec<Issue>) -> Selectors {
    note_more("selectors", scope.0.len(), MAX_PLACES, issues);
    scope.0.truncate(MAX_PLACES);
    scope
}

fn note_more(what: &str, length: usize, most: usize, issues: &mut Vec<Issue>) {
    if length > most {
        issues.push(Issue {
            code: IssueCode::OverLimit,
            detail: format!("{length} {what} of one incident; an item has {most}"),
        });
    }
}
