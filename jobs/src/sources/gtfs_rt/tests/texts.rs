//! Languages, titles, descriptions.

use super::*;

#[test]
fn languages_are_read_as_feeds_write_them() {
    let tags = [
        ("fr_FR", "fr-FR"),
        ("FR", "fr"),
        ("en-html", "en"),
        ("und", "fr"),
        ("", "fr"),
        ("français", "fr"),
    ];
    for (written, language) in tags {
        let entry = read_one(|alert| alert.header_text = Some(words(&[("Titre", Some(written))])));
        assert_eq!(
            entry.texts.0.keys().map(Language::as_str).collect::<Vec<_>>(),
            [language],
            "{written}"
        );
    }
    let entry = read_one(|alert| {
        alert.header_text = Some(words(&[
            ("<b>Closed</b>", Some("en-html")),
            ("Closed", Some("en")),
            ("Fermé", None),
        ]));
    });
    assert_eq!(
        entry
            .texts
            .0
            .values()
            .map(|text| text.title.as_str())
            .collect::<Vec<_>>(),
        ["Closed", "Fermé"]
    );
    let entry =
        read_one(|alert| alert.header_text = Some(words(&[("sans langue", None), ("en français", Some("fr"))])));
    assert_eq!(entry.texts.0[&Language::french()].title, "en français");
    assert_eq!(codes(&entry.issues), [IssueCode::LanguageUnknown]);
}

#[test]
fn titles_and_descriptions_are_put_in_order() {
    let french = Language::french();
    let entry = read_one(|alert| {
        alert.header_text = None;
        alert.description_text = Some(words(&[("La ligne est coupée. Reprise à 18 h.\nBus relais.", None)]));
    });
    assert_eq!(entry.texts.0[&french].title, "La ligne est coupée.");
    assert_eq!(entry.texts.0[&french].summary, "La ligne est coupée. Reprise à 18 h.");
    assert_eq!(codes(&entry.issues), [IssueCode::TitleMissing]);

    let long = "mot ".repeat(100);
    let entry = read_one(|alert| alert.header_text = Some(words(&[(&long, None)])));
    let text = &entry.texts.0[&french];
    assert!(
        text.title.chars().count() <= 250 && text.title.ends_with("mot…"),
        "{}",
        text.title
    );
    assert_eq!(
        (text.body.as_str(), codes(&entry.issues)),
        (long.trim(), vec![IssueCode::TitleTooLong])
    );

    let entry = read_one(|alert| alert.description_text = Some(words(&[("Tram B  interrompu ", None)])));
    assert_eq!(
        (entry.texts.0[&french].body.as_str(), codes(&entry.issues)),
        ("", vec![IssueCode::DescriptionRepeatsTitle])
    );

    let entry = read_one(|alert| alert.header_text = Some(words(&[("  \u{0}\n ", None)])));
    assert_eq!(
        (entry.texts.0.len(), codes(&entry.issues)),
        (0, vec![IssueCode::TitleMissing])
    );
}

#[test]
fn words_for_colleagues_are_noticed_and_a_strike_is_not_one() {
    let issues = |title: &str| codes(&read_one(|alert| alert.header_text = Some(words(&[(title, None)]))).issues);
    for internal in [
        "Consigne aux conducteurs : éviter le pont",
        "Usage interne",
        "Joindre jean.dupont@reseau.example",
        "PCC 06 12 34 56 78",
        "PCC +33 6 12 34 56 78",
    ] {
        assert_eq!(issues(internal), [IssueCode::InternalWording], "{internal}");
    }
    for public in [
        "Grève des conducteurs mardi",
        "Écrire à info@reseau.example",
        "Renseignements 02 98 80 30 30",
        "Travaux internationaux",
    ] {
        assert_eq!(issues(public), [], "{public}");
    }
}
