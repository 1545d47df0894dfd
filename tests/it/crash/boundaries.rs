//! A worker that dies between two steps of a delivery, each by its name.

use std::{sync::Arc, time::Duration};

use beffroi_sandbox::{Fault, Operation};
use beffroi_schema::{
    store::{About, Job},
    telling::render,
    value::{AccountRules, Action, AttemptOutcome, Change, DeliveryState, Needs, Network, Picture, Rendered},
};
use beffroi_tests::{City, DELIVERY_LEASE, die_when, scene};

use super::{assert_once, go_on};

const DEAD: &str = "dead";
/// As the loop takes it.
const LEASE: Duration = Duration::from_mins(5);

/// After which step the worker dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum After {
    Claimed,
    Frozen,
    Armed,
    /// The call was made and did what it should; its answer never came.
    Called,
    /// The call was never answered, and did nothing.
    CalledInVain,
    Settled,
}

const STEPS: [After; 6] = [
    After::Claimed,
    After::Frozen,
    After::Armed,
    After::Called,
    After::CalledInVain,
    After::Settled,
];

on_every_network!(wherever_a_worker_dies_there_is_one_post);

async fn wherever_a_worker_dies_there_is_one_post(network: Network) {
    let city = City::new().await;
    let account = city.account(network, AccountRules::default()).await;
    for step in STEPS {
        let case = format!("{network}, dead after {step:?}");
        let item = city.publish(city.article(network, &case).await).await;
        while city.worker.fan_out().await.unwrap() {}
        die(&city, network, step).await;
        let [left] = city.deliveries(item, &account).await.try_into().unwrap();
        let before_lease = city.posts(&account).len();
        city.settle().await;
        assert_eq!(city.posts(&account).len(), before_lease, "{case}: it is still held");
        assert_eq!(left.state == DeliveryState::Done, step == After::Settled, "{case}");
        go_on(&city).await;
        assert_once(&city, &account, item, &case).await;
    }
    city.sandbox.account_for(|line| line.status.is_none());
}

#[tokio::test]
async fn whoever_finds_an_armed_delivery_says_that_it_is_unknown() {
    let city = City::new().await;
    let account = city.account(Network::Facebook, AccountRules::default()).await;
    let item = city.publish(scene::tram_stopped()).await;
    while city.worker.fan_out().await.unwrap() {}
    die(&city, Network::Facebook, After::Armed).await;
    city.later(DELIVERY_LEASE).await;
    let [found] = city.deliveries(item, &account).await.try_into().unwrap();
    assert_eq!(found.state, DeliveryState::Unknown);
    assert!(city.posts(&account).is_empty(), "nothing is sent blindly");
    go_on(&city).await;
    let attempts = city.attempts(item, &account).await;
    let outcomes: Vec<_> = attempts.iter().map(|attempt| attempt.outcome).collect();
    assert_eq!(outcomes, [None, Some(AttemptOutcome::Done)]);
    assert_eq!(city.posts(&account).len(), 1);
}

#[tokio::test]
async fn a_worker_that_was_only_slow_writes_nothing_any_more() {
    let city = City::new().await;
    let account = city.account(Network::Mastodon, AccountRules::default()).await;
    let item = city.publish(scene::tram_stopped()).await;
    while city.worker.fan_out().await.unwrap() {}
    let job = claim(&city).await;
    city.later(DELIVERY_LEASE).await;
    let late = city.store.arm_delivery(job.delivery.id, DEAD, None).await;
    assert!(late.is_err(), "{late:?}");
    assert_once(&city, &account, item, "slow").await;
}

async fn claim(city: &City) -> Job {
    let jobs = city.store.claim_deliveries(DEAD, 1, LEASE, &[]).await.unwrap();
    let [job] = jobs.try_into().unwrap();
    job
}

/// Takes the one delivery that is due, and dies.
async fn die(city: &City, network: Network, after: After) {
    match after {
        After::Claimed => {
            claim(city).await;
        }
        After::Frozen | After::Armed => {
            let job = claim(city).await;
            let post = rendered(city, &job).await;
            let frozen = city
                .store
                .freeze_delivery(job.delivery.id, DEAD, Action::Publish, &post)
                .await;
            frozen.unwrap();
            if after == After::Armed {
                city.store
                    .arm_delivery(job.delivery.id, DEAD, None)
                    .await
                    .unwrap()
                    .unwrap();
            }
        }
        After::Called => hang(city, network, Fault::CommitThenHang).await,
        After::CalledInVain => hang(city, network, Fault::Hang).await,
        After::Settled => {
            city.worker.deliver().await.unwrap();
        }
    }
}

/// A worker of its own waits for an answer that never comes, and dies of it.
async fn hang(city: &City, network: Network, fault: Fault) {
    let worker = city.another_worker().await;
    let unanswered = || {
        let lines = city.sandbox.requests();
        let creates = lines.iter().filter(|line| line.operation == Some(Operation::Create));
        creates.filter(|line| line.status.is_none()).count()
    };
    let before = unanswered();
    city.miniature(network).next(Operation::Create, fault);
    assert!(!die_when(worker.deliver(), || unanswered() > before).await);
    worker.die().await;
}

/// In place of the card that the loop draws.
async fn picture(city: &City) -> Picture {
    let (file, by) = (scene::photograph(40, 50), city.editor());
    let kept = city.store.put_picture(city.authority, file, About::default(), &by);
    let kept = kept.await.unwrap();
    Picture {
        media: kept.id,
        mime: kept.mime,
        width: 40,
        height: 50,
        alt: String::new(),
        url: city.addresses().picture(&kept.sha256),
        bytes: Arc::from([]),
    }
}

/// What the loop would have sent.
async fn rendered(city: &City, job: &Job) -> Rendered {
    let facts = city.store.facts(job.revision.id).await.unwrap();
    let abilities = job.account.capabilities.as_ref().unwrap();
    let (addresses, now) = (city.addresses(), city.clock.now());
    let mut post = render(&facts, &addresses, &job.account, abilities, Change::Published, now).unwrap();
    if abilities.needs == Needs::Picture {
        post.pictures.push(picture(city).await);
    }
    post
}
