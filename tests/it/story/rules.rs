//! What goes to an account is what its rules choose.

use beffroi_schema::{
    entity::account,
    value::{AccountRules, ItemContent, Kind, Language, Network, Severity},
};
use beffroi_tests::{City, scene};
use chrono::Duration;

use super::texts;

async fn account(rules: AccountRules) -> (City, account::Model) {
    let city = City::new().await;
    let account = city.account(Network::Mastodon, rules).await;
    (city, account)
}

async fn say(city: &City, content: ItemContent) {
    city.publish(content).await;
    city.settle().await;
}

/// Of these items, those that match are posted, and no others.
async fn check(rules: AccountRules, items: Vec<(ItemContent, bool)>) {
    let (city, account) = account(rules).await;
    for (content, wanted) in items {
        let before = texts(&city, &account).len();
        let title = content.texts.0[&Language::french()].title.clone();
        say(&city, content).await;
        assert_eq!(texts(&city, &account).len() > before, wanted, "{title}");
    }
}

#[tokio::test]
async fn kinds_and_topics_are_chosen() {
    let culture = AccountRules {
        topics: vec!["culture".to_owned()],
        ..AccountRules::default()
    };
    check(
        culture,
        vec![(scene::market(), true), (scene::article("Rue barrée"), false)],
    )
    .await;
    let news = AccountRules {
        kinds: vec![Kind::Article],
        ..AccountRules::default()
    };
    check(
        news,
        vec![(scene::market(), false), (scene::article("Rue barrée"), true)],
    )
    .await;
}

#[tokio::test]
async fn zones_are_chosen_and_what_concerns_everybody_passes() {
    let city = City::new().await;
    let rules = AccountRules {
        zones: vec![city.zones.centre],
        ..AccountRules::default()
    };
    let account = city.account(Network::Facebook, rules).await;
    for (title, zones) in [
        ("Centre", vec![city.zones.centre]),
        ("Faubourg", vec![city.zones.faubourg]),
        ("Partout", vec![]),
    ] {
        let mut content = scene::article(title);
        content.zones = zones;
        say(&city, content).await;
    }
    let seen = texts(&city, &account);
    assert!(
        seen.len() == 2 && seen[0].starts_with("Centre") && seen[1].starts_with("Partout"),
        "{seen:?}"
    );
}

#[tokio::test]
async fn disruptions_count_from_a_severity_on() {
    let rules = AccountRules {
        min_severity: Some(Severity::Warning),
        ..AccountRules::default()
    };
    check(
        rules,
        vec![
            (scene::disruption("Bus 67 en retard", Severity::Info), false),
            (scene::disruption("Bus 67 dévié", Severity::Warning), true),
            (scene::article("Rue barrée"), true),
        ],
    )
    .await;
}

#[tokio::test]
async fn outside_the_hours_of_an_account_posts_wait_unless_they_are_severe() {
    // From 11:00 to 18:00; it is 10:00.
    let rules = AccountRules {
        hours: Some((11 * 60, 18 * 60)),
        ..AccountRules::default()
    };
    let (city, account) = account(rules).await;
    let waiting = city.publish(scene::article("Rue barrée")).await;
    city.settle().await;
    assert!(texts(&city, &account).is_empty());
    say(&city, scene::tram_stopped()).await;
    assert_eq!(texts(&city, &account).len(), 1, "severe disruptions do not wait");

    city.amend(waiting, |content| {
        content.link = Some("https://valbourg.example/rue".to_owned());
    })
    .await;
    city.later(Duration::minutes(30)).await;
    assert_eq!(
        texts(&city, &account).len(),
        1,
        "a correction does not wake anybody either"
    );
    city.later(Duration::minutes(30)).await;
    let seen = texts(&city, &account);
    assert!(seen.len() == 2 && seen[1].contains("Rue barrée"), "{seen:?}");
}

#[tokio::test]
async fn at_most_so_many_new_posts_go_out_a_day() {
    let rules = AccountRules {
        max_per_day: Some(2),
        ..AccountRules::default()
    };
    let (city, account) = account(rules).await;
    for title in ["Un", "Deux", "Trois"] {
        say(&city, scene::article(title)).await;
    }
    assert_eq!(texts(&city, &account).len(), 2);
    say(&city, scene::tram_stopped()).await;
    assert_eq!(texts(&city, &account).len(), 3, "severe disruptions are not held back");
    city.later(Duration::days(1)).await;
    say(&city, scene::article("Quatre")).await;
    assert_eq!(texts(&city, &account).len(), 4, "tomorrow is another day");
}

#[tokio::test]
async fn a_post_that_waits_for_the_morning_counts_on_that_day() {
    // From 8:00 to 18:00, one a day; it is 10:00.
    let rules = AccountRules {
        hours: Some((8 * 60, 18 * 60)),
        max_per_day: Some(1),
        ..AccountRules::default()
    };
    let (city, account) = account(rules).await;
    city.later(Duration::hours(9)).await;
    say(&city, scene::article("Ce soir")).await;
    assert!(texts(&city, &account).is_empty());
    city.later(Duration::hours(15)).await;
    say(&city, scene::article("Ce matin")).await;
    assert_eq!(texts(&city, &account).len(), 1, "the evening's was the one of this day");
    city.later(Duration::days(1)).await;
    say(&city, scene::article("Demain")).await;
    assert_eq!(texts(&city, &account).len(), 2);
}

#[tokio::test]
async fn an_account_speaks_its_own_language() {
    let rules = AccountRules {
        language: Some(Language::english()),
        ..AccountRules::default()
    };
    let (city, account) = account(rules).await;
    say(&city, scene::in_english(scene::article("Rue barrée"), "Street closed")).await;
    let [post] = city.posts(&account).try_into().unwrap();
    assert!(post.text.starts_with("Street closed"), "{}", post.text);
    assert_eq!(post.language.as_deref(), Some("en"));
}
