#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use beffroi_sandbox::Kind;
use serde_json::{Value, json};

use crate::world::{World, answer};

async fn page(world: &World, query: &str) -> (String, String) {
    let response = world
        .http
        .get(format!("{}{query}", world.sandbox.page_url()))
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    let policy = response.headers()["content-security-policy"]
        .to_str()
        .unwrap()
        .to_owned();
    (response.text().await.unwrap(), policy)
}

async fn story(world: &World) {
    let mastodon = &world.sandbox.network(Kind::Mastodon).clone();
    let url = format!("{}/api/v1/statuses", mastodon.url());
    let posting = |text: &str| {
        world
            .http
            .post(&url)
            .bearer_auth(mastodon.account().secret)
            .json(&json!({"status": text}))
    };
    let posted = answer(posting("Tram <B> arrêté")).await.expect(200);
    let one = format!("{url}/{}", posted.text("/id"));
    let change = world.http.put(&one).json(&json!({"status": "Tram <B> reparti"}));
    answer(change.bearer_auth(mastodon.account().secret)).await.expect(200);
    let second = answer(posting("Marché annulé")).await.expect(200);
    let gone = world.http.delete(format!("{url}/{}", second.text("/id")));
    answer(gone.bearer_auth(mastodon.account().secret)).await.expect(200);
}

#[tokio::test]
async fn it_shows_what_people_would_see() {
    let world = World::new().await;
    let (empty, _) = page(&world, "").await;
    assert!(empty.contains("Aucune notification") && empty.contains("Rien de publié"));
    story(&world).await;
    let (html, policy) = page(&world, "").await;
    assert!(html.contains("<html lang=\"fr\">"));
    assert!(
        html.contains("Tram &#60;B&#62; reparti"),
        "what people write is escaped"
    );
    assert!(html.contains("<s>Tram &#60;B&#62; arrêté</s>") && html.contains("modifié"));
    assert!(html.contains("<del class=\"text\">Marché annulé</del>") && html.contains("supprimé"));
    let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap();
    assert_eq!(html.matches(&format!("nonce=\"{nonce}\"")).count(), 2);
    assert!(policy.starts_with("default-src 'none'"));
    assert_eq!(world.sandbox.unaccounted(), []);
}

#[tokio::test]
async fn it_speaks_english_when_asked() {
    let world = World::new().await;
    story(&world).await;
    let (html, _) = page(&world, "?lang=en").await;
    assert!(html.contains("<html lang=\"en\">") && html.contains("The sandbox"));
    assert!(html.contains("edited") && html.contains("deleted") && !html.contains("modifié"));
}

#[tokio::test]
async fn the_same_comes_as_json() {
    let world = World::new().await;
    story(&world).await;
    let json = answer(world.http.get(format!("{}.json", world.sandbox.page_url())))
        .await
        .expect(200)
        .json;
    assert_eq!(json["phones"], json!([]));
    assert_eq!(json["networks"][0]["network"], "mastodon");
    assert_eq!(json["networks"][0]["posts"][0]["text"], "Tram <B> reparti");
    assert_ne!(json["networks"][0]["posts"][1]["deleted_at"], Value::Null);
    assert!(
        !json
            .to_string()
            .contains(&world.sandbox.network(Kind::Mastodon).account().secret)
    );
}
