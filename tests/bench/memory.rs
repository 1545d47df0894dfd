//! What `beffroi serve` holds in memory on SQLite: with nothing to do, with a town's items on its board, and at most while
//! it sends a campaign.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use beffroi_schema::bus::Bus;
use beffroi_tests::{
    bench::{Better, StandIn, Town, all_follow_topic, gather, memory_mib, row, sent, start_campaign},
    database::Database,
};

/// What a town shows: as many items as the board of a busy one.
const ITEMS: usize = 500;
/// Time to settle after the start: loops take their first look, allocators give back.
const SETTLE: Duration = Duration::from_secs(5);
/// Who is told.
const DEVICES: u32 = 100_000;
/// The campaign is given so long, looked at so often.
const CAMPAIGN_LIMIT: Duration = Duration::from_mins(5);
const LOOK_AGAIN: Duration = Duration::from_millis(200);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    StandIn::serve_if_asked().await?;
    rustls::crypto::ring::default_provider().install_default().ok();
    let town = Town::new(Database::sqlite().await?, Bus::local()).await?;
    let name = "memory: idle `serve` on SQLite, no items";
    row(name, "MiB", Better::Less, idle(&town).await?, None);
    for number in 0..ITEMS {
        town.publish(&format!("Article {number}")).await?;
    }
    let name = format!("memory: idle `serve` on SQLite, {ITEMS} items");
    row(&name, "MiB", Better::Less, idle(&town).await?, None);
    gather(&town, DEVICES).await?;
    all_follow_topic(&town).await?;
    let name = format!("memory: `serve` on SQLite, {ITEMS} items, at most during a campaign to {DEVICES} devices");
    row(&name, "MiB", Better::Less, campaign(&town).await?, None);
    Ok(())
}

async fn idle(town: &Town) -> anyhow::Result<f64> {
    let (process, _) = town.serve(&[], "").await?;
    tokio::time::sleep(SETTLE).await;
    memory_mib(Some(process.id()), "VmRSS")
}

async fn campaign(town: &Town) -> anyhow::Result<f64> {
    let to = StandIn::start(Duration::ZERO).await?;
    let push = format!(
        "[push]\nendpoint = \"{}\"\nservice_account = \"{}\"\nextra_roots = \"{}\"\n",
        to.url,
        to.account.display(),
        to.authority.display()
    );
    let (process, _) = town.serve(&[], &push).await?;
    let campaign = start_campaign(town).await?;
    let done = async {
        loop {
            if let Some(sent) = sent(town, campaign).await? {
                return anyhow::Ok(sent);
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    };
    let sent = tokio::time::timeout(CAMPAIGN_LIMIT, done)
        .await
        .with_context(|| format!("the campaign is not done: {}", process.log()))??;
    ensure!(sent == i64::from(DEVICES), "{sent} of {DEVICES} were sent");
    memory_mib(Some(process.id()), "VmHWM")
}
