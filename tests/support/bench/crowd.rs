//! Devices by the hundred thousand, written by the database itself.

use beffroi_schema::{
    device::{Area, DeviceDraft, DeviceSettings},
    id::LineId,
    value::{Language, Platform, Point, Severity, TransportKind},
};
use sea_orm::ConnectionTrait as _;
use uuid::Uuid;

use super::Town;

/// What all devices may follow.
pub const TOPIC: &str = "voirie";
/// What every twentieth device follows.
pub const LINE: LineId = LineId(Uuid::from_u128(0xb));
/// Of the surroundings that every device follows.
pub const RADIUS_M: i32 = 800;
/// As long as Google's registration tokens.
const TOKEN_CHARS: usize = 163;
/// Milliseconds since 1970 at which the first was registered; one more each. Ids are in the order of registration, and
/// so are the rows, as in a town's database.
const FIRST_MS: u64 = 1_700_000_000_000;

/// As many devices as `count`, scattered over a département: one is registered, and the others written beside it. Every
/// fourth sleeps from ten to six, every tenth in Martinique; all want to hear of everything.
pub async fn gather(town: &Town, count: u32) -> anyhow::Result<()> {
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
            radius_m: RADIUS_M,
        }),
    };
    let draft = DeviceDraft {
        transport: TransportKind::FcmToken,
        address: "0".repeat(TOKEN_CHARS).into(),
        platform: Platform::Android,
        settings,
    };
    town.store.register_device(town.authority, draft).await?;
    let db = &town.database.connection;
    let (id, address, series) = dialect(town.database.is_sqlite(), count.saturating_sub(1));
    db.execute_unprepared(&format!(
        "INSERT INTO device (id, authority_id, transport, address, address_sha256, credential_sha256, platform, \
         app_version, language, time_zone, quiet_from, quiet_to, min_severity, latitude, longitude, radius_m, \
         registered_at, seen_at) \
         SELECT {id}, authority_id, transport, {address}, 'hash-' || n, credential_sha256, platform, app_version, \
         language, CASE WHEN n % 10 = 0 THEN 'America/Martinique' ELSE time_zone END, \
         CASE WHEN n % 4 = 0 THEN 1320 END, CASE WHEN n % 4 = 0 THEN 360 END, min_severity, \
         43.3 + (n * 7919 % 100003) / 100003.0 * 0.6, 1.1 + (n * 104729 % 100019) / 100019.0 * 0.8, \
         radius_m, registered_at, seen_at FROM device CROSS JOIN ({series}) AS many ORDER BY n"
    ))
    .await?;
    db.execute_unprepared(&format!(
        "INSERT INTO follow (device_id, authority_id, kind, target) SELECT id, authority_id, 'line', '{LINE}' \
         FROM device WHERE CAST(substr(address, {TOKEN_CHARS} - 8) AS INTEGER) % 20 = 0"
    ))
    .await?;
    tidy(town).await
}

/// They all follow [`TOPIC`] too.
pub async fn all_follow_topic(town: &Town) -> anyhow::Result<()> {
    let db = &town.database.connection;
    db.execute_unprepared(&format!(
        "INSERT INTO follow (device_id, authority_id, kind, target) SELECT id, authority_id, 'topic', '{TOPIC}' FROM device"
    ))
    .await?;
    tidy(town).await
}

/// As the database's own housekeeping leaves it.
async fn tidy(town: &Town) -> anyhow::Result<()> {
    let statement = if town.database.is_sqlite() {
        "ANALYZE"
    } else {
        "VACUUM ANALYZE"
    };
    town.database.connection.execute_unprepared(statement).await?;
    Ok(())
}

/// The `n`th id and address, and the numbers from 1 to `count`, as each database writes them.
fn dialect(is_sqlite: bool, count: u32) -> (String, String, String) {
    if is_sqlite {
        let from_one = format!("SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {count}");
        (
            format!("unhex(printf('%012x70008000%012x', {FIRST_MS} + n, n))"),
            format!("printf('%0{TOKEN_CHARS}d', n)"),
            format!("WITH RECURSIVE s(n) AS ({from_one}) SELECT n FROM s"),
        )
    } else {
        (
            format!("(lpad(to_hex({FIRST_MS} + n), 12, '0') || '70008000' || lpad(to_hex(n), 12, '0'))::uuid"),
            format!("lpad(n::text, {TOKEN_CHARS}, '0')"),
            format!("SELECT n FROM generate_series(1::bigint, {count}) AS s(n)"),
        )
    }
}
