use proptest::prelude::*;

use super::*;
use crate::{
    text::count::{hashtags, units, urls},
    value::Counting,
};

fn mastodon(units: u32) -> TextLimit {
    TextLimit {
        units,
        counting: Counting::Graphemes,
        bytes: None,
        url_units: Some(23),
        short_mentions: true,
    }
}

fn tram() -> PostText {
    PostText {
        lead: "⚠️ Tram B\u{a0}: plus de trams entre Polygone et Musée".to_owned(),
        facts: vec!["Jusqu’au 24\u{a0}décembre 2026".to_owned()],
        body: vec![
            "Une rame est immobilisée. Des bus prennent le relais\u{202f}! Comptez 20 minutes de plus.".to_owned(),
        ],
        link: Some("https://ville.example/i/1".to_owned()),
        hashtags: vec![
            "TramB".to_owned(),
            "#transports".to_owned(),
            "tramb".to_owned(),
            "2026".to_owned(),
        ],
        mentions: Vec::new(),
    }
}

fn fitted(units: u32) -> String {
    fit(&tram(), &mastodon(units)).unwrap().text
}

#[test]
fn with_room_everything_stands() {
    assert_eq!(
        fitted(500),
        "⚠️ Tram B\u{a0}: plus de trams entre Polygone et Musée\nJusqu’au 24\u{a0}décembre 2026\n\n\
         Une rame est immobilisée. Des bus prennent le relais\u{202f}! Comptez 20 minutes de plus.\n\n\
         https://ville.example/i/1\n\n#TramB #transports"
    );
}

#[test]
fn sentences_go_then_facts_then_hashtags_then_words_of_the_lead() {
    let (lead, fact) = (
        "⚠️ Tram B\u{a0}: plus de trams entre Polygone et Musée",
        "Jusqu’au 24\u{a0}décembre 2026",
    );
    let tail = "https://ville.example/i/1\n\n#TramB #transports";
    let body = "Une rame est immobilisée. Des bus prennent le relais\u{202f}!";
    assert_eq!(fitted(190), format!("{lead}\n{fact}\n\n{body}\n\n{tail}"));
    assert_eq!(
        fitted(150),
        format!("{lead}\n{fact}\n\nUne rame est immobilisée.\n\n{tail}")
    );
    assert_eq!(
        fitted(125),
        format!("{lead}\n{fact}\n\n{tail}"),
        "two words of the body would tell nothing"
    );
    assert_eq!(fitted(100), format!("{lead}\n\n{tail}"));
    assert_eq!(fitted(85), format!("{lead}\n\nhttps://ville.example/i/1\n\n#TramB"));
    assert_eq!(fitted(45), "⚠️ Tram B\u{a0}: plus de…\n\nhttps://ville.example/i/1");
    assert_eq!(fitted(23), "https://ville.example/i/1");
    assert_eq!(fit(&tram(), &mastodon(22)), Err(LinkTooLong));
}

#[test]
fn the_link_can_stand_outside_the_text() {
    let post = PostText { link: None, ..tram() };
    let bluesky = TextLimit {
        units: 300,
        counting: Counting::Graphemes,
        bytes: Some(90),
        url_units: None,
        short_mentions: false,
    };
    let fitted = fit(&post, &bluesky).unwrap();
    assert!(
        !fitted.text.contains("https://") && fitted.text.len() <= 90,
        "{fitted:?}"
    );
}

#[test]
fn names_stand_before_the_hashtags_and_give_way_after_them() {
    let post = PostText {
        lead: "Travaux rue du Four".to_owned(),
        mentions: vec!["@bus@social.example".to_owned(), "@ville".to_owned()],
        hashtags: vec!["Travaux".to_owned()],
        ..PostText::default()
    };
    // The names count without their servers.
    for (units, wanted) in [
        (41, "Travaux rue du Four\n\n@bus@social.example @ville #Travaux"),
        (40, "Travaux rue du Four\n\n@bus@social.example @ville"),
        (31, "Travaux rue du Four\n\n@bus@social.example"),
        (24, "Travaux rue du Four"),
    ] {
        let fitted = fit(&post, &mastodon(units)).unwrap();
        assert_eq!(fitted.text, wanted, "{units}");
        assert_eq!(fitted.hashtags.is_empty(), units < 41, "{units}");
    }
}

fn words() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        4 => "[a-zéèçA-Z]{1,12}[,.!?]?",
        1 => "https://[a-z]{3,12}\\.example/[a-z0-9/]{0,30}",
        1 => "#[A-Za-zé]{2,14}",
        1 => "@[a-z]{2,8}@[a-z]{2,8}\\.example",
        1 => Just("👨‍👩‍👧🇫🇷".to_owned()),
        1 => Just("«\u{a0}Été\u{a0}»\u{202f}!".to_owned()),
        1 => "\\PC{0,8}",
        1 => any::<String>(),
    ];
    proptest::collection::vec(word, 0..40).prop_map(|words| words.join(" "))
}

fn limits() -> impl Strategy<Value = TextLimit> {
    (
        23_u32..400,
        0..Counting::ALL.len(),
        proptest::option::of(40_u32..800),
        proptest::option::of(Just(23_u32)),
        any::<bool>(),
    )
        .prop_map(|(units, counting, bytes, url_units, short_mentions)| TextLimit {
            units,
            counting: Counting::ALL[counting],
            bytes,
            url_units,
            short_mentions,
        })
}

fn posts() -> impl Strategy<Value = PostText> {
    let tags = proptest::collection::vec("[a-z]{1,10}", 0..4);
    let names = proptest::collection::vec("@[a-z]{1,10}(@v\\.example)?", 0..3);
    let link = proptest::option::of(Just("https://v.example/i/1".to_owned()));
    let body = proptest::collection::vec(words(), 0..3);
    (words(), body, link, tags, names).prop_map(|(lead, body, link, hashtags, mentions)| PostText {
        lead,
        facts: Vec::new(),
        body,
        link,
        hashtags,
        mentions,
    })
}

/// `piece` is `source`, or a beginning of it that stops at a grapheme's end outside any address or hashtag.
fn is_clean_beginning(piece: &str, source: &str) -> bool {
    let piece = if source.starts_with(piece) {
        piece
    } else {
        // After an address the ellipsis stands apart.
        piece.strip_suffix('…').unwrap_or(piece).trim_end_matches(' ')
    };
    let end = piece.len();
    let on_grapheme = end == source.len() || source.grapheme_indices(true).any(|(start, _)| start == end);
    let inside = urls(source)
        .into_iter()
        .chain(hashtags(source))
        .any(|span| span.start < end && end < span.end);
    source.starts_with(piece) && on_grapheme && !inside
}

proptest! {
    #[test]
    fn never_over_the_limit_and_the_link_stays(post in posts(), limit in limits()) {
        let fitted = fit(&post, &limit).unwrap();
        prop_assert!(fits(&fitted.text, &limit), "{} units: {:?}", units(&fitted.text, &limit), fitted.text);
        prop_assert!(fitted.text.contains(post.link.as_deref().unwrap_or_default()));
        for tag in &fitted.hashtags {
            let tag = format!("#{tag}");
            prop_assert!(hashtags(&fitted.text).into_iter().any(|span| fitted.text[span] == tag));
        }
    }

    #[test]
    fn nothing_is_split(lead in words(), limit in limits()) {
        let lead = lead.trim().to_owned();
        let fitted = fit(&PostText { lead: lead.clone(), ..PostText::default() }, &limit).unwrap();
        prop_assert!(is_clean_beginning(&fitted.text, &lead), "{:?} of {:?}", fitted.text, lead);
    }

    #[test]
    fn a_fitted_text_is_left_as_it_is(post in posts(), limit in limits()) {
        let once = fit(&post, &limit).unwrap().text;
        let again = fit(&PostText { lead: once.clone(), ..PostText::default() }, &limit).unwrap().text;
        prop_assert_eq!(once, again);
    }

    #[test]
    fn any_text_at_all_is_taken(lead in "\\PC{0,300}", limit in limits()) {
        let fitted = fit(&PostText { lead, ..PostText::default() }, &limit).unwrap();
        prop_assert!(fits(&fitted.text, &limit));
    }
}
