//! The contract, as residents' programs use it.

use async_graphql::Request;
use axum::http::StatusCode;
use beffroi_api::graphql::{context::Asker, schema};
use beffroi_schema::value::{Detail, Language, OccurrenceStatus, Override, Severity, Text};
use futures_util::{FutureExt as _, StreamExt as _};
use serde_json::{Value, json};

use crate::{
    front::Front,
    town::{Town, article, disruption, event, local, placed},
};

const FEED: &str = "query Feed($filter: ItemFilter, $first: Int, $after: String) {
    feed(filter: $filter, first: $first, after: $after) {
        pageInfo { hasNextPage hasPreviousPage endCursor }
        nodes { __typename id url version language title distance lines { shortName } }
    }
}";

/// Asks the feed and answers its nodes.
async fn feed(town: &Town, variables: Value) -> Value {
    town.ask(FEED, variables).await["feed"]["nodes"].take()
}

#[tokio::test]
async fn a_resident_reads_the_feed_and_each_item_by_its_id() {
    let town = Town::new().await;
    let mut stopped = disruption("Tram A interrompu", Severity::Severe);
    stopped.lines = vec![town.line_a];
    let tram = town.publish(stopped).await;
    let news = town.publish(article("Nouvelle école")).await;
    town.boards.refresh().await.unwrap();

    let nodes = feed(&town, json!({})).await;
    assert_eq!(nodes[0]["__typename"], "Disruption");
    assert_eq!(nodes[0]["lines"], json!([{ "shortName": "A" }]));
    assert_eq!(
        nodes[0]["url"],
        format!("https://valbourg.example/valbourg/disruption/{tram}")
    );
    assert_eq!(nodes[1]["title"], "Nouvelle école");

    let id = &nodes[1]["id"];
    let by_id =
        "query($id: ID!) { item(id: $id) { title } node(id: $id) { __typename id } nodes(ids: [$id, $id]) { id } }";
    let found = town.ask(by_id, json!({ "id": id })).await;
    assert_eq!(found["item"]["title"], "Nouvelle école");
    assert_eq!(found["node"], json!({ "__typename": "Article", "id": id }));
    assert_eq!(found["nodes"].as_array().unwrap().len(), 2);

    town.withdraw(news).await;
    town.boards.refresh().await.unwrap();
    let found = town.ask(by_id, json!({ "id": id })).await;
    assert_eq!(
        found,
        json!({ "item": null, "node": null, "nodes": [null, null] }),
        "taken back"
    );
}

#[tokio::test]
async fn pages_are_bounded_and_follow_each_other() {
    let town = Town::new().await;
    for number in 0..130 {
        town.publish(article(&format!("{number}"))).await;
    }
    town.boards.refresh().await.unwrap();
    for (first, expected) in [
        (Value::Null, 20),
        (json!(3), 3),
        (json!(0), 1),
        (json!(-5), 1),
        (json!(5000), 100),
    ] {
        let page = town.ask(FEED, json!({ "first": first })).await;
        assert_eq!(
            page["feed"]["nodes"].as_array().unwrap().len(),
            expected,
            "first: {first}"
        );
        assert_eq!(page["feed"]["pageInfo"]["hasNextPage"], true);
        assert_eq!(page["feed"]["pageInfo"]["hasPreviousPage"], false);
    }
    let first = town.ask(FEED, json!({ "first": 100 })).await;
    let last = town
        .ask(
            FEED,
            json!({ "first": 100, "after": first["feed"]["pageInfo"]["endCursor"] }),
        )
        .await;
    assert_eq!(last["feed"]["nodes"].as_array().unwrap().len(), 30);
    assert_eq!(last["feed"]["pageInfo"]["hasNextPage"], false);
    assert_eq!(last["feed"]["pageInfo"]["hasPreviousPage"], true);
}

#[tokio::test]
async fn what_cannot_be_understood_is_said() {
    let town = Town::new().await;
    let answer = town
        .answer(
            "{ feed { nodes { id } } articles { nodes { id } } authorities { id } }",
            json!({}),
            "fr",
        )
        .await;
    assert!(answer.errors.is_empty());
    for (query, code) in [
        ("{ feed(after: \"x\") { nodes { id } } }", "BAD_USER_INPUT"),
        ("{ feed(authority: \"nulle-part\") { nodes { id } } }", "NOT_FOUND"),
        ("{ node(id: \"x\") { id } }", "BAD_USER_INPUT"),
        (
            "{ feed(filter: { lines: [\"YXJ0aWNsZTp4\"] }) { nodes { id } } }",
            "BAD_USER_INPUT",
        ),
        (
            "{ feed(filter: { near: { point: { latitude: 99, longitude: 0 }, radius: 10 } }) { nodes { id } } }",
            "BAD_USER_INPUT",
        ),
        (
            "{ feed(filter: { near: { point: { latitude: 9, longitude: 0 }, radius: 0 } }) { nodes { id } } }",
            "BAD_USER_INPUT",
        ),
        (
            "{ events(between: { start: \"2026-01-02T00:00:00Z\", end: \"2026-01-01T00:00:00Z\" }) { nodes { id } } }",
            "BAD_USER_INPUT",
        ),
    ] {
        let answer = town.answer(query, json!({}), "fr").await;
        let found = answer
            .errors
            .first()
            .and_then(|error| error.extensions.as_ref()?.get("code").cloned());
        assert_eq!(found, Some(code.into()), "{query}: {:?}", answer.errors);
    }
}

#[tokio::test]
async fn texts_are_in_the_readers_language_and_say_which() {
    let town = Town::new().await;
    let mut both = article("Bonjour");
    both.texts.0.insert(
        Language::english(),
        Text {
            title: "Hello".to_owned(),
            ..Text::default()
        },
    );
    town.publish(both).await;
    town.boards.refresh().await.unwrap();
    for (wanted, language, title) in [
        ("en-GB", "en", "Hello"),
        ("fr", "fr", "Bonjour"),
        ("de", "fr", "Bonjour"),
    ] {
        let answer = town
            .answer("{ feed { nodes { language title languages } } }", json!({}), wanted)
            .await;
        let node = answer.data.into_json().unwrap()["feed"]["nodes"][0].take();
        assert_eq!(
            node,
            json!({ "language": language, "title": title, "languages": ["en", "fr"] })
        );
    }
}

#[tokio::test]
async fn near_answers_with_distances_and_lines_narrow_the_list() {
    let town = Town::new().await;
    town.publish(placed(article("Mairie"), 43.605, 1.445)).await;
    let mut stopped = disruption("Ligne B", Severity::Info);
    stopped.lines = vec![town.line_b];
    town.publish(stopped).await;
    town.boards.refresh().await.unwrap();
    let near = json!({ "near": { "point": { "latitude": 43.606, "longitude": 1.445 }, "radius": 200 } });
    let nodes = feed(&town, json!({ "filter": near })).await;
    assert_eq!(nodes.as_array().unwrap().len(), 1);
    assert!((nodes[0]["distance"].as_f64().unwrap() - 111.2).abs() < 0.1);

    let places = "query($at: Near, $in: ID) {
        stops(near: $at) { name } centre: stops(insideZone: $in) { name } zones(near: $at) { slug } lines(insideZone: $in) { shortName }
    }";
    let at = json!({ "point": { "latitude": 43.606, "longitude": 1.4449 }, "radius": 5_000 });
    let centre = beffroi_api::graphql::id::global("Zone", town.centre.0);
    let found = town.ask(places, json!({ "at": at, "in": centre })).await;
    let named = |list: &str, key: &str| -> Vec<String> {
        let members = found[list].as_array().unwrap().iter();
        members.map(|member| member[key].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(
        named("stops", "name"),
        ["mairie", "gare", "gare:1", "gare:2"],
        "the nearest first"
    );
    assert_eq!(named("centre", "name"), ["mairie"]);
    assert_eq!(named("zones", "slug"), ["centre", "faubourg"]);
    assert!(named("lines", "shortName").is_empty(), "their courses are not known");

    let lines = town.ask("{ lines { id shortName stops { name } } stops(named: \"GARE:2\") { id lines { shortName } station { name } } }", json!({})).await;
    assert_eq!(lines["lines"][1]["stops"], json!([{ "name": "gare:2" }]));
    assert_eq!(lines["stops"][0]["lines"].as_array().unwrap().len(), 2);
    assert_eq!(lines["stops"][0]["station"]["name"], "gare");
    for (line, found) in [(0, 0), (1, 1)] {
        let filter = json!({ "lines": [lines["lines"][line]["id"]] });
        assert_eq!(
            feed(&town, json!({ "filter": filter })).await.as_array().unwrap().len(),
            found
        );
    }
}

#[tokio::test]
async fn the_server_expands_the_dates_of_an_event() {
    let town = Town::new().await;
    let mut market = event("Marché", "2026-05-30 08:00", Some("FREQ=WEEKLY"));
    if let Detail::Event(detail) = &mut market.detail {
        let cancelled = Override {
            date: local("2026-06-06 08:00"),
            status: OccurrenceStatus::Cancelled,
            starts_at: None,
            ends_at: None,
            note: None,
        };
        detail.recurrence.overrides = vec![cancelled];
    }
    town.publish(market).await;
    town.boards.refresh().await.unwrap();
    let query = "{ events(between: { start: \"2026-06-01T00:00:00+02:00\", end: \"2026-06-15T00:00:00+02:00\" }) { nodes {
        title
        nextOccurrence { startsAt status }
        occurrences(between: { start: \"2026-06-01T00:00:00+02:00\", end: \"2026-06-15T00:00:00+02:00\" }) { date startsAt endsAt duration status timeZone note }
    } } }";
    let event = town.ask(query, json!({})).await["events"]["nodes"][0].take();
    assert_eq!(
        event["nextOccurrence"],
        json!({ "startsAt": "2026-06-13T08:00:00+02:00", "status": "SCHEDULED" })
    );
    assert_eq!(
        event["occurrences"][0],
        json!({
            "date": "2026-06-06", "startsAt": "2026-06-06T08:00:00+02:00", "endsAt": "2026-06-06T10:00:00+02:00",
            "duration": "PT7200S", "status": "CANCELLED", "timeZone": "Europe/Paris", "note": null,
        })
    );
    assert_eq!(event["occurrences"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_disruption_says_what_when_and_since() {
    let town = Town::new().await;
    let tram = town.publish(disruption("Tram", Severity::Warning)).await;
    town.boards.refresh().await.unwrap();
    let query = "query($inEffect: Boolean) { disruptions(inEffect: $inEffect) { nodes { cause effect severity inEffect resolvedAt updates { class } impactPeriods { start } } } }";
    let now = town.ask(query, json!({ "inEffect": true })).await["disruptions"]["nodes"].take();
    assert_eq!(
        now[0],
        json!({
            "cause": "TECHNICAL_PROBLEM", "effect": "NO_SERVICE", "severity": "WARNING", "inEffect": true,
            "resolvedAt": null, "updates": now[0]["updates"], "impactPeriods": [],
        })
    );
    town.resolve(tram).await;
    town.boards.refresh().await.unwrap();
    assert_eq!(
        town.ask(query, json!({ "inEffect": true })).await["disruptions"]["nodes"],
        json!([])
    );
    let past = town.ask(query, json!({ "inEffect": false })).await["disruptions"]["nodes"].take();
    assert_eq!(past[0]["resolvedAt"], "2026-06-01T10:01:00+02:00");
    assert_eq!(past[0]["updates"][0]["class"], "RESOLVED");
}

#[tokio::test]
async fn changes_are_told_and_one_who_lags_is_told_to_read_again() {
    let town = Town::new().await;
    let asked =
        "subscription { itemChanged(filter: { kinds: [ARTICLE] }) { change version mustResync item { title } } }";
    let request = Request::new(asked).data(Asker::default());
    // Once the board is there, subscribing asks the database nothing.
    town.board().await;
    let mut stream = Box::pin(town.contract.execute_stream(request));
    // The subscription begins when it is first asked.
    assert!(stream.next().now_or_never().is_none());
    town.publish(disruption("Tram", Severity::Info)).await;
    let news = town.publish(article("Nouvelle")).await;
    town.boards.refresh().await.unwrap();
    let mut next =
        async || stream.next().now_or_never().unwrap().unwrap().data.into_json().unwrap()["itemChanged"].take();
    let told = next().await;
    assert_eq!(
        (&told["change"], &told["item"]["title"]),
        (&json!("PUBLISHED"), &json!("Nouvelle")),
        "the tram is not wanted"
    );
    town.withdraw(news).await;
    town.boards.refresh().await.unwrap();
    let told = next().await;
    assert_eq!((&told["change"], &told["item"]), (&json!("WITHDRAWN"), &Value::Null));

    for number in 0..300 {
        town.publish(article(&number.to_string())).await;
    }
    town.boards.refresh().await.unwrap();
    assert_eq!(next().await["mustResync"], true);
    assert_eq!(next().await["change"], "PUBLISHED", "and it goes on");
}

#[tokio::test]
async fn an_answer_is_made_once_for_each_state_of_the_boards() {
    let front = Front::new().await;
    let valbourg = front.authority("valbourg").await;
    front.state.boards().refresh().await.unwrap();
    let ask = async |etag: &str| {
        let request = axum::http::Request::get("/graphql?query=%7Bfeed%7Bnodes%7Btitle%7D%7D%7D")
            .header("accept", "application/json")
            .header("if-none-match", etag)
            .body(axum::body::Body::empty());
        front.send(request.unwrap()).await
    };
    front.publish(valbourg, article("Un")).await;
    front.state.boards().refresh().await.unwrap();
    let first = ask("").await;
    assert!(first.body.contains("Un"), "{}", first.body);
    assert_eq!(
        first.headers["cache-control"],
        "public, max-age=5, stale-while-revalidate=30"
    );
    let etag = first.headers["etag"].to_str().unwrap().to_owned();
    let again = ask(&etag).await;
    assert_eq!((again.status, again.body.as_str()), (StatusCode::NOT_MODIFIED, ""));

    front.publish(valbourg, article("Deux")).await;
    assert_eq!(
        ask(&etag).await.status,
        StatusCode::NOT_MODIFIED,
        "the board does not follow yet"
    );
    front.state.boards().refresh().await.unwrap();
    let newer = ask(&etag).await;
    assert_eq!(newer.status, StatusCode::OK);
    assert!(newer.body.contains("Deux") && newer.headers["etag"] != etag.as_str());
}

#[tokio::test]
async fn errors_and_answers_to_somebody_are_kept_by_nobody() {
    let front = Front::new().await;
    front.authority("valbourg").await;
    front.state.boards().refresh().await.unwrap();
    let wrong = front.get("/graphql?query=%7Bnode(id:%22x%22)%7Bid%7D%7D", &[]).await;
    assert!(!wrong.headers.contains_key("etag"));

    let feed = "/graphql?query=%7Bfeed%7Bnodes%7Btitle%7D%7D%7D";
    assert!(front.get(feed, &[]).await.headers.contains_key("etag"));
    let refused = front.get(feed, &[("authorization", "Bearer nobody")]).await;
    assert!(
        refused.body.contains("UNAUTHENTICATED"),
        "a credential is looked at, whatever is kept at this address: {}",
        refused.body
    );
}

/// Described by nobody because the library makes it: a page of a list.
const OF_THE_LIBRARY: &str = "type AuditEntryConnection {";

#[test]
fn everything_in_the_contract_is_described() {
    let sdl = schema::sdl();
    let mut missing = Vec::new();
    let (mut described, mut block, mut inside) = (false, false, String::new());
    for line in sdl.lines().map(str::trim) {
        let quotes = line.matches("\"\"\"").count();
        if quotes > 0 || block {
            block ^= quotes % 2 == 1;
            described = true;
            continue;
        }
        let opens = ["type ", "interface ", "input ", "enum ", "scalar ", "union "];
        let opens = opens.iter().any(|word| line.starts_with(word)) && line != OF_THE_LIBRARY;
        let root = ["type Query", "type Mutation", "type Subscription"];
        let root = root.iter().any(|root| line.starts_with(root));
        let member = !inside.is_empty() && !line.is_empty() && !line.starts_with(['}', ')']);
        // Described arguments stand on lines of their own.
        let bare_argument = member
            && line
                .split(" @")
                .next()
                .is_some_and(|field| field.contains('(') && field.contains(')'));
        if ((opens || member) && !root && !described) || bare_argument {
            missing.push(format!("{inside} / {line}"));
        }
        if line.ends_with('{') && !line.starts_with("schema") {
            inside = line.to_owned();
        } else if line == "}" {
            inside.clear();
        }
        described = false;
    }
    assert!(missing.is_empty(), "without a description:\n{}", missing.join("\n"));
}

#[test]
fn the_committed_contract_is_the_one_that_is_served() {
    let committed = include_str!("../../schema/schema.graphql");
    assert!(
        committed.trim_end() == schema::sdl().trim_end(),
        "the contract changed: run `cargo xtask sdl` and commit the difference"
    );
}
