//! From what a source says to what an item says: keys of the operator become lines and stops of ours.

use std::collections::{BTreeSet, HashMap};

use sea_orm::{ColumnTrait as _, DatabaseTransaction, EntityTrait as _, QueryFilter as _};

use crate::{
    draft::{MAX_BODY, MAX_PLACES, MAX_SUMMARY, MAX_TITLE},
    entity::{authority, line, source, stop},
    id::{LineId, StopId},
    reconcile,
    store::{StoreError, StoreResult},
    value::{AlertEntry, Detail, DisruptionDetail, ItemContent, Language, Selectors, Text, Texts, Topics, Venue},
};

/// The topic of every disruption that comes from a source.
const TOPIC: &str = "transport";

/// The lines and stops of an authority, by the operator's keys.
pub(super) struct Places {
    language: Language,
    lines: HashMap<String, (LineId, String)>,
    stops: HashMap<String, StopId>,
}

impl Places {
    pub(super) async fn load(tx: &DatabaseTransaction, source: &source::Model) -> StoreResult<Self> {
        let authority = authority::Entity::find_by_id(source.authority_id)
            .one(tx)
            .await?
            .ok_or(StoreError::NotFound)?;
        let lines = line::Entity::find()
            .filter(line::Column::AuthorityId.eq(authority.id))
            .all(tx)
            .await?;
        let stops = stop::Entity::find()
            .filter(stop::Column::AuthorityId.eq(authority.id))
            .all(tx)
            .await?;
        Ok(Self {
            language: authority.language,
            lines: lines
                .into_iter()
                .map(|row| (row.key, (row.id, row.short_name)))
                .collect(),
            stops: stops.into_iter().map(|row| (row.key, row.id)).collect(),
        })
    }

    /// What the item of these entries says; none when there are none.
    pub(super) fn content(&self, entries: &[&AlertEntry]) -> Option<ItemContent> {
        let name = |key: &str| {
            self.lines
                .get(key)
                .map_or_else(|| key.to_owned(), |(_, name)| name.clone())
        };
        let entry = reconcile::merge(entries, name)?;
        Some(ItemContent {
            language: self.language.clone(),
            texts: within_limits(&entry.texts),
            topics: Topics(vec![TOPIC.to_owned()]),
            venue: Venue::default(),
            link: entry.url.clone(),
            zones: Vec::new(),
            lines: self.whole_lines(&entry.scope),
            stops: self.stops_of(&entry.scope),
            pictures: Vec::new(),
            detail: Detail::Disruption(DisruptionDetail {
                cause: entry.cause,
                effect: entry.effect,
                severity: entry.severity,
                impact: entry.impact,
                display: entry.display,
                selectors: Selectors(entry.scope.0.into_iter().take(MAX_PLACES).collect()),
                resolved_at: None,
            }),
        })
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

/// A source may be wordier than people are allowed to be.
fn within_limits(texts: &Texts) -> Texts {
    let cut = |text: &str, max: usize| text.chars().take(max).collect::<String>();
    let each = texts.0.iter().map(|(language, text)| {
        let text = Text {
            title: cut(&text.title, MAX_TITLE),
            summary: cut(&text.summary, MAX_SUMMARY),
            body: cut(&text.body, MAX_BODY),
        };
        (language.clone(), text)
    });
    Texts(each.collect())
}
