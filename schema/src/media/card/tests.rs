use super::*;
use crate::value::PictureFormat;

fn card(kind: Kind, title: &str, details: &[&str]) -> Card {
    Card {
        kind,
        language: Language::french(),
        title: title.to_owned(),
        details: details.iter().map(|&detail| detail.to_owned()).collect(),
        town: "Ville de Valbourg".to_owned(),
    }
}

fn cards() -> Vec<Card> {
    vec![
        card(
            Kind::Event,
            "Fête de la musique",
            &["Samedi 20 juin, de 18 h à minuit", "Place de la République, Valbourg"],
        ),
        card(
            Kind::Disruption,
            "⚠️ Tram B – Trafic interrompu entre Gare centrale et Hôpital",
            &[
                "Service interrompu",
                "Jusqu’à ce soir, 19 h",
                "Arrêts : Gare centrale, République, Les Halles, Jardin public, Hôpital",
            ],
        ),
        card(
            Kind::Article,
            "Le budget participatif 2026 est ouvert : déposez vos idées pour votre quartier jusqu’au 30 septembre, en ligne ou à la mairie annexe du Faubourg",
            &[],
        ),
        card(Kind::Event, "Bal", &["Demain"]),
        card(
            Kind::Article,
            "Anticonstitutionnellement-intergouvernementalisations",
            &["« Dictionnaire »"],
        ),
        card(
            Kind::Article,
            &"Les élus du conseil municipal se réunissent. ".repeat(6),
            &["a ".repeat(300).as_str(), "b", "c", "d"],
        ),
    ]
}

#[test]
fn a_card_has_its_shape_whatever_it_says() {
    for (number, card) in cards().iter().enumerate() {
        for shape in [CardShape::Tall, CardShape::Wide] {
            let drawn = draw_card(card, shape).unwrap();
            assert_eq!(
                ((drawn.width, drawn.height), drawn.format),
                (shape.size(), PictureFormat::Jpeg)
            );
            if let Ok(folder) = std::env::var("CARGO_TARGET_TMPDIR_CARDS") {
                std::fs::write(format!("{folder}/card-{number}-{shape:?}.jpg"), &drawn.bytes).unwrap();
            }
            let read = image::load_from_memory(&drawn.bytes).unwrap().to_rgb8();
            let (ground, _, accent) = colours(card.kind);
            let near = |pixel: &image::Rgb<u8>, ink: Ink| pixel.0.iter().zip(ink.0).all(|(a, b)| a.abs_diff(b) < 24);
            let count = |ink: Ink| read.pixels().filter(|pixel| near(pixel, ink)).count();
            assert!(count(Ink::WHITE) > 2_000, "the title is there: {card:?}");
            assert!(count(accent) > 500, "the label is there");
            // Nothing runs over the sides.
            let (w, h) = (read.width(), read.height());
            assert!((0..h).all(|y| near(read.get_pixel(8, y), ground)), "{card:?}");
            assert!((0..w).all(|x| near(read.get_pixel(x, 8), ground)), "{card:?}");
            assert!((0..h).all(|y| !near(read.get_pixel(w - 8, y), Ink::WHITE)), "{card:?}");
        }
    }
}

#[test]
fn letters_that_cannot_be_drawn_make_no_card() {
    assert!(draw_card(&card(Kind::Event, "夏祭り", &[]), CardShape::Tall).is_none());
    assert!(draw_card(&card(Kind::Event, "Fête", &["夏祭り"]), CardShape::Tall).is_some());
}

#[test]
fn the_words_of_a_card_are_its_alternative_text() {
    let french = card(Kind::Event, "Fête de la musique", &["Samedi 20 juin", "Place Haute."]);
    let alt = "Agenda. Fête de la musique. Samedi 20 juin. Place Haute. Ville de Valbourg.";
    assert_eq!(french.alt(), Label::only(Language::french(), alt));
    let english = Card {
        language: Language::english(),
        ..card(Kind::Disruption, "Tram B is stopped", &[])
    };
    let alt = "Disruption. Tram B is stopped. Ville de Valbourg.";
    assert_eq!(english.alt(), Label::only(Language::english(), alt));
}

#[test]
fn everybody_can_read_it() {
    let light = |Ink(rgb): Ink| {
        let linear = |channel: u8| {
            let share = f64::from(channel) / 255.0;
            if share <= 0.04045 {
                share / 12.92
            } else {
                ((share + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * linear(rgb[0]) + 0.7152 * linear(rgb[1]) + 0.0722 * linear(rgb[2])
    };
    let contrast = |a: Ink, b: Ink| (light(a) + 0.05) / (light(b) + 0.05);
    for kind in Kind::ALL {
        let (ground, tint, accent) = colours(*kind);
        for under in [ground, tint] {
            assert!(
                contrast(Ink::WHITE, under) >= 7.0,
                "{kind}: {}",
                contrast(Ink::WHITE, under)
            );
            assert!(contrast(accent, under) >= 4.5, "{kind}: {}", contrast(accent, under));
        }
    }
}
