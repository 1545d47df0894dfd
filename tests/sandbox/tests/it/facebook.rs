#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use beffroi_sandbox::{Account, Fault, Kind, Operation, Post};
use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::world::{Answer, World, answer, no_answer};

/// The town's page.
struct Page {
    world: World,
    account: Account,
}

impl Page {
    async fn new() -> Self {
        let world = World::new().await;
        Self {
            account: world.sandbox.network(Kind::Facebook).account(),
            world,
        }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}/v25.0/{path}", self.world.sandbox.network(Kind::Facebook).url());
        self.world.http.request(method, url).bearer_auth(&self.account.secret)
    }

    async fn get(&self, path: &str) -> Answer {
        answer(self.request(Method::GET, path)).await
    }

    fn post_request(&self, body: &Value) -> RequestBuilder {
        self.request(Method::POST, &format!("{}/feed", self.account.id))
            .json(body)
    }

    async fn post(&self, body: Value) -> Answer {
        answer(self.post_request(&body)).await
    }

    async fn upload(&self, content_type: &str, bytes: usize, published: bool) -> Answer {
        let part = Part::bytes(vec![7; bytes])
            .file_name("image")
            .mime_str(content_type)
            .unwrap();
        let form = Form::new()
            .text("published", published.to_string())
            .text("alt_text_custom", "Un tram")
            .part("source", part);
        answer(
            self.request(Method::POST, &format!("{}/photos", self.account.id))
                .multipart(form),
        )
        .await
    }

    fn posts(&self) -> Vec<Post> {
        self.world.sandbox.network(Kind::Facebook).posts("valbourg")
    }
}

fn code(answer: &Answer) -> (u64, Option<u64>) {
    let error = &answer.json["error"];
    (
        error["code"].as_u64().unwrap_or_default(),
        error["error_subcode"].as_u64(),
    )
}

#[tokio::test]
async fn a_post_is_made_read_reworded_and_deleted() {
    let page = Page::new().await;
    let body =
        json!({"message": "Tram B arrêté", "link": "https://valbourg.example/i/1", "fields": "id,permalink_url"});
    let posted = page.post(body).await.expect(200);
    let id = posted.text("/id").to_owned();
    assert!(id.starts_with(&format!("{}_", page.account.id)));
    assert!(posted.text("/permalink_url").contains("/valbourg/posts/"));
    let fields = "fields=id,message,permalink_url,created_time";
    let read = page.get(&format!("{id}?{fields}")).await.expect(200);
    assert_eq!(read.text("/created_time"), "2026-11-02T10:00:00+0000");
    assert_eq!(
        answer(page.world.http.get(read.text("/permalink_url"))).await.status,
        200
    );

    page.world.later(60);
    let change = [("message", "Tram B reparti")];
    let changed = answer(page.request(Method::POST, &id).form(&change)).await.expect(200);
    assert_eq!(changed.json, json!({"success": true}));
    assert_eq!(
        answer(page.request(Method::DELETE, &id)).await.expect(200).json,
        json!({"success": true})
    );
    let gone = page.get(&id).await.expect(400);
    assert_eq!(code(&gone), (100, Some(33)));
    assert_eq!(gone.text("/error/type"), "GraphMethodException");
    assert_eq!(
        code(&answer(page.request(Method::DELETE, &id)).await.expect(400)),
        (100, Some(33))
    );

    let posts = page.posts();
    assert_eq!(posts.len(), 1);
    assert!(posts[0].deleted() && posts[0].edited_at.is_some());
    assert_eq!(posts[0].history[0].text, "Tram B arrêté");
    assert_eq!(posts[0].card.as_ref().unwrap().url, "https://valbourg.example/i/1");
    assert_eq!(page.world.sandbox.unaccounted(), []);
}

#[tokio::test]
async fn the_same_text_twice_is_a_duplicate_until_it_is_gone() {
    let page = Page::new().await;
    let first = page.post(json!({"message": "x"})).await.expect(200);
    let refused = page.post(json!({"message": "x"})).await.expect(400);
    assert_eq!(code(&refused), (506, None));
    assert!(refused.text("/error/message").contains("Duplicate status message"));
    answer(page.request(Method::DELETE, first.text("/id")))
        .await
        .expect(200);
    page.post(json!({"message": "x"})).await.expect(200);
    assert_eq!(
        page.world.sandbox.unaccounted(),
        [],
        "a duplicate is evidence, not a mistake"
    );
}

#[tokio::test]
async fn photos_are_attached_with_their_alt_text() {
    let page = Page::new().await;
    let photo = page
        .upload("image/jpeg", 3000, false)
        .await
        .expect(200)
        .text("/id")
        .to_owned();
    assert_eq!(page.posts(), []);
    let media = json!([{"media_fbid": photo}]);
    page.post(json!({"message": "x", "attached_media": media}))
        .await
        .expect(200);
    let image = page.posts()[0].images[0].clone();
    assert_eq!((image.alt.as_str(), image.bytes_len), ("Un tram", 3000));
    assert_eq!(
        code(
            &page
                .post(json!({"message": "y", "attached_media": media}))
                .await
                .expect(400)
        )
        .0,
        100
    );

    let photo = page
        .upload("image/png", 10, false)
        .await
        .expect(200)
        .text("/id")
        .to_owned();
    let form = [
        ("message", "formulaire"),
        ("attached_media[0]", &json!({"media_fbid": photo}).to_string()),
    ];
    answer(page.request(Method::POST, "me/feed").form(&form))
        .await
        .expect(200);
    assert_eq!(page.posts()[1].images.len(), 1);

    let shown = page.upload("image/png", 10, true).await.expect(200);
    assert_eq!(page.posts()[2].remote_id, shown.text("/post_id"));
}

#[tokio::test]
async fn photos_keep_their_limits() {
    let page = Page::new().await;
    let refused = page.upload("image/png", 4 * 1024 * 1024 + 1, false).await.expect(400);
    assert_eq!(code(&refused).1, Some(1_366_046));
    assert_eq!(
        code(&page.upload("text/plain", 10, false).await.expect(400)).1,
        Some(1_366_046)
    );
    let photos = vec![json!({"media_fbid": "1"}); 11];
    assert_eq!(
        code(
            &page
                .post(json!({"message": "x", "attached_media": photos}))
                .await
                .expect(400)
        )
        .0,
        100
    );
    let nothing = page.request(Method::POST, "me/photos").form(&[("published", "false")]);
    answer(nothing).await.expect(400);
    assert_eq!(page.world.sandbox.unaccounted().len(), 4);
}

#[tokio::test]
async fn published_posts_are_listed_newest_first() {
    let page = Page::new().await;
    for text in ["un", "deux", "trois"] {
        page.post(json!({"message": text})).await.expect(200);
        page.world.later(60);
    }
    page.post(json!({"message": "caché", "published": false}))
        .await
        .expect(200);
    let since = page.world.now_s() - 120;
    let path = format!(
        "{}/published_posts?fields=id,message,created_time,permalink_url",
        page.account.id
    );
    let listed = page.get(&format!("{path}&since={since}&limit=10")).await.expect(200);
    assert_eq!(
        [listed.text("/data/0/message"), listed.text("/data/1/message")],
        ["trois", "deux"]
    );
    assert_eq!(listed.json["data"].as_array().unwrap().len(), 2);

    let first = page.get(&format!("{path}&limit=1")).await.expect(200);
    let after = first.text("/paging/cursors/after");
    assert_eq!(
        page.get(&format!("{path}&limit=1&after={after}"))
            .await
            .expect(200)
            .text("/data/0/message"),
        "deux"
    );
    assert_eq!(
        page.get("me/feed?since=2026-11-02T10:02:00Z")
            .await
            .expect(200)
            .text("/data/0/message"),
        "trois"
    );
    assert_eq!(page.posts().len(), 3);
}

#[tokio::test]
async fn the_page_says_who_it_is() {
    let page = Page::new().await;
    let me = page.get("me?fields=id,name,followers_count").await.expect(200);
    assert_eq!(
        (me.text("/id"), me.text("/name")),
        (page.account.id.as_str(), "Ville de Valbourg")
    );
    assert!(me.header("x-app-usage").contains("\"call_count\":0"));
    assert!(
        me.header("x-business-use-case-usage")
            .contains("estimated_time_to_regain_access")
    );
    page.get(&format!("{}?fields=name", page.account.id)).await.expect(200);
    let refused = page.get("me?fields=nonsense").await.expect(400);
    assert!(refused.text("/error/message").contains("nonexisting field (nonsense)"));
}

#[tokio::test]
async fn the_token_may_travel_in_three_ways() {
    let page = Page::new().await;
    let (url, token) = (
        format!("{}/v25.0/me", page.world.sandbox.network(Kind::Facebook).url()),
        &page.account.secret,
    );
    answer(page.world.http.get(&url).query(&[("access_token", token)]))
        .await
        .expect(200);
    let feed = format!("{url}/feed");
    let form = [("message", "a"), ("access_token", token)];
    answer(page.world.http.post(&feed).form(&form)).await.expect(200);
    answer(
        page.world
            .http
            .post(&feed)
            .json(&json!({"message": "b", "access_token": token})),
    )
    .await
    .expect(200);
    let missing = answer(page.world.http.get(&url)).await.expect(400);
    assert_eq!(code(&missing), (104, None));
    let wrong = answer(page.world.http.get(&url).bearer_auth("wrong")).await.expect(401);
    assert_eq!(code(&wrong), (190, None));
    assert_eq!(page.world.sandbox.unaccounted().len(), 2);
    page.world.sandbox.network(Kind::Facebook).revoke(&page.account.id);
    assert_eq!(code(&page.get("me").await.expect(400)), (190, Some(460)));
    assert_eq!(page.world.sandbox.unaccounted().len(), 2);
}

#[tokio::test]
async fn another_page_and_another_version_are_refused() {
    let page = Page::new().await;
    let other = page
        .world
        .sandbox
        .network(Kind::Facebook)
        .open_account("autre", "Autre page");
    let theirs = page
        .request(Method::POST, &format!("{}/feed", other.id))
        .json(&json!({"message": "x"}));
    assert_eq!(code(&answer(theirs).await.expect(403)), (200, None));
    // A version that ended is served by the oldest that has not; one that never was is not.
    for (version, error) in [("v19.0", 104), ("v99.0", 2500)] {
        let url = format!("{}/{version}/me", page.world.sandbox.network(Kind::Facebook).url());
        let told = answer(page.world.http.get(url)).await.expect(400);
        assert_eq!(code(&told), (error, None), "{version}");
    }
    let empty = page.post(json!({})).await.expect(400);
    assert_eq!(code(&empty), (100, None));
    assert_eq!(
        code(&page.post(json!({"message": "x", "link": "no link"})).await.expect(400)),
        (100, None)
    );
    assert_eq!(page.posts(), []);
}

#[tokio::test]
async fn every_fault_has_its_words() {
    let page = Page::new().await;
    let facebook = &page.world.sandbox.network(Kind::Facebook).clone();
    let faults = [
        (Fault::RateLimited { retry_after_s: 120 }, 400, (80_001, None)),
        (Fault::ServerError, 500, (1, None)),
        (Fault::TokenRevoked, 400, (190, Some(460))),
        (Fault::ExpiredToken, 400, (190, Some(463))),
        (Fault::Refused("Interdit".to_owned()), 400, (368, Some(1_346_003))),
    ];
    for (fault, status, expected) in faults {
        facebook.next(Operation::Create, fault.clone());
        let refused = page.post(json!({"message": "x"})).await.expect(status);
        assert_eq!(code(&refused), expected);
        if matches!(fault, Fault::RateLimited { .. }) {
            assert!(
                refused
                    .header("x-business-use-case-usage")
                    .contains("\"estimated_time_to_regain_access\":2")
            );
            assert_eq!(refused.json["error"]["is_transient"], true);
        }
    }
    facebook.next(Operation::Create, Fault::Hang);
    no_answer(page.post_request(&json!({"message": "x"}))).await;
    assert_eq!(page.posts(), []);
    facebook.next(Operation::Create, Fault::CommitThenHang);
    no_answer(page.post_request(&json!({"message": "x"}))).await;
    assert_eq!(page.posts().len(), 1);
    let id = page.posts()[0].remote_id.clone();
    facebook.next(Operation::Delete, Fault::CommitThenServerError);
    answer(page.request(Method::DELETE, &id)).await.expect(500);
    assert!(page.posts()[0].deleted());
    assert_eq!(page.world.sandbox.unaccounted(), []);
}
