//! Hostile sources, through the loop that polls them: each poll is recorded with its reason, and nothing else changes.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::IntoResponse,
    routing::get,
};
use beffroi_jobs::{
    http::{Http, OutboundConfig},
    import::Imports,
};
use beffroi_schema::{
    entity::{poll, source},
    id::AuthorityId,
    store::{ItemFilter, NewSource, StoredItem, machine},
    value::{ItemStatus, Language, PollClass, Scope, SourceFormat, SourcePolicy},
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinSet};

use super::rows;
use crate::front::Front;

/// A feed as it should be.
const FEED: &str = r#"{"header":{"gtfs_realtime_version":"2.0"},"entity":[{"id":"a","alert":{
    "informed_entity":[{"route_id":"A"}],"header_text":{"translation":[{"text":"Tram A interrompu","language":"fr"}]}}}]}"#;
/// 17 MiB of zeros once unpacked.
const ZEROS: &[u8] = include_bytes!("../../fixtures/hostile/zeros.gz");
/// A timetable with one row of 2 MiB.
const ONE_ROW: &[u8] = include_bytes!("../../fixtures/hostile/one-row.zip");

/// What is answered at the one address: a status, headers, a body.
type Reply = (StatusCode, Vec<(HeaderName, &'static str)>, Vec<u8>);

/// A town, and a server that answers its polls.
struct Hostile {
    front: Front,
    http: Http,
    authority: AuthorityId,
    url: String,
    reply: Arc<std::sync::Mutex<Reply>>,
    _server: JoinSet<()>,
}

impl Hostile {
    async fn new() -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let front = Front::new().await;
        let authority = front.authority("valbourg").await;
        let reply = Arc::new(std::sync::Mutex::new((StatusCode::OK, Vec::new(), Vec::new())));
        let router = Router::new().route("/feed", get(answer)).with_state(Arc::clone(&reply));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let mut server = JoinSet::new();
        server.spawn(async move { axum::serve(listener, router).await.unwrap() });
        let config = OutboundConfig {
            allow_private: vec![host.clone()],
            ..OutboundConfig::default()
        };
        Self {
            http: Http::new(&config, front.clock.clone()).unwrap(),
            front,
            authority,
            url: format!("http://{host}/feed"),
            reply,
            _server: server,
        }
    }

    async fn source(&self, format: SourceFormat, url: &str) -> source::Model {
        let new = NewSource {
            authority: self.authority,
            format,
            name: "Trams".to_owned(),
            url: url.to_owned(),
            settings: json!({}),
            policy: SourcePolicy::Publish,
            interval_s: 10,
        };
        self.front.store.create_source(new, &machine("test")).await.unwrap()
    }

    fn replies(&self, reply: Reply) {
        *self.reply.lock().unwrap() = reply;
    }

    /// Waits until the source is due again, polls it, and answers what was written of it.
    async fn poll(&self, source: &source::Model) -> poll::Model {
        self.front.clock.advance(chrono::Duration::hours(2));
        assert!(
            Imports::new(&self.front.store, &self.http, "test")
                .step()
                .await
                .unwrap()
        );
        self.last_poll(source).await
    }

    async fn last_poll(&self, source: &source::Model) -> poll::Model {
        let polls = poll::Entity::find().filter(poll::Column::SourceId.eq(source.id));
        let last = polls
            .order_by_desc(poll::Column::At)
            .one(&self.front.database.connection);
        last.await.unwrap().unwrap()
    }

    async fn items(&self) -> Vec<StoredItem> {
        let all = ItemFilter::default();
        self.front.store.items(&Scope::Instance, &all, None, 10).await.unwrap()
    }

    async fn rows(&self) -> BTreeMap<String, i64> {
        let mut rows = rows(&self.front.database.connection).await;
        rows.remove("poll");
        rows
    }
}

async fn answer(State(reply): State<Arc<std::sync::Mutex<Reply>>>) -> impl IntoResponse {
    let (status, headers, body) = reply.lock().unwrap().clone();
    let headers = headers
        .into_iter()
        .map(|(name, value)| (name, HeaderValue::from_static(value)));
    (status, headers.collect::<HeaderMap>(), Bytes::from(body))
}

fn plain(body: impl Into<Vec<u8>>) -> Reply {
    (StatusCode::OK, Vec::new(), body.into())
}

/// A message of protocol buffers inside another, and so on.
fn nested(depth: usize) -> Vec<u8> {
    (0..depth).fold(Vec::new(), |inner, _| {
        let mut outer = vec![0x12];
        let mut length = inner.len();
        while length > 0x7f {
            outer.push(low_bits(length) | 0x80);
            length >>= 7;
        }
        outer.push(low_bits(length));
        [outer, inner].concat()
    })
}

/// The lowest seven bits, as a varint holds them.
fn low_bits(length: usize) -> u8 {
    u8::try_from(length & 0x7f).unwrap_or_default()
}

/// As ISO 8859-1, of which Unicode's first 256 characters are.
fn latin1(text: &str) -> Vec<u8> {
    text.chars().filter_map(|c| u8::try_from(u32::from(c)).ok()).collect()
}

/// What is wrong, what is answered, and a word of the reason that the poll then shows.
fn hostile_alerts() -> [(&'static str, Reply, &'static str); 14] {
    let zipped = vec![(header::CONTENT_ENCODING, "gzip")];
    let moved = vec![(header::LOCATION, "/feed")];
    let inside = vec![(header::LOCATION, "http://127.0.0.1:9/secret")];
    [
        ("a page", plain("<!doctype html><title>Bienvenue</title>"), "read"),
        ("nothing", plain(""), "read"),
        ("noise", plain(vec![0xa5; 4096]), "read"),
        ("messages without end", plain(nested(20_000)), "read"),
        (
            "lists without end",
            plain(r#"{"entity":"#.to_owned() + &"[".repeat(100_000)),
            "read",
        ),
        ("half a feed", plain(&FEED.as_bytes()[..FEED.len() / 2]), "read"),
        (
            "another charset",
            plain(latin1(&FEED.replace("interrompu", "arr\u{ea}t\u{e9}"))),
            "read",
        ),
        (
            "a bomb",
            (StatusCode::OK, zipped.clone(), ZEROS.to_vec()),
            "larger than",
        ),
        (
            "no bomb, badly packed",
            (StatusCode::OK, zipped, b"not gzip".to_vec()),
            "answer",
        ),
        ("more than is read", plain(vec![b' '; 17 << 20]), "larger than"),
        ("a circle", (StatusCode::FOUND, moved, Vec::new()), "answer"),
        ("a way inside", (StatusCode::FOUND, inside, Vec::new()), "answer"),
        (
            "a refusal",
            (StatusCode::FORBIDDEN, Vec::new(), b"non\0".to_vec()),
            "403",
        ),
        (
            "an error",
            (StatusCode::INTERNAL_SERVER_ERROR, Vec::new(), vec![b'x'; 1 << 20]),
            "500",
        ),
    ]
}

#[tokio::test]
async fn hostile_alerts_are_polls_that_failed() {
    let hostile = Hostile::new().await;
    let source = hostile.source(SourceFormat::GtfsRtAlerts, &hostile.url).await;
    hostile.replies(plain(FEED));
    let good = hostile.poll(&source).await;
    assert_eq!((good.class, good.created), (PollClass::Good, 1), "{:?}", good.reason);
    let before = hostile.rows().await;

    for (what, reply, reason) in hostile_alerts() {
        hostile.replies(reply);
        let poll = hostile.poll(&source).await;
        let said = poll.reason.unwrap_or_default();
        assert_eq!(poll.class, PollClass::Failed, "{what}: {said}");
        assert!(said.contains(reason) && said.len() < 1_000, "{what}: {said}");
        assert_eq!((poll.created, poll.revised, poll.resolved), (0, 0, 0), "{what}");
        assert_eq!(hostile.rows().await, before, "{what}");
    }

    hostile.replies(plain(FEED.replace("interrompu", "interrompu jusqu’à midi")));
    let back = hostile.poll(&source).await;
    assert_eq!(
        (back.class, back.created, back.revised),
        (PollClass::Good, 0, 1),
        "the same alert, once it is read again"
    );
}

/// Alerts that are read, and hold more than an item may.
fn alerts_beyond_measure() -> [(&'static str, Vec<Value>, &'static str); 4] {
    let text = |text: &str, language: &str| json!({ "text": text, "language": language });
    let linked = |url: String| {
        let mut alert = alert("b", "2");
        alert["alert"]["url"] = json!({ "translation": [text(&url, "fr")] });
        vec![alert]
    };
    let mut languages = alert("b", "2");
    let tags = [
        "aa", "ab", "af", "ak", "am", "ar", "as", "ay", "az", "ba", "be", "bg", "bn", "fr",
    ];
    let translation: Vec<_> = tags.iter().map(|tag| text("Ligne 2 déviée", tag)).collect();
    languages["alert"]["header_text"] = json!({ "translation": translation });
    let periods = |id: &str, line: &str, minute: i64| {
        let mut alert = alert(id, line);
        let day = |day: i64| {
            let start = 1_781_000_000 + 86_400 * day + 60 * minute;
            json!({ "start": start, "end": start + 3_600 })
        };
        alert["alert"]["active_period"] = (0..500).map(day).collect();
        alert
    };
    let many = vec![periods("b", "2", 0), periods("c", "3", 1), periods("d", "4", 2)];
    [
        (
            "a space",
            linked("https://example.org/plan du réseau".to_owned()),
            "web address",
        ),
        (
            "a long address",
            linked(format!("https://example.org/{}", "a".repeat(2_048))),
            "web address",
        ),
        ("languages", vec![languages], "14 languages"),
        ("periods", many, "1500 periods"),
    ]
}

fn alert(id: &str, line: &str) -> Value {
    json!({ "id": id, "alert": {
        "informed_entity": [{ "route_id": line }],
        "header_text": { "translation": [{ "text": format!("Ligne {line} : déviée rue Haute"), "language": "fr" }] },
    } })
}

fn feed(alerts: &[Value]) -> Reply {
    let feed = json!({ "header": { "gtfs_realtime_version": "2.0" }, "entity": alerts });
    plain(feed.to_string())
}

#[tokio::test]
async fn an_alert_beyond_measure_is_brought_within_it_and_stops_no_other() {
    for (what, alerts, issue) in alerts_beyond_measure() {
        let hostile = Hostile::new().await;
        let source = hostile.source(SourceFormat::GtfsRtAlerts, &hostile.url).await;
        let good = json!({ "id": "a", "alert": {
            "cause": "STRIKE",
            "informed_entity": [{ "route_id": "A" }],
            "header_text": { "translation": [{ "text": "Tram A interrompu", "language": "fr" }] },
        } });
        hostile.replies(feed(&[&[good], &alerts[..]].concat()));
        let poll = hostile.poll(&source).await;
        assert_eq!((poll.class, poll.created), (PollClass::Good, 2), "{what}: {poll:?}");
        let noted = poll.issues.0.iter().any(|noted| noted.detail.contains(issue));
        assert!(noted, "{what}: {:?}", poll.issues);
        for item in hostile.items().await {
            assert_eq!(item.row.status, ItemStatus::Published, "{what}: {:?}", item.row.held);
            assert!(item.content.texts.0.contains_key(&Language::french()), "{what}");
        }
    }
}

#[tokio::test]
async fn an_alert_that_loses_its_words_for_one_poll_keeps_those_it_had() {
    let hostile = Hostile::new().await;
    let source = hostile.source(SourceFormat::GtfsRtAlerts, &hostile.url).await;
    hostile.replies(plain(FEED));
    hostile.poll(&source).await;
    let [before] = hostile.items().await.try_into().unwrap();
    hostile.replies(plain(FEED.replace("Tram A interrompu", "")));
    let silent = hostile.poll(&source).await;
    assert_eq!((silent.class, silent.revised), (PollClass::Good, 0), "{silent:?}");
    let [kept] = hostile.items().await.try_into().unwrap();
    assert_eq!(
        (kept.row.status, &kept.content),
        (ItemStatus::Published, &before.content)
    );
    assert!(kept.row.held.is_some(), "and says what waits");
    hostile.replies(plain(FEED.replace("interrompu", "interrompu jusqu’à midi")));
    let back = hostile.poll(&source).await;
    assert_eq!((back.class, back.revised), (PollClass::Good, 1), "{back:?}");
    let [on] = hostile.items().await.try_into().unwrap();
    assert_eq!(on.row.held, None);
}

#[tokio::test]
async fn hostile_timetables_change_no_line() {
    let hostile = Hostile::new().await;
    let source = hostile.source(SourceFormat::GtfsStatic, &hostile.url).await;
    let before = hostile.rows().await;
    for (what, body, reason) in [
        ("a page", b"<html>".to_vec(), "read"),
        ("half an archive", ONE_ROW[..ONE_ROW.len() / 2].to_vec(), "read"),
        ("one row of 2 MiB", ONE_ROW.to_vec(), "one row"),
        ("nothing", Vec::new(), "read"),
    ] {
        hostile.replies(plain(body));
        let poll = hostile.poll(&source).await;
        let said = poll.reason.unwrap_or_default();
        assert_eq!(poll.class, PollClass::Failed, "{what}: {said}");
        assert!(said.contains(reason), "{what}: {said}");
        assert_eq!(hostile.rows().await, before, "{what}");
    }
}

#[tokio::test]
async fn a_source_inside_the_private_network_is_not_called() {
    let hostile = Hostile::new().await;
    hostile.replies(plain(FEED));
    let guarded = Http::new(&OutboundConfig::default(), hostile.front.clock.clone()).unwrap();
    let source = hostile.source(SourceFormat::GtfsRtAlerts, &hostile.url).await;
    Imports::new(&hostile.front.store, &guarded, "test")
        .step()
        .await
        .unwrap();
    let poll = hostile.last_poll(&source).await;
    assert_eq!(poll.class, PollClass::Failed);
    let items = hostile
        .front
        .store
        .sources(&Scope::Instance, Some(hostile.authority))
        .await
        .unwrap();
    assert_eq!(items[0].last_good_at, None, "{:?}", poll.reason);
}
