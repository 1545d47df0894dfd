//! What phones are told in the course of an item's life.

use beffroi_schema::{
    device::QuietHours,
    value::{FollowKind, Language, Severity, Topics},
};
use beffroi_tests::{
    City,
    scene::{self, TRANSPORT},
};
use chrono::{Duration, NaiveDate};

const NIGHT: QuietHours = QuietHours {
    from: 22 * 60,
    to: 7 * 60,
};

/// 23:00 in Paris, when a phone that follows transport and sleeps until seven is there.
async fn at_night() -> City {
    let day = NaiveDate::from_ymd_opt(2026, 6, 2).unwrap();
    let city = City::at(day.and_hms_opt(21, 0, 0).unwrap().and_utc()).await;
    city.phone_that_sleeps("marie", &[(FollowKind::Topic, TRANSPORT)], Some(NIGHT))
        .await;
    city
}

fn retitle(content: &mut beffroi_schema::value::ItemContent, title: &str) {
    title.clone_into(&mut content.texts.0.get_mut(&Language::french()).unwrap().title);
}

#[tokio::test]
async fn what_happens_at_night_is_told_in_the_morning_in_the_words_of_the_morning() {
    let city = at_night().await;
    let item = city
        .publish(scene::disruption("Tram B ralenti", Severity::Warning))
        .await;
    city.settle().await;
    city.later(Duration::hours(2)).await;
    city.amend(item, |content| retitle(content, "Tram B ralenti, bus de remplacement"))
        .await;
    city.settle().await;
    assert!(city.screen("marie").is_empty(), "nobody is woken for it");
    city.later(Duration::hours(6)).await;
    let [shown] = city.screen("marie").try_into().unwrap();
    let title = shown.title.as_deref().unwrap_or_default();
    assert!(title.contains("bus de remplacement"), "{shown:?}");
}

#[tokio::test]
async fn what_was_over_before_the_morning_is_not_told() {
    let city = at_night().await;
    let item = city
        .publish(scene::disruption("Tram B ralenti", Severity::Warning))
        .await;
    city.settle().await;
    city.later(Duration::hours(2)).await;
    city.resolve(item).await;
    city.settle().await;
    city.later(Duration::hours(8)).await;
    assert!(city.screen("marie").is_empty());
}

#[tokio::test]
async fn whoever_was_told_hears_the_end_whatever_it_has_shrunk_to() {
    let city = City::new().await;
    for (name, topic) in [("marie", TRANSPORT), ("paul", "travaux"), ("zoe", "culture")] {
        city.phone(name, &[(FollowKind::Topic, topic)]).await;
    }
    let mut content = scene::disruption("Trams A et B interrompus", Severity::Warning);
    content.topics = Topics(vec![TRANSPORT.to_owned(), "travaux".to_owned()]);
    let item = city.publish(content).await;
    city.settle().await;
    city.later(Duration::minutes(40)).await;
    city.amend(item, |content| content.topics = Topics(vec![TRANSPORT.to_owned()]))
        .await;
    city.later(Duration::minutes(40)).await;
    city.resolve(item).await;
    city.settle().await;
    for (name, told) in [("marie", 1), ("paul", 1), ("zoe", 0)] {
        let shown = city.screen(name);
        let ends = shown.iter().filter(|shown| shown.data["campaign"] == "resolved");
        assert_eq!(ends.count(), told, "{name}: {shown:?}");
    }
}
