//! Several processes of the program on one PostgreSQL and one Redis: what one says, all show; what dies, loses nothing.
//!
//! Real processes are waited for, never slept for. Only leases are shortened: they are minutes long, so the tests let
//! them run out in the database, as if that time had passed.

mod deployment;
mod subscriber;

use beffroi_sandbox::{Fault, Kind, Operation};
use beffroi_schema::value::DeliveryState;
use beffroi_tests::process::until;
use std::time::Duration;

use deployment::Deployment;
use subscriber::Subscriber;

/// Networks that can be asked whether a post is there: on these nothing is left to a person.
const ASKABLE: [Kind; 3] = [Kind::Mastodon, Kind::Bluesky, Kind::Facebook];
/// How long a network takes to answer in the test of a stop: long enough for the stop to come first.
const SLOW_ANSWER: Duration = Duration::from_secs(3);

#[tokio::test]
async fn what_is_published_anywhere_is_seen_by_subscribers_everywhere() {
    let Some(town) = Deployment::new().await else { return };
    let servers = [town.serve().await, town.serve().await];
    let _workers = [town.work("work-1"), town.work("work-2")];
    town.account(Kind::Mastodon).await;
    let mut subscribers = Vec::new();
    for server in &servers {
        subscribers.push(Subscriber::at(server.address, &town).await);
    }
    let item = town.publish("La ligne B est interrompue").await;
    for subscriber in &mut subscribers {
        let news = subscriber.hears_of("La ligne B est interrompue").await;
        assert_eq!(news["change"], "PUBLISHED");
    }
    let [delivery] = town.settled(item, 1).await.try_into().unwrap();
    assert_eq!(delivery.state, DeliveryState::Done);
    assert_eq!(
        town.posts_saying(Kind::Mastodon, "La ligne B"),
        1,
        "two workers, one post"
    );
    for server in servers {
        server.process.stops_well().await;
    }
}

#[tokio::test]
async fn a_worker_killed_in_the_middle_of_deliveries_loses_none_and_doubles_none() {
    let Some(town) = Deployment::new().await else { return };
    for kind in ASKABLE {
        town.account(kind).await;
        // The post is there, and the worker will never know.
        town.sandbox
            .network(kind)
            .next(Operation::Create, Fault::CommitThenHang);
    }
    let workers = [town.work("work-1"), town.work("work-2")];
    let item = town.publish("La ligne B est interrompue").await;
    let in_flight = town
        .deliveries(item, "all are on their way", |rows| {
            rows.len() == ASKABLE.len() && rows.iter().all(|row| row.state == DeliveryState::Attempting)
        })
        .await;
    until("the networks have the posts", async || {
        let there = ASKABLE.map(|kind| town.posts_saying(kind, "La ligne B"));
        (there == [1; ASKABLE.len()]).then_some(())
    })
    .await
    .unwrap();
    let (held, idle): (Vec<_>, Vec<_>) = workers.into_iter().partition(|worker| {
        let owner = format!("pid-{}-", worker.id());
        in_flight.iter().any(|row| {
            row.lease_owner
                .as_ref()
                .is_some_and(|held_by| held_by.starts_with(&owner))
        })
    });
    assert!(!held.is_empty(), "somebody holds them");
    for worker in held {
        worker.kill().unwrap();
    }
    // Whoever was idle goes on; when both held something, a third takes over, as systemd would have it.
    let _replacement = idle.is_empty().then(|| town.work("work-3"));
    town.let_leases_run_out(item).await;

    for delivery in town.settled(item, ASKABLE.len()).await {
        assert_eq!(delivery.state, DeliveryState::Done, "{:?}", delivery.reason);
    }
    for kind in ASKABLE {
        assert_eq!(town.posts_saying(kind, "La ligne B"), 1, "{kind:?}");
        assert_eq!(
            town.sandbox.network(kind).faults_left(),
            0,
            "{kind:?}: the accident happened"
        );
    }
}

#[tokio::test]
async fn a_worker_killed_before_the_network_took_anything_loses_nothing() {
    let Some(town) = Deployment::new().await else { return };
    town.account(Kind::Mastodon).await;
    town.sandbox
        .network(Kind::Mastodon)
        .next(Operation::Create, Fault::Hang);
    let worker = town.work("work-1");
    let item = town.publish("La ligne B est interrompue").await;
    town.deliveries(item, "it is on its way", |rows| {
        rows.iter().any(|row| row.state == DeliveryState::Attempting)
            && town.sandbox.network(Kind::Mastodon).faults_left() == 0
    })
    .await;
    worker.kill().unwrap();
    assert_eq!(town.posts_saying(Kind::Mastodon, "La ligne B"), 0);
    let _next = town.work("work-2");
    town.let_leases_run_out(item).await;
    let [delivery] = town.settled(item, 1).await.try_into().unwrap();
    assert_eq!(delivery.state, DeliveryState::Done);
    assert_eq!(town.posts_saying(Kind::Mastodon, "La ligne B"), 1);
}

#[tokio::test]
async fn without_redis_everything_arrives_all_the_same() {
    let Some(mut town) = Deployment::new().await else {
        return;
    };
    let server = town.serve().await;
    let _worker = town.work("work-1");
    town.account(Kind::Mastodon).await;
    let mut subscriber = Subscriber::at(server.address, &town).await;

    town.redis.stop().unwrap();
    let item = town.publish("Redis est tombé").await;
    subscriber.hears_of("Redis est tombé").await;
    assert_eq!(town.settled(item, 1).await[0].state, DeliveryState::Done);

    town.redis.start_again().await.unwrap();
    // The server and the worker, although neither has said anything meanwhile.
    town.listeners_on_redis(2).await;
    let item = town.publish("Redis est revenu").await;
    subscriber.hears_of("Redis est revenu").await;
    assert_eq!(town.settled(item, 1).await[0].state, DeliveryState::Done);
    assert_eq!(town.posts_saying(Kind::Mastodon, "Redis"), 2);
    server.process.stops_well().await;
}

#[tokio::test]
async fn a_worker_that_is_asked_to_stop_finishes_what_it_holds() {
    let Some(town) = Deployment::new().await else { return };
    town.account(Kind::Mastodon).await;
    town.sandbox
        .network(Kind::Mastodon)
        .next(Operation::Create, Fault::Slow(SLOW_ANSWER));
    let worker = town.work("work-1");
    let item = town.publish("La ligne B est interrompue").await;
    town.deliveries(item, "it is on its way", |rows| {
        rows.iter().any(|row| row.state == DeliveryState::Attempting)
            && town.sandbox.network(Kind::Mastodon).faults_left() == 0
    })
    .await;
    worker.stops_well().await;
    let [delivery] = town.settled(item, 1).await.try_into().unwrap();
    assert_eq!(delivery.state, DeliveryState::Done, "and says how it went");
    assert_eq!(town.posts_saying(Kind::Mastodon, "La ligne B"), 1);
}
