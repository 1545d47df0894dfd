//! Our actors against Fedify: it finds one, follows it, verifies what it is told, and answers.

use std::{
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
};

use beffroi_api::{AppState, config::ApiConfig, router};
use beffroi_jobs::{
    http::{Http, OutboundConfig},
    run::Worker,
};
use beffroi_schema::{
    address::Addresses,
    board::Boards,
    bus::Bus,
    clock::Clock,
    config::Settings,
    draft::Draft,
    entity::{authority, federated_actor, federated_request},
    id::{Ids, ItemId},
    store::{KEY_BYTES, NewFederatedActor, Seal, Store, machine},
    value::{ItemContent, Label, RequestState, Scope},
};
use beffroi_tests::{database::Database, process::until, scene};
use sea_orm::EntityTrait as _;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinSet};
use tokio_util::sync::CancellationToken;

use super::counterpart;

/// A real server with one person, Léa.
struct Fedify {
    here: Here,
    server: Child,
}

#[derive(Deserialize)]
struct Here {
    url: String,
    person: String,
}

impl Fedify {
    fn start(folder: &Path, knock: &str) -> Self {
        let mut server = Command::new("node")
            .arg("peer.mjs")
            .env("FIRST_KNOCK", knock)
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(server.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let here = serde_json::from_str(&line).unwrap();
        Self { here, server }
    }

    /// Has Léa do something.
    async fn does(&self, what: &str, asked: Value) -> Value {
        let url = format!("{}/control/{what}", self.here.url);
        let answer = reqwest_post(&url, asked.to_string()).await;
        assert_eq!(answer.0, 200, "{what}: {}", answer.1);
        serde_json::from_str(&answer.1).unwrap()
    }

    /// What Fedify verified, of this type.
    async fn received(&self, kind: &str) -> Vec<Value> {
        let all = self.does("received", json!({})).await;
        let of_kind = all.as_array().unwrap().iter().filter(|one| one["type"] == kind);
        of_kind.cloned().collect()
    }
}

impl Drop for Fedify {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

async fn reqwest_post(url: &str, body: String) -> (u16, String) {
    #[expect(clippy::disallowed_methods, reason = "a test speaks to a server of its own")]
    let client = reqwest::Client::new();
    let answer = client
        .post(url)
        .header("content-type", "application/activity+json")
        .body(body)
        .send()
        .await
        .unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// The town on a port of its own, with the machine's clock: a real server knows no other.
struct Town {
    store: Store,
    database: Database,
    authority: authority::Model,
    url: String,
    _serving: JoinSet<()>,
    _working: tokio_util::sync::DropGuard,
}

impl Town {
    async fn open(private: &str) -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let database = Database::new().await.unwrap();
        let clock = Clock::system();
        let store = Store::new(
            database.connection.clone(),
            clock.clone(),
            Ids::random(clock.clone()),
            Bus::local(),
            Seal::new([7; KEY_BYTES]),
        );
        let authority = store
            .create_authority(scene::commune("valbourg"), &machine("test"))
            .await
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let instance = Settings::parse(&format!("public_url = \"{url}\"")).unwrap();
        let instance = instance.instance(&[]).unwrap();
        let boards = Boards::open(store.clone()).await.unwrap();
        let state = AppState::new(boards, &instance, &ApiConfig::default()).unwrap();
        let app = router(state).into_make_service_with_connect_info::<SocketAddr>();
        let outbound = OutboundConfig {
            allow_private: vec![private.trim_start_matches("http://").to_owned()],
            ..OutboundConfig::default()
        };
        let http = Http::new(&outbound, clock).unwrap();
        let stop = CancellationToken::new();
        let worker = Worker::new(
            store.clone(),
            http,
            Addresses::below(&instance.public_url),
            None,
            stop.clone(),
            "fedify",
        );
        let mut serving = JoinSet::new();
        serving.spawn(async move { axum::serve(listener, app).await.unwrap() });
        serving.spawn(Arc::new(worker).run());
        Self {
            store,
            database,
            authority,
            url,
            _serving: serving,
            _working: stop.drop_guard(),
        }
    }

    async fn actor(&self) -> federated_actor::Model {
        let new = NewFederatedActor {
            authority: self.authority.id,
            name: "actualites".to_owned(),
            topic: None,
            title: "Ville de Valbourg".to_owned(),
            summary: Label::default(),
            icon: None,
        };
        self.store.create_federated_actor(new, &machine("test")).await.unwrap()
    }

    async fn publish(&self, content: ItemContent) -> ItemId {
        let (draft, by) = (
            Draft {
                authority: self.authority.id,
                content,
                key: None,
            },
            machine("test"),
        );
        let item = self.store.create_draft(draft, &by).await.unwrap().row;
        self.store
            .publish(&Scope::Instance, item.id, item.version, &by)
            .await
            .unwrap();
        item.id
    }

    async fn followers(&self, actor: &federated_actor::Model) -> u64 {
        self.store.federated_standing(actor.id).await.unwrap().followers
    }
}

#[tokio::test]
async fn a_real_server_follows_us_and_verifies_what_we_say() {
    let Some(folder) = counterpart(
        "BEFFROI_FEDIFY_DIR",
        "our actors against a real server of the fediverse",
    ) else {
        return;
    };
    // The signatures of all of the fediverse, and those of the standard.
    for knock in ["draft-cavage-http-signatures-12", "rfc9421"] {
        let lea = Fedify::start(&folder, knock);
        let town = Town::open(&lea.here.url).await;
        let actor = town.actor().await;
        found_and_followed(&town, &lea, &actor).await;
        told(&town, &lea).await;
        refused(&town, &lea).await;
        let me = format!("{}/federation/actualites", town.url);
        lea.does("unfollow", json!({ "actor": me })).await;
        until("Léa follows no longer", async || {
            (town.followers(&actor).await == 0).then_some(())
        })
        .await
        .unwrap();
    }
}

async fn found_and_followed(town: &Town, lea: &Fedify, actor: &federated_actor::Model) {
    let me = format!("{}/federation/actualites", town.url);
    let finger = lea.does("webfinger", json!({ "address": me })).await;
    let host = town.url.trim_start_matches("http://");
    assert_eq!(finger["subject"], json!(format!("acct:actualites@{host}")));
    let look = lea.does("look", json!({ "address": me })).await;
    assert_eq!((&look["type"], &look["id"]), (&json!("Organization"), &json!(me)));
    lea.does("follow", json!({ "actor": me })).await;
    let accepted = until("our Accept", async || lea.received("Accept").await.pop())
        .await
        .unwrap();
    assert_eq!(accepted["actor"], json!(me));
    assert_eq!(accepted["object"]["actor"], json!(lea.here.person));
    assert_eq!(town.followers(actor).await, 1);
}

async fn told(town: &Town, lea: &Fedify) {
    let (item, object) = created_and_answered(town, lea).await;
    amended(town, lea, item).await;
    event(town, lea).await;
    withdrawn(town, lea, item, &object).await;
}

async fn created_and_answered(town: &Town, lea: &Fedify) -> (ItemId, String) {
    let item = town
        .publish(scene::in_english(scene::article("Le pont ferme"), "The bridge closes"))
        .await;
    let object = format!("{}/federation/actualites/items/{item}", town.url);
    let create = until("our Create", async || lea.received("Create").await.pop())
        .await
        .unwrap();
    assert_eq!(
        (&create["object"]["id"], &create["object"]["type"]),
        (&json!(object), &json!("Note"))
    );
    assert!(
        create["object"].to_string().contains("The bridge closes"),
        "in both languages: {create:#}"
    );
    let read = lea.does("look", json!({ "address": object })).await;
    assert_eq!(
        read["attributedTo"],
        json!(format!("{}/federation/actualites", town.url))
    );

    lea.does(
        "reply",
        json!({ "actor": read["attributedTo"], "object": object, "number": 1, "content": "<p>Merci <b>!</b></p>" }),
    )
    .await;
    let reply = until("Léa's answer", async || {
        town.store.federated_replies(item).await.unwrap().pop()
    })
    .await
    .unwrap();
    assert_eq!(
        (reply.text.as_str(), &reply.peer, reply.public),
        ("Merci !", &lea.here.person, true)
    );

    (item, object)
}

async fn amended(town: &Town, lea: &Fedify, item: ItemId) {
    let row = town.store.item(&Scope::Instance, item).await.unwrap().unwrap();
    let (mut content, by) = (row.content, machine("test"));
    content
        .texts
        .0
        .values_mut()
        .for_each(|text| text.title.push_str(" demain"));
    let amended = town.store.amend(&Scope::Instance, item, row.row.version, content, &by);
    amended.await.unwrap();
    let update = until("our Update", async || lea.received("Update").await.pop())
        .await
        .unwrap();
    assert!(
        update["object"].to_string().contains("ferme demain") && update["object"]["updated"].is_string(),
        "{update:#}"
    );
}

async fn event(town: &Town, lea: &Fedify) {
    let market = town.publish(scene::market()).await;
    let event = until("our event", async || {
        let created = lea.received("Create").await;
        created.into_iter().find(|one| one["object"]["type"] == "Event")
    });
    let event = event.await.unwrap();
    assert!(event["object"]["id"].as_str().unwrap().ends_with(&market.to_string()));
    assert!(
        event["object"]["startTime"].is_string() && event["object"]["location"].is_object(),
        "{event:#}"
    );
}

async fn withdrawn(town: &Town, lea: &Fedify, item: ItemId, object: &str) {
    let by = machine("test");
    let version = town
        .store
        .item(&Scope::Instance, item)
        .await
        .unwrap()
        .unwrap()
        .row
        .version;
    let withdrawn = town.store.withdraw(&Scope::Instance, item, version, &by);
    withdrawn.await.unwrap();
    let delete = until("our Delete", async || lea.received("Delete").await.pop())
        .await
        .unwrap();
    assert_eq!(
        (&delete["object"]["type"], &delete["object"]["id"]),
        (&json!("Tombstone"), &json!(object))
    );
}

async fn refused(town: &Town, lea: &Fedify) {
    let forged = json!({ "@context": "https://www.w3.org/ns/activitystreams", "id": "https://x.example/1",
        "type": "Create", "actor": "https://x.example/u", "object": "https://x.example/o" });
    let theirs = reqwest_post(&format!("{}/inbox", lea.here.url), forged.to_string()).await;
    let ours = reqwest_post(&format!("{}/federation/inbox", town.url), forged.to_string()).await;
    assert_eq!((theirs.0, ours.0), (401, 401));
    let rows = federated_request::Entity::find()
        .all(&town.database.connection)
        .await
        .unwrap();
    let wrong: Vec<_> = rows.iter().filter(|row| row.state != RequestState::Done).collect();
    assert!(wrong.is_empty(), "whatever Fedify sent was believed: {wrong:#?}");
}
