//! Numbers and turns: whoever dies, each is drawn once, and by one post.

use beffroi_schema::{
    entity::account,
    id::ItemId,
    value::{AccountRules, Network, Scope},
};
use beffroi_tests::{City, die_after, meet, scene};
use chrono::Duration;

/// No step waits so often.
const MOST_TURNS: usize = 400;
/// A step waits at least so often: fewer points would prove nothing.
const LEAST_TURNS: usize = 3;
/// More than the lease of a line of the outbox.
const OTHER_LEASE: Duration = Duration::minutes(4);
/// One of so many.
const RATIO: u32 = 3;

async fn town(rules: AccountRules) -> (City, account::Model) {
    let city = City::new().await;
    let account = city.account(Network::Mastodon, rules).await;
    (city, account)
}

fn one_of_three() -> AccountRules {
    AccountRules {
        ratio: Some(RATIO),
        ..AccountRules::default()
    }
}

/// Every item drew a number of its own, without a gap, and the first of each round was posted.
async fn assert_rounds(city: &City, account: &account::Model, items: &[ItemId], case: &str) {
    let rulings = city.store.rulings_of(&Scope::Instance, items).await.unwrap();
    let mut numbers: Vec<_> = rulings.iter().filter_map(|row| row.number).collect();
    numbers.sort_unstable();
    let all: Vec<_> = (1..=i64::try_from(items.len()).unwrap()).collect();
    assert_eq!(numbers, all, "{case}");
    let posts = city.posts(account).len();
    assert_eq!(posts, items.len().div_ceil(RATIO as usize), "{case}");
}

#[tokio::test]
async fn a_ratio_stays_exact_wherever_fan_out_dies() {
    let (city, account) = town(one_of_three()).await;
    let mut items = Vec::new();
    for turns in 0..MOST_TURNS {
        items.push(city.publish(scene::article(&format!("Mort au point {turns}."))).await);
        let worker = city.another_worker().await;
        let ended = die_after(turns, worker.fan_out()).await;
        worker.die().await;
        city.later(OTHER_LEASE).await;
        assert_rounds(&city, &account, &items, &format!("at {turns}")).await;
        if ended {
            assert!(turns > LEAST_TURNS, "only {turns} points");
            return;
        }
    }
}

#[tokio::test]
async fn a_ratio_stays_exact_whenever_two_workers_meet() {
    let (city, account) = town(one_of_three()).await;
    let mut items = Vec::new();
    for turns in 0..MOST_TURNS {
        for half in ["un", "deux"] {
            items.push(
                city.publish(scene::article(&format!("Rencontre {turns}, {half}.")))
                    .await,
            );
        }
        let (one, two) = (city.another_worker().await, city.another_worker().await);
        let (ended, first, second) = meet(turns, one.fan_out(), two.fan_out()).await;
        assert!(first.is_ok() && second.is_ok(), "at {turns}: {first:?}, {second:?}");
        one.die().await;
        two.die().await;
        city.later(OTHER_LEASE).await;
        assert_rounds(&city, &account, &items, &format!("at {turns}")).await;
        if ended {
            assert!(turns > LEAST_TURNS, "only {turns} points");
            return;
        }
    }
}
