//! When new posts go out, and what is said of those that wait or stay away.

use std::time::Duration as Lease;

use beffroi_schema::{
    entity::{account, ruling},
    id::ItemId,
    value::{AccountRules, ItemContent, Kind, Network, Rule, Scope, Severity, Slot, Verdict, Weekday},
};
use beffroi_tests::{City, scene};
use chrono::Duration;

use super::texts;

/// It is ten o'clock there.
async fn account(rules: AccountRules) -> (City, account::Model) {
    let city = City::new().await;
    let account = city.account(Network::Mastodon, rules).await;
    (city, account)
}

async fn say(city: &City, content: ItemContent) -> ItemId {
    let item = city.publish(content).await;
    city.settle().await;
    item
}

/// What the rules said of an item.
async fn said(city: &City, item: ItemId) -> ruling::Model {
    let rulings = city.store.rulings_of(&Scope::Instance, &[item]).await.unwrap();
    let [ruling] = rulings.try_into().unwrap();
    ruling
}

fn at(minute: u16) -> Slot {
    Slot {
        days: Vec::new(),
        minute,
    }
}

#[tokio::test]
async fn one_of_three_goes_out_and_the_others_say_why() {
    let (city, account) = account(AccountRules {
        ratio: Some(3),
        kinds: vec![Kind::Article, Kind::Disruption],
        ..AccountRules::default()
    })
    .await;
    let mut items = Vec::new();
    for title in ["Un", "Deux", "Trois", "Quatre", "Cinq"] {
        items.push(say(&city, scene::article(title)).await);
        say(&city, scene::market()).await;
    }
    let seen: Vec<_> = texts(&city, &account).iter().map(|text| text[..2].to_owned()).collect();
    assert_eq!(seen, ["Un", "Qu"], "what does not match is not counted");
    let second = said(&city, items[1]).await;
    assert_eq!(
        (second.verdict, second.rule, second.number),
        (Verdict::LeftOut, Rule::Ratio, Some(2))
    );
    assert_eq!(
        second.en,
        format!("Not posted to {}: rule “1 of 3”, and this is number 2.", account.name)
    );
    say(&city, scene::tram_stopped()).await;
    assert_eq!(texts(&city, &account).len(), 3, "what is severe passes");
    say(&city, scene::article("Six")).await;
    assert_eq!(texts(&city, &account).len(), 3, "and takes nobody's number");
    city.amend(items[1], |content| {
        content.link = Some("https://valbourg.example/deux".to_owned());
    })
    .await;
    city.settle().await;
    assert_eq!(texts(&city, &account).len(), 3, "a correction is no second chance");
    let still = said(&city, items[1]).await;
    assert_eq!((still.rule, still.number), (Rule::Ratio, Some(2)));
}

#[tokio::test]
async fn slots_are_taken_in_order_and_the_urgent_lane_needs_none() {
    let (city, account) = account(AccountRules {
        slots: vec![at(12 * 60), at(18 * 60)],
        ..AccountRules::default()
    })
    .await;
    let noon = city.clock.now() + Duration::hours(2);
    let [first, second, third] = ["Premier", "Deuxième", "Troisième"].map(scene::article);
    let first = say(&city, first).await;
    let second = say(&city, second).await;
    let third = say(&city, third).await;
    for (item, until) in [
        (first, noon),
        (second, noon + Duration::hours(6)),
        (third, noon + Duration::days(1)),
    ] {
        let ruling = said(&city, item).await;
        assert_eq!(
            (ruling.verdict, ruling.rule, ruling.until),
            (Verdict::Waits, Rule::Slot, Some(until))
        );
    }
    say(&city, scene::tram_stopped()).await;
    assert_eq!(texts(&city, &account).len(), 1, "what is severe does not wait");

    // What is corrected keeps its slot; what is withdrawn leaves it to the next.
    city.amend(first, |content| {
        content.link = Some("https://valbourg.example/un".to_owned());
    })
    .await;
    city.withdraw(second).await;
    city.settle().await;
    let fourth = say(&city, scene::article("Quatrième")).await;
    assert_eq!(said(&city, fourth).await.until, Some(noon + Duration::hours(6)));
    city.later(Duration::hours(2)).await;
    let seen = texts(&city, &account);
    assert!(seen.len() == 2 && seen[1].starts_with("Premier"), "{seen:?}");
    let went = said(&city, first).await;
    assert_eq!((went.verdict, went.rule, went.until), (Verdict::Goes, Rule::Slot, None));
    city.later(Duration::hours(6)).await;
    city.later(Duration::hours(18)).await;
    let seen: Vec<_> = texts(&city, &account)
        .iter()
        .map(|text| text.chars().take(9).collect::<String>())
        .collect();
    assert_eq!(seen[2..], ["Quatrième", "Troisième"]);
}

#[tokio::test]
async fn what_was_held_up_does_not_go_out_all_at_once() {
    let (city, account) = account(AccountRules {
        slots: vec![at(12 * 60), at(18 * 60)],
        ..AccountRules::default()
    })
    .await;
    let by = city.editor();
    city.store
        .pause_account(&Scope::Instance, account.id, &by)
        .await
        .unwrap();
    for title in ["Un", "Deux", "Trois"] {
        say(&city, scene::article(title)).await;
    }
    // Friday evening; all three slots are over.
    city.later(Duration::days(2)).await;
    city.store
        .resume_account(&Scope::Instance, account.id, &by)
        .await
        .unwrap();
    city.settle().await;
    for posted in 0..=3 {
        assert_eq!(texts(&city, &account).len(), posted);
        let next = if posted == 0 { 2 } else { [6, 18][(posted + 1) % 2] };
        city.later(Duration::hours(next)).await;
    }
}

#[tokio::test]
async fn slots_have_their_days() {
    // A Saturday in the town's calendar comes within the week.
    let (city, account) = account(AccountRules {
        slots: vec![Slot {
            days: vec![Weekday::Saturday],
            minute: 9 * 60,
        }],
        ..AccountRules::default()
    })
    .await;
    let item = say(&city, scene::article("Samedi")).await;
    let until = said(&city, item).await.until.unwrap();
    let local = until.with_timezone(&chrono_tz::Europe::Paris);
    assert_eq!(local.format("%A %H:%M").to_string(), "Saturday 09:00");
    city.later(until - city.clock.now()).await;
    assert_eq!(texts(&city, &account).len(), 1);
}

#[tokio::test]
async fn between_two_posts_there_is_a_pause() {
    let (city, account) = account(AccountRules {
        gap_minutes: Some(30),
        ..AccountRules::default()
    })
    .await;
    for title in ["Un", "Deux", "Trois"] {
        city.publish(scene::article(title)).await;
    }
    city.settle().await;
    for posted in 1..=3 {
        assert_eq!(texts(&city, &account).len(), posted);
        city.later(Duration::minutes(29)).await;
        assert_eq!(texts(&city, &account).len(), posted, "not yet");
        city.later(Duration::minutes(1)).await;
    }
}

#[tokio::test]
async fn an_account_that_keeps_the_order_is_given_one_post_after_the_other() {
    let lease = Lease::from_mins(5);
    for (in_order, at_once) in [(false, 3), (true, 2)] {
        let (city, account) = account(AccountRules {
            in_order,
            ..AccountRules::default()
        })
        .await;
        city.publish(scene::article("Un")).await;
        city.publish(scene::disruption("Bus 67 dévié", Severity::Warning)).await;
        city.publish(scene::article("Deux")).await;
        while city.worker.fan_out().await.unwrap() {}
        let jobs = city.store.claim_deliveries("one", 10, lease, &[]).await.unwrap();
        assert_eq!(
            jobs.len(),
            at_once,
            "what is more severe waits for nobody; in order: {in_order}"
        );
        city.later(Duration::minutes(6)).await;
        city.settle().await;
        assert_eq!(texts(&city, &account).len(), 3);
    }
}

#[tokio::test]
async fn what_becomes_severe_waits_no_more() {
    let (city, account) = account(AccountRules {
        slots: vec![at(18 * 60)],
        ..AccountRules::default()
    })
    .await;
    let item = say(&city, scene::disruption("Tram B ralenti", Severity::Warning)).await;
    assert!(texts(&city, &account).is_empty());
    city.amend(item, |content| {
        let beffroi_schema::value::Detail::Disruption(disruption) = &mut content.detail else {
            panic!("no disruption");
        };
        disruption.severity = Severity::Severe;
    })
    .await;
    city.settle().await;
    assert_eq!(texts(&city, &account).len(), 1);
    assert_eq!(said(&city, item).await.rule, Rule::Urgent);
}

#[tokio::test]
async fn accounts_that_are_not_told_say_so() {
    let (city, account) = account(AccountRules {
        kinds: vec![Kind::Event],
        ..AccountRules::default()
    })
    .await;
    let item = say(&city, scene::article("Rue barrée")).await;
    let ruling = said(&city, item).await;
    assert_eq!((ruling.verdict, ruling.rule), (Verdict::LeftOut, Rule::Kinds));
    assert_eq!(
        ruling.fr,
        format!(
            "Pas publié sur {}\u{a0}: règle «\u{a0}événements seulement\u{a0}».",
            account.name
        )
    );
    let late = city.account(Network::Facebook, AccountRules::default()).await;
    city.amend(item, |content| {
        content.link = Some("https://valbourg.example/rue".to_owned());
    })
    .await;
    city.settle().await;
    assert!(texts(&city, &late).is_empty());
    let rulings = city.store.rulings_of(&Scope::Instance, &[item]).await.unwrap();
    let rules: Vec<_> = rulings.iter().map(|row| row.rule).collect();
    assert!(
        rules.contains(&Rule::NotNews) && rules.contains(&Rule::Kinds),
        "{rules:?}"
    );
}
