//! The boards: what they hold, how they follow, whom a disruption concerns.

use beffroi_schema::{
    board::{Filter, Near},
    id::ItemId,
    store::machine,
    value::{Change, Detail, ItemContent, Point, Selector, Selectors, Severity},
};

use crate::town::{Town, article, disruption, event, local, placed};

async fn titles(town: &Town, filter: Filter) -> Vec<String> {
    let board = town.board().await;
    let page = town.boards.feed(&board, &filter, None, 100).await.unwrap();
    let title = |item: &beffroi_schema::board::Item| item.content.texts.0.values().next().unwrap().title.clone();
    page.items.iter().map(|(_, item)| title(item)).collect()
}

fn on(mut content: ItemContent, selectors: Vec<Selector>) -> ItemContent {
    if let Detail::Disruption(detail) = &mut content.detail {
        detail.selectors = Selectors(selectors);
    }
    content
}

fn selector(line: Option<&str>, stop: Option<&str>) -> Selector {
    Selector {
        line: line.map(str::to_owned),
        stop: stop.map(str::to_owned),
        ..Selector::default()
    }
}

#[tokio::test]
async fn a_board_follows_the_outbox_and_tells_of_each_change() {
    let town = Town::new().await;
    let before = town.board().await;
    let mut changes = town.boards.changes();
    let id = town.publish(article("Un")).await;
    assert!(before.item(id).is_none(), "a board never changes");
    assert!(
        town.board().await.item(id).is_none(),
        "nor is it replaced before it follows"
    );

    assert_eq!(town.boards.refresh().await.unwrap(), 1);
    let board = town.board().await;
    assert!(board.version > before.version);
    assert_eq!(board.version, town.boards.version());
    assert!(board.item(id).is_some());
    assert_eq!(changes.try_recv().unwrap().change, Change::Published);

    town.amend(id, article("Deux")).await;
    town.withdraw(id).await;
    assert_eq!(town.boards.refresh().await.unwrap(), 2);
    let news = changes.try_recv().unwrap();
    assert_eq!(
        (news.item.id, news.change),
        (id, Change::Withdrawn),
        "two revisions between two looks are told as one"
    );
    assert!(changes.try_recv().is_err());
    let board = town.board().await;
    assert!(!board.item(id).unwrap().is_public(), "a tombstone stays");
    assert!(titles(&town, Filter::default()).await.is_empty());
    assert_eq!(town.boards.refresh().await.unwrap(), 0);
}

#[tokio::test]
async fn another_process_reads_the_same_board_from_the_store() {
    let town = Town::new().await;
    let id = town
        .publish(event("Marché", "2026-06-06 08:00", Some("FREQ=WEEKLY")))
        .await;
    town.boards.refresh().await.unwrap();
    let elsewhere = beffroi_schema::board::Boards::open(town.store.clone()).await.unwrap();
    let found = elsewhere.item(id).await.unwrap().unwrap();
    let here = town.board().await;
    assert_eq!(found.item.occurrences, here.item(id).unwrap().occurrences);
    assert_eq!(found.board.version, here.version);
    assert!(
        elsewhere
            .item(ItemId(uuid::Uuid::from_u128(1)))
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn new_zones_are_seen_at_the_next_look() {
    let town = Town::new().await;
    town.publish(placed(article("Ici"), 43.605, 1.445)).await;
    town.boards.refresh().await.unwrap();
    town.store
        .remove_zone(&beffroi_schema::value::Scope::Instance, town.faubourg, &machine("test"))
        .await
        .unwrap();
    town.boards.refresh().await.unwrap();
    let board = town.board().await;
    assert!(board.places.zone(town.faubourg).is_none());
    assert_eq!(board.items().len(), 1, "the items stay");
}

#[tokio::test]
async fn what_is_near_is_measured_and_what_is_inside_is_inside() {
    let town = Town::new().await;
    town.publish(placed(article("Mairie"), 43.605, 1.445)).await;
    town.publish(placed(article("Loin"), 43.70, 1.445)).await;
    town.publish(article("Nulle part")).await;
    let mut named = article("Nommé");
    named.zones = vec![town.faubourg];
    town.publish(named).await;
    let mut at_stop = disruption("Arrêt Mairie", Severity::Info);
    at_stop.stops = vec![town.mairie];
    town.publish(at_stop).await;
    town.boards.refresh().await.unwrap();

    let point = Point {
        latitude: 43.6051,
        longitude: 1.445,
    };
    let near = |radius_m| Filter {
        near: Some(Near { point, radius_m }),
        ..Filter::default()
    };
    assert_eq!(titles(&town, near(50.0)).await, ["Arrêt Mairie", "Mairie"]);
    assert_eq!(
        titles(&town, near(600.0)).await,
        ["Arrêt Mairie", "Nommé", "Mairie"],
        "the faubourg begins 400 m away"
    );
    assert!(titles(&town, near(5.0)).await.is_empty(), "the town hall is 11 m away");
    let inside = |zone| Filter {
        inside: Some(zone),
        ..Filter::default()
    };
    assert_eq!(
        titles(&town, inside(town.centre)).await,
        ["Arrêt Mairie", "Mairie"],
        "a zone that touches is not inside"
    );
    assert_eq!(titles(&town, inside(town.faubourg)).await, ["Nommé"]);
}

#[tokio::test]
async fn fields_of_a_selector_go_together_and_selectors_are_alternatives() {
    let town = Town::new().await;
    let info = |title, selectors| on(disruption(title, Severity::Info), selectors);
    town.publish(info("A entière", vec![selector(Some("A"), None)])).await;
    town.publish(info("A à Mairie", vec![selector(Some("A"), Some("mairie"))]))
        .await;
    town.publish(info("Gare", vec![selector(None, Some("gare"))])).await;
    town.publish(info("Quai 1", vec![selector(None, Some("gare:1"))])).await;
    town.publish(info(
        "B ou Mairie",
        vec![selector(Some("B"), None), selector(None, Some("mairie"))],
    ))
    .await;
    town.boards.refresh().await.unwrap();
    let ask = |lines: &[_], stops: &[_]| Filter {
        lines: lines.to_vec(),
        stops: stops.to_vec(),
        ..Filter::default()
    };
    let newest_first = |mut expected: Vec<&'static str>| {
        expected.reverse();
        expected
    };
    for (lines, stops, expected) in [
        (vec![town.line_b], vec![], vec!["Gare", "B ou Mairie"]),
        (
            vec![town.line_a],
            vec![],
            vec!["A entière", "A à Mairie", "Gare", "Quai 1", "B ou Mairie"],
        ),
        (
            vec![],
            vec![town.mairie],
            vec!["A entière", "A à Mairie", "B ou Mairie"],
        ),
        (vec![], vec![town.platform_2], vec!["A entière", "Gare", "B ou Mairie"]),
        (
            vec![],
            vec![town.gare],
            vec!["A entière", "Gare", "Quai 1", "B ou Mairie"],
        ),
        (vec![town.line_b], vec![town.mairie], vec!["B ou Mairie"]),
        (vec![town.line_a], vec![town.platform_2], vec!["A entière", "Gare"]),
    ] {
        assert_eq!(
            titles(&town, ask(&lines, &stops)).await,
            newest_first(expected),
            "{lines:?} {stops:?}"
        );
    }
}

#[tokio::test]
async fn what_names_nothing_known_is_told_to_everybody_when_it_is_a_warning() {
    let town = Town::new().await;
    let unknown = || vec![selector(Some("Z"), None)];
    town.publish(on(disruption("Grave", Severity::Warning), unknown()))
        .await;
    town.publish(on(disruption("Bénin", Severity::Info), unknown())).await;
    town.boards.refresh().await.unwrap();
    let line = Filter {
        lines: vec![town.line_a],
        ..Filter::default()
    };
    assert_eq!(titles(&town, line).await, ["Grave"]);
}

#[tokio::test]
async fn the_agenda_follows_each_date() {
    let town = Town::new().await;
    let mut market = event("Marché", "2026-06-06 08:00", Some("FREQ=WEEKLY"));
    if let Detail::Event(detail) = &mut market.detail {
        detail.recurrence.excluded = vec![local("2026-06-13 08:00")];
    }
    town.publish(market).await;
    town.publish(event("Concert", "2026-06-20 20:00", None)).await;
    town.boards.refresh().await.unwrap();
    let board = town.board().await;
    let in_week = |from: &str, to: &str| {
        let window = beffroi_schema::recurrence::Window {
            from: crate::town::at(from),
            to: crate::town::at(to),
        };
        let page = board.agenda(window, &Filter::default(), town.clock.now(), None, 10);
        page.items.iter().map(|(at, _)| at.at.to_rfc3339()).collect::<Vec<_>>()
    };
    assert_eq!(
        in_week("2026-06-01T00:00:00Z", "2026-06-08T00:00:00Z"),
        ["2026-06-06T06:00:00+00:00"]
    );
    assert!(
        in_week("2026-06-08T00:00:00Z", "2026-06-15T00:00:00Z").is_empty(),
        "that Saturday is left out"
    );
    assert_eq!(
        in_week("2026-06-15T00:00:00Z", "2026-06-22T00:00:00Z"),
        ["2026-06-20T06:00:00+00:00", "2026-06-20T18:00:00+00:00"]
    );
}
