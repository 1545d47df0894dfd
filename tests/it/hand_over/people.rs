//! Networks where a person does everything.

use beffroi_schema::{
    store::{TaskFilter, TaskOutcome},
    text::count::fits,
    value::{AccountRules, DeliveryState, Errand, HandoverState, LinkStyle, Network, ProblemCode, Scope, Severity},
};
use beffroi_tests::{City, scene};
use chrono::Duration;

use super::{THERE, anne, assert_refused, bruno, last, only, open, posted, retitle, settle};

#[tokio::test]
async fn a_person_posts_corrects_and_deletes_what_no_program_may() {
    for &network in Network::ALL.iter().filter(|network| network.by_hand()) {
        let city = City::new().await;
        let account = city.account_by_hand(network, AccountRules::default()).await;
        assert!(account.secret.is_none() && account.capabilities.as_ref().unwrap().by_hand);
        let item = city.publish(scene::article("Place fermée samedi")).await;
        city.settle().await;

        let task = only(&city).await;
        let able = account.capabilities.clone().unwrap();
        let post = task.delivery.rendered.clone().unwrap();
        assert_eq!(task.handover.errand, Errand::Post, "{network}");
        assert!(post.text.starts_with("Place fermée samedi"), "{network}: {}", post.text);
        assert!(fits(&post.text, &able.text), "{network}");
        assert_eq!(
            post.text.contains(&post.link),
            able.link == LinkStyle::InText,
            "{network}"
        );
        assert_eq!(
            task.handover.composer,
            Some(format!("https://{network}.example/valbourg"))
        );
        assert_refused(
            &settle(&city, &task, TaskOutcome::Posted { url: None, id: None }).await,
            ProblemCode::Missing,
        );
        assert_refused(
            &settle(&city, &task, TaskOutcome::Absent).await,
            ProblemCode::WrongState,
        );
        settle(&city, &task, posted(THERE)).await.unwrap();
        assert_eq!(last(&city, item, &account).await.state, DeliveryState::Done);
        let receipt = city.store.receipt(item, account.id).await.unwrap().unwrap();
        assert_eq!((receipt.version, receipt.remote.url.as_deref()), (2, Some(THERE)));

        retitle(&city, item, "Place fermée dimanche").await;
        let task = only(&city).await;
        assert_eq!(task.handover.errand, Errand::Correct, "{network}");
        assert_eq!(task.receipt.clone().unwrap().remote.url.as_deref(), Some(THERE));
        assert!(task.delivery.rendered.clone().unwrap().text.contains("dimanche"));
        settle(&city, &task, TaskOutcome::Posted { url: None, id: None })
            .await
            .unwrap();
        let receipt = city.store.receipt(item, account.id).await.unwrap().unwrap();
        assert_eq!((receipt.version, receipt.remote.url.as_deref()), (3, Some(THERE)));

        city.withdraw(item).await;
        city.settle().await;
        let task = only(&city).await;
        assert_eq!(task.handover.errand, Errand::Delete, "{network}");
        assert_refused(&settle(&city, &task, posted(THERE)).await, ProblemCode::WrongState);
        settle(&city, &task, TaskOutcome::Absent).await.unwrap();
        let receipt = city.store.receipt(item, account.id).await.unwrap().unwrap();
        assert!(receipt.withdrawn_at.is_some(), "{network}");
        assert_eq!(open(&city).await.len(), 0, "{network}");
        let log = city.store.audit_log(&Scope::Instance, 100, None).await.unwrap();
        let told = |action: &str| {
            log.iter()
                .filter(|line| line.action == action && line.who == "Anne")
                .count()
        };
        assert_eq!((told("task.posted"), told("task.absent")), (2, 1), "{network}");
    }
}

#[tokio::test]
async fn a_newer_version_takes_the_place_of_an_open_task() {
    let city = City::new().await;
    let account = city.account_by_hand(Network::Nextdoor, AccountRules::default()).await;
    let item = city.publish(scene::article("Place fermée samedi")).await;
    city.settle().await;
    let first = only(&city).await;
    retitle(&city, item, "Place fermée dimanche").await;
    let task = only(&city).await;
    assert_eq!((task.handover.errand, task.delivery.version), (Errand::Post, 3));
    assert!(
        task.delivery
            .rendered
            .clone()
            .unwrap()
            .text
            .starts_with("Place fermée dimanche")
    );
    assert_refused(&settle(&city, &first, posted(THERE)).await, ProblemCode::WrongState);
    assert_eq!(city.deliveries(item, &account).await[0].state, DeliveryState::Skipped);
    city.withdraw(item).await;
    city.settle().await;
    assert_eq!(open(&city).await.len(), 0, "what nobody saw needs no deletion");
}

#[tokio::test]
async fn what_somebody_is_posting_is_corrected_afterwards() {
    let city = City::new().await;
    let account = city.account_by_hand(Network::Nextdoor, AccountRules::default()).await;
    let item = city.publish(scene::article("Place fermée samedi")).await;
    city.settle().await;
    let first = only(&city).await;
    let by = anne(&city);
    city.store
        .claim_task(&Scope::Instance, first.handover.id, &by)
        .await
        .unwrap();
    retitle(&city, item, "Place fermée dimanche").await;
    assert_eq!(only(&city).await.handover.id, first.handover.id, "it waits for Anne");
    settle(&city, &first, posted(THERE)).await.unwrap();
    let task = only(&city).await;
    assert_eq!((task.handover.errand, task.delivery.version), (Errand::Correct, 3));
    assert_eq!(city.deliveries(item, &account).await[0].state, DeliveryState::Done);
}

#[tokio::test]
async fn who_takes_a_task_has_it_for_half_an_hour() {
    let city = City::new().await;
    city.account_by_hand(Network::Snapchat, AccountRules::default()).await;
    city.publish(scene::article("Place fermée samedi")).await;
    city.settle().await;
    let (anne, bruno) = (anne(&city), bruno(&city));
    let (scope, id) = (Scope::Instance, only(&city).await.handover.id);
    let mine = TaskFilter {
        mine: true,
        ..TaskFilter::default()
    };
    let has = async |who| city.store.tasks(&Scope::Instance, &mine, 10, who).await.unwrap().len();
    city.store.claim_task(&scope, id, &anne).await.unwrap();
    assert_eq!((has(&anne).await, has(&bruno).await), (1, 0));
    assert_refused(
        &city.store.claim_task(&scope, id, &bruno).await,
        ProblemCode::WrongState,
    );
    assert_refused(
        &city.store.release_task(&scope, id, &bruno).await,
        ProblemCode::WrongState,
    );
    let skipped = TaskOutcome::Skipped("déjà dit".to_owned());
    assert_refused(
        &city.store.settle_task(&scope, id, skipped.clone(), &bruno).await,
        ProblemCode::WrongState,
    );
    city.store.release_task(&scope, id, &anne).await.unwrap();
    city.store.claim_task(&scope, id, &bruno).await.unwrap();
    city.clock.advance(Duration::minutes(31));
    assert_eq!(has(&bruno).await, 0);
    city.store.claim_task(&scope, id, &anne).await.unwrap();
    let task = city.store.settle_task(&scope, id, skipped, &anne).await.unwrap();
    assert_eq!(
        (task.handover.state, task.delivery.state),
        (HandoverState::Skipped, DeliveryState::Skipped)
    );
    assert_eq!(task.handover.note.as_deref(), Some("déjà dit"));
    city.settle().await;
}

#[tokio::test]
async fn what_is_severe_is_due_first_and_hours_are_kept() {
    // From 11:00 to 18:00; it is 10:00.
    let rules = AccountRules {
        hours: Some((11 * 60, 18 * 60)),
        ..AccountRules::default()
    };
    let city = City::new().await;
    city.account_by_hand(Network::FacebookGroup, rules).await;
    city.publish(scene::article("Place fermée samedi")).await;
    city.settle().await;
    assert_eq!(open(&city).await.len(), 0, "it waits for the hours of the account");
    city.later(Duration::hours(1)).await;
    city.publish(scene::disruption("Tram arrêté", Severity::Severe)).await;
    city.settle().await;
    let titles: Vec<_> = open(&city)
        .await
        .into_iter()
        .map(|task| task.delivery.rendered.unwrap().text)
        .collect();
    assert!(
        titles[0].contains("Tram arrêté") && titles[1].contains("Place fermée"),
        "{titles:?}"
    );
    let soon = TaskFilter {
        due_by: Some(city.clock.now() + Duration::minutes(20)),
        ..TaskFilter::default()
    };
    let soon = city.store.tasks(&Scope::Instance, &soon, 10, &anne(&city)).await;
    assert_eq!(soon.unwrap().len(), 1);
}
