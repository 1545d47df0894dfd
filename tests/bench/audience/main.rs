//! Selecting an audience out of a million devices: the followers of a line, and everybody whose surroundings touch a
//! polygon, who are awake at that moment. Ours walks through it as campaigns do, run by run, with each device's row;
//! `PostGIS` is asked for the same rows of the same devices in one question, with an index on their places.

mod postgis;

use std::time::Instant;

use anyhow::ensure;
use beffroi_schema::{
    bus::Bus,
    clock::Timestamp,
    device::QuietHours,
    discretion::{Habits, Verdict, verdict},
    entity::device,
    id::ItemId,
    store::Wanted,
    value::{Audience, CampaignKind, Kind, Language, Note, Severity},
};
use beffroi_tests::{
    bench::{Better, LINE, Town, forget_peak, gather, median, memory_mib, row},
    database::Database,
};
use chrono_tz::Tz;
use uuid::Uuid;

/// The larger of the two; the other shows how the cost grows.
const DEVICES: u32 = 1_000_000;
const FEWER_DEVICES: u32 = DEVICES / 10;
/// Rows read at once, as a page of a campaign.
const RUN: usize = 500;
/// Selections in turns, after one that fills the caches.
const ROUNDS: usize = 5;
/// The two measure distances on different figures of the Earth: so much of an audience may stand on the border.
const DOUBT: f64 = 0.01;
/// West, south, east and north of what is closed, in degrees: three kilometres by three.
const CLOSED: [f64; 4] = [1.40, 43.58, 1.44, 43.61];
/// A winter's evening: half past ten where the phones are, and mid-afternoon in Martinique.
const NOW: &str = "2026-01-15T21:30:00Z";

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    rustls::crypto::ring::default_provider().install_default().ok();
    let mut fewer = None;
    for devices in [FEWER_DEVICES, DEVICES] {
        let town = Town::new(Database::postgres().await?, Bus::local()).await?;
        gather(&town, devices).await?;
        let seconds = compare(&town, devices).await?;
        if let Some(fewer) = fewer.replace(seconds) {
            let name = "growth: audience on PostgreSQL, per 1,000 devices: of 1,000,000 / of 100,000";
            let each = |seconds: f64, of: u32| seconds * 1e6 / f64::from(of);
            row(
                name,
                "ms",
                Better::Less,
                each(seconds, DEVICES),
                Some(each(fewer, FEWER_DEVICES)),
            );
        }
    }
    let town = Town::new(Database::sqlite().await?, Bus::local()).await?;
    gather(&town, DEVICES).await?;
    let (mut rounds, mut found, mut more) = (Vec::new(), 0, 0.0_f64);
    for _ in 0..=ROUNDS {
        let selected = Selected::by_us(&town).await?;
        found = selected.found;
        more = more.max(selected.more_mib);
        rounds.push(selected.seconds);
    }
    let name = format!("audience: {found} awake of {DEVICES} devices by line or polygon, SQLite");
    row(&name, "s", Better::Less, median(rounds.split_off(1)), None);
    row(&format!("{name}: more memory at most"), "MiB", Better::Less, more, None);
    Ok(())
}

/// Ours and `PostGIS` in turns; answers our seconds.
async fn compare(town: &Town, devices: u32) -> anyhow::Result<f64> {
    let theirs = postgis::Places::lay_out(town).await?;
    let (mut ours, mut others, mut more, mut found) = (Vec::new(), Vec::new(), 0.0_f64, 0);
    for round in 0..=ROUNDS {
        let selected = Selected::by_us(town).await?;
        found = selected.found;
        // The first selection is the one that makes the process grow.
        more = more.max(selected.more_mib);
        let mut other = None;
        if let Some(theirs) = &theirs {
            let started = Instant::now();
            let count = theirs.select(town, LINE, CLOSED, NOW).await?;
            other = Some(started.elapsed().as_secs_f64());
            #[expect(clippy::cast_precision_loss, reason = "a million at most")]
            let apart = (count as f64 - found as f64).abs() / found as f64;
            ensure!(apart < DOUBT, "{found} devices with us, {count} with PostGIS");
        }
        if round > 0 {
            ours.push(selected.seconds);
            others.extend(other);
        }
    }
    let ours = median(ours);
    let other = theirs.map(|_| median(others));
    let name = format!("audience: {found} awake of {devices} devices by line or polygon, PostgreSQL / PostGIS");
    row(&name, "s", Better::Less, ours, other);
    let name = format!("audience: {found} awake of {devices} devices, PostgreSQL: more memory at most");
    row(&name, "MiB", Better::Less, more, None);
    Ok(ours)
}

/// What a selection found, and what it took.
struct Selected {
    found: usize,
    seconds: f64,
    more_mib: f64,
}

impl Selected {
    async fn by_us(town: &Town) -> anyhow::Result<Self> {
        let before = memory_mib(None, "VmRSS")?;
        forget_peak()?;
        let started = Instant::now();
        let found = select(town).await?;
        Ok(Self {
            found,
            seconds: started.elapsed().as_secs_f64(),
            more_mib: memory_mib(None, "VmHWM")? - before,
        })
    }
}

/// How many there are.
async fn select(town: &Town) -> anyhow::Result<usize> {
    let [west, south, east, north] = CLOSED;
    let ring = [
        [west, south],
        [east, south],
        [east, north],
        [west, north],
        [west, south],
    ];
    let shape = serde_json::json!({ "type": "Polygon", "coordinates": [ring] });
    let audience = Audience {
        lines: vec![LINE],
        shapes: vec![serde_json::from_value(shape)?],
        ..Audience::default()
    };
    let wanted = Wanted {
        authority: town.authority,
        item: ItemId(Uuid::nil()),
        audience: &audience,
        severity: Some(Severity::Warning),
    };
    let now: Timestamp = NOW.parse()?;
    let note = note(now);
    let (mut walk, mut found) = (town.store.audience(wanted), 0);
    loop {
        let devices = walk.next(RUN).await?;
        found += devices.iter().filter(|device| is_awake(device, &note, now)).count();
        if devices.len() < RUN {
            return Ok(found);
        }
    }
}

/// As a page of a campaign decides it, for a device that was told nothing yet.
fn is_awake(device: &device::Model, note: &Note, now: Timestamp) -> bool {
    let habits = Habits {
        time_zone: device.time_zone.parse().unwrap_or(Tz::Europe__Paris),
        quiet_hours: device
            .quiet_from
            .zip(device.quiet_to)
            .map(|(from, to)| QuietHours { from, to }),
        daily_cap: device.daily_cap,
        told_today: Vec::new(),
        told_of_item: Vec::new(),
    };
    verdict(&habits, note, now) == Verdict::Tell
}

fn note(now: Timestamp) -> Note {
    Note {
        words: [].into(),
        fallback: Language::french(),
        item: ItemId(Uuid::nil()),
        version: 1,
        kind: Kind::Disruption,
        campaign: CampaignKind::Alert,
        severity: Some(Severity::Warning),
        link: String::new(),
        tag: String::new(),
        urgent: false,
        expires_at: now + std::time::Duration::from_hours(24),
    }
}
