#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod accidents;

use beffroi_sandbox::{Fault, Kind, Operation, Post};
use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::world::{Answer, World, answer};

impl World {
    fn toot(&self, method: Method, path: &str) -> RequestBuilder {
        let mastodon = &self.sandbox.network(Kind::Mastodon).clone();
        self.http
            .request(method, format!("{}{path}", mastodon.url()))
            .bearer_auth(mastodon.account().secret)
    }

    async fn post(&self, body: &Value) -> Answer {
        answer(self.toot(Method::POST, "/api/v1/statuses").json(body)).await
    }

    async fn upload(&self, content_type: &str, bytes: usize, alt: &str) -> Answer {
        let part = Part::bytes(vec![7; bytes])
            .file_name("image")
            .mime_str(content_type)
            .unwrap();
        let form = Form::new().text("description", alt.to_owned()).part("file", part);
        answer(self.toot(Method::POST, "/api/v2/media").multipart(form)).await
    }

    fn toots(&self) -> Vec<Post> {
        self.sandbox.network(Kind::Mastodon).posts("valbourg")
    }
}

fn id(answer: &Answer) -> String {
    answer.text("/id").to_owned()
}

#[tokio::test]
async fn a_status_is_posted_read_edited_and_deleted() {
    let world = World::new().await;
    let text = "Tram B arrêté #tram\nhttps://valbourg.example/i/1";
    let posted = world.post(&json!({"status": text, "language": "fr"})).await.expect(200);
    assert!(
        posted.text("/content").starts_with("<p>Tram B arrêté <a href="),
        "{}",
        posted.json
    );
    assert!(posted.text("/content").contains("<br />"));
    assert_eq!(posted.text("/tags/0/name"), "tram");
    let path = format!("/api/v1/statuses/{}", id(&posted));

    world.later(60);
    let edited = answer(
        world
            .toot(Method::PUT, &path)
            .json(&json!({"status": "Tram B reparti"})),
    )
    .await
    .expect(200);
    assert_eq!(edited.text("/edited_at"), "2026-11-02T10:01:00.000Z");
    assert_eq!(
        answer(world.toot(Method::GET, &path))
            .await
            .expect(200)
            .text("/content"),
        "<p>Tram B reparti</p>"
    );
    let source = answer(world.toot(Method::GET, &format!("{path}/source")))
        .await
        .expect(200);
    assert_eq!(source.text("/text"), "Tram B reparti");
    let history = answer(world.toot(Method::GET, &format!("{path}/history")))
        .await
        .expect(200);
    assert_eq!(history.json.as_array().unwrap().len(), 2);

    let deleted = answer(world.toot(Method::DELETE, &path)).await.expect(200);
    assert_eq!(deleted.text("/text"), "Tram B reparti");
    let gone = answer(world.toot(Method::GET, &path)).await.expect(404);
    assert_eq!(gone.text("/error"), "Record not found");
    answer(world.toot(Method::DELETE, &path)).await.expect(404);

    let posts = world.toots();
    assert_eq!(posts.len(), 1);
    assert!(posts[0].deleted());
    assert_eq!(posts[0].history[0].text, text);
    assert_eq!(posts[0].language.as_deref(), Some("fr"));
    assert_eq!(world.sandbox.unaccounted(), []);
}

#[tokio::test]
async fn an_edit_that_changes_nothing_is_no_edit() {
    let world = World::new().await;
    let posted = world.post(&json!({"status": "x"})).await.expect(200);
    let path = format!("/api/v1/statuses/{}", id(&posted));
    let same = answer(world.toot(Method::PUT, &path).json(&json!({"status": "x"})))
        .await
        .expect(200);
    assert_eq!(same.json["edited_at"], Value::Null);
    assert_eq!(world.toots()[0].history, []);
}

#[tokio::test]
async fn the_same_key_returns_the_first_status_for_an_hour() {
    let world = World::new().await;
    let post = |text: &str| {
        let request = world
            .toot(Method::POST, "/api/v1/statuses")
            .header("Idempotency-Key", "k");
        answer(request.form(&[("status", text.to_owned())]))
    };
    let first = post("un").await.expect(200);
    world.later(3599);
    assert_eq!(id(&post("deux").await.expect(200)), id(&first));
    world.later(1);
    assert_ne!(id(&post("trois").await.expect(200)), id(&first));
    assert_eq!(world.toots().len(), 2);
}

#[tokio::test]
async fn text_is_counted_as_mastodon_counts() {
    let world = World::new().await;
    let url = format!("https://valbourg.example/{}", "x".repeat(300));
    let fits = format!("{} {url}", "é".repeat(476));
    world.post(&json!({"status": fits})).await.expect(200);
    let refused = world.post(&json!({"status": format!("{fits}!!")})).await.expect(422);
    assert_eq!(
        refused.text("/error"),
        "Validation failed: Text character limit of 500 exceeded"
    );
    let warned = world.post(&json!({"status": fits, "spoiler_text": "x"})).await;
    warned.expect(422);
    let blank = world.post(&json!({"status": " "})).await.expect(422);
    assert_eq!(blank.text("/error"), "Validation failed: Text can't be blank");
    assert_eq!(world.sandbox.unaccounted().len(), 3);
}

#[tokio::test]
async fn images_carry_their_description() {
    let world = World::new().await;
    let media = world.upload("image/png", 1200, "Un tram à l'arrêt").await.expect(200);
    assert_eq!(media.text("/description"), "Un tram à l'arrêt");
    let path = format!("/api/v1/media/{}", id(&media));
    answer(world.toot(Method::PUT, &path).form(&[("description", "Un tram")]))
        .await
        .expect(200);
    let posted = world
        .post(&json!({"status": "x", "media_ids": [id(&media)]}))
        .await
        .expect(200);
    assert_eq!(posted.text("/media_attachments/0/description"), "Un tram");
    let images = &world.toots()[0].images;
    assert_eq!((images[0].alt.as_str(), images[0].bytes_len), ("Un tram", 1200));
    // Attached: gone from the drawer, and no second status can have it.
    answer(world.toot(Method::GET, &path)).await.expect(404);
    world
        .post(&json!({"status": "y", "media_ids": [id(&media)]}))
        .await
        .expect(422);

    let status = format!("/api/v1/statuses/{}", id(&posted));
    let change = json!({"status": "x", "media_ids": [id(&media)],
                        "media_attributes": [{"id": id(&media), "description": "Le tram B"}]});
    answer(world.toot(Method::PUT, &status).json(&change)).await.expect(200);
    assert_eq!(world.toots()[0].images[0].alt, "Le tram B");
}

#[tokio::test]
async fn media_keep_their_limits() {
    let world = World::new().await;
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(id(&world.upload("image/jpeg", 10, "").await.expect(200)));
    }
    let refused = world.post(&json!({"status": "x", "media_ids": ids})).await.expect(422);
    assert_eq!(refused.text("/error"), "Cannot attach more than 4 files");
    let video = id(&world.upload("video/mp4", 10, "").await.expect(200));
    world
        .post(&json!({"status": "x", "media_ids": [ids[0], video]}))
        .await
        .expect(422);
    world.upload("text/plain", 10, "").await.expect(422);
    world.upload("image/png", 10, &"x".repeat(1501)).await.expect(422);
    world.upload("image/png", 16 * 1024 * 1024 + 1, "").await.expect(422);
    world
        .post(&json!({"status": "x", "media_ids": ["1"]}))
        .await
        .expect(422);
    let empty = answer(
        world
            .toot(Method::POST, "/api/v2/media")
            .multipart(Form::new().text("a", "b")),
    )
    .await;
    empty.expect(422);
}

#[tokio::test]
async fn an_upload_may_still_be_processed() {
    let world = World::new().await;
    world
        .sandbox
        .network(Kind::Mastodon)
        .next(Operation::Upload, Fault::StillProcessing { polls: 1 });
    let media = world.upload("image/png", 10, "").await.expect(202);
    assert_eq!(
        media.json["url"],
        Value::String(format!(
            "{}/media/{}",
            world.sandbox.network(Kind::Mastodon).url(),
            id(&media)
        ))
    );
    let early = world
        .post(&json!({"status": "x", "media_ids": [id(&media)]}))
        .await
        .expect(422);
    assert!(early.text("/error").contains("have not finished processing"));
    let path = format!("/api/v1/media/{}", id(&media));
    answer(world.toot(Method::GET, &path)).await.expect(206);
    answer(world.toot(Method::GET, &path)).await.expect(200);
    world
        .post(&json!({"status": "x", "media_ids": [id(&media)]}))
        .await
        .expect(200);
    assert_eq!(world.sandbox.unaccounted(), []);
}

#[tokio::test]
async fn limits_run_by_the_clock() {
    let world = World::new().await;
    let mut last = None;
    for n in 0..31 {
        let posted = world.post(&json!({"status": n.to_string()})).await.expect(200);
        let path = format!("/api/v1/statuses/{}", id(&posted));
        last = Some(answer(world.toot(Method::DELETE, &path)).await);
    }
    let refused = last.unwrap().expect(429);
    assert_eq!(refused.text("/error"), "Too many requests");
    assert_eq!(refused.header("x-ratelimit-limit"), "30");
    assert_eq!(refused.header("x-ratelimit-remaining"), "0");
    assert_eq!(refused.header("x-ratelimit-reset"), "2026-11-02T10:30:00.000000Z");
    assert_eq!(world.toots().iter().filter(|post| !post.deleted()).count(), 1);

    let other = world.post(&json!({"status": "x"})).await.expect(200);
    assert_eq!(other.header("x-ratelimit-limit"), "300");
    assert_eq!(other.header("x-ratelimit-remaining"), (300 - 63).to_string());
    world.later(30 * 60);
    let path = format!("/api/v1/statuses/{}", id(&other));
    answer(world.toot(Method::DELETE, &path)).await.expect(200);
}

#[tokio::test]
async fn tokens_are_checked_and_can_be_revoked() {
    let world = World::new().await;
    let mastodon = &world.sandbox.network(Kind::Mastodon).clone();
    let verify = "/api/v1/accounts/verify_credentials";
    assert_eq!(
        answer(world.toot(Method::GET, verify))
            .await
            .expect(200)
            .text("/username"),
        "valbourg"
    );
    let missing = answer(world.http.get(format!("{}{verify}", mastodon.url())))
        .await
        .expect(401);
    assert_eq!(missing.text("/error"), "This method requires an authenticated user");
    assert_eq!(world.sandbox.unaccounted().len(), 1);
    mastodon.revoke(&mastodon.account().id);
    let revoked = answer(world.toot(Method::GET, verify)).await.expect(401);
    assert_eq!(revoked.text("/error"), "The access token is invalid");
    assert_eq!(
        world.sandbox.unaccounted().len(),
        1,
        "a client cannot know of a revocation"
    );
}

#[tokio::test]
async fn a_timeline_lists_newest_first_without_the_deleted() {
    let world = World::new().await;
    let mut ids = Vec::new();
    for n in 0..4 {
        world.later(1);
        ids.push(id(&world.post(&json!({"status": n.to_string()})).await.expect(200)));
    }
    answer(world.toot(Method::DELETE, &format!("/api/v1/statuses/{}", ids[2])))
        .await
        .expect(200);
    let owner = world.sandbox.network(Kind::Mastodon).account().id;
    let path = format!(
        "/api/v1/accounts/{owner}/statuses?exclude_reblogs=true&limit=2&since_id={}",
        ids[0]
    );
    let listed = answer(world.toot(Method::GET, &path)).await.expect(200);
    assert_eq!([listed.text("/0/id"), listed.text("/1/id")], [&ids[3], &ids[1]]);
    assert_eq!(listed.json.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn replies_have_their_context() {
    let world = World::new().await;
    let parent = id(&world.post(&json!({"status": "parent"})).await.expect(200));
    let reply = id(&world
        .post(&json!({"status": "réponse", "in_reply_to_id": parent}))
        .await
        .expect(200));
    let of_parent = answer(world.toot(Method::GET, &format!("/api/v1/statuses/{parent}/context")))
        .await
        .expect(200);
    assert_eq!(of_parent.text("/descendants/0/id"), reply);
    let of_reply = answer(world.toot(Method::GET, &format!("/api/v1/statuses/{reply}/context")))
        .await
        .expect(200);
    assert_eq!(of_reply.text("/ancestors/0/id"), parent);
}

#[tokio::test]
async fn an_application_signs_in_with_a_code() {
    let world = World::new().await;
    let url = world.sandbox.network(Kind::Mastodon).url();
    let app = [
        ("client_name", "b"),
        ("redirect_uris", "http://127.0.0.1/back"),
        ("scopes", "read write"),
    ];
    let app = answer(world.http.post(format!("{url}/api/v1/apps")).form(&app))
        .await
        .expect(200);
    let (client_id, secret) = (app.text("/client_id"), app.text("/client_secret"));
    let ask = format!(
        "{url}/oauth/authorize?response_type=code&client_id={client_id}&redirect_uri=http://127.0.0.1/back&state=s\
         &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"
    );
    let sent_back = answer(world.http.get(ask)).await.expect(302);
    assert_eq!(
        sent_back.header("location"),
        "http://127.0.0.1/back?code=code-1&state=s"
    );
    // The pair of RFC 7636, appendix B.
    let form = |verifier: &'static str| {
        [
            ("grant_type", "authorization_code"),
            ("client_id", client_id),
            ("client_secret", secret),
            ("code", "code-1"),
            ("redirect_uri", "http://127.0.0.1/back"),
            ("code_verifier", verifier),
        ]
    };
    let token = format!("{url}/oauth/token");
    let good = form("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    let granted = answer(world.http.post(&token).form(&good)).await.expect(200);
    assert_eq!(
        granted.text("/access_token"),
        world.sandbox.network(Kind::Mastodon).account().secret
    );
    let again = answer(world.http.post(&token).form(&good)).await.expect(400);
    assert_eq!(again.text("/error"), "invalid_grant");
}
