//! What people wrote stays when the source goes on: a merge of three, field by field.
//!
//! What the source said when the item last followed it tells what a person has changed since: where the item says
//! something else, it is a person's word, and it stands.

use crate::value::{Detail, DisruptionDetail, ItemContent, Language, Text, Texts};

/// What an item says after its source: the source's `now`, but for what a person has made of `before` in `stands`.
pub fn keep_edits(before: &ItemContent, now: ItemContent, stands: &ItemContent) -> ItemContent {
    ItemContent {
        language: field(&before.language, now.language, &stands.language),
        texts: texts(&before.texts, now.texts, &stands.texts),
        topics: field(&before.topics, now.topics, &stands.topics),
        venue: field(&before.venue, now.venue, &stands.venue),
        link: field(&before.link, now.link, &stands.link),
        zones: list(&before.zones, &now.zones, &stands.zones),
        lines: list(&before.lines, &now.lines, &stands.lines),
        stops: list(&before.stops, &now.stops, &stands.stops),
        pictures: field(&before.pictures, now.pictures, &stands.pictures),
        attachments: field(&before.attachments, now.attachments, &stands.attachments),
        detail: detail(&before.detail, now.detail, &stands.detail),
    }
}

fn field<T: Clone + PartialEq>(before: &T, now: T, stands: &T) -> T {
    if stands == before { now } else { stands.clone() }
}

/// What a person added or took away, upon what the source names now. Sorted, as items keep them.
fn list<T: Copy + Ord>(before: &[T], now: &[T], stands: &[T]) -> Vec<T> {
    let taken_away = |id: &T| before.contains(id) && !stands.contains(id);
    let added = stands.iter().filter(|id| !before.contains(id) && !now.contains(id));
    let mut kept: Vec<T> = now.iter().filter(|id| !taken_away(id)).chain(added).copied().collect();
    kept.sort_unstable();
    kept
}

/// Part by part: who corrects a title still wants the source's next description.
fn texts(before: &Texts, mut now: Texts, stands: &Texts) -> Texts {
    let languages: Vec<Language> = before.0.keys().chain(stands.0.keys()).cloned().collect();
    for language in languages {
        let merged = match (before.0.get(&language), now.0.get(&language), stands.0.get(&language)) {
            (Some(before), Some(now), Some(stands)) => Some(Text {
                title: field(&before.title, now.title.clone(), &stands.title),
                summary: field(&before.summary, now.summary.clone(), &stands.summary),
                body: field(&before.body, now.body.clone(), &stands.body),
            }),
            (before, now, stands) => field(&before, now, &stands).cloned(),
        };
        match merged {
            Some(text) => now.0.insert(language, text),
            None => now.0.remove(&language),
        };
    }
    now
}

/// An end that a person declared is no field of the source's: whoever calls decides whether it still holds.
fn detail(before: &Detail, now: Detail, stands: &Detail) -> Detail {
    match (before, now, stands) {
        (Detail::Disruption(before), Detail::Disruption(now), Detail::Disruption(stands)) => {
            Detail::Disruption(DisruptionDetail {
                cause: field(&before.cause, now.cause, &stands.cause),
                effect: field(&before.effect, now.effect, &stands.effect),
                severity: field(&before.severity, now.severity, &stands.severity),
                impact: field(&before.impact, now.impact, &stands.impact),
                display: field(&before.display, now.display, &stands.display),
                selectors: field(&before.selectors, now.selectors, &stands.selectors),
                timetable: now.timetable,
                resolved_at: now.resolved_at,
            })
        }
        (before, now, stands) => field(before, now, stands),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(title: &str, body: &str) -> Text {
        Text {
            title: title.to_owned(),
            body: body.to_owned(),
            ..Text::default()
        }
    }

    #[test]
    fn lists_follow_the_source_but_for_what_a_person_did() {
        for ([before, now, stands, kept], why) in [
            ([&[1, 2][..], &[2, 3], &[1, 2], &[2, 3]], "nobody touched it"),
            ([&[1], &[1, 2], &[1, 9], &[1, 2, 9]], "added by hand"),
            ([&[1, 2], &[1, 2, 3], &[1], &[1, 3]], "taken away by hand"),
            ([&[1], &[2], &[1, 2], &[2]], "both added the same"),
            ([&[], &[], &[7], &[7]], "the source never names any"),
        ] {
            assert_eq!(list(before, now, stands), kept, "{why}");
        }
    }

    #[test]
    fn texts_follow_part_by_part_and_language_by_language() {
        let (fr, en) = (Language::french(), Language::english());
        let before = Texts::only(fr.clone(), text("Trame A", "Un arbre"));
        let mut stands = Texts::only(fr.clone(), text("Tram A", "Un arbre"));
        stands.0.insert(en.clone(), text("Tram A", "A tree"));
        let now = Texts::only(fr.clone(), text("Trame A", "Deux arbres"));
        let kept = texts(&before, now, &stands);
        assert_eq!(
            kept.0[&fr],
            text("Tram A", "Deux arbres"),
            "a title by hand, the source's body"
        );
        assert_eq!(kept.0[&en], text("Tram A", "A tree"), "a translation by hand");
        let silent = texts(&stands, Texts::only(fr.clone(), text("Tram A", "")), &stands);
        assert!(!silent.0.contains_key(&en), "the source took its own translation back");
    }
}
