//! What a post says of an item: a title people understand alone, what they need to know, and why.

use super::{
    NO_BREAK, PostText, Story, Tongue,
    dates::{self, Seen},
    phrases,
};
use crate::value::{Change, Kind, OccurrenceStatus, Severity, TemplateField as Field};

/// Lines named in the lead; beyond that the title has to say it.
const MAX_LINES: usize = 4;

/// Between the lines and what is said of them.
pub(super) const DASH: &str = "\u{a0}– ";

/// Cancelled dates named in a post.
const MAX_CANCELLED: usize = 3;
/// Stops named in a post.
const MAX_STOPS: usize = 6;

/// The post for `story`, before it is fitted. `link_in_text`: whether readers reach the item by the text.
pub fn post(story: &Story<'_>, link_in_text: bool) -> PostText {
    let tongue = Tongue::of(story.language);
    let over = is_over(story.change);
    PostText {
        lead: lead(story, tongue),
        facts: if over {
            ending(story, tongue)
        } else {
            facts(story, Seen::AnyTime, tongue)
        },
        body: if over { Vec::new() } else { body(story, tongue) },
        link: link_in_text.then(|| story.link.to_owned()),
        hashtags: story.hashtags.clone(),
        // The account's to say.
        mentions: Vec::new(),
    }
}

/// Whether what is told is that it is over.
pub fn is_over(change: Change) -> bool {
    matches!(change, Change::Resolved | Change::Withdrawn)
}

/// What a field of a template stands for, paragraph by paragraph; nothing when it is not known.
pub(super) fn value(field: Field, story: &Story<'_>, tongue: Tongue) -> Vec<String> {
    let one = |said: Option<String>| said.into_iter().collect();
    match field {
        Field::Subject => vec![lead(story, tongue)],
        Field::Title => vec![phrases::typeset(story.text.title.trim(), tongue)],
        Field::Lines => one(lines(story, tongue)),
        Field::Facts => facts(story, Seen::AnyTime, tongue),
        Field::When => one(date(story, Seen::AnyTime, tongue)),
        Field::Place => one(place(story)),
        Field::Effect => one(effect(story, tongue)),
        Field::Period => one(period(story, Seen::AnyTime, tongue)),
        Field::Stops => one(phrases::stops(&story.stops, MAX_STOPS, tongue)),
        Field::Body => body(story, tongue),
        // Where they stand is the fitting's to say.
        Field::Link | Field::Hashtags => Vec::new(),
    }
}

/// "⚠️ Mise à jour : Tram B – Rails à remplacer".
fn lead(story: &Story<'_>, tongue: Tongue) -> String {
    let subject = subject(story, tongue);
    let said = prefix(story, tongue).map_or(subject.clone(), |word| format!("{word}{}{subject}", tongue.colon()));
    let alarming = story.kind == Kind::Disruption && story.severity >= Severity::Warning;
    match story.change {
        Change::Published | Change::Amended | Change::Reopened if alarming => format!("⚠️ {said}"),
        Change::Published | Change::Amended | Change::Reopened | Change::Resolved | Change::Withdrawn => said,
    }
}

/// The word before the subject: a cancelled date says so rather than "update".
pub(super) fn prefix(story: &Story<'_>, tongue: Tongue) -> Option<&'static str> {
    let occurrence = match (story.kind, story.change) {
        (Kind::Event, Change::Published | Change::Amended | Change::Reopened) => story.occurrence,
        (Kind::Event | Kind::Disruption | Kind::Article, _) => OccurrenceStatus::Scheduled,
    };
    let one_date = story.change == Change::Amended && !story.cancelled.is_empty();
    phrases::occurrence(occurrence, tongue)
        .or_else(|| one_date.then(|| phrases::date_cancelled(tongue)))
        .or_else(|| phrases::change(story.change, story.kind, tongue))
}

/// The title, after the lines it is about unless it names them itself.
fn subject(story: &Story<'_>, tongue: Tongue) -> String {
    let title = phrases::typeset(story.text.title.trim(), tongue);
    match lines(story, tongue) {
        Some(lines) if !names_lines(&title, story) => format!("{lines}{DASH}{title}"),
        Some(_) | None => title,
    }
}

/// "Tram B, bus 67"; `None` when there are none, or too many to name.
pub(super) fn lines(story: &Story<'_>, tongue: Tongue) -> Option<String> {
    let named = story.kind == Kind::Disruption && (1..=MAX_LINES).contains(&story.lines.len());
    named.then(|| {
        story
            .lines
            .iter()
            .map(|line| phrases::line(line, tongue))
            .collect::<Vec<_>>()
            .join(", ")
    })
}

fn names_lines(title: &str, story: &Story<'_>) -> bool {
    let words: Vec<&str> = title.split(|c: char| !c.is_alphanumeric()).collect();
    story
        .lines
        .iter()
        .all(|line| line.short_name.split_whitespace().all(|part| words.contains(&part)))
}

/// What to know, most important first.
pub(super) fn facts(story: &Story<'_>, seen: Seen, tongue: Tongue) -> Vec<String> {
    match story.kind {
        Kind::Event => [cancelled(story, seen, tongue), date(story, seen, tongue), place(story)]
            .into_iter()
            .flatten()
            .collect(),
        Kind::Disruption => {
            let stops = phrases::stops(&story.stops, MAX_STOPS, tongue);
            [effect(story, tongue), period(story, seen, tongue), stops]
                .into_iter()
                .flatten()
                .collect()
        }
        Kind::Article => Vec::new(),
    }
}

/// "Annulé : samedi 20 juin 2026 de 8 h à 13 h": the dates that do not take place, while others do.
fn cancelled(story: &Story<'_>, seen: Seen, tongue: Tongue) -> Option<String> {
    let word = phrases::occurrence(OccurrenceStatus::Cancelled, tongue).filter(|_| !story.cancelled.is_empty())?;
    let named = story.cancelled.iter().take(MAX_CANCELLED);
    let named: Vec<_> = named.map(|date| dates::when(date, story.zone, seen, tongue)).collect();
    let hidden = story.cancelled.len().saturating_sub(MAX_CANCELLED);
    let rest = phrases::further_dates(hidden, tongue).map_or(String::new(), |rest| format!(" {rest}"));
    Some(format!("{word}{}{}{rest}", tongue.colon(), named.join(", ")))
}

/// The next date; said to be that where one before or after it is cancelled.
fn date(story: &Story<'_>, seen: Seen, tongue: Tongue) -> Option<String> {
    let next = dates::when(story.date.as_ref()?, story.zone, seen, tongue);
    let first = if story.cancelled.is_empty() || story.change == Change::Withdrawn {
        phrases::capitalised(&next)
    } else {
        format!("{}{}{next}", phrases::next_date(tongue), tongue.colon())
    };
    let others = phrases::further_dates(story.further_dates, tongue);
    Some(others.map_or(first.clone(), |others| format!("{first} {others}")))
}

/// "Halle aux grains, 2 place du Marché"; an address that begins with the name says it once.
fn place(story: &Story<'_>) -> Option<String> {
    let venue = story.venue?;
    let said = |text: &Option<String>| {
        text.as_deref()
            .map(str::trim)
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    };
    match (said(&venue.name), said(&venue.address)) {
        (Some(name), Some(address)) if address.starts_with(&name) => Some(address),
        (Some(name), Some(address)) => Some(format!("{name}, {address}")),
        (name, address) => name.or(address),
    }
}

/// "Service interrompu (travaux)", unless the title says it.
fn effect(story: &Story<'_>, tongue: Tongue) -> Option<String> {
    let title = story.text.title.to_lowercase();
    let untold = |word: Option<&'static str>| word.filter(|word| !title.contains(word));
    match (
        untold(phrases::effect(story.effect, tongue)),
        untold(phrases::cause(story.cause, tongue)),
    ) {
        (Some(effect), Some(cause)) => Some(format!("{} ({cause})", phrases::capitalised(effect))),
        (Some(effect), None) => Some(phrases::capitalised(effect)),
        (None, Some(cause)) => Some(format!("{}{}{cause}", tongue.pick("Cause", "Cause"), tongue.colon())),
        (None, None) => None,
    }
}

fn period(story: &Story<'_>, seen: Seen, tongue: Tongue) -> Option<String> {
    dates::period(story.impact.as_ref()?, story.zone, seen, tongue).map(|said| phrases::capitalised(&said))
}

fn ending(story: &Story<'_>, tongue: Tongue) -> Vec<String> {
    let said = match (story.change, story.kind) {
        (Change::Resolved, Kind::Disruption) => format!("{}.", phrases::back_to_normal(tongue)),
        (Change::Withdrawn, Kind::Disruption | Kind::Article) => phrases::no_longer_valid(tongue).to_owned(),
        // A cancelled event: which date people need not come to.
        (Change::Withdrawn, Kind::Event) => return date(story, Seen::AnyTime, tongue).into_iter().collect(),
        (Change::Published | Change::Amended | Change::Reopened, _)
        | (Change::Resolved, Kind::Event | Kind::Article) => {
            return Vec::new();
        }
    };
    vec![said]
}

/// The summary; where there is none, the paragraphs of the body. What only repeats the title is left out.
pub(super) fn body(story: &Story<'_>, tongue: Tongue) -> Vec<String> {
    let summary = story.text.summary.trim();
    let told = if summary.is_empty() {
        story.text.body.trim()
    } else {
        summary
    };
    let paragraphs = told
        .split('\n')
        .map(str::trim)
        .filter(|paragraph| !paragraph.is_empty());
    let new = |paragraph: &&str| plain(paragraph) != plain(&story.text.title);
    paragraphs
        .filter(new)
        .map(|paragraph| phrases::typeset(paragraph, tongue))
        .collect()
}

/// For comparison: letters and digits alone.
fn plain(text: &str) -> String {
    text.replace(NO_BREAK, " ")
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric())
        .collect()
}

#[cfg(test)]
mod tests;
