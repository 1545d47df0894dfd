//! What `beffroi serve` holds in memory on SQLite: with nothing to do, and with a town's items on its board.

use std::time::Duration;

use beffroi_schema::bus::Bus;
use beffroi_tests::{
    bench::{Better, Town, row},
    database::Database,
};

/// What a town shows: as many items as the board of a busy one.
const ITEMS: usize = 500;
/// Time to settle after the start: loops take their first look, allocators give back.
const SETTLE: Duration = Duration::from_secs(5);
const MIB: f64 = 1024.0 * 1024.0;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    rustls::crypto::ring::default_provider().install_default().ok();
    let town = Town::new(Database::new().await?, Bus::local()).await?;
    row(
        "memory, idle `serve` on SQLite, no items",
        "MiB",
        Better::Less,
        resident(&town).await?,
        None,
    );
    for number in 0..ITEMS {
        town.publish(&format!("Article {number}")).await?;
    }
    let name = format!("memory, idle `serve` on SQLite, {ITEMS} items");
    row(&name, "MiB", Better::Less, resident(&town).await?, None);
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "mebibytes for people")]
async fn resident(town: &Town) -> anyhow::Result<f64> {
    let (process, _) = town.serve(&[]).await?;
    tokio::time::sleep(SETTLE).await;
    Ok(process.resident_bytes()? as f64 / MIB)
}
