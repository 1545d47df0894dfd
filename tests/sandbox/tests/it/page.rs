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

/// The smallest beginning of a PNG that a miniature takes for one, and some pixels.
const PICTURE: &[u8] = b"\x89PNG\r\n\x1a\n and pixels";

#[tokio::test]
async fn pictures_that_were_sent_are_shown_with_what_they_show() {
    let world = World::new().await;
    let mastodon = world.sandbox.network(Kind::Mastodon).clone();
    let form = |content: &[u8], alt: &str| {
        let part = reqwest::multipart::Part::bytes(content.to_vec()).file_name("p.png");
        reqwest::multipart::Form::new()
            .part("file", part.mime_str("image/png").unwrap())
            .text("description", alt.to_owned())
    };
    let mut media = Vec::new();
    for (content, alt) in [(PICTURE, "Un tram <B>"), (b"no picture at all", "Illisible")] {
        let sending = world.http.post(format!("{}/api/v2/media", mastodon.url()));
        let sending = sending
            .bearer_auth(mastodon.account().secret)
            .multipart(form(content, alt));
        media.push(answer(sending).await.expect(200).text("/id").to_owned());
    }
    let post = world.http.post(format!("{}/api/v1/statuses", mastodon.url()));
    let post = post.bearer_auth(mastodon.account().secret);
    answer(post.json(&json!({ "status": "Vu", "media_ids": media })))
        .await
        .expect(200);

    let (html, policy) = page(&world, "").await;
    assert!(policy.contains("img-src 'self'"), "{policy}");
    let shown = html.split("<img src=\"").nth(1).unwrap();
    let address = shown.split('"').next().unwrap();
    assert!(shown.contains("alt=\"Un tram &#60;B&#62;\""), "{shown}");
    assert_eq!(
        html.matches("<img src=\"sandbox/pictures/").count(),
        1,
        "what is no picture is told"
    );
    assert!(html.contains("<span>Illisible</span>"));
    let root = world.sandbox.page_url().trim_end_matches("sandbox").to_owned();
    let served = world.http.get(format!("{root}{address}")).send().await.unwrap();
    assert_eq!(served.headers()["content-type"], "image/png");
    assert_eq!(served.headers()["x-content-type-options"], "nosniff");
    assert_eq!(served.bytes().await.unwrap(), PICTURE);
    let never = format!("{root}sandbox/pictures/{}", "0".repeat(64));
    assert_eq!(world.http.get(never).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn every_network_can_be_jumped_to() {
    let world = World::new().await;
    let (html, _) = page(&world, "").await;
    let row = html
        .split("<nav class=\"jump\"")
        .nth(1)
        .unwrap()
        .split("</nav>")
        .next()
        .unwrap();
    let names = Kind::ALL.map(|kind| (kind.name(), kind.title()));
    for (name, title) in [("phones", "Téléphones")].into_iter().chain(names) {
        assert!(
            row.contains(&format!("<a href=\"#{name}\">{title}</a>")),
            "{name}: {row}"
        );
        assert!(
            html.contains(&format!("<h2 id=\"{name}\">")),
            "the link to {name} leads nowhere"
        );
    }
}

#[tokio::test]
async fn an_answer_stands_below_what_it_answers() {
    let world = World::new().await;
    let mastodon = world.sandbox.network(Kind::Mastodon).clone();
    let mut ids: Vec<String> = Vec::new();
    for (text, answered) in [
        ("Ancien", None),
        ("Premier", Some(0)),
        ("Second", Some(0)),
        ("Sous le premier", Some(1)),
        ("Récent", None),
    ] {
        let parent = answered.map(|index: usize| ids[index].clone());
        let post = world.http.post(format!("{}/api/v1/statuses", mastodon.url()));
        let body = json!({ "status": text, "in_reply_to_id": parent });
        let posted = answer(post.bearer_auth(mastodon.account().secret).json(&body))
            .await
            .expect(200);
        ids.push(posted.text("/id").to_owned());
        world.later(1);
    }
    let (html, _) = page(&world, "").await;
    let lines = html.split("<li").skip(1).filter(|line| line.contains("<article"));
    let seen: Vec<(&str, &str)> = lines
        .map(|line| {
            let text = line
                .split("<p class=\"text\">")
                .nth(1)
                .unwrap()
                .split('<')
                .next()
                .unwrap();
            (line.split('>').next().unwrap().trim(), text)
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("", "Récent"),
            ("", "Ancien"),
            ("class=\"answer in1\"", "Premier"),
            ("class=\"answer in2\"", "Sous le premier"),
            ("class=\"answer in1\"", "Second"),
        ]
    );
}
