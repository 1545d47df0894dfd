//! The public pages.

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use beffroi_schema::{
    id::{AuthorityId, ItemId},
    store::machine,
    value::{Detail, ItemContent, Period, Periods, Scope, Severity},
};

use crate::{
    front::{Answer, Front},
    town::{article, at, disruption, event},
};

async fn get(front: &Front, path: &str, language: &str) -> Answer {
    let request = Request::get(path)
        .header("accept-language", language)
        .body(Body::empty());
    front.send(request.unwrap()).await
}

/// An item that is public, and on the board.
async fn shown(front: &Front, authority: AuthorityId, content: ItemContent) -> ItemId {
    let item = front.publish(authority, content).await;
    front.state.boards().refresh().await.unwrap();
    item
}

#[tokio::test]
async fn an_item_has_one_page_for_people_and_for_sharing() {
    let front = Front::new().await;
    let valbourg = front.authority("valbourg").await;
    front.state.boards().refresh().await.unwrap();
    let hostile = "Travaux </script><script>alert(1)</script>";
    let news = shown(&front, valbourg, article(hostile)).await;
    let path = format!("/valbourg/article/{news}");
    let page = get(&front, &path, "fr").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        !page.body.contains("<script>alert"),
        "neither the page nor its JSON-LD can be broken out of"
    );
    assert!(page.body.contains("\"@type\":\"NewsArticle\"") && page.body.contains("property=\"og:title\""));
    assert!(
        page.body
            .contains(&format!("rel=\"canonical\" href=\"{}", front.state.public_url()))
    );
    assert!(
        page.headers["content-security-policy"]
            .to_str()
            .unwrap()
            .starts_with("default-src 'none'")
    );

    let elsewhere = get(&front, &format!("/autre/event/{news}"), "fr").await;
    assert_eq!(elsewhere.status, StatusCode::MOVED_PERMANENTLY);
    assert!(elsewhere.headers["location"].to_str().unwrap().ends_with(&path));
    for absent in [
        "/nulle-part",
        "/valbourg/article/x",
        "/valbourg/article/00000000-0000-7000-8000-000000000000",
    ] {
        assert_eq!(
            get(&front, absent, "fr").await.status,
            StatusCode::NOT_FOUND,
            "{absent}"
        );
    }
}

#[tokio::test]
async fn a_page_says_how_things_stand_in_french_and_in_english() {
    let front = Front::new().await;
    let valbourg = front.authority("valbourg").await;
    front.state.boards().refresh().await.unwrap();
    let mut stopped = disruption("Tram A", Severity::Severe);
    if let Detail::Disruption(detail) = &mut stopped.detail {
        let end = Some(at("2030-06-01T16:00:00Z"));
        detail.impact = Periods(vec![Period { start: None, end }]);
    }
    let tram = shown(&front, valbourg, stopped).await;
    let path = format!("/valbourg/disruption/{tram}");
    for (language, status) in [
        ("fr", "Service interrompu · en cours · jusqu’au 1er juin 2030 à 18 h"),
        ("en", "No service · in effect · until 1 June 2030, 6 pm"),
    ] {
        let page = get(&front, &path, language).await.body.replace('\u{a0}', " ");
        assert!(page.contains(status), "{page}");
    }
    assert!(get(&front, "/valbourg", "fr").await.body.contains("class=\"warning\""));
    assert!(get(&front, "/", "en").await.body.contains("href=\"/valbourg\""));

    let by = machine("test");
    let version = front
        .store
        .item(&Scope::Instance, tram)
        .await
        .unwrap()
        .unwrap()
        .row
        .version;
    let over = front.store.resolve(&Scope::Instance, tram, version, &by).await.unwrap();
    front.state.boards().refresh().await.unwrap();
    assert!(
        get(&front, "/valbourg", "fr")
            .await
            .body
            .contains("<strong>terminé</strong>")
    );
    assert!(get(&front, &path, "en").await.body.contains("Over: "));
    front
        .store
        .withdraw(&Scope::Instance, tram, over.row.version, &by)
        .await
        .unwrap();
    front.state.boards().refresh().await.unwrap();
    let gone = get(&front, &path, "fr").await;
    assert_eq!(gone.status, StatusCode::GONE);
    assert!(!gone.body.contains("Tram A"), "only that it existed is told");
}

#[tokio::test]
async fn an_event_lists_its_dates() {
    let front = Front::new().await;
    let valbourg = front.authority("valbourg").await;
    front.state.boards().refresh().await.unwrap();
    let market = shown(
        &front,
        valbourg,
        event("Marché", "2026-06-06 08:00", Some("FREQ=WEEKLY")),
    )
    .await;
    let page = get(&front, &format!("/valbourg/event/{market}"), "fr").await;
    assert!(
        page.body
            .replace('\u{a0}', " ")
            .contains("samedi 6 juin 2026 de 8 h à 10 h"),
        "{}",
        page.body
    );
    assert!(page.body.contains("\"startDate\":\"2026-06-06T08:00:00+02:00\""));
}

#[tokio::test]
async fn an_item_can_be_shared_printed_and_shown_elsewhere() {
    let front = Front::new().await;
    let valbourg = front.authority("valbourg").await;
    front.state.boards().refresh().await.unwrap();
    let news = shown(&front, valbourg, article("Pont & quais")).await;
    let path = format!("/valbourg/article/{news}");
    let page = get(&front, &path, "fr").await;
    let address = format!("https://ville.example{path}");
    let mail = "href=\"mailto:?subject=Pont%20%26%20quais&#38;body=https%3A%2F%2Fville.example";
    assert!(page.body.contains(mail), "{}", page.body);
    assert!(!page.body.contains("<script src") && page.body.contains(&format!("{address}/qr.svg")));

    let code = get(&front, &format!("{path}/qr.svg"), "fr").await;
    assert_eq!(code.header("content-type"), "image/svg+xml");
    assert!(code.body.starts_with("<svg"));
    let frames = |answer: &Answer| {
        let policy = answer.header("content-security-policy");
        policy.rsplit("frame-ancestors ").next().unwrap().to_owned()
    };
    assert_eq!(frames(&page), "'none'", "our pages stand in no frame");
    for embedded in [
        format!("{path}/embed"),
        "/valbourg/embed".to_owned(),
        "/valbourg/embed?collection=news&language=en".to_owned(),
    ] {
        let answer = get(&front, &embedded, "fr").await;
        assert_eq!(answer.status, StatusCode::OK, "{embedded}");
        assert_eq!(frames(&answer), "*", "{embedded}");
        assert!(answer.body.contains("Pont &#38; quais"), "{embedded}: {}", answer.body);
        assert!(!answer.body.contains("<script"), "{embedded}");
    }
    assert!(
        get(&front, "/valbourg/embed?language=en", "fr")
            .await
            .body
            .contains("News")
    );
    for empty in [
        "/valbourg/embed?collection=cats",
        "/valbourg/embed?zone=x",
        "/nulle-part/embed",
    ] {
        assert_eq!(get(&front, empty, "fr").await.status, StatusCode::NOT_FOUND, "{empty}");
    }
    let none = get(&front, "/valbourg/embed?collection=events", "fr").await;
    assert!(none.body.contains("Rien n’est publié"), "{}", none.body);
}
