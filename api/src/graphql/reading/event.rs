//! Events and their dates.

use async_graphql::{Context, Object, Result};
use beffroi_schema::recurrence::Occurrence as Date;

use super::{Reading as _, filter::Between, item::item_object, shown::Shown};
use crate::graphql::{
    scalar::{DateTime, Duration, LocalDate, TimeZone},
    words::OccurrenceStatus,
};

/// Most dates of one event that are answered at once.
const MAX_DATES: usize = 200;

item_object! {
    /// Something to go to, at one or several dates. The server expands its rule: clients never do.
    Event {
        /// The time zone of its clocks.
        async fn time_zone(&self) -> TimeZone {
            TimeZone(zone(&self.0).to_owned())
        }

        /// Whether it lasts whole days: hours do not matter then.
        async fn all_day(&self) -> bool {
            self.0.item.event().is_some_and(|event| event.all_day)
        }

        /// Its rule of repetition, an RFC 5545 `RRULE` value, for calendars; null when it takes place once.
        async fn rule(&self) -> Option<String> {
            self.0.item.event().and_then(|event| event.recurrence.rule.clone())
        }

        /// Its dates within a span of time, soonest first, at most 200. Dates up to 400 days past and two years ahead are known.
        #[graphql(complexity = 50)]
        async fn occurrences(
            &self,
            #[graphql(desc = "The span of time; null: from the first date that is known to the last.")] between: Option<Between>,
        ) -> Result<Vec<Occurrence>> {
            let window = between.map(Between::read).transpose()?;
            let dates = self.0.item.occurrences.iter();
            let wanted = dates.filter(|date| window.is_none_or(|window| window.touches(date.starts_at, date.ends_at)));
            Ok(wanted.take(MAX_DATES).map(|date| Occurrence::new(&self.0, date)).collect())
        }

        /// The first date that is not over and not cancelled; null when there is none.
        async fn next_occurrence(&self, ctx: &Context<'_>) -> Result<Option<Occurrence>> {
            let now = ctx.boards()?.store().clock().now();
            Ok(self.0.item.next_occurrence(now).map(|date| Occurrence::new(&self.0, date)))
        }
    }
}

fn zone(shown: &Shown) -> &str {
    shown.item.event().map_or("UTC", |event| event.time_zone.as_str())
}

/// One date, with the event it belongs to.
#[derive(Clone, Debug)]
pub struct Occurrence {
    event: Shown,
    date: Date,
}

impl Occurrence {
    fn new(event: &Shown, date: &Date) -> Self {
        Self {
            event: event.clone(),
            date: date.clone(),
        }
    }
}

/// One date of an event.
#[Object]
impl Occurrence {
    /// The day that the event's rule gives: it names the date, even when it is moved to another day.
    async fn date(&self) -> LocalDate {
        LocalDate(self.date.date.date())
    }

    /// When it starts, by the event's clocks.
    async fn starts_at(&self) -> DateTime {
        DateTime::at(self.date.starts_at, zone(&self.event))
    }

    /// When it ends; its start, when the event does not say.
    async fn ends_at(&self) -> DateTime {
        DateTime::at(self.date.ends_at, zone(&self.event))
    }

    /// How long it lasts.
    async fn duration(&self) -> Duration {
        Duration(self.date.ends_at - self.date.starts_at)
    }

    /// The time zone of its clocks.
    async fn time_zone(&self) -> TimeZone {
        TimeZone(zone(&self.event).to_owned())
    }

    /// Whether it takes place.
    async fn status(&self) -> OccurrenceStatus {
        self.date.status.into()
    }

    /// Why it differs, in the reader's language as far as possible; null when nothing is said.
    async fn note(&self, ctx: &Context<'_>) -> Result<Option<&str>> {
        self.date
            .note
            .as_ref()
            .map(|note| self.event.label(ctx, note))
            .transpose()
    }
}
