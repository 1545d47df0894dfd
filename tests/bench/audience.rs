//! Selecting an audience out of a million devices: the followers of a line, and everybody whose place is within 800 m of
//! a shape. The audience is read as campaigns read it, run by run, with each device's row.

use std::time::Instant;

use beffroi_schema::{
    bus::Bus,
    device::{Area, DeviceDraft, DeviceSettings},
    entity::device,
    id::{DeviceId, ItemId, LineId},
    store::Wanted,
    value::{Audience, Language, Platform, Point, Severity, TransportKind},
};
use beffroi_tests::{
    bench::{Better, Town, memory_mib, row},
    database::Database,
};
use sea_orm::ConnectionTrait as _;
use uuid::Uuid;

const DEVICES: usize = 1_000_000;
/// Every twentieth device follows the line.
const LINE: LineId = LineId(Uuid::from_u128(0xb));
/// Rows read at once, as a page of a campaign.
const RUN: usize = 500;
/// The first selection fills caches; the better of the others counts.
const SELECTIONS: usize = 3;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    rustls::crypto::ring::default_provider().install_default().ok();
    for (name, database) in [
        ("SQLite", Database::sqlite().await?),
        ("PostgreSQL", Database::postgres().await?),
    ] {
        let town = Town::new(database, Bus::local()).await?;
        populate(&town).await?;
        let before = memory_mib("VmRSS")?;
        let (mut best, mut found) = (f64::INFINITY, 0);
        for _ in 0..SELECTIONS {
            let started = Instant::now();
            found = select(&town).await?;
            best = best.min(started.elapsed().as_secs_f64());
        }
        let more = (memory_mib("VmRSS")? - before).max(0.0);
        let name = format!("audience of {found} out of {DEVICES} devices, {name}");
        row(&name, "s", Better::Less, best, None);
        row(&format!("{name}: more memory"), "MiB", Better::Less, more, None);
    }
    Ok(())
}

/// How many there are.
async fn select(town: &Town) -> anyhow::Result<usize> {
    let ring = [
        [1.40, 43.58],
        [1.44, 43.58],
        [1.44, 43.61],
        [1.40, 43.61],
        [1.40, 43.58],
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
    let (mut last, mut found): (Option<DeviceId>, usize) = (None, 0);
    loop {
        let devices: Vec<device::Model> = town.store.audience_after(wanted, last, RUN).await?;
        found += devices.len();
        last = devices.last().map(|device| device.id);
        if devices.len() < RUN {
            return Ok(found);
        }
    }
}

/// One device is registered, and a million written beside it, scattered over a département.
async fn populate(town: &Town) -> anyhow::Result<()> {
    let settings = DeviceSettings {
        app_version: Some("2.1.0".to_owned()),
        language: Language::french(),
        time_zone: "Europe/Paris".to_owned(),
        quiet_hours: None,
        daily_cap: None,
        min_severity: Severity::Info,
        area: Some(Area {
            point: Point {
                latitude: 43.6,
                longitude: 1.4,
            },
            radius_m: 800,
        }),
    };
    let draft = DeviceDraft {
        transport: TransportKind::FcmToken,
        address: "token-0".to_owned().into(),
        platform: Platform::Android,
        settings,
    };
    town.store.register_device(town.authority, draft).await?;
    let db = &town.database.connection;
    let (id, series) = if town.database.url.starts_with("sqlite:") {
        let from_one = "SELECT 1 UNION ALL SELECT n + 1 FROM s";
        (
            "randomblob(16)",
            format!("WITH RECURSIVE s(n) AS ({from_one} WHERE n < {DEVICES}) SELECT n FROM s"),
        )
    } else {
        (
            "gen_random_uuid()",
            format!("SELECT n FROM generate_series(1, {DEVICES}) AS s(n)"),
        )
    };
    db.execute_unprepared(&format!(
        "INSERT INTO device (id, authority_id, transport, address, address_sha256, credential_sha256, platform, \
         app_version, language, time_zone, min_severity, latitude, longitude, radius_m, registered_at, seen_at) \
         SELECT {id}, authority_id, transport, 'token-' || n, 'hash-' || n, credential_sha256, platform, \
         app_version, language, time_zone, min_severity, \
         43.3 + (n * 7919 % 100003) / 100003.0 * 0.6, 1.1 + (n * 104729 % 100019) / 100019.0 * 0.8, \
         radius_m, registered_at, seen_at FROM device CROSS JOIN ({series}) AS many"
    ))
    .await?;
    db.execute_unprepared(&format!(
        "INSERT INTO follow (device_id, authority_id, kind, target) SELECT id, authority_id, 'line', '{LINE}' \
         FROM device WHERE CAST(substr(address, 7) AS INTEGER) % 20 = 1"
    ))
    .await?;
    db.execute_unprepared("ANALYZE").await?;
    Ok(())
}
