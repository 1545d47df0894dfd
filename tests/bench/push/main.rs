//! A campaign: processor time of everything we do for it (pages, payloads, HTTP/2 + TLS, bookkeeping on SQLite), sent to
//! the sandbox's FCM in a process of its own; beside `h2load`, which sends equal bodies and keeps no books, and beside
//! Google's own client. Only senders are counted.

mod rivals;

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use beffroi_jobs::push::{campaigns::Campaigns, fcm::Fcm};
use beffroi_schema::{bus::Bus, clock::Clock};
use beffroi_tests::{
    bench::{
        Better, StandIn, Town, all_follow_topic, forget_peak, gather, median, memory_mib, processor_seconds, row, sent,
        start_campaign,
    },
    database::Database,
};

/// The campaign that is compared.
const MESSAGES: u32 = 100_000;
/// Google's client is given fewer, and what they cost is multiplied.
const MESSAGES_OF_GOOGLES: u32 = 10_000;
/// How cost grows.
const CAMPAIGNS: [u32; 3] = [1_000, 10_000, MESSAGES];
/// In turns.
const ROUNDS: usize = 3;
/// Campaigns of each size whose processor time is added up: the system counts hundredths of a second.
const SMALL_CAMPAIGNS: u32 = 20;
/// Pages sent side by side, as the worker does.
const TASKS: usize = 4;
/// A slow FCM, as far away as Google's.
const ROUND_TRIP: Duration = Duration::from_millis(100);
/// Calls of Google's client under way at once, over that distance.
const CALLS: usize = 20;
const CALLS_OF_NEARBY: usize = 1;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    StandIn::serve_if_asked().await?;
    rustls::crypto::ring::default_provider().install_default().ok();
    growth().await?;
    let town = Town::new(Database::sqlite().await?, Bus::local()).await?;
    gather(&town, MESSAGES).await?;
    all_follow_topic(&town).await?;
    nearby(&town).await?;
    far_away(&town).await
}

/// What a campaign took.
struct Spent {
    processor: f64,
    seconds: f64,
    /// Of the whole process, what it holds for the benchmark included.
    peak_mib: f64,
}

/// As the worker sends a campaign, from its start to its last page.
async fn send(town: &Town, to: &StandIn, messages: u32) -> anyhow::Result<Spent> {
    let transport = Fcm::open(&to.push_config(), Clock::system())
        .await?
        .context("no service account")?;
    let campaign = start_campaign(town).await?;
    forget_peak()?;
    let (clock, processor) = (Instant::now(), processor_seconds()?);
    // Pages are laid out before they are sent: one task begins, so that all find some.
    town.store.plan_campaign().await?;
    let work = async || -> anyhow::Result<()> {
        let campaigns = Campaigns::new(&town.store, &transport);
        while campaigns.step().await? {}
        Ok(())
    };
    futures_util::future::try_join_all((0..TASKS).map(|_| work())).await?;
    let spent = Spent {
        processor: processor_seconds()? - processor,
        seconds: clock.elapsed().as_secs_f64(),
        peak_mib: memory_mib(None, "VmHWM")?,
    };
    let accepted = sent(town, campaign).await?;
    ensure!(
        accepted == Some(i64::from(messages)),
        "{accepted:?} of {messages} were sent"
    );
    Ok(spent)
}

/// The same work, ten times as many devices.
async fn growth() -> anyhow::Result<()> {
    let to = StandIn::start(Duration::ZERO).await?;
    let mut fewer: Option<(u32, f64, f64)> = None;
    for messages in CAMPAIGNS {
        let town = Town::new(Database::sqlite().await?, Bus::local()).await?;
        gather(&town, messages).await?;
        all_follow_topic(&town).await?;
        let campaigns = (SMALL_CAMPAIGNS * CAMPAIGNS[0] / messages).max(1);
        let (mut processor, mut seconds) = (0.0, 0.0);
        send(&town, &to, messages).await?;
        for _ in 0..campaigns {
            let spent = send(&town, &to, messages).await?;
            processor += spent.processor;
            seconds += spent.seconds;
        }
        let thousands = f64::from(messages * campaigns) / 1_000.0;
        let each = (processor / thousands, seconds / thousands);
        if let Some((before, processor, seconds)) = fewer.replace((messages, each.0, each.1)) {
            let name = format!("growth: campaign per 1,000 devices, {messages} devices / {before}");
            row(&name, "CPU-s", Better::Less, each.0, Some(processor));
            row(&name, "s", Better::Less, each.1, Some(seconds));
        }
    }
    Ok(())
}

async fn nearby(town: &Town) -> anyhow::Result<()> {
    let to = StandIn::start(Duration::ZERO).await?;
    send(town, &to, MESSAGES).await?;
    let scale = f64::from(MESSAGES) / f64::from(MESSAGES_OF_GOOGLES);
    let (mut ours, mut h2load, mut googles) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        h2load.extend(rivals::h2load(&to, MESSAGES)?);
        ours.push(send(town, &to, MESSAGES).await?.processor);
        let cost = rivals::firebase_admin(&to, MESSAGES_OF_GOOGLES, CALLS_OF_NEARBY)?;
        googles.extend(cost.map(|cost| cost.processor_seconds * scale));
    }
    let found = |rounds: Vec<f64>| (!rounds.is_empty()).then(|| median(rounds));
    let ours = median(ours);
    let name =
        format!("push: {MESSAGES} messages, bookkeeping on SQLite included / h2load, the same body, no bookkeeping");
    row(&name, "CPU-s", Better::Less, ours, found(h2load));
    let name = format!(
        "push: {MESSAGES} messages, bookkeeping on SQLite included / firebase-admin 14, {MESSAGES_OF_GOOGLES} × {scale}"
    );
    row(&name, "CPU-s", Better::Less, ours, found(googles));
    Ok(())
}

async fn far_away(town: &Town) -> anyhow::Result<()> {
    let to = StandIn::start(ROUND_TRIP).await?;
    send(town, &to, MESSAGES).await?;
    let (mut spent, mut googles) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        spent.push(send(town, &to, MESSAGES).await?);
        googles.extend(rivals::firebase_admin(&to, MESSAGES_OF_GOOGLES, CALLS)?);
    }
    let per = |all: f64, messages: u32| f64::from(messages) / all;
    let ours = |of: fn(&Spent) -> f64| median(spent.iter().map(of).collect());
    let other = |of: fn(&rivals::Cost) -> f64| (!googles.is_empty()).then(|| median(googles.iter().map(of).collect()));
    let name =
        format!("push at a round trip of 100 ms, {MESSAGES} messages / firebase-admin 14, {CALLS} calls at once");
    let rate = other(|cost| cost.seconds).map(|seconds| per(seconds, MESSAGES_OF_GOOGLES));
    row(
        &name,
        "messages/s",
        Better::More,
        per(ours(|spent| spent.seconds), MESSAGES),
        rate,
    );
    row(
        &format!("{name}: processors busy"),
        "cores",
        Better::Less,
        ours(|spent| spent.processor / spent.seconds),
        other(|cost| cost.processor_seconds / cost.seconds),
    );
    row(
        &format!("{name}: memory of the process at most"),
        "MiB",
        Better::Less,
        ours(|spent| spent.peak_mib),
        other(|cost| cost.peak_mib),
    );
    Ok(())
}
