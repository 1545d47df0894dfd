//! Which phones are told: the campaign of a revision, if it is worth one.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use beffroi_schema::{
    clock::Timestamp,
    entity::campaign,
    id::ItemId,
    reconcile::{PushDecision, Told},
    store::{Facts, News, campaigns::NewCampaign},
    text::note,
    value::{Audience, CampaignKind, CampaignState, Change, Detail, Note, Point, Severity, Shape},
};
use chrono::Duration;

use crate::story::story;

/// How long a disruption without an end is worth a notification.
const USE_OF_DISRUPTION: Duration = Duration::hours(4);
/// How long an event or an article is worth one.
const USE_OF_NEWS: Duration = Duration::hours(24);

/// The campaign of a revision; none when nobody is to be pushed.
pub(super) fn campaign(
    facts: &Facts,
    news: &News,
    told: Option<Told>,
    rung: &[campaign::Model],
    link: &str,
    now: Timestamp,
) -> Option<NewCampaign> {
    let kind = kind(news, told)?;
    let content = &facts.revision.content;
    let words = content.texts.0.keys().filter_map(|language| {
        let story = story(facts, language, news.change, link, &[], now)?;
        Some((language.clone(), note::words(&story, now)))
    });
    let severity = match &content.detail {
        Detail::Disruption(disruption) => Some(disruption.severity),
        Detail::Event(_) | Detail::Article(_) => None,
    };
    let note = Note {
        words: words.collect(),
        fallback: content.language.clone(),
        item: facts.item.id,
        version: news.revision.version,
        kind: content.kind(),
        campaign: kind,
        severity,
        link: link.to_owned(),
        tag: tag(facts.item.id),
        urgent: severity == Some(Severity::Severe) && matches!(kind, CampaignKind::Alert | CampaignKind::Update),
        expires_at: expires_at(facts, now),
    };
    let told_before = matches!(kind, CampaignKind::Resolved | CampaignKind::Withdrawn);
    let campaign = NewCampaign {
        authority: facts.authority.id,
        item: facts.item.id,
        revision: news.revision.id,
        note,
        audience: Audience {
            told_before,
            ..audience(facts)
        },
    };
    (!too_soon(told, now) || rings_others(&campaign, rung)).then_some(campaign)
}

/// Whether phones that rang for the item are to be left in peace for now.
fn too_soon(told: Option<Told>, now: Timestamp) -> bool {
    matches!(told, Some(Told { push: PushDecision::At(at), .. }) if at > now)
}

/// Whether the campaign reaches anybody whom those before did not: some phones still wait for their quiet hours to end,
/// it concerns more places, or it is urgent only now.
fn rings_others(new: &NewCampaign, rung: &[campaign::Model]) -> bool {
    let reached = |known: &campaign::Model| {
        let (before, now) = (&known.audience, &new.audience);
        known.state == CampaignState::Done
            && (known.urgent || !new.note.urgent)
            && within(&now.topics, &before.topics)
            && within(&now.lines, &before.lines)
            && within(&now.stops, &before.stops)
            && within(&now.zones, &before.zones)
            && within(&now.points, &before.points)
            && within(&now.shapes, &before.shapes)
    };
    !rung.iter().any(reached)
}

fn within<T: PartialEq>(some: &[T], all: &[T]) -> bool {
    some.iter().all(|one| all.contains(one))
}

fn kind(news: &News, told: Option<Told>) -> Option<CampaignKind> {
    if news.quiet {
        return None;
    }
    match (news.change, told.map(|told| told.push)) {
        (Change::Withdrawn, _) => Some(CampaignKind::Withdrawn),
        (_, Some(PushDecision::No | PushDecision::Digest))
        // An amended event or article changes where it is read; nobody is rung up for it.
        | (Change::Amended | Change::Reopened | Change::Resolved, None) => None,
        (Change::Resolved, Some(PushDecision::ToldBeforeAt(_) | PushDecision::At(_))) => Some(CampaignKind::Resolved),
        (Change::Published, _) => Some(CampaignKind::Alert),
        (Change::Amended | Change::Reopened, Some(PushDecision::At(_) | PushDecision::ToldBeforeAt(_))) => {
            Some(CampaignKind::Update)
        }
    }
}

/// Whom the item concerns.
fn audience(facts: &Facts) -> Audience {
    let content = &facts.revision.content;
    let of_stops = facts
        .stops
        .iter()
        .filter_map(|stop| Point::checked(stop.latitude?, stop.longitude?));
    Audience {
        kind: Some(content.kind()),
        topics: content.topics.0.clone(),
        lines: facts.lines.iter().map(|line| line.id).collect(),
        stops: facts
            .stops
            .iter()
            .flat_map(|stop| [Some(stop.id), stop.parent_id])
            .flatten()
            .collect(),
        zones: content.zones.clone(),
        points: content.venue.point.into_iter().chain(of_stops).collect(),
        shapes: facts.zones.iter().map(|zone| Shape(zone.shape.0.clone())).collect(),
        told_before: false,
    }
}

/// The same for every revision of an item: what the phone shows is replaced, not piled up.
fn tag(item: ItemId) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(item.0.as_bytes())
}

fn expires_at(facts: &Facts, now: Timestamp) -> Timestamp {
    match &facts.revision.content.detail {
        Detail::Disruption(disruption) => {
            let end = disruption.impact.end().filter(|end| *end > now);
            end.map_or(now + USE_OF_DISRUPTION, |end| end.min(now + USE_OF_DISRUPTION))
        }
        Detail::Event(_) | Detail::Article(_) => now + USE_OF_NEWS,
    }
}
