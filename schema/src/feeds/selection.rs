//! Which items stand in a feed, and since when.

use std::{cmp::Reverse, sync::Arc};

use super::Format;
use crate::{
    board::{Board, Filter, Item, ItemState},
    clock::Timestamp,
    value::{Detail, Period},
};

/// Entries of a feed that is read like a newspaper.
const ENTRIES: usize = 50;
/// Items on a map, events of a calendar, alerts of a network: what stands, all of it, within reason.
const STANDING: usize = 1_000;
/// Withdrawals that are told.
const GONE: usize = 50;
/// How long a date that is over stays in a calendar.
const PAST_DATES: chrono::Duration = chrono::Duration::days(90);
/// How long the end of a disruption is told, where it is told apart.
const ENDS_TOLD: chrono::Duration = chrono::Duration::hours(24);

/// The items of a feed.
pub(super) struct Selection {
    /// What changed last first.
    pub items: Vec<Arc<Item>>,
    /// What was taken back, and when; the latest first.
    pub gone: Vec<(Arc<Item>, Timestamp)>,
    /// Since when the feed has held exactly this.
    pub changed_at: Option<Timestamp>,
}

impl Selection {
    /// The items that `filter` wants and the format has a place for.
    pub(super) fn of(filter: &Filter, format: Format, board: &Board, now: Timestamp) -> Self {
        let matching = || {
            let items = board.items().values();
            items.filter(|item| filter.wants(item, &board.places, now))
        };
        let mut items: Vec<Arc<Item>> = matching()
            .filter(|item| item.is_shown(now) && has_place(item, format, now))
            .cloned()
            .collect();
        items.sort_unstable_by_key(|item| Reverse((item.revised_at, item.id)));
        items.truncate(most(format));
        let mut gone: Vec<(Arc<Item>, Timestamp)> = matching()
            .filter_map(|item| match item.state {
                ItemState::Public => None,
                ItemState::Withdrawn(at) => Some((Arc::clone(item), at)),
            })
            .filter(|(_, at)| format != Format::Cap || *at > now - ENDS_TOLD)
            .collect();
        gone.sort_unstable_by_key(|(item, at)| Reverse((*at, item.id)));
        gone.truncate(GONE);
        Self {
            changed_at: matching().filter_map(|item| last_moment(item, now)).max(),
            items,
            gone,
        }
    }
}

const fn most(format: Format) -> usize {
    match format {
        Format::Rss | Format::Atom | Format::Json => ENTRIES,
        Format::Calendar | Format::GeoJson | Format::Kml | Format::Alerts | Format::AlertsJson | Format::Cap => {
            STANDING
        }
    }
}

/// Whether the format still tells of an item that is shown.
fn has_place(item: &Item, format: Format, now: Timestamp) -> bool {
    let in_force = || {
        item.disruption()
            .is_none_or(|one| one.resolved_at.is_none() && !one.impact.over(now) && !one.display.over(now))
    };
    match format {
        Format::Rss | Format::Atom | Format::Json => true,
        Format::Calendar => item.occurrences.iter().any(|date| date.ends_at > now - PAST_DATES),
        Format::GeoJson | Format::Kml => {
            in_force() && (item.event().is_none() || item.occurrences.iter().any(|date| date.ends_at >= now))
        }
        Format::Alerts | Format::AlertsJson => in_force(),
        Format::Cap => {
            let ended = item.disruption().and_then(|one| one.resolved_at);
            in_force() || ended.is_some_and(|at| at > now - ENDS_TOLD)
        }
    }
}

/// The last of the item's moments at which a feed may have begun to say something else.
fn last_moment(item: &Item, now: Timestamp) -> Option<Timestamp> {
    let withdrawn = match item.state {
        ItemState::Public => None,
        ItemState::Withdrawn(at) => Some(at),
    };
    let bounds = |period: &Period| [period.start, period.end];
    let of_kind: Vec<Timestamp> = match &item.content.detail {
        Detail::Event(_) => {
            let ends = item.occurrences.iter().map(|date| date.ends_at);
            ends.flat_map(|end| [end, end + PAST_DATES]).collect()
        }
        Detail::Disruption(one) => {
            let periods = one.impact.0.iter().chain(&one.display.0);
            let told_until = one.resolved_at.map(|at| at + ENDS_TOLD);
            periods.flat_map(bounds).chain([told_until]).flatten().collect()
        }
        Detail::Article(_) => Vec::new(),
    };
    let all = of_kind.into_iter().chain([item.revised_at]).chain(withdrawn);
    all.filter(|at| *at <= now).max()
}
