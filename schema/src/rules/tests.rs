//! What goes, waits and is left out, case by case.

use chrono::DateTime;

use super::*;
use crate::value::{
    ArticleDetail, Cause, Detail, DisruptionDetail, Effect, Periods, Selectors, Slot, Text, Texts, Topics, Venue,
    Weekday,
};

pub(super) const PARIS: Tz = chrono_tz::Europe::Paris;

pub(super) fn at(text: &str) -> Timestamp {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

fn item(detail: Detail) -> ItemContent {
    let text = Text {
        title: "Titre".to_owned(),
        ..Text::default()
    };
    ItemContent {
        language: Language::french(),
        texts: Texts::only(Language::french(), text),
        topics: Topics(vec!["voirie".to_owned()]),
        venue: Venue::default(),
        link: None,
        zones: Vec::new(),
        lines: Vec::new(),
        stops: Vec::new(),
        pictures: Vec::new(),
        attachments: Vec::new(),
        detail,
    }
}

pub(super) fn article() -> ItemContent {
    item(Detail::Article(ArticleDetail::default()))
}

pub(super) fn disruption(severity: Severity) -> ItemContent {
    item(Detail::Disruption(DisruptionDetail {
        cause: Cause::UnknownCause,
        effect: Effect::UnknownEffect,
        severity,
        impact: Periods::default(),
        display: Periods::default(),
        selectors: Selectors::default(),
        timetable: None,
        resolved_at: None,
    }))
}

/// The account's answer at ten on a Saturday morning in June.
fn answer(rules: &AccountRules, content: &ItemContent, queue: &Queue) -> Decision {
    answer_at(rules, content, queue, at("2026-06-13T08:00:00Z"))
}

fn answer_at(rules: &AccountRules, content: &ItemContent, queue: &Queue, now: Timestamp) -> Decision {
    let french = Language::french();
    let setting = Setting {
        name: "Instagram",
        rules,
        language: rules.language.as_ref().unwrap_or(&french),
        video: None,
        videos_alone: false,
        zone: PARIS,
        now,
    };
    let subject = Subject {
        content,
        lines: &[],
        videos: &[],
    };
    decide(&setting, &subject, queue)
}

fn waiting(text: &str) -> Other {
    Other {
        at: at(text),
        slot: None,
        went: false,
        weight: Severity::UnknownSeverity,
    }
}

fn of(others: &[Other]) -> Queue {
    Queue {
        others: others.to_vec(),
        ..Queue::default()
    }
}

fn rules(change: impl FnOnce(&mut AccountRules)) -> AccountRules {
    let mut rules = AccountRules::default();
    change(&mut rules);
    rules
}

fn slot(hour: u16) -> Slot {
    Slot {
        days: Vec::new(),
        minute: hour * 60,
    }
}

#[test]
fn what_is_left_out_is_told_why_in_both_languages() {
    let english = |rules: &mut AccountRules| {
        rules.language = Some(Language::english());
        rules.own_language = true;
    };
    let subjects = vec!["culture".to_owned(), "sport".to_owned()];
    for (rules, rule, fr, en) in [
        (
            rules(|it| it.kinds = vec![Kind::Event]),
            Rule::Kinds,
            "événements seulement",
            "“events only”",
        ),
        (
            rules(|it| it.topics = subjects),
            Rule::Topics,
            "sujets\u{a0}: culture, sport",
            "“topics: culture, sport”",
        ),
        (
            rules(|it| it.lines = vec![LineId(uuid::Uuid::nil())]),
            Rule::Lines,
            "certaines lignes seulement",
            "“some lines only”",
        ),
        (
            rules(|it| it.min_severity = Some(Severity::Warning)),
            Rule::Severity,
            "perturbations à partir de “à prévoir”",
            "“disruptions from ‘plan ahead’ on”",
        ),
        (
            rules(english),
            Rule::Language,
            "ce qui est écrit dans sa langue (en) seulement",
            "“what is written in its language (en) only”",
        ),
        (
            rules(|it| it.max_per_day = Some(0)),
            Rule::DailyMaximum,
            "0 par jour au plus",
            "“0 a day at most”",
        ),
    ] {
        let said = answer(&rules, &disruption(Severity::Info), &Queue::default());
        assert_eq!(
            (said.at, said.ruling.verdict, said.ruling.rule),
            (None, Verdict::LeftOut, rule)
        );
        let french = format!("Pas publié sur Instagram\u{a0}: règle «\u{a0}{fr}\u{a0}».");
        assert_eq!(said.ruling.fr, french);
        assert_eq!(said.ruling.en, format!("Not posted to Instagram: rule {en}."));
    }
}

/// Rules, what else is on its way, until when a post then waits, for which rule, in which words.
type Waits = (AccountRules, Other, Timestamp, Rule, (&'static str, &'static str));

fn waits() -> [Waits; 5] {
    let evening = Other {
        slot: Some(at("2026-06-13T16:00:00Z")),
        ..waiting("2026-06-13T16:00:00Z")
    };
    let (noon, tomorrow) = (at("2026-06-13T10:00:00Z"), at("2026-06-14T16:00:00Z"));
    let next = (
        "«\u{a0}créneaux\u{a0}», c’est le prochain libre",
        "“slots”, this is the next free one",
    );
    [
        (
            rules(|it| it.hours = Some((12 * 60, 20 * 60))),
            evening,
            noon,
            Rule::Hours,
            ("«\u{a0}à ses heures seulement\u{a0}»", "“at its hours only”"),
        ),
        (
            rules(|it| it.slots = vec![slot(18)]),
            evening,
            tomorrow,
            Rule::Slot,
            next,
        ),
        (
            rules(|it| (it.slots, it.max_per_day) = (vec![slot(18), slot(19)], Some(1))),
            evening,
            tomorrow,
            Rule::Slot,
            next,
        ),
        (
            rules(|it| it.gap_minutes = Some(90)),
            waiting("2026-06-13T08:30:00Z"),
            noon,
            Rule::Gap,
            (
                "«\u{a0}90\u{a0}min entre deux publications\u{a0}»",
                "“90\u{a0}min between two posts”",
            ),
        ),
        (
            rules(|it| it.in_order = true),
            waiting("2026-06-13T10:00:00Z"),
            noon,
            Rule::Order,
            ("«\u{a0}dans l’ordre\u{a0}»", "“in order”"),
        ),
    ]
}

#[test]
fn what_waits_is_told_until_when_and_for_what() {
    let noon = at("2026-06-13T10:00:00Z");
    for (rules, other, until, rule, (fr, en)) in waits() {
        let said = answer(&rules, &article(), &of(&[other]));
        assert_eq!((said.at, said.ruling.until), (Some(until), Some(until)), "{rule}");
        assert_eq!((said.ruling.verdict, said.ruling.rule), (Verdict::Waits, rule));
        let (quand, when) = if until == noon {
            ("aujourd’hui à 12\u{a0}h", "today, noon")
        } else {
            ("demain à 18\u{a0}h", "tomorrow, 6\u{a0}pm")
        };
        assert_eq!(
            said.ruling.fr,
            format!("Part plus tard sur Instagram ({quand})\u{a0}: règle {fr}.")
        );
        assert_eq!(said.ruling.en, format!("Goes to Instagram later ({when}): rule {en}."));
        let severe = answer(&rules, &disruption(Severity::Severe), &of(&[other]));
        assert_eq!(
            (severe.at, severe.ruling.rule),
            (Some(at("2026-06-13T08:00:00Z")), Rule::Urgent)
        );
        assert_eq!(severe.slot, None, "the urgent lane takes no slot");
    }
}

#[test]
fn of_so_many_that_match_the_first_alone_goes() {
    let rules = AccountRules {
        ratio: Some(3),
        kinds: vec![Kind::Article, Kind::Disruption],
        ..AccountRules::default()
    };
    let mut queue = Queue::default();
    let mut posted = Vec::new();
    for turn in 1..=7 {
        let said = answer(&rules, &article(), &queue);
        assert_eq!(said.number, Some(turn));
        queue.drawn = turn;
        posted.push(said.at.is_some());
    }
    assert_eq!(posted, [true, false, false, true, false, false, true]);
    let second = Queue {
        number: Some(5),
        drawn: 7,
        others: Vec::new(),
    };
    let again = answer(&rules, &article(), &second);
    assert_eq!(
        (again.number, again.at),
        (Some(5), None),
        "who has drawn a number keeps it"
    );
    assert_eq!(
        again.ruling.fr,
        "Pas publié sur Instagram\u{a0}: règle «\u{a0}1 sur 3\u{a0}», et celui-ci est le 2ᵉ."
    );
    assert_eq!(
        again.ruling.en,
        "Not posted to Instagram: rule “1 of 3”, and this is number 2."
    );
    let severe = answer(&rules, &disruption(Severity::Severe), &queue);
    assert_eq!(
        (severe.number, severe.at.is_some()),
        (None, true),
        "the urgent lane draws none"
    );
}

#[test]
fn a_promised_post_goes_in_its_slot_and_not_long_after() {
    let rules = AccountRules {
        slots: vec![Slot {
            days: vec![Weekday::Saturday, Weekday::Sunday],
            minute: 10 * 60,
        }],
        ..AccountRules::default()
    };
    let own = Some(at("2026-06-13T08:00:00Z"));
    let french = Language::french();
    let ask = |now: &str| {
        let setting = Setting {
            name: "Instagram",
            rules: &rules,
            language: &french,
            video: None,
            videos_alone: false,
            zone: PARIS,
            now: at(now),
        };
        turn(&setting, Severity::UnknownSeverity, own, &[])
    };
    assert_eq!(ask("2026-06-13T08:00:00Z"), Ok(()));
    assert_eq!(ask("2026-06-13T08:59:00Z"), Ok(()), "a little late is not too late");
    let sunday = at("2026-06-14T08:00:00Z");
    assert_eq!(ask("2026-06-13T09:00:00Z"), Err((sunday, Some(sunday), Rule::Slot)));
}

#[test]
fn networks_of_videos_are_left_what_they_take() {
    let (rules, french, content) = (AccountRules::default(), Language::french(), article());
    let limit = VideoLimit {
        bytes: 1_000,
        seconds: 60,
    };
    let clip = |bytes, seconds| Clip { bytes, seconds };
    let (too_large, taken) = (
        vec![clip(1_001, 60), clip(1_000, 61)],
        vec![clip(1_001, 60), clip(1_000, 60)],
    );
    for (limit, alone, videos, rule, without) in [
        (None, false, vec![], Rule::Matches, false),
        (None, false, too_large.clone(), Rule::Matches, false),
        (Some(limit), true, vec![], Rule::Videos, false),
        (Some(limit), true, too_large.clone(), Rule::Videos, false),
        (Some(limit), true, taken.clone(), Rule::Matches, false),
        (Some(limit), false, vec![], Rule::Matches, false),
        (Some(limit), false, too_large, Rule::Matches, true),
        (Some(limit), false, taken, Rule::Matches, false),
    ] {
        let setting = Setting {
            name: "YouTube",
            rules: &rules,
            language: &french,
            video: limit,
            videos_alone: alone,
            zone: PARIS,
            now: at("2026-06-13T08:00:00Z"),
        };
        let subject = Subject {
            content: &content,
            lines: &[],
            videos: &videos,
        };
        let said = decide(&setting, &subject, &Queue::default()).ruling;
        assert_eq!(said.rule, rule, "{videos:?}");
        let told = (said.fr.contains("sans sa vidéo"), said.en.contains("without its video"));
        assert_eq!(told, (without, without), "{videos:?}: {}", said.fr);
        if rule == Rule::Videos {
            assert!(
                said.fr.starts_with("Pas publié sur YouTube\u{a0}: ce réseau"),
                "{}",
                said.fr
            );
            assert!(
                said.en.starts_with("Not posted to YouTube: this network"),
                "{}",
                said.en
            );
        }
    }
}
