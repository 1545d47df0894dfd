//! What one item costs on 1, 10 and 100 accounts, and what a network that does not answer costs the others. The networks
//! are miniatures on this machine, the database is SQLite: what is measured is ours.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use beffroi_sandbox::{Fault, Operation};
use beffroi_schema::{
    entity::account,
    value::{AccountRules, Kind, Network, Severity},
};
use beffroi_tests::{
    City,
    bench::{Better, percentile, row},
    die_when, scene,
};

/// Where the accounts are, in turns: networks that take a post by one call or two.
const NETWORKS: [Network; 5] = [
    Network::Mastodon,
    Network::Bluesky,
    Network::Facebook,
    Network::Telegram,
    Network::Threads,
];
const ACCOUNTS: [usize; 3] = [1, 10, 100];
/// Items published one after the other; the figure is the one in the middle. The first is not counted: connections are
/// made, statements prepared.
const ITEMS: usize = 9;
/// Accounts beside the network that does not answer.
const BESIDE: usize = 10;
/// Posts that wait on it: more than a worker takes at once.
const UNANSWERED: usize = 40;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    rustls::crypto::ring::default_provider().install_default().ok();
    let mut alone = None;
    for accounts in ACCOUNTS {
        let post = one_item(accounts).await? / u32::try_from(accounts)?;
        let name = format!("networks: a post, of one item on {accounts} accounts / on 1");
        row(&name, "ms", Better::Less, milliseconds(post), alone.map(milliseconds));
        alone = alone.or(Some(post));
    }
    let (well, beside) = (beside(false).await?, beside(true).await?);
    let name = format!("networks: one item on {BESIDE} accounts, beside {UNANSWERED} posts that get no answer / alone");
    row(
        &name,
        "ms",
        Better::Less,
        milliseconds(beside),
        Some(milliseconds(well)),
    );
    Ok(())
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

async fn accounts(city: &City, networks: &[Network], number: usize, kind: Kind) -> Vec<account::Model> {
    let mut accounts = Vec::new();
    for network in networks.iter().cycle().take(number) {
        accounts.push(city.account(*network, only(kind)).await);
    }
    accounts
}

/// From the publication of an item until it is posted on all of so many accounts.
async fn one_item(number: usize) -> anyhow::Result<Duration> {
    let city = City::new().await;
    let accounts = accounts(&city, &NETWORKS, number, Kind::Article).await;
    let mut times = Vec::new();
    for item in 0..ITEMS {
        let begun = Instant::now();
        city.publish(scene::article(&format!("Article {item}"))).await;
        while city.worker.fan_out().await? {}
        while city.worker.deliver().await? {}
        times.push(begun.elapsed());
        // What else there is to do is not of this item; and some networks take only so many posts in an hour.
        city.later(chrono::Duration::hours(2)).await;
    }
    for account in &accounts {
        let posted = city.posts(account).len();
        ensure!(posted == ITEMS, "{posted} of {ITEMS} items are on {}", account.name);
    }
    let counted = times.get_mut(1..).context("no item")?;
    counted.sort_unstable();
    Ok(percentile(counted, 0.5))
}

/// The same on the networks but the first, which has posts waiting, and may be dead.
async fn beside(dead: bool) -> anyhow::Result<Duration> {
    let [first, others @ ..] = &NETWORKS;
    let mut times = Vec::new();
    for _ in 0..ITEMS {
        let city = City::new().await;
        city.account(*first, only(Kind::Article)).await;
        let accounts = accounts(&city, others, BESIDE, Kind::Disruption).await;
        if dead {
            for number in 0..UNANSWERED {
                city.miniature(*first).next(Operation::Create, Fault::Hang);
                city.publish(scene::article(&format!("Article {number}"))).await;
            }
            while city.worker.fan_out().await? {}
        }
        city.clock.advance(chrono::Duration::seconds(1));
        let begun = Instant::now();
        city.publish(scene::disruption("Le tram B est à l’arrêt", Severity::Warning))
            .await;
        while city.worker.fan_out().await? {}
        let posted = || accounts.iter().all(|account| city.posts(account).len() == 1);
        die_when(city.worker.deliver(), posted).await;
        times.push(begun.elapsed());
        ensure!(posted(), "not every account has the item");
        city.expect_left_over();
    }
    times.sort_unstable();
    Ok(percentile(&times, 0.5))
}

fn only(kind: Kind) -> AccountRules {
    AccountRules {
        kinds: vec![kind],
        ..AccountRules::default()
    }
}
