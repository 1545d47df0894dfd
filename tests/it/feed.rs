//! The order of the feed, and its pages.

use beffroi_schema::{
    board::{Cursor, Filter},
    value::{Detail, ItemContent, Kind, Period, Periods, Severity},
};
use chrono::Duration;

use crate::town::{Town, article, disruption, event, pinned, start};

/// The titles of one page, with the place of its last entry and whether more follow.
async fn page(
    town: &Town,
    filter: &Filter,
    after: Option<Cursor>,
    first: usize,
) -> (Vec<String>, Option<Cursor>, bool) {
    let board = town.board().await;
    let page = town.boards.feed(&board, filter, after, first).await.unwrap();
    let title = |item: &beffroi_schema::board::Item| item.content.texts.0.values().next().unwrap().title.clone();
    let end = page.items.last().map(|(cursor, _)| *cursor);
    (page.items.iter().map(|(_, item)| title(item)).collect(), end, page.more)
}

async fn feed(town: &Town) -> Vec<String> {
    page(town, &Filter::default(), None, 100).await.0
}

/// Every title, by pages of `first`, through cursors as clients pass them.
async fn walk(town: &Town, filter: &Filter, first: usize) -> Vec<String> {
    let (mut titles, mut after) = (Vec::new(), None);
    loop {
        let (page, end, more) = page(town, filter, after, first).await;
        titles.extend(page);
        if !more {
            return titles;
        }
        after = end.map(|end| end.to_string().parse().unwrap());
    }
}

fn during(mut content: ItemContent, impact: Vec<Period>, display: Vec<Period>) -> ItemContent {
    if let Detail::Disruption(detail) = &mut content.detail {
        (detail.impact, detail.display) = (Periods(impact), Periods(display));
    }
    content
}

fn from_hour(hours: i64) -> Period {
    Period {
        start: Some(start() + Duration::hours(hours)),
        end: None,
    }
}

#[tokio::test]
async fn warnings_in_effect_stand_first_then_pins_then_the_newest() {
    let town = Town::new().await;
    town.publish(disruption("Grave", Severity::Severe)).await;
    town.publish(disruption("Gêne 1", Severity::Warning)).await;
    town.publish(pinned("Épinglé", start() + Duration::days(1))).await;
    town.publish(disruption("Gêne 2", Severity::Warning)).await;
    town.publish(disruption("Info", Severity::Info)).await;
    town.publish(event("Marché", "2026-06-06 08:00", None)).await;
    town.publish(article("Dernier")).await;
    town.boards.refresh().await.unwrap();
    let order = ["Grave", "Gêne 2", "Gêne 1", "Épinglé", "Dernier", "Marché", "Info"];
    assert_eq!(feed(&town).await, order);
    for first in 1..=7 {
        assert_eq!(
            walk(&town, &Filter::default(), first).await,
            order,
            "by pages of {first}"
        );
    }

    town.clock.advance(Duration::days(2));
    assert_eq!(
        feed(&town).await,
        ["Grave", "Gêne 2", "Gêne 1", "Dernier", "Marché", "Info", "Épinglé"],
        "the pin fell"
    );
}

#[tokio::test]
async fn what_is_over_leaves_the_top_and_what_is_taken_back_leaves_the_feed() {
    let town = Town::new().await;
    let tram = town.publish(disruption("Tram arrêté", Severity::Severe)).await;
    let news = town.publish(article("Nouvelle")).await;
    town.boards.refresh().await.unwrap();
    assert_eq!(feed(&town).await, ["Tram arrêté", "Nouvelle"]);
    town.resolve(tram).await;
    town.boards.refresh().await.unwrap();
    assert_eq!(feed(&town).await, ["Nouvelle", "Tram arrêté"]);
    town.withdraw(news).await;
    town.boards.refresh().await.unwrap();
    assert_eq!(feed(&town).await, ["Tram arrêté"]);
}

#[tokio::test]
async fn time_alone_brings_a_disruption_up_and_down() {
    let town = Town::new().await;
    let tonight = vec![Period {
        start: Some(start() + Duration::hours(10)),
        end: Some(start() + Duration::hours(12)),
    }];
    town.publish(during(
        disruption("Ce soir", Severity::Warning),
        tonight,
        vec![from_hour(5)],
    ))
    .await;
    town.publish(article("Nouvelle")).await;
    town.boards.refresh().await.unwrap();
    assert_eq!(feed(&town).await, ["Nouvelle"], "not announced yet");
    town.clock.advance(Duration::hours(6));
    assert_eq!(
        feed(&town).await,
        ["Nouvelle", "Ce soir"],
        "announced, not in effect yet"
    );
    town.clock.advance(Duration::hours(5));
    assert_eq!(feed(&town).await, ["Ce soir", "Nouvelle"], "in effect");
    town.clock.advance(Duration::hours(2));
    assert_eq!(feed(&town).await, ["Nouvelle", "Ce soir"], "past");
}

#[tokio::test]
async fn what_is_published_meanwhile_moves_nothing() {
    let town = Town::new().await;
    for number in 1..=4 {
        town.publish(article(&format!("Article {number}"))).await;
    }
    town.boards.refresh().await.unwrap();
    let (first, end, more) = page(&town, &Filter::default(), None, 2).await;
    assert_eq!(
        (first, more),
        (vec!["Article 4".to_owned(), "Article 3".to_owned()], true)
    );
    town.publish(article("Article 5")).await;
    town.publish(disruption("Tram arrêté", Severity::Severe)).await;
    town.boards.refresh().await.unwrap();
    let (second, _, more) = page(&town, &Filter::default(), end, 2).await;
    assert_eq!(
        (second, more),
        (vec!["Article 2".to_owned(), "Article 1".to_owned()], false)
    );
}

#[tokio::test]
async fn beyond_the_board_the_store_goes_on_with_the_same_cursors() {
    let town = Town::holding(3).await;
    let old = town.publish(disruption("Vieille gêne", Severity::Warning)).await;
    town.publish(event("Vieux marché", "2026-06-06 08:00", Some("FREQ=WEEKLY")))
        .await;
    for number in 1..=8 {
        town.publish(article(&format!("Article {number}"))).await;
    }
    let everything = [
        "Vieille gêne",
        "Article 8",
        "Article 7",
        "Article 6",
        "Article 5",
        "Article 4",
        "Article 3",
        "Article 2",
        "Article 1",
        "Vieux marché",
    ];
    // Loaded at once, and grown line by line.
    for look in ["loaded", "grown"] {
        if look == "grown" {
            town.board().await;
        }
        town.boards.refresh().await.unwrap();
        let board = town.board().await;
        assert!(
            board.horizon().is_some() && board.items().len() <= 5,
            "{look}: the board is bounded"
        );
        assert!(board.item(old).is_some(), "{look}: what still stands is held");
        for first in [1, 3, 4, 100] {
            assert_eq!(
                walk(&town, &Filter::default(), first).await,
                everything,
                "{look}, by pages of {first}"
            );
        }
        let events = Filter {
            kinds: vec![Kind::Event],
            ..Filter::default()
        };
        assert_eq!(walk(&town, &events, 2).await, ["Vieux marché"], "{look}");
    }
    town.publish(article("Article 9")).await;
    town.boards.refresh().await.unwrap();
    assert_eq!(town.board().await.items().len(), 5, "one more came, one left");
    assert_eq!(walk(&town, &Filter::default(), 4).await.len(), 11);
}
