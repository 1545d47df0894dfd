//! How long after its publication an item is on the boards of two other replicas, over PostgreSQL and Redis. Replicas
//! are stores with connections of their own.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use beffroi_api::follow::follow;
use beffroi_schema::{
    board::Boards,
    bus::Bus,
    store::{DatabaseUrl, connect},
};
use beffroi_tests::{
    bench::{Better, Town, percentile, row, store},
    database::Database,
};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

const REPLICAS: usize = 2;
const PUBLICATIONS: usize = 300;
/// Not counted: connections are made, statements prepared.
const WARM_UP: usize = 20;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    rustls::crypto::ring::default_provider().install_default().ok();
    let redis = std::env::var("BEFFROI_TEST_REDIS_URL").context("BEFFROI_TEST_REDIS_URL names no Redis")?;
    let town = Town::new(Database::postgres().await?, Bus::redis(&redis)?).await?;
    let (stop, mut followers, mut news) = (CancellationToken::new(), JoinSet::new(), Vec::new());
    for _ in 0..REPLICAS {
        let url = DatabaseUrl::parse(&town.database.url).map_err(anyhow::Error::msg)?;
        let boards = Boards::open(store(connect(&url).await?, Bus::redis(&redis)?)).await?;
        boards.by_slug("valbourg").await?;
        news.push(boards.changes());
        followers.spawn(follow(boards, stop.clone()));
    }
    let mut waits = Vec::new();
    for number in 0..WARM_UP + PUBLICATIONS {
        let item = town.publish(&format!("Article {number}")).await?;
        let published = Instant::now();
        for replica in &mut news {
            while replica.recv().await?.item.id != item {}
        }
        waits.push(published.elapsed());
    }
    stop.cancel();
    followers.join_all().await;
    let mut counted = waits.split_off(WARM_UP);
    counted.sort_unstable();
    let milliseconds = |wait: Duration| wait.as_secs_f64() * 1_000.0;
    for (name, share) in [("p50", 0.5), ("p99", 0.99)] {
        let name = format!("publish → visible on {REPLICAS} other replicas, {name}");
        row(
            &name,
            "ms",
            Better::Less,
            milliseconds(percentile(&counted, share)),
            None,
        );
    }
    Ok(())
}
