//! Our Bluesky client against a real PDS.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use beffroi_jobs::networks::{
    DeliveryError, Pocket, SocialNetwork,
    registry::{AccountSettings, BlueskySettings},
};
use beffroi_schema::{
    clock::Clock,
    value::{Card, RemotePost},
};
use beffroi_tests::process::until;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::{LINK, counterpart, http, key, picture, post};

const TEXT: &str = "Été : le tram B est à l’arrêt 🚊 https://ville.example/é #TramB";

/// A server with one account.
struct Pds {
    here: Here,
    server: Child,
}

/// What `start.mjs` says when it is ready.
#[derive(Deserialize)]
struct Here {
    url: Url,
    handle: String,
    did: String,
    app_password: String,
}

impl Pds {
    fn start(folder: &Path) -> Self {
        let mut server = Command::new("node")
            .arg("start.mjs")
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        // It gives up by itself when it is not ready in time.
        BufReader::new(server.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let here = serde_json::from_str(&line).unwrap();
        Self { here, server }
    }

    fn account(&self) -> Box<dyn SocialNetwork> {
        let settings = AccountSettings::Bluesky(BlueskySettings {
            pds: self.here.url.clone(),
            identifier: self.here.handle.clone(),
            edits: true,
            app: "https://bsky.app".parse().unwrap(),
            video: self.here.url.clone(),
        });
        settings.open(Pocket::with(self.here.app_password.clone()), &http(&self.here.url))
    }

    /// A post's record, as anybody reads it; none when it is not there.
    async fn record(&self, post: &RemotePost) -> Option<Value> {
        let rkey = post.id.rsplit('/').next().unwrap();
        let mut url = self.here.url.join("/xrpc/com.atproto.repo.getRecord").unwrap();
        url.query_pairs_mut()
            .append_pair("repo", &self.here.did)
            .append_pair("collection", "app.bsky.feed.post")
            .append_pair("rkey", rkey);
        let answer = reqwest::get(url).await.unwrap();
        let found = answer.status().is_success();
        let mut record: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        found.then(|| record["value"].take())
    }

    /// It takes its data away with it, given the time.
    async fn stop(mut self) {
        drop(self.server.stdin.take());
        until("the PDS ends", async || self.server.try_wait().unwrap())
            .await
            .unwrap();
    }
}

impl Drop for Pds {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

#[tokio::test]
async fn a_real_pds_takes_what_we_send() {
    let Some(folder) = counterpart("BEFFROI_PDS_DIR", "Bluesky against a real PDS") else {
        return;
    };
    let pds = Pds::start(&folder);
    // One account throughout: servers allow few sign-ins.
    let account = pds.account();
    let (health, capabilities) = account.check().await.unwrap();
    assert_eq!(
        (health.handle.as_str(), capabilities.edit),
        (pds.here.handle.as_str(), true)
    );

    words_links_and_tags(&pds, account.as_ref()).await;
    a_card_and_pictures(&pds, account.as_ref()).await;
    the_life_of_a_post(&pds, account.as_ref()).await;
    what_is_refused(account.as_ref()).await;
    pds.stop().await;
}

async fn words_links_and_tags(pds: &Pds, account: &dyn SocialNetwork) {
    let remote = account.publish(&post(TEXT), key(1)).await.unwrap();
    assert!(
        remote
            .id
            .starts_with(&format!("at://{}/app.bsky.feed.post/", pds.here.did))
    );
    let record = pds.record(&remote).await.unwrap();
    assert_eq!((&record["text"], &record["langs"]), (&json!(TEXT), &json!(["fr"])));
    let marked: Vec<&str> = record["facets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|facet| {
            let bound = |name: &str| usize::try_from(facet["index"][name].as_u64().unwrap()).unwrap();
            &TEXT[bound("byteStart")..bound("byteEnd")]
        })
        .collect();
    assert_eq!(marked, ["https://ville.example/é", "#TramB"]);
}

async fn a_card_and_pictures(pds: &Pds, account: &dyn SocialNetwork) {
    let mut with_card = post("Le tram B est à l’arrêt");
    with_card.card = Some(Card {
        title: "Tram B".to_owned(),
        description: "À l’arrêt".to_owned(),
    });
    let remote = account.publish(&with_card, key(2)).await.unwrap();
    let embed = &pds.record(&remote).await.unwrap()["embed"];
    assert_eq!(embed["$type"], "app.bsky.embed.external");
    assert_eq!(embed["external"]["uri"], LINK);

    let mut with_picture = post("Le tram B est à l’arrêt");
    with_picture.pictures = vec![picture("Une rame à quai")];
    let remote = account.publish(&with_picture, key(3)).await.unwrap();
    let embed = &pds.record(&remote).await.unwrap()["embed"];
    assert_eq!(embed["$type"], "app.bsky.embed.images");
    assert_eq!(embed["images"][0]["alt"], "Une rame à quai");
}

async fn the_life_of_a_post(pds: &Pds, account: &dyn SocialNetwork) {
    let (first, since) = (post("Le tram B est à l’arrêt"), Clock::system().now());
    assert_eq!(account.find(&first, key(4), since).await, Ok(None));
    let remote = account.publish(&first, key(4)).await.unwrap();
    let again = account.publish(&first, key(4)).await.unwrap();
    assert_eq!(again, remote, "the same delivery twice is one record");
    assert_eq!(account.find(&first, key(4), since).await, Ok(Some(remote.clone())));
    let other = account.publish(&post("Autre chose"), key(4)).await;
    let there = account
        .publish(
            &super::Rendered {
                text: "Autre chose".to_owned(),
                ..first.clone()
            },
            key(4),
        )
        .await;
    assert_eq!(there, Ok(remote.clone()), "what stands in its place is its post");
    assert_ne!(other.unwrap().id, remote.id, "a later rendering has a place of its own");

    let amended = account.amend(&remote, &post("Le tram B repart"), key(5)).await.unwrap();
    assert_eq!(amended.id, remote.id);
    assert_ne!(amended.extra, remote.extra, "its content has another hash");
    let record = pds.record(&remote).await.unwrap();
    assert_eq!(record["text"], "Le tram B repart");

    let answer = account.reply(&amended, &post("✅ Terminé"), key(6)).await.unwrap();
    let record = pds.record(&answer).await.unwrap();
    let parent = json!({ "uri": amended.id, "cid": amended.extra["cid"] });
    assert_eq!(record["reply"], json!({ "root": parent, "parent": parent }));

    for _ in 0..2 {
        assert_eq!(account.withdraw(&remote).await, Ok(()));
    }
    assert_eq!(pds.record(&remote).await, None);
    let gone = account.amend(&remote, &first, key(7)).await;
    assert!(matches!(gone, Err(DeliveryError::Gone(_))), "{gone:?}");
}

async fn what_is_refused(account: &dyn SocialNetwork) {
    let long = account.publish(&post(&"é".repeat(301)), key(8)).await;
    let Err(DeliveryError::Refused(reason)) = long else {
        panic!("{long:?}")
    };
    assert!(
        reason.contains("maximum 300, got 301"),
        "the server's own sentence: {reason}"
    );
}
