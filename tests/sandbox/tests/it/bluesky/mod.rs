mod sessions;

use beffroi_sandbox::{Fault, Kind, Operation, Post};
use reqwest::RequestBuilder;
use serde_json::{Value, json};

use crate::world::{Answer, World, answer, no_answer};

const RKEY: &str = "3lzfcijpj2z2a";

/// A signed-in client.
struct Sky {
    world: World,
    did: String,
    access: String,
    refresh: String,
}

impl Sky {
    async fn new() -> Self {
        let world = World::new().await;
        let account = world.sandbox.network(Kind::Bluesky).account();
        let session = sign_in(&world, &account.handle, &account.secret).await.expect(200);
        let part = |pointer: &str| session.text(pointer).to_owned();
        Self {
            did: part("/did"),
            access: part("/accessJwt"),
            refresh: part("/refreshJwt"),
            world,
        }
    }

    fn procedure(&self, nsid: &str) -> RequestBuilder {
        self.world.http.post(self.url(nsid)).bearer_auth(&self.access)
    }

    fn query(&self, nsid: &str) -> RequestBuilder {
        self.world.http.get(self.url(nsid)).bearer_auth(&self.access)
    }

    fn url(&self, nsid: &str) -> String {
        format!("{}/xrpc/{nsid}", self.world.sandbox.network(Kind::Bluesky).url())
    }

    fn put_request(&self, rkey: &str, record: &Value) -> RequestBuilder {
        let body = json!({"repo": self.did, "collection": "app.bsky.feed.post", "rkey": rkey, "record": record});
        self.procedure("com.atproto.repo.putRecord").json(&body)
    }

    async fn put(&self, rkey: &str, record: &Value) -> Answer {
        answer(self.put_request(rkey, record)).await
    }

    async fn delete(&self, rkey: &str) -> Answer {
        let body = json!({"repo": self.did, "collection": "app.bsky.feed.post", "rkey": rkey});
        answer(self.procedure("com.atproto.repo.deleteRecord").json(&body)).await
    }

    async fn get(&self, rkey: &str) -> Answer {
        let query = [
            ("repo", self.did.as_str()),
            ("collection", "app.bsky.feed.post"),
            ("rkey", rkey),
        ];
        answer(self.query("com.atproto.repo.getRecord").query(&query)).await
    }

    async fn upload(&self, content_type: &str, bytes: usize) -> Answer {
        let request = self
            .procedure("com.atproto.repo.uploadBlob")
            .header("content-type", content_type);
        answer(request.body(vec![7; bytes])).await
    }

    fn posts(&self) -> Vec<Post> {
        self.world.sandbox.network(Kind::Bluesky).posts(&self.did)
    }
}

async fn sign_in(world: &World, identifier: &str, password: &str) -> Answer {
    let url = format!(
        "{}/xrpc/com.atproto.server.createSession",
        world.sandbox.network(Kind::Bluesky).url()
    );
    answer(
        world
            .http
            .post(url)
            .json(&json!({"identifier": identifier, "password": password})),
    )
    .await
}

fn record(text: &str) -> Value {
    json!({"$type": "app.bsky.feed.post", "text": text, "createdAt": "2026-11-02T10:00:00.000Z", "langs": ["fr"]})
}

#[tokio::test]
async fn a_post_is_put_read_reworded_and_deleted() {
    let sky = Sky::new().await;
    let put = sky.put(RKEY, &record("Tram B arrêté")).await.expect(200);
    assert_eq!(put.text("/uri"), format!("at://{}/app.bsky.feed.post/{RKEY}", sky.did));
    assert!(put.text("/cid").starts_with("bafyrei"));
    assert_eq!(sky.get(RKEY).await.expect(200).text("/value/text"), "Tram B arrêté");

    let again = sky.put(RKEY, &record("Tram B arrêté")).await.expect(200);
    assert_eq!(again.text("/cid"), put.text("/cid"));
    assert_eq!(again.json["commit"], Value::Null, "nothing to commit");
    let reworded = sky.put(RKEY, &record("Tram B reparti")).await.expect(200);
    assert_ne!(reworded.text("/cid"), put.text("/cid"));

    let views = answer(sky.query("app.bsky.feed.getPosts").query(&[("uris", put.text("/uri"))]))
        .await
        .expect(200);
    assert_eq!(views.text("/posts/0/record/text"), "Tram B reparti");
    assert_eq!(views.text("/posts/0/author/handle"), "valbourg.test");
    sky.delete(RKEY).await.expect(200);
    assert_eq!(sky.delete(RKEY).await.expect(200).json, json!({}));
    assert_eq!(sky.get(RKEY).await.expect(400).text("/error"), "RecordNotFound");

    let posts = sky.posts();
    assert_eq!(posts.len(), 1);
    assert!(posts[0].deleted() && posts[0].edited_at.is_some());
    assert_eq!(
        (posts[0].text.as_str(), posts[0].history[0].text.as_str()),
        ("Tram B reparti", "Tram B arrêté")
    );
    assert_eq!(posts[0].language.as_deref(), Some("fr"));
    assert_eq!(sky.world.sandbox.unaccounted(), []);
}

#[tokio::test]
async fn a_swap_guards_creation() {
    let sky = Sky::new().await;
    let put = |swap: Value, text: &str| {
        let body = json!({"repo": sky.did, "collection": "app.bsky.feed.post", "rkey": RKEY,
                          "record": record(text), "swapRecord": swap});
        answer(sky.procedure("com.atproto.repo.putRecord").json(&body))
    };
    let first = put(Value::Null, "un").await.expect(200);
    put(Value::Null, "un").await.expect(200);
    let refused = put(Value::Null, "deux").await.expect(400);
    assert_eq!(refused.text("/error"), "InvalidSwap");
    assert_eq!(
        refused.text("/message"),
        format!("Record was at {}", first.text("/cid"))
    );
    put(json!(first.text("/cid")), "deux").await.expect(200);
    put(json!(first.text("/cid")), "trois").await.expect(400);
    assert_eq!(sky.world.sandbox.unaccounted(), []);
}

#[tokio::test]
async fn keys_are_tids_and_creation_makes_one() {
    let sky = Sky::new().await;
    let refused = sky.put("event-123", &record("x")).await.expect(400);
    assert_eq!(refused.text("/error"), "InvalidRequest");
    let create = |rkey: Option<&str>| {
        let body = json!({"repo": "valbourg.test", "collection": "app.bsky.feed.post", "rkey": rkey,
                          "record": record("x")});
        answer(sky.procedure("com.atproto.repo.createRecord").json(&body))
    };
    let created = create(None).await.expect(200);
    let rkey = created.text("/uri").rsplit('/').next().unwrap();
    assert_eq!(rkey.len(), 13);
    create(Some(rkey)).await.expect(500);
    assert_eq!(sky.posts().len(), 1);
}

#[tokio::test]
async fn text_is_counted_in_graphemes_and_bytes() {
    let sky = Sky::new().await;
    sky.put(RKEY, &record(&"é".repeat(300))).await.expect(200);
    let refused = sky.put(RKEY, &record(&"é".repeat(301))).await.expect(400);
    assert_eq!(
        refused.text("/message"),
        "Invalid app.bsky.feed.post record: grapheme too big (maximum 300, got 301) at $.record.text"
    );
    let family = "👩‍👩‍👧‍👦".repeat(121);
    let refused = sky.put(RKEY, &record(&family)).await.expect(400);
    assert!(
        refused
            .text("/message")
            .contains("string too big (maximum 3000, got 3025)")
    );
}

#[tokio::test]
async fn records_keep_their_lexicon() {
    let sky = Sky::new().await;
    let with = |key: &str, value: Value| {
        let mut record = record("x");
        record[key] = value;
        record
    };
    let mut undated = record("x");
    undated.as_object_mut().unwrap().remove("createdAt");
    let wrong = [
        undated,
        with("createdAt", json!("hier")),
        with("langs", json!(["fr", "en", "de", "it"])),
        with("$type", json!("app.bsky.feed.like")),
        with(
            "embed",
            json!({"$type": "app.bsky.embed.external", "external": {"uri": "https://a.fr", "title": "x"}}),
        ),
    ];
    for record in &wrong {
        assert_eq!(
            sky.put(RKEY, record).await.expect(400).text("/error"),
            "InvalidRequest",
            "{record}"
        );
    }
    assert_eq!(sky.posts(), []);
    let unaccounted = sky.world.sandbox.unaccounted().len();
    assert_eq!(unaccounted, wrong.len());
}

#[tokio::test]
async fn facets_must_cover_whole_characters() {
    let sky = Sky::new().await;
    let text = "Été à Lyon 🎆 https://a.fr";
    let with_facet = |start: usize, end: usize| {
        let mut record = record(text);
        let link = json!({"$type": "app.bsky.richtext.facet#link", "uri": "https://a.fr"});
        record["facets"] = json!([{"index": {"byteStart": start, "byteEnd": end}, "features": [link]}]);
        record
    };
    sky.put(RKEY, &with_facet(19, 31)).await.expect(200);
    assert_eq!(sky.world.sandbox.unaccounted(), []);
    // The server takes these; a correct client does not send them.
    for (start, end) in [(1, 5), (19, 32), (5, 5)] {
        sky.put(RKEY, &with_facet(start, end)).await.expect(200);
    }
    assert_eq!(sky.world.sandbox.unaccounted().len(), 3);
}

#[tokio::test]
async fn images_need_their_blob_and_alt_text() {
    let sky = Sky::new().await;
    let blob = sky.upload("image/jpeg", 2000).await.expect(200).json["blob"].clone();
    assert_eq!(blob["size"], 2000);
    let with_images = |images: Value| {
        let mut record = record("x");
        record["embed"] = json!({"$type": "app.bsky.embed.images", "images": images});
        record
    };
    sky.put(RKEY, &with_images(json!([{"alt": "Un tram", "image": blob}])))
        .await
        .expect(200);
    let images = &sky.posts()[0].images;
    assert_eq!((images[0].alt.as_str(), images[0].bytes_len), ("Un tram", 2000));

    let refused = sky.put(RKEY, &with_images(json!([{"image": blob}]))).await.expect(400);
    assert!(
        refused
            .text("/message")
            .contains("Missing required key \"alt\" at $.record.embed.images[0]")
    );
    sky.put(RKEY, &with_images(json!(vec![json!({"alt": "", "image": blob}); 5])))
        .await
        .expect(400);
    let unknown = json!([{"alt": "", "image": {"ref": {"$link": "bafkrei"}}}]);
    assert_eq!(
        sky.put(RKEY, &with_images(unknown)).await.expect(400).text("/error"),
        "BlobNotFound"
    );
    let big = sky.upload("image/png", 2_000_001).await.expect(200).json["blob"].clone();
    let big = with_images(json!([{"alt": "", "image": big}]));
    assert_eq!(sky.put(RKEY, &big).await.expect(400).text("/error"), "BlobTooLarge");
    let text = sky.upload("text/plain", 10).await.expect(200).json["blob"].clone();
    let text = with_images(json!([{"alt": "", "image": text}]));
    assert_eq!(sky.put(RKEY, &text).await.expect(400).text("/error"), "InvalidMimeType");
    sky.upload("image/png", 5 * 1024 * 1024 + 1).await.expect(413);
}

#[tokio::test]
async fn a_link_card_is_what_the_client_wrote() {
    let sky = Sky::new().await;
    let thumb = sky.upload("image/jpeg", 10).await.expect(200).json["blob"].clone();
    let mut post = record("x");
    post["embed"] = json!({"$type": "app.bsky.embed.external", "external": {
        "uri": "https://valbourg.example/i/1", "title": "Tram B", "description": "Arrêté", "thumb": thumb}});
    sky.put(RKEY, &post).await.expect(200);
    let card = sky.posts()[0].card.clone().unwrap();
    assert_eq!(
        (card.url.as_str(), card.title.as_deref()),
        ("https://valbourg.example/i/1", Some("Tram B"))
    );
}

#[tokio::test]
async fn the_tightest_budget_is_told() {
    let sky = Sky::new().await;
    let put = sky.put(RKEY, &record("x")).await.expect(200);
    assert_eq!(
        (put.header("ratelimit-policy"), put.header("ratelimit-remaining")),
        ("3000;w=300", "2999")
    );
    let blob = sky.upload("image/png", 10).await.expect(200);
    assert_eq!(
        (blob.header("ratelimit-policy"), blob.header("ratelimit-remaining")),
        ("1000;w=86400", "999")
    );
}

#[tokio::test]
async fn the_server_and_its_people_can_be_found() {
    let sky = Sky::new().await;
    answer(sky.query("_health")).await.expect(200);
    let described = answer(sky.query("com.atproto.server.describeServer")).await.expect(200);
    assert_eq!(described.text("/availableUserDomains/0"), ".test");
    let resolve = |handle: &'static str| {
        sky.query("com.atproto.identity.resolveHandle")
            .query(&[("handle", handle)])
    };
    assert_eq!(answer(resolve("valbourg.test")).await.expect(200).text("/did"), sky.did);
    answer(resolve("nobody.test")).await.expect(400);
    let document = format!("{}/{}", sky.world.sandbox.network(Kind::Bluesky).url(), sky.did);
    let document = answer(sky.world.http.get(document)).await.expect(200);
    assert_eq!(
        document.text("/service/0/serviceEndpoint"),
        sky.world.sandbox.network(Kind::Bluesky).url()
    );
}

#[tokio::test]
async fn records_are_listed_newest_first_and_threads_hold_replies() {
    let sky = Sky::new().await;
    let keys = ["3lzfcijpj2z2a", "3lzfcijpj2z2b", "3lzfcijpj2z2c"];
    let parent = sky.put(keys[0], &record("un")).await.expect(200);
    let link = json!({"uri": parent.text("/uri"), "cid": parent.text("/cid")});
    let mut reply = record("deux");
    reply["reply"] = json!({"root": link, "parent": link});
    sky.put(keys[1], &reply).await.expect(200);
    sky.put(keys[2], &record("trois")).await.expect(200);
    let list = |cursor: &'static str| {
        let query = [
            ("repo", sky.did.clone()),
            ("collection", "app.bsky.feed.post".to_owned()),
            ("limit", "2".to_owned()),
            ("cursor", cursor.to_owned()),
        ];
        let query = query
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .collect::<Vec<_>>();
        answer(sky.query("com.atproto.repo.listRecords").query(&query))
    };
    let first = list("").await.expect(200);
    assert_eq!(
        [first.text("/records/0/value/text"), first.text("/records/1/value/text")],
        ["trois", "deux"]
    );
    assert_eq!(
        list("3lzfcijpj2z2b").await.expect(200).text("/records/0/value/text"),
        "un"
    );

    let thread = sky
        .query("app.bsky.feed.getPostThread")
        .query(&[("uri", parent.text("/uri"))]);
    assert_eq!(
        answer(thread)
            .await
            .expect(200)
            .text("/thread/replies/0/post/record/text"),
        "deux"
    );
}

#[tokio::test]
async fn every_fault_has_its_words() {
    let sky = Sky::new().await;
    let bluesky = &sky.world.sandbox.network(Kind::Bluesky).clone();
    let faults = [
        (Fault::RateLimited { retry_after_s: 30 }, 429, "RateLimitExceeded"),
        (Fault::ServerError, 500, "InternalServerError"),
        (Fault::TokenRevoked, 400, "InvalidToken"),
        (Fault::ExpiredToken, 400, "ExpiredToken"),
        (Fault::Refused("Interdit".to_owned()), 400, "InvalidRequest"),
    ];
    for (fault, status, error) in faults {
        bluesky.next(Operation::Create, fault);
        assert_eq!(sky.put(RKEY, &record("x")).await.expect(status).text("/error"), error);
    }
    bluesky.next(Operation::Create, Fault::Cut);
    no_answer(sky.put_request(RKEY, &record("x"))).await;
    assert_eq!(sky.posts(), []);
    bluesky.next(Operation::Create, Fault::CommitThenCut);
    no_answer(sky.put_request(RKEY, &record("x"))).await;
    assert_eq!(sky.posts().len(), 1);
    // The record is there now: the same call is an edit.
    bluesky.next(Operation::Edit, Fault::CommitThenServerError);
    sky.put(RKEY, &record("y")).await.expect(500);
    assert_eq!(sky.posts()[0].text, "y");
    assert_eq!(sky.world.sandbox.unaccounted(), []);
}
