//! What others read of us.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use beffroi_schema::{
    store::{About, machine},
    value::{Label, Language, Point, Scope, Venue},
};
use beffroi_tests::{City, scene};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::get;

#[tokio::test]
async fn a_handle_leads_to_an_actor_and_its_key() {
    let city = City::new().await;
    let actor = city.actor("travaux", Some("voirie")).await;
    let finger = "/.well-known/webfinger?resource=acct:travaux@valbourg.example";
    let (status, found) = get(&city, finger).await;
    assert_eq!(
        (status, &found["subject"]),
        (StatusCode::OK, &json!("acct:travaux@valbourg.example"))
    );
    let me = found["links"][0]["href"].as_str().unwrap();
    assert_eq!(me, "https://valbourg.example/federation/travaux");

    let (status, document) = get(&city, me).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(
        (&document["type"], &document["preferredUsername"]),
        (&json!("Service"), &json!("travaux"))
    );
    assert_eq!(document["publicKey"]["publicKeyPem"], json!(actor.public_key));
    assert_eq!(
        document["endpoints"]["sharedInbox"],
        "https://valbourg.example/federation/inbox"
    );
    assert_eq!(
        document["summaryMap"],
        json!({ "en": "<p>The town</p>", "fr": "<p>La ville</p>" })
    );
    assert!(!document.to_string().contains("PRIVATE KEY"));
    city.actor("actualites", None).await;
    let (_, whole) = get(&city, "/federation/actualites").await;
    assert_eq!(whole["type"], "Organization");

    for nobody in [
        "/.well-known/webfinger?resource=acct:travaux@autre.example",
        "/.well-known/webfinger?resource=acct:personne@valbourg.example",
        "/federation/personne",
        "/federation/personne/outbox",
    ] {
        assert_eq!(get(&city, nobody).await.0, StatusCode::NOT_FOUND, "{nobody}");
    }
    assert_eq!(get(&city, "/.well-known/webfinger").await.0, StatusCode::BAD_REQUEST);
    let (_, links) = get(&city, "/.well-known/nodeinfo").await;
    let (_, info) = get(&city, links["links"][0]["href"].as_str().unwrap()).await;
    assert_eq!(
        (&info["software"]["name"], &info["usage"]["users"]["total"]),
        (&json!("beffroi"), &json!(2))
    );
}

#[tokio::test]
async fn people_are_led_to_pages_and_programs_from_pages_to_objects() {
    let city = City::new().await;
    city.actor("actualites", None).await;
    let item = city.publish(scene::article("Le pont rouvre")).await;
    city.settle().await;
    let asked = async |path: &str, accept: &str| {
        let request = Request::get(path)
            .header(header::ACCEPT, accept)
            .body(Body::empty())
            .unwrap();
        let answer = city.router.clone().oneshot(request).await.unwrap();
        let place = answer.headers().get(header::LOCATION);
        (
            answer.status().as_u16(),
            place.map(|place| place.to_str().unwrap().to_owned()),
        )
    };
    let (page, object) = (format!("/valbourg/article/{item}"), city.told("actualites", item));
    let path = object.trim_start_matches("https://valbourg.example");
    let elsewhere = |place: &str| (303, Some(place.to_owned()));
    assert_eq!(
        asked(path, "text/html").await,
        elsewhere(&format!("https://valbourg.example{page}"))
    );
    assert_eq!(
        asked("/federation/actualites", "text/html").await,
        elsewhere("https://valbourg.example/valbourg")
    );
    assert_eq!(asked(&page, "application/activity+json").await, elsewhere(&object));
    assert_eq!(asked(&page, "text/html").await, (200, None));
}

#[tokio::test]
async fn news_is_a_note_in_each_of_its_languages() {
    let city = City::new().await;
    city.actor("travaux", Some("voirie")).await;
    let mut content = scene::in_english(scene::article("Pont fermé <b>demain</b>"), "Bridge closed");
    content.pictures = vec![picture(&city).await];
    let item = city.publish(content).await;
    city.settle().await;
    let (status, note) = get(&city, &city.told("travaux", item)).await;
    assert_eq!((status, &note["type"]), (StatusCode::OK, &json!("Note")));
    assert_eq!(note["url"], format!("https://valbourg.example/valbourg/article/{item}"));
    assert_eq!(note["content"], note["contentMap"]["fr"]);
    let words = |language: &str| note["contentMap"][language].as_str().unwrap();
    assert!(words("fr").contains("Pont fermé &lt;b&gt;demain&lt;/b&gt;"), "{note:#}");
    assert!(words("en").contains("Bridge closed"), "{note:#}");
    assert_eq!(note["tag"][0]["name"], "#voirie");
    assert_eq!(note["attachment"][0]["name"], "Le pont vu du quai");
    assert_eq!(note["attachment"][0]["mediaType"], "image/png");
    assert!(
        note["published"] == "2026-06-01T08:00:00Z" && note.get("updated").is_none() && note.get("summary").is_none()
    );
    assert_eq!(
        note["cc"],
        json!(["https://valbourg.example/federation/travaux/followers"])
    );
}

async fn picture(city: &City) -> beffroi_schema::id::MediaId {
    let about = About {
        alt: Label::only(Language::french(), "Le pont vu du quai"),
        ..About::default()
    };
    let (bytes, by) = (scene::photograph(800, 600), machine("test"));
    let kept = city.store.put_picture(city.authority, bytes, about, &by).await;
    kept.unwrap().id
}

#[tokio::test]
async fn an_event_is_what_mobilizon_knows() {
    let city = City::new().await;
    city.actor("agenda", None).await;
    let mut market = scene::market();
    market.venue = Venue {
        name: Some("Halle aux grains".to_owned()),
        address: Some("2 place du Marché, 31000 Valbourg".to_owned()),
        point: Point::checked(43.605, 1.445),
    };
    let item = city.publish(market).await;
    city.settle().await;
    let (_, event) = get(&city, &city.told("agenda", item)).await;
    for (key, value) in [
        ("type", json!("Event")),
        ("name", json!("Marché des producteurs")),
        ("startTime", json!("2026-06-13T08:00:00+02:00")),
        ("endTime", json!("2026-06-13T13:00:00+02:00")),
        ("timezone", json!("Europe/Paris")),
        ("ical:status", json!("CONFIRMED")),
        ("joinMode", json!("external")),
        ("uuid", json!(item.to_string())),
    ] {
        assert_eq!(event[key], value, "{key}");
    }
    let place = &event["location"];
    assert_eq!(
        (&place["type"], &place["name"]),
        (&json!("Place"), &json!("Halle aux grains"))
    );
    assert_eq!(place["address"]["streetAddress"], "2 place du Marché, 31000 Valbourg");
    assert_eq!(
        (&place["latitude"], &place["longitude"]),
        (&json!(43.605), &json!(1.445))
    );
    let summary = event["summary"].as_str().unwrap();
    assert!(
        summary.contains("juin 2026") && summary.contains("Halle aux grains"),
        "Mastodon shows no more: {summary}"
    );
}

#[tokio::test]
async fn collections_are_read_page_by_page() {
    let city = City::new().await;
    city.actor("actualites", None).await;
    let first = city.publish(scene::article("Première")).await;
    let mut gone = first;
    for number in 0..21 {
        gone = city.publish(scene::article(&format!("Nouvelle {number}"))).await;
        city.settle().await;
    }
    city.withdraw(gone).await;
    for person in ["lea", "max"] {
        city.followed_by(0, person, "actualites").await;
    }
    city.settle().await;
    let (_, outbox) = get(&city, "/federation/actualites/outbox").await;
    assert_eq!(
        (&outbox["type"], &outbox["totalItems"]),
        (&json!("OrderedCollection"), &json!(21))
    );
    let (_, page) = get(&city, outbox["first"].as_str().unwrap()).await;
    let items = |page: &Value| page["orderedItems"].as_array().unwrap().clone();
    assert_eq!(items(&page).len(), 19, "what was taken back is left out");
    let (_, rest) = get(&city, page["next"].as_str().unwrap()).await;
    assert_eq!(items(&rest).len(), 2);
    assert_eq!(items(&rest)[1]["object"]["id"], json!(city.told("actualites", first)));
    assert!(rest.get("next").is_none());
    let (_, followers) = get(&city, "/federation/actualites/followers?page=true").await;
    assert_eq!(
        items(&followers),
        [city.peers[0].person("lea"), city.peers[0].person("max")].map(|id| json!(id))
    );
}

#[tokio::test]
async fn a_silent_actor_cannot_be_found_and_what_it_has_to_say_waits() {
    let city = City::new().await;
    let actor = city.actor("actualites", None).await;
    city.followed_by(0, "lea", "actualites").await;
    let item = city.publish(scene::article("Avant")).await;
    city.settle().await;
    let by = city.editor();
    let set = async |active: bool| {
        let done = city
            .store
            .set_federated_actor_active(&Scope::Instance, actor.id, active, &by);
        done.await.unwrap();
    };
    set(false).await;
    assert_eq!(get(&city, "/federation/actualites").await.0, StatusCode::NOT_FOUND);
    assert_eq!(
        get(&city, &city.told("actualites", item)).await.0,
        StatusCode::NOT_FOUND
    );
    city.withdraw(item).await;
    city.publish(scene::article("Pendant")).await;
    city.settle().await;
    assert_eq!(city.peers[0].kinds(), ["Accept", "Create"]);
    set(true).await;
    city.settle().await;
    assert_eq!(
        city.peers[0].kinds(),
        ["Accept", "Create", "Delete"],
        "what began while it was silent it does not tell"
    );
    let (status, left) = get(&city, &city.told("actualites", item)).await;
    assert_eq!(
        (status, &left["type"], &left["formerType"]),
        (StatusCode::GONE, &json!("Tombstone"), &json!("Note"))
    );
}
