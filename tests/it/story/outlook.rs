//! What staff are shown before they act is what happens then.

use beffroi_jobs::networks::registry::capabilities;
use beffroi_schema::{
    address::Addresses,
    entity::account,
    id::ItemId,
    store::{CheckResult, Intent, Outlook},
    value::{
        AccountRules, CopyStep, Correction, DeliveryState, Detail, Errand, ItemContent, Kind, Language, Needs, Network,
        OccurrenceStatus, Override, Rule, Scope, Severity, Slot,
    },
};
use beffroi_tests::{City, scene};
use chrono::Duration;

use super::accounts;

async fn look(city: &City, item: ItemId, intent: Intent) -> Vec<Outlook> {
    let addresses = Addresses::below(&"https://valbourg.example".parse().unwrap());
    let by = city.editor();
    let looked = city
        .store
        .outlook(&Scope::Instance, &addresses, item, intent, &by)
        .await;
    looked.unwrap()
}

async fn corrected(city: &City, item: ItemId) -> ItemContent {
    let mut content = city.item(item).await.content;
    let text = content.texts.0.get_mut(&Language::french()).unwrap();
    text.title = format!("{} (corrigé)", text.title);
    content
}

async fn act(city: &City, item: ItemId, intent: Intent) {
    match intent {
        Intent::Publish => {
            let version = city.item(item).await.row.version;
            let by = city.editor();
            city.store.publish(&Scope::Instance, item, version, &by).await.unwrap();
        }
        Intent::Amend(content) => city.amend(item, |now| *now = *content).await,
        Intent::Resolve => city.resolve(item).await,
        Intent::Withdraw => city.withdraw(item).await,
    }
    city.settle().await;
}

/// What the server lets us do with posts, of what its network can.
async fn able(city: &City, account: &account::Model, (edit, reply, delete): (bool, bool, bool)) {
    let row = city.account_now(account.id).await;
    let mut abilities = capabilities(account.network);
    abilities.edit &= edit;
    abilities.reply &= reply;
    abilities.delete &= delete;
    let well = CheckResult::Well(Box::new(row.health.clone().unwrap()), abilities);
    let next = city.clock.now() + Duration::hours(6);
    city.store.settle_check(&row, well, next).await.unwrap();
}

/// What was announced of one account came to pass.
async fn assert_came(city: &City, account: &account::Model, item: ItemId, first: &str, told: &Outlook, case: &str) {
    let last = city.deliveries(item, account).await.pop().unwrap();
    let receipt = city.store.receipt(item, account.id).await.unwrap().unwrap();
    let there = |id: &str| city.posts(account).iter().any(|post| post.remote_id == id);
    if matches!(told.step, CopyStep::ByHand(_)) {
        assert_eq!(
            (last.state, last.reason),
            (DeliveryState::ByHand, Some(told.en.clone())),
            "{case}"
        );
        assert!(there(first), "{case}");
        return;
    }
    assert_eq!(last.state, DeliveryState::Done, "{case}: {:?}", last.reason);
    let sent = last.rendered.map(|rendered| rendered.text);
    assert_eq!(told.text, sent, "{case}");
    let same = receipt.remote.id == first;
    let facts = (
        there(first),
        same,
        receipt.remote.replies.len(),
        receipt.withdrawn_at.is_none(),
    );
    let expected = match told.step {
        CopyStep::Edit => (true, true, 0, true),
        CopyStep::Reply => (true, true, 1, true),
        CopyStep::Repost => (false, false, 0, true),
        CopyStep::Delete => (false, true, 0, false),
        CopyStep::Publish | CopyStep::ByHand(_) | CopyStep::Nothing => panic!("{case}: {:?}", told.step),
    };
    assert_eq!(facts, expected, "{case}");
}

#[tokio::test]
async fn what_a_change_does_to_each_copy_is_what_was_shown() {
    let mut steps = Vec::new();
    let silent = |network: &Network| capabilities(*network).needs != Needs::Video;
    for network in Network::with_api().filter(silent) {
        let city = City::new().await;
        let account = city.account(network, AccountRules::default()).await;
        let mut number = 0;
        for can in [
            (true, true, true),
            (false, true, true),
            (false, false, true),
            (false, false, false),
        ] {
            for turn in 0..3 {
                number += 1;
                able(&city, &account, can).await;
                let item = city
                    .publish(scene::disruption(&format!("Ligne {number} coupée"), Severity::Severe))
                    .await;
                city.settle().await;
                let first = city.store.receipt(item, account.id).await.unwrap().unwrap().remote.id;
                let intent = match turn {
                    0 => Intent::Amend(Box::new(corrected(&city, item).await)),
                    1 => Intent::Resolve,
                    _ => Intent::Withdraw,
                };
                let [told] = look(&city, item, intent.clone()).await.try_into().unwrap();
                act(&city, item, intent.clone()).await;
                let case = format!("{network}, {can:?}, {intent:?}");
                assert_came(&city, &account, item, &first, &told, &case).await;
                steps.push(told.step);
            }
        }
    }
    for step in [
        CopyStep::Edit,
        CopyStep::Reply,
        CopyStep::Repost,
        CopyStep::Delete,
        CopyStep::ByHand(Errand::Correct),
        CopyStep::ByHand(Errand::Delete),
    ] {
        assert!(steps.contains(&step), "{step:?} was never seen");
    }
}

#[tokio::test]
async fn an_account_is_corrected_as_its_people_want() {
    let city = City::new().await;
    let rules = AccountRules {
        corrections: Some(Correction::Repost),
        ..AccountRules::default()
    };
    let account = city.account(Network::Mastodon, rules).await;
    let item = city.publish(scene::article("Rue barrée")).await;
    city.settle().await;
    let first = city.store.receipt(item, account.id).await.unwrap().unwrap().remote.id;
    let intent = Intent::Amend(Box::new(corrected(&city, item).await));
    let [told] = look(&city, item, intent.clone()).await.try_into().unwrap();
    assert_eq!(told.step, CopyStep::Repost);
    act(&city, item, intent).await;
    assert_came(&city, &account, item, &first, &told, "as wanted").await;
}

/// One rule each, and all that can be said of a first post.
fn every_rule() -> [AccountRules; 6] {
    let slots = vec![Slot {
        days: Vec::new(),
        minute: 18 * 60,
    }];
    let some = AccountRules::default;
    [
        some(),
        AccountRules {
            kinds: vec![Kind::Event],
            ..some()
        },
        AccountRules { slots, ..some() },
        AccountRules {
            hours: Some((12 * 60, 20 * 60)),
            gap_minutes: Some(45),
            ..some()
        },
        AccountRules {
            ratio: Some(2),
            ..some()
        },
        AccountRules {
            max_per_day: Some(1),
            ..some()
        },
    ]
}

#[tokio::test]
async fn what_a_draft_would_become_is_what_it_becomes() {
    let city = City::new().await;
    for rules in every_rule() {
        city.account(Network::Mastodon, rules).await;
    }
    let mut seen = Vec::new();
    for title in ["Un", "Deux", "Trois"] {
        let item = city.draft(scene::article(title)).await.row.id;
        let told = look(&city, item, Intent::Publish).await;
        let again = look(&city, item, Intent::Publish).await;
        assert!(
            told.iter().zip(&again).all(|(one, two)| one.en == two.en),
            "looking changes nothing"
        );
        act(&city, item, Intent::Publish).await;
        let rulings = city.store.rulings_of(&Scope::Instance, &[item]).await.unwrap();
        assert_eq!(told.len(), 6);
        for told in told {
            let said = rulings.iter().find(|row| row.account_id == told.account.id).unwrap();
            assert_eq!((told.rule, &told.fr, &told.en), (Some(said.rule), &said.fr, &said.en));
            let delivery = city.deliveries(item, &told.account).await.pop();
            assert_eq!(told.at, delivery.as_ref().map(|row| row.due_at), "{}", told.en);
            let sent = delivery.and_then(|row| row.rendered).map(|rendered| rendered.text);
            assert!(sent.is_none() || sent == told.text, "{sent:?}, {:?}", told.text);
            assert_eq!(told.step == CopyStep::Nothing, told.text.is_none());
            seen.push(said.rule);
        }
    }
    for rule in [
        Rule::Matches,
        Rule::Kinds,
        Rule::Slot,
        Rule::Hours,
        Rule::Gap,
        Rule::Ratio,
        Rule::DailyMaximum,
    ] {
        assert!(seen.contains(&rule), "{rule} was never seen");
    }
}

#[tokio::test]
async fn a_cancelled_date_is_told_on_every_network() {
    let city = City::new().await;
    let accounts = accounts(&city).await;
    let mut market = scene::market();
    let Detail::Event(event) = &mut market.detail else {
        panic!("no event")
    };
    event.recurrence.rule = Some("FREQ=WEEKLY;BYDAY=SA".to_owned());
    let item = city.publish(market).await;
    city.settle().await;
    let mut content = city.item(item).await.content;
    let Detail::Event(event) = &mut content.detail else {
        panic!("no event")
    };
    event.recurrence.overrides.push(Override {
        date: event.starts_at + Duration::days(7),
        status: OccurrenceStatus::Cancelled,
        starts_at: None,
        ends_at: None,
        note: None,
    });
    let intent = Intent::Amend(Box::new(content));
    let told = look(&city, item, intent.clone()).await;
    act(&city, item, intent).await;
    for account in &accounts {
        let last = city.deliveries(item, account).await.pop().unwrap();
        let sent = last.rendered.unwrap().text;
        assert!(sent.starts_with("Date annulée\u{a0}: Marché des producteurs"), "{sent}");
        assert!(sent.contains("Annulé\u{a0}: samedi 20\u{a0}juin 2026"), "{sent}");
        assert!(
            sent.contains("Prochaine date\u{a0}: samedi 13\u{a0}juin 2026"),
            "{sent}"
        );
        let told = told.iter().find(|told| told.account.id == account.id).unwrap();
        assert_eq!(told.text.as_ref(), Some(&sent), "{}", account.network);
    }
}

#[tokio::test]
async fn what_people_would_be_asked_to_do_is_what_they_are_asked() {
    let city = City::new().await;
    let account = city
        .account_by_hand(Network::WhatsappChannel, AccountRules::default())
        .await;
    let item = city.draft(scene::article("Rue barrée")).await.row.id;
    let [told] = look(&city, item, Intent::Publish).await.try_into().unwrap();
    assert_eq!(told.step, CopyStep::ByHand(Errand::Post));
    act(&city, item, Intent::Publish).await;
    let handed = city.deliveries(item, &account).await.pop().unwrap();
    assert_eq!(handed.state, DeliveryState::ByHand);
    assert_eq!(told.text, handed.rendered.map(|rendered| rendered.text));
    let [told] = look(&city, item, Intent::Withdraw).await.try_into().unwrap();
    assert_eq!(told.step, CopyStep::Nothing, "nobody posted it yet: {}", told.en);
}

#[tokio::test]
async fn what_a_post_costs_is_shown_before_it_goes() {
    let city = City::new().await;
    let account = city.account(Network::X, AccountRules::default()).await;
    let item = city.draft(scene::article("Rue barrée")).await.row.id;
    let [told] = look(&city, item, Intent::Publish).await.try_into().unwrap();
    act(&city, item, Intent::Publish).await;
    let sent = city.deliveries(item, &account).await.pop().unwrap();
    let attempts = city.store.attempts_of(&[sent.id]).await.unwrap();
    assert_eq!(attempts.len(), 1);
    assert!(told.cost.is_some_and(|cost| cost > 0), "{:?}", told.cost);
    assert_eq!(told.cost, attempts[0].cost.map(i32::cast_unsigned));
}
