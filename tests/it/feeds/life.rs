//! What a feed says as its items live, and what it says to whoever asks again.

use axum::http::StatusCode;
use beffroi_schema::{
    feeds::{Collection, Feed, Format},
    value::{Severity, Text},
};
use chrono::Duration;

use super::{Reading, in_english};
use crate::town::{article, disruption, event, placed};

#[tokio::test]
async fn every_feed_is_served_with_what_caches_need() {
    let reading = Reading::new().await;
    reading.shown(placed(article("Voirie"), 43.605, 1.445)).await;
    reading
        .shown(event("Marché", "2026-06-06 08:00", Some("FREQ=WEEKLY")))
        .await;
    reading.shown(disruption("Tram", Severity::Severe)).await;
    let mut served = 0;
    for collection in Collection::ALL {
        for format in Format::ALL.into_iter().filter(|format| format.holds(collection)) {
            let path = Feed::of("valbourg", collection, format).path();
            let reply = reading.ask("GET", &path, &[]).await;
            assert_eq!(reply.status, StatusCode::OK, "{path}");
            assert_eq!(reply.header("content-type"), format.media_type(), "{path}");
            assert_eq!(reply.header("access-control-allow-origin"), "*", "{path}");
            assert!(reply.header("cache-control").starts_with("public, max-age="), "{path}");
            let tag = reply.header("etag");
            assert!(tag.starts_with('"') && tag.len() > 10, "{path}: a strong tag");

            let again = reading.ask("GET", &path, &[("if-none-match", tag)]).await;
            assert_eq!(
                (again.status, again.body.len()),
                (StatusCode::NOT_MODIFIED, 0),
                "{path}"
            );
            assert_eq!(again.header("etag"), tag, "{path}");
            let other = reading.ask("GET", &path, &[("if-none-match", "\"x\"")]).await;
            assert_eq!(other.status, StatusCode::OK, "{path}");
            let head = reading.ask("HEAD", &path, &[]).await;
            assert_eq!((head.header("etag"), head.body.len()), (tag, 0), "{path}");
            served += 1;
        }
    }
    assert_eq!(served, 24);
    for absent in [
        "/valbourg/feeds/all.exe",
        "/valbourg/feeds/news.ics",
        "/valbourg/feeds/all.rss?zone=nulle-part",
        "/valbourg/feeds/all.rss?line=Z",
        "/valbourg/feeds/all.rss?language=fran%C3%A7ais",
        "/nulle-part/feeds/all.rss",
        "/valbourg/feeds/cap/x",
    ] {
        let reply = reading.ask("GET", absent, &[]).await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{absent}");
    }
}

#[tokio::test]
async fn a_date_is_told_once_it_is_settled_and_holds_until_the_next_change() {
    let reading = Reading::new().await;
    reading.shown(article("Un")).await;
    let path = "/valbourg/feeds/news.rss";
    assert_eq!(
        reading.get("news.rss").await.header("last-modified"),
        "",
        "another change may follow within the second"
    );
    reading.town.clock.advance(Duration::minutes(1));
    let date = reading.get("news.rss").await.header("last-modified").to_owned();
    assert_eq!(date, "Mon, 01 Jun 2026 08:01:00 GMT");
    let since = [("if-modified-since", date.as_str())];
    assert_eq!(reading.ask("GET", path, &since).await.status, StatusCode::NOT_MODIFIED);
    let both = [("if-modified-since", date.as_str()), ("if-none-match", "\"x\"")];
    assert_eq!(
        reading.ask("GET", path, &both).await.status,
        StatusCode::OK,
        "a tag says more than a date"
    );
    reading.shown(article("Deux")).await;
    reading.town.clock.advance(Duration::minutes(1));
    assert_eq!(reading.ask("GET", path, &since).await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_item_keeps_its_name_says_when_it_changed_and_leaves() {
    let reading = Reading::new().await;
    let news = reading.shown(article("Travaux rue Haute")).await;
    let id = format!("urn:uuid:{news}");
    let first = reading.get("all.json").await.json();
    assert_eq!(first["items"][0]["id"], id);
    assert_eq!(first["items"][0]["date_published"], first["items"][0]["date_modified"]);

    reading.town.clock.advance(Duration::minutes(1));
    reading.town.amend(news, article("Travaux rue Basse")).await;
    reading.shown(article("Autre chose")).await;
    let amended = reading.get("all.json").await.json();
    let item = &amended["items"][1];
    assert_eq!(
        (&item["id"], &item["title"]),
        (&id.clone().into(), &"Travaux rue Basse".into())
    );
    assert!(item["date_modified"].as_str() > item["date_published"].as_str());
    assert_eq!(item["date_published"], first["items"][0]["date_published"]);
    for file in ["all.rss", "all.atom"] {
        assert!(reading.get(file).await.text().contains(&id), "{file}");
    }

    reading.town.withdraw(news).await;
    reading.refreshed().await;
    assert_eq!(reading.titles("all.json").await, ["Autre chose"]);
    assert!(!reading.get("all.rss").await.text().contains(&id));
    let atom = reading.get("all.atom").await;
    assert!(
        atom.text().contains(&format!("<at:deleted-entry ref=\"{id}\"")),
        "{}",
        atom.text()
    );
    assert!(!atom.text().contains("rue Basse"), "only that it existed is told");
}

#[tokio::test]
async fn a_feed_is_narrowed_to_a_zone_a_line_and_a_language() {
    let reading = Reading::new().await;
    let (line, zone) = (reading.town.line_b, reading.town.centre);
    let mut tram = in_english(disruption("Tram B interrompu", Severity::Severe), "Tram B stopped");
    tram.lines = vec![line];
    reading.shown(tram).await;
    let mut works = article("Travaux au centre");
    works.zones = vec![zone];
    reading.shown(works).await;

    assert_eq!(
        reading.titles("all.json").await,
        ["Travaux au centre", "Tram B interrompu"]
    );
    assert_eq!(
        reading.titles("all.json?line=b").await,
        ["Tram B interrompu"],
        "by the name on the vehicle"
    );
    assert_eq!(reading.titles("all.json?line=A").await, [] as [&str; 0]);
    assert_eq!(reading.titles("all.json?zone=centre").await, ["Travaux au centre"]);
    assert_eq!(reading.titles("news.json").await, ["Travaux au centre"]);
    let english = reading.get("all.json?language=en-GB").await.json();
    assert_eq!(english["items"][1]["title"], "Tram B stopped");
    assert_eq!(english["items"][1]["language"], "en");
    assert_eq!(
        english["items"][0]["language"], "fr",
        "what has no English stays, and says so"
    );
    assert_eq!(english["title"], "Ville de valbourg – Everything");
    assert_eq!(
        english["feed_url"], "https://ville.example/valbourg/feeds/all.json?language=en-GB",
        "a feed names itself"
    );
}

#[tokio::test]
async fn texts_of_others_break_out_of_no_document() {
    let reading = Reading::new().await;
    let hostile = "]]></title><script>alert(1)</script>&\"'";
    let mut news = placed(article(hostile), 43.605, 1.445);
    for text in news.texts.0.values_mut() {
        *text = Text {
            body: format!("{hostile}\nBEGIN:VEVENT"),
            ..text.clone()
        };
    }
    reading.shown(news).await;
    for file in ["all.rss", "all.atom", "all.kml"] {
        let reply = reading.get(file).await;
        assert!(!reply.text().contains("<script"), "{file}: {}", reply.text());
    }
    let html = reading.get("all.json").await.json()["items"][0]["content_html"].clone();
    assert!(!html.as_str().unwrap().contains("<script"), "{html}");
}

#[tokio::test]
async fn a_map_shows_what_is_somewhere_at_present() {
    let reading = Reading::new().await;
    reading.shown(placed(article("Fontaine"), 43.605, 1.445)).await;
    reading.shown(article("Nulle part")).await;
    reading
        .shown(placed(event("Hier", "2026-05-30 08:00", None), 43.6, 1.44))
        .await;
    let mut tram = disruption("Tram", Severity::Severe);
    tram.zones = vec![reading.town.centre];
    tram.stops = vec![reading.town.mairie];
    let tram = reading.shown(tram).await;

    let map = reading.get("all.geojson").await.json();
    let names: Vec<&str> = map["features"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["properties"]["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["Tram", "Fontaine"]);
    assert_eq!(
        map["features"][1]["geometry"]["coordinates"][0], 1.445,
        "longitude first"
    );
    let parts = &map["features"][0]["geometry"]["geometries"];
    assert_eq!(
        (&parts[0]["type"], &parts[1]["type"]),
        (&"Point".into(), &"Polygon".into())
    );
    let layer = reading.get("all.kml").await;
    assert!(layer.text().contains("<coordinates>1.445,43.605</coordinates>") && layer.text().contains("<LinearRing>"));

    reading.town.resolve(tram).await;
    reading.refreshed().await;
    assert!(
        !reading.get("all.kml").await.text().contains("<LinearRing>"),
        "over is not on the map"
    );
}

#[tokio::test]
async fn pages_lead_to_feeds_that_are_there() {
    let reading = Reading::new().await;
    let news = reading.shown(article("Un")).await;
    for page in [
        "/valbourg".to_owned(),
        format!("/valbourg/article/{news}"),
        "/valbourg/feeds".to_owned(),
    ] {
        let reply = reading.ask("GET", &page, &[("accept-language", "en")]).await;
        let links = reply.text().split("href=\"https://ville.example").skip(1);
        let feeds: Vec<String> = links
            .map(|rest| rest.split('"').next().unwrap().replace("&#38;", "&"))
            .filter(|path| path.contains("/feeds/"))
            .collect();
        assert!(feeds.len() >= 6, "{page}: {feeds:?}");
        for feed in feeds {
            assert_eq!(reading.ask("GET", &feed, &[]).await.status, StatusCode::OK, "{feed}");
        }
    }
}
