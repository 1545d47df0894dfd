use chrono_tz::Europe::Paris;

use super::*;
use crate::value::{Cause, Change, Effect, Kind, Language, OccurrenceStatus, Severity, Text, Venue};

fn story<'a>(text: &'a Text, language: &'a Language, venue: Option<&'a Venue>) -> Story<'a> {
    Story {
        kind: Kind::Article,
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
        venue,
        link: "https://ville.example/i/1",
        hashtags: vec!["Valbourg".to_owned()],
    }
}

fn fair() -> Text {
    Text {
        title: "Brocante".to_owned(),
        summary: "Deux cents exposants.".to_owned(),
        body: String::new(),
    }
}

#[test]
fn the_usual_template_says_what_is_said_without_one() {
    let (text, french) = (fair(), Language::french());
    let mut story = story(&text, &french, None);
    for change in [Change::Published, Change::Amended, Change::Resolved, Change::Withdrawn] {
        story.change = change;
        let usual = Template::read(USUAL).unwrap().post(&story, true);
        assert_eq!(usual, compose::post(&story, true), "{change}");
    }
}

#[test]
fn a_line_whose_facts_are_unknown_is_not_told() {
    let (text, french) = (fair(), Language::french());
    let venue = Venue {
        name: Some("Halle".to_owned()),
        ..Venue::default()
    };
    let template = Template::read("Ce week-end : {title}\n📍 {place}\n🗓 {when}\nEntrée libre\n\n{body}").unwrap();
    let here = template.post(&story(&text, &french, Some(&venue)), true);
    assert_eq!(here.lead, "Ce week-end : Brocante");
    assert_eq!(here.facts, ["📍 Halle", "Entrée libre"]);
    assert_eq!(here.body, ["Deux cents exposants."]);
    assert_eq!((here.link, here.hashtags.len()), (None, 0), "neither was asked for");
    let nowhere = template.post(&story(&text, &french, None), true);
    assert_eq!(nowhere.facts, ["Entrée libre"]);
}

#[test]
fn what_cannot_be_read_is_said_in_both_languages() {
    for (text, code) in [
        ("{titre}", ProblemCode::Unknown),
        ("{title", ProblemCode::Unknown),
        ("", ProblemCode::Invalid),
        ("{link}\n{title}", ProblemCode::Invalid),
        (&"a".repeat(MAX_TEMPLATE + 1), ProblemCode::TooLong),
    ] {
        let problem = Template::read(text).unwrap_err();
        assert_eq!(problem.code, code, "{text}");
        assert_ne!(problem.fr, problem.en, "{text}");
    }
}
