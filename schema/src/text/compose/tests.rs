use chrono::DateTime;
use chrono_tz::Europe::Paris;

use super::*;
use crate::{
    clock::Timestamp,
    text::{LineName, When, note},
    value::{Cause, Effect, Language, Mode, Period, Text, Venue},
};

fn at(utc: &str) -> Timestamp {
    DateTime::parse_from_rfc3339(utc).unwrap_or_default().to_utc()
}

fn text(title: &str, summary: &str) -> Text {
    Text {
        title: title.to_owned(),
        summary: summary.to_owned(),
        body: String::new(),
    }
}

fn story<'a>(kind: Kind, text: &'a Text, language: &'a Language) -> Story<'a> {
    Story {
        kind,
        change: Change::Published,
        text,
        language,
        zone: Paris,
        lines: Vec::new(),
        stops: Vec::new(),
        severity: Severity::UnknownSeverity,
        effect: Effect::UnknownEffect,
        cause: Cause::UnknownCause,
        impact: None,
        date: None,
        further_dates: 0,
        cancelled: Vec::new(),
        occurrence: OccurrenceStatus::Scheduled,
        venue: None,
        link: "https://ville.example/i/1",
        hashtags: Vec::new(),
    }
}

fn tram<'a>(text: &'a Text, language: &'a Language) -> Story<'a> {
    Story {
        lines: vec![LineName {
            short_name: "B".to_owned(),
            mode: Mode::Tram,
        }],
        stops: vec!["Polygone".to_owned(), "Musée".to_owned()],
        severity: Severity::Severe,
        effect: Effect::NoService,
        cause: Cause::Construction,
        impact: Some(Period {
            start: Some(at("2026-12-20T04:00:00Z")),
            end: Some(at("2026-12-24T23:00:00Z")),
        }),
        ..story(Kind::Disruption, text, language)
    }
}

fn shown(story: &Story<'_>) -> Vec<String> {
    let post = post(story, true);
    let lines = [vec![post.lead], post.facts, post.body].concat();
    lines
        .into_iter()
        .map(|line| line.replace(NO_BREAK, "~").replace('\u{202f}', "^"))
        .collect()
}

#[test]
fn an_event_says_what_when_and_where() {
    let (text, french) = (text("Concert au kiosque !", "Entrée libre."), Language::french());
    let venue = Venue {
        name: Some("Kiosque".to_owned()),
        address: Some("Parc Verne, 1 rue du Four".to_owned()),
        point: None,
    };
    let date = When {
        start: at("2026-06-13T12:00:00Z"),
        end: Some(at("2026-06-13T16:00:00Z")),
        all_day: false,
    };
    let mut story = Story {
        date: Some(date),
        further_dates: 2,
        cancelled: Vec::new(),
        venue: Some(&venue),
        ..story(Kind::Event, &text, &french)
    };
    assert_eq!(
        shown(&story),
        [
            "Concert au kiosque^!",
            "Samedi 13~juin 2026 de 14~h à 18~h et 2~autres dates",
            "Kiosque, Parc Verne, 1 rue du Four",
            "Entrée libre."
        ]
    );
    (story.change, story.occurrence, story.further_dates) = (Change::Amended, OccurrenceStatus::Moved, 0);
    assert_eq!(shown(&story)[0], "Déplacé~: Concert au kiosque^!");
    story.change = Change::Withdrawn;
    assert_eq!(
        shown(&story),
        ["Annulé~: Concert au kiosque^!", "Samedi 13~juin 2026 de 14~h à 18~h"]
    );
}

#[test]
fn a_cancelled_date_is_told_as_such_and_the_next_one_with_it() {
    let (text, french, english) = (text("Marché", ""), Language::french(), Language::english());
    let day = |day: &str| When {
        start: at(&format!("2026-06-{day}T06:00:00Z")),
        end: None,
        all_day: false,
    };
    let mut story = Story {
        change: Change::Amended,
        date: Some(day("20")),
        further_dates: 4,
        cancelled: vec![day("13")],
        ..story(Kind::Event, &text, &french)
    };
    let told = [
        "Date annulée~: Marché",
        "Annulé~: samedi 13~juin 2026 à 8~h",
        "Prochaine date~: samedi 20~juin 2026 à 8~h et 4~autres dates",
    ];
    assert_eq!(shown(&story), told);
    story.language = &english;
    let told = [
        "Date cancelled: Marché",
        "Cancelled: Saturday 13~June 2026, 8~am",
        "Next date: Saturday 20~June 2026, 8~am and 4~further dates",
    ];
    assert_eq!(shown(&story), told);
    story.change = Change::Published;
    assert_eq!(shown(&story)[0], "Marché", "to who reads of it first, it is no news");
    story.cancelled = vec![day("13"), day("14"), day("15"), day("16"), day("17")];
    let named = "Cancelled: Saturday 13~June 2026, 8~am, Sunday 14~June 2026, 8~am, Monday 15~June 2026, 8~am and 2~further dates";
    assert_eq!(shown(&story)[1], named);
    (story.language, story.change) = (&french, Change::Withdrawn);
    assert_eq!(
        shown(&story),
        ["Annulé~: Marché", "Samedi 20~juin 2026 à 8~h et 4~autres dates"]
    );
}

#[test]
fn a_disruption_says_which_line_what_and_until_when() {
    let (text, french) = (text("Rails à remplacer", "Rails à remplacer."), Language::french());
    let mut story = tram(&text, &french);
    assert_eq!(
        shown(&story),
        [
            "⚠️ Tram~B~– Rails à remplacer",
            "Service interrompu (travaux)",
            "Du dimanche 20~décembre à 5~h au jeudi 24~décembre 2026 à minuit",
            "Arrêts concernés~: Polygone, Musée"
        ]
    );
    story.change = Change::Amended;
    assert_eq!(shown(&story)[0], "⚠️ Mise à jour~: Tram~B~– Rails à remplacer");
    story.change = Change::Resolved;
    assert_eq!(
        shown(&story),
        ["✅ Terminé~: Tram~B~– Rails à remplacer", "Retour à la normale."]
    );
    story.change = Change::Withdrawn;
    assert_eq!(shown(&story)[0], "Information retirée~: Tram~B~– Rails à remplacer");
}

#[test]
fn a_title_that_names_its_line_and_effect_is_not_repeated() {
    let (text, english) = (
        text("Line B: no service, works", "Buses replace trams."),
        Language::english(),
    );
    let mut story = tram(&text, &english);
    (story.impact, story.stops, story.severity) = (None, Vec::new(), Severity::Info);
    assert_eq!(shown(&story), ["Line B: no service, works", "Buses replace trams."]);
}

#[test]
fn an_article_says_its_summary_or_else_its_body() {
    let french = Language::french();
    let mut text = text("Budget voté", "");
    text.body = "Le conseil a voté.\n\nIl a siégé.".to_owned();
    assert_eq!(
        shown(&story(Kind::Article, &text, &french)),
        ["Budget voté", "Le conseil a voté.", "Il a siégé."]
    );
}

#[test]
fn a_notification_has_two_short_lines() {
    let (text, french) = (
        text(
            "Rails à remplacer entre Polygone et Musée",
            "Des bus prennent le relais. ".repeat(20).as_str(),
        ),
        Language::french(),
    );
    let mut story = tram(&text, &french);
    story.stops = Vec::new();
    let words = note::words(&story, at("2026-12-24T08:00:00Z"));
    assert_eq!(words.title, "Tram\u{a0}B\u{a0}– service interrompu");
    let start = "Rails à remplacer entre Polygone et Musée\nService interrompu (travaux)\nJusqu’à minuit\nDes bus";
    assert!(words.body.starts_with(start), "{}", words.body);
    assert!(
        words.body.chars().count() <= 240 && words.body.ends_with("relais."),
        "{}",
        words.body
    );
    story.change = Change::Resolved;
    let words = note::words(&story, at("2026-12-24T08:00:00Z"));
    assert_eq!(words.title, "✅ Terminé\u{a0}: Tram\u{a0}B\u{a0}– service interrompu");
    assert_eq!(
        words.body,
        "Retour à la normale.\nRails à remplacer entre Polygone et Musée"
    );
}
