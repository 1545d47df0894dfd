//! The operator of Valbourg: its timetable, and one incident from beginning to end.

use axum::http::StatusCode;
use beffroi_schema::value::{AccountRules, FollowKind, Language, Network, PollClass, SourceFormat};
use beffroi_tests::scene::TRANSPORT;
use chrono::Duration;

use super::{alert, feed, public, resolved, with_timetable};

/// Longer than a first word settles.
const SETTLED: Duration = Duration::minutes(5);

#[tokio::test]
async fn a_timetable_brings_lines_with_their_colours_and_stops() {
    let city = with_timetable().await;
    let seen = city.graphql("{ lines { shortName color stops { name } } }").await;
    let lines = seen["lines"].as_array().unwrap();
    assert_eq!(lines.len(), 2);
    assert_eq!(
        (&lines[0]["shortName"], &lines[0]["color"]),
        (&"B".into(), &"1B5E20".into())
    );
    assert_eq!(lines[0]["stops"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn an_incident_is_told_with_the_names_of_the_timetable_and_ends_when_it_is_over() {
    let city = with_timetable().await;
    let account = city.account(Network::Mastodon, AccountRules::default()).await;
    city.phone("marie", &[(FollowKind::Topic, TRANSPORT)]).await;
    city.operator
        .says("alerts", feed(&city, &[alert("1", "B", "Ligne interrompue")]));
    let source = city.source(SourceFormat::GtfsRtAlerts, "alerts").await;
    city.settle().await;
    let poll = city.last_poll(source.id).await;
    assert_eq!((poll.class, poll.created), (PollClass::Good, 1), "{poll:?}");
    let [item] = public(&city).await.try_into().unwrap();
    city.operator
        .says("alerts", feed(&city, &[alert("2", "B", "Ligne interrompue")]));
    city.later(SETTLED).await;
    let [post] = city.posts(&account).try_into().unwrap();
    assert!(post.text.starts_with("⚠️ Tram\u{a0}B"), "{}", post.text);
    assert_eq!(city.screen("marie").len(), 1);
    assert_eq!(public(&city).await.len(), 1, "another id is no other incident");

    // Gone from the feed: believed only after several polls.
    for _ in 0..40 {
        city.operator.says("alerts", feed(&city, &[]));
        city.later(Duration::minutes(1)).await;
    }
    let [over] = public(&city).await.try_into().unwrap();
    assert!(resolved(&over) && over.row.id == item.row.id, "{over:?}");
    let [post] = city.posts(&account).try_into().unwrap();
    assert!(post.text.starts_with("✅ Terminé"), "{}", post.text);
    let [shown] = city.screen("marie").try_into().unwrap();
    assert!(shown.title.unwrap().starts_with("✅ Terminé"));
}

#[tokio::test]
async fn a_server_in_trouble_changes_nothing_and_is_asked_less_often() {
    let city = with_timetable().await;
    city.operator
        .says("alerts", feed(&city, &[alert("1", "B", "Ligne interrompue")]));
    let source = city.source(SourceFormat::GtfsRtAlerts, "alerts").await;
    city.later(SETTLED).await;
    let page = "<html>En travaux</html>";
    for (status, headers) in [
        (StatusCode::INTERNAL_SERVER_ERROR, &[][..]),
        (StatusCode::OK, &[]),
        (StatusCode::SERVICE_UNAVAILABLE, &[("retry-after", "600")]),
    ] {
        city.operator.answers_with("alerts", status, headers, page);
        city.later(Duration::minutes(10)).await;
        let poll = city.last_poll(source.id).await;
        assert_eq!(poll.class, PollClass::Failed);
        assert!(poll.reason.is_some_and(|reason| !reason.is_empty()));
    }
    let waiting = city
        .store
        .sources(&beffroi_schema::value::Scope::Instance, None)
        .await
        .unwrap();
    let asked = waiting.iter().find(|row| row.id == source.id).unwrap().next_poll_at;
    assert_eq!(asked - city.clock.now(), Duration::minutes(10), "it asked us to wait");
    let [item] = public(&city).await.try_into().unwrap();
    assert!(!resolved(&item));
}

#[tokio::test]
async fn what_a_source_says_of_its_own_item_does_not_undo_an_editor() {
    let city = with_timetable().await;
    city.operator
        .says("alerts", feed(&city, &[alert("1", "B", "Ligne interrompue")]));
    city.source(SourceFormat::GtfsRtAlerts, "alerts").await;
    city.later(SETTLED).await;
    let [item] = public(&city).await.try_into().unwrap();
    city.resolve(item.row.id).await;
    city.settle().await;
    city.operator
        .says("alerts", feed(&city, &[alert("1", "B", "Ligne toujours interrompue")]));
    city.later(Duration::minutes(1)).await;
    let [item] = public(&city).await.try_into().unwrap();
    assert!(resolved(&item), "a person said that it is over");
    let title = &item.content.texts.0[&Language::french()].title;
    assert_eq!(title, "Ligne interrompue");
    assert_eq!(item.row.version, 3, "published and resolved, and nothing since");
}
