//! From the facts of a revision to what is told of it: the same story for a post and for a notification.

use crate::{
    clock::Timestamp,
    entity::{authority, occurrence},
    store::Facts,
    text::{LineName, Story, When},
    value::{Cause, Change, Detail, Effect, Language, OccurrenceStatus, Severity},
};
use chrono_tz::Tz;

/// The zone of an authority whose own cannot be read; it was checked when it was stored.
const FALLBACK_ZONE: Tz = chrono_tz::Europe::Paris;

/// The story of a revision for readers of `language`, told at `now`. None when it has no text at all.
pub fn story<'a>(
    facts: &'a Facts,
    language: &Language,
    change: Change,
    link: &'a str,
    hashtags: &[String],
    now: Timestamp,
) -> Option<Story<'a>> {
    let content = &facts.revision.content;
    let (language, text) = content
        .texts
        .choose(std::slice::from_ref(language), &content.language)?;
    let (cause, effect, severity, impact) = match &content.detail {
        Detail::Disruption(d) => (d.cause, d.effect, d.severity, d.impact.current(now)),
        Detail::Event(_) | Detail::Article(_) => (
            Cause::UnknownCause,
            Effect::UnknownEffect,
            Severity::UnknownSeverity,
            None,
        ),
    };
    let all_day = matches!(&content.detail, Detail::Event(event) if event.all_day);
    let when = |date: &occurrence::Model| When {
        start: date.starts_at,
        end: Some(date.ends_at).filter(|end| *end > date.starts_at),
        all_day,
    };
    // An event of which one date is cancelled takes place at the others; when none is left, it is the event that does not.
    let (off, on): (Vec<_>, Vec<_>) = facts
        .dates
        .iter()
        .partition(|date| date.status == OccurrenceStatus::Cancelled);
    let (dates, cancelled) = if on.is_empty() { (off, Vec::new()) } else { (on, off) };
    let date = dates.first();
    Some(Story {
        kind: content.kind(),
        change,
        text,
        language,
        zone: zone(&facts.authority),
        lines: facts
            .lines
            .iter()
            .map(|line| LineName {
                short_name: line.short_name.clone(),
                mode: line.mode,
            })
            .collect(),
        stops: facts.stops.iter().map(|stop| stop.name.clone()).collect(),
        severity,
        effect,
        cause,
        impact,
        date: date.map(|date| when(date)),
        further_dates: dates.len().saturating_sub(1),
        cancelled: cancelled.into_iter().map(when).collect(),
        occurrence: date.map_or(OccurrenceStatus::Scheduled, |date| date.status),
        venue: Some(&content.venue),
        link,
        hashtags: hashtags.to_vec(),
    })
}

/// The authority's time zone.
pub fn zone(authority: &authority::Model) -> Tz {
    authority.time_zone.parse().unwrap_or(FALLBACK_ZONE)
}
