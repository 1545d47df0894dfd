//! Which phones are told: the campaign of a revision, if it is worth one.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use beffroi_schema::{
    clock::Timestamp,
    entity::campaign,
    id::ItemId,
    reconcile::{PushDecision, Told, entry_of, weight},
    store::{
        Facts, News, Push,
        campaigns::{NewCampaign, Waiting},
    },
    telling::story,
    text,
    value::{Audience, CampaignKind, CampaignState, Change, Detail, Note, Point, Severity, Shape},
};
use chrono::Duration;

/// How long a note is worth telling, unless what it tells is over before: longer than any night, so that who sleeps is
/// told in the morning. That it is over, meanwhile, stops what still waits.
const USE: Duration = Duration::hours(24);

/// Who is pushed: a campaign of the revision's own; or what still waits of those before says the same, or stops.
pub(super) fn push(
    facts: &Facts,
    news: &News,
    told: Option<Told>,
    rung: &[campaign::Model],
    link: &str,
    now: Timestamp,
) -> Push {
    let kind = kind(news, told);
    let note = note(facts, news, kind.unwrap_or(CampaignKind::Update), link, now);
    if let Some(kind) = kind {
        let told_before = matches!(kind, CampaignKind::Resolved | CampaignKind::Withdrawn);
        let campaign = NewCampaign {
            authority: facts.authority.id,
            item: facts.item.id,
            revision: news.revision.id,
            note: note.clone(),
            audience: Audience {
                told_before,
                ..audience(facts)
            },
        };
        if !too_soon(told, now) || rings_others(&campaign, rung) {
            return Push::Start(campaign);
        }
    }
    Push::Waiting(match news.change {
        Change::Resolved | Change::Withdrawn => Waiting::Stopped,
        Change::Published | Change::Amended | Change::Reopened => Waiting::Reworded(note),
    })
}

fn note(facts: &Facts, news: &News, kind: CampaignKind, link: &str, now: Timestamp) -> Note {
    let content = &facts.revision.content;
    let words = content.texts.0.keys().filter_map(|language| {
        let story = story(facts, language, news.change, link, &[], now)?;
        Some((language.clone(), text::note::words(&story, now)))
    });
    // Few operators say how bad it is: a phone that wants to know of everything must not miss what is not said.
    let severity = entry_of(&facts.revision.content).map(|entry| weight(&entry));
    Note {
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
    }
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
    let end = match &facts.revision.content.detail {
        Detail::Disruption(disruption) => disruption.impact.end().filter(|end| *end > now),
        Detail::Event(_) | Detail::Article(_) => None,
    };
    end.map_or(now + USE, |end| end.min(now + USE))
}
