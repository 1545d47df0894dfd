//! How a city comes to be.

use std::{path::Path, sync::Arc, time::SystemTime};

use beffroi_api::{AppState, config::ApiConfig, router};
use beffroi_jobs::{
    http::{Http, OutboundConfig},
    push::{
        Transport,
        fcm::{Fcm, PushConfig},
    },
    run::Worker,
};
use beffroi_sandbox::{Kind, Options, Peer, Sandbox, Subscriber};
use beffroi_schema::{
    address::Addresses,
    board::Boards,
    bus::Bus,
    clock::{Clock, Timestamp},
    config::{Instance, Settings},
    files::{FileLimits, Files},
    id::{AuthorityId, Ids, ZoneId},
    store::{KEY_BYTES, Seal, Store, ZoneDraft, machine},
    value::Shape,
};
use chrono::DateTime;
use sea_orm::DatabaseConnection;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use super::{City, Zones};
use crate::{database::Database, operator::Operator, scene};

/// A Monday in June, 10:00 in Valbourg.
const START: &str = "2026-06-01T08:00:00Z";
/// Ids are the same in every run.
const SEED: u64 = 11;
/// Where residents reach the instance.
const PUBLIC_URL: &str = "https://valbourg.example/";
/// Seconds a call may take: the sandbox answers at once, or never.
const CALL_TIMEOUT_S: u64 = 5;

impl City {
    /// Valbourg on a Monday morning, without accounts, phones or sources.
    pub async fn new() -> Self {
        Self::at(DateTime::parse_from_rfc3339(START).unwrap().to_utc()).await
    }

    /// Valbourg at another time.
    pub async fn at(now: Timestamp) -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let database = Database::new().await.unwrap();
        let clock = Clock::fixed(now);
        let ids = Ids::seeded(clock.clone(), SEED);
        let files = TempDir::new().unwrap();
        let store = store(database.connection.clone(), &clock, ids, bus(), files.path());
        let (authority, zones) = valbourg(&store).await;
        let sandbox = sandbox(&clock).await;
        let operator = Operator::open().await;
        let peers = [peer(&clock).await, peer(&clock).await, peer(&clock).await];
        let subscriber = subscriber(&clock).await;
        let outside = [operator.url(), subscriber.url()];
        let worker = worker(&store, &sandbox, &outside, &peers, files.path()).await;
        let boards = Boards::open(store.clone()).await.unwrap();
        let state = AppState::new(boards.clone(), &instance(), &ApiConfig::default()).unwrap();
        let router = router(state);
        for peer in &peers {
            peer.meet(router.clone(), PUBLIC_URL);
        }
        Self {
            store,
            clock,
            boards,
            router,
            sandbox,
            operator,
            peers,
            subscriber,
            worker,
            authority,
            zones,
            database,
            files,
            left_over_expected: false.into(),
        }
    }
}

/// A store over the city's database.
pub(super) fn store(connection: DatabaseConnection, clock: &Clock, ids: Ids, bus: Bus, files: &Path) -> Store {
    let files = Files::folder(&files.join("media"), FileLimits::default()).unwrap();
    Store::new(connection, clock.clone(), ids, bus, Seal::new([7; KEY_BYTES])).with_files(files)
}

/// A worker that may call the sandbox and these others, and nobody else on this machine.
pub(super) async fn worker(store: &Store, sandbox: &Sandbox, outside: &[&str], peers: &[Peer], files: &Path) -> Worker {
    let networks = Kind::ALL.map(|kind| sandbox.network(kind).url().to_owned());
    let hosts = networks.iter().map(String::as_str).chain(outside.iter().copied());
    let hosts = hosts.chain(peers.iter().map(Peer::url));
    let outbound = OutboundConfig {
        allow_private: hosts.map(|url| url.trim_start_matches("http://").to_owned()).collect(),
        timeout_s: CALL_TIMEOUT_S,
        ..OutboundConfig::default()
    };
    let key = files.join("service-account.json");
    std::fs::write(&key, sandbox.fcm.service_account_json()).unwrap();
    let push = PushConfig {
        endpoint: sandbox.fcm.url().to_owned(),
        service_account: Some(key),
        extra_roots: None,
        connections: 1,
    };
    let fcm = Fcm::open(&push, store.clock().clone()).await.unwrap();
    Worker::new(
        store.clone(),
        Http::new(&outbound, store.clock().clone()).unwrap(),
        Addresses::below(&instance().public_url),
        fcm.map(|fcm| Box::new(fcm) as Box<dyn Transport>),
        CancellationToken::new(),
        "city",
    )
}

/// Redis where a test run names one, else the bus of this process.
fn bus() -> Bus {
    match std::env::var("BEFFROI_TEST_REDIS_URL") {
        Ok(url) if !url.is_empty() => Bus::redis(&url).unwrap(),
        Ok(_) | Err(_) => Bus::local(),
    }
}

async fn sandbox(clock: &Clock) -> Sandbox {
    let hands = clock.clone();
    let options = Options {
        clock: Arc::new(move || SystemTime::from(hands.now())),
        ..Options::default()
    };
    Sandbox::start(options).await.unwrap()
}

async fn peer(clock: &Clock) -> Peer {
    let hands = clock.clone();
    Peer::start(Arc::new(move || SystemTime::from(hands.now())))
        .await
        .unwrap()
}

async fn subscriber(clock: &Clock) -> Subscriber {
    let hands = clock.clone();
    let clock = Arc::new(move || SystemTime::from(hands.now()));
    Subscriber::start(clock).await.unwrap()
}

fn instance() -> Instance {
    let settings = Settings::parse(&format!("public_url = \"{PUBLIC_URL}\"")).unwrap();
    settings.instance(&[]).unwrap()
}

async fn valbourg(store: &Store) -> (AuthorityId, Zones) {
    let by = machine("test");
    let authority = store
        .create_authority(scene::commune("valbourg"), &by)
        .await
        .unwrap()
        .id;
    let zones = Zones {
        centre: zone(store, authority, "centre", 1.44).await,
        faubourg: zone(store, authority, "faubourg", 1.45).await,
    };
    (authority, zones)
}

async fn zone(store: &Store, authority: AuthorityId, slug: &str, west: f64) -> ZoneId {
    let (east, south, north) = (west + 0.01, 43.60, 43.61);
    let ring = format!("[[{west},{south}],[{east},{south}],[{east},{north}],[{west},{north}],[{west},{south}]]");
    let shape: Shape = serde_json::from_str(&format!(r#"{{"type":"Polygon","coordinates":[{ring}]}}"#)).unwrap();
    let (slug, name) = (slug.to_owned(), slug.to_owned());
    let (draft, by) = (ZoneDraft { slug, name, shape }, machine("test"));
    store.put_zone(authority, draft, &by).await.unwrap().id
}
