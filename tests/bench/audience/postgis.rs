//! The comparison: the same rows, each with a place that `PostGIS` indexes.

use anyhow::Context as _;
use beffroi_schema::{entity::device, id::LineId};
use beffroi_tests::bench::{RADIUS_M, Town};
use futures_util::TryStreamExt as _;
use sea_orm::{ConnectionTrait as _, DbBackend, EntityTrait as _, Statement};

/// The devices' places in `PostGIS`'s type, with its index.
#[derive(Debug)]
pub struct Places;

impl Places {
    /// None, loudly, when the server has no `PostGIS`.
    #[expect(clippy::print_stderr, reason = "what was left out must be seen")]
    pub async fn lay_out(town: &Town) -> anyhow::Result<Option<Self>> {
        let db = &town.database.connection;
        let known = "SELECT 1 FROM pg_available_extensions WHERE name = 'postgis'";
        if db.query_one_raw(statement(known)).await?.is_none() {
            eprintln!("LEFT OUT: the server has no PostGIS to measure beside");
            return Ok(None);
        }
        for step in [
            "CREATE EXTENSION postgis",
            "CREATE TABLE placed AS SELECT id, ST_MakePoint(longitude, latitude)::geography AS place FROM device",
            "ALTER TABLE placed ADD PRIMARY KEY (id)",
            "CREATE INDEX placed_place ON placed USING gist (place)",
            "VACUUM ANALYZE placed",
        ] {
            db.execute_unprepared(step).await?;
        }
        Ok(Some(Self))
    }

    /// Reads each device's row; answers how many there are. The server is helped as much as SQL can: both halves are
    /// found by an index before they are joined (with `OR` it would read every row), and `OFFSET 0` has it look at the
    /// clock of those alone.
    pub async fn select(&self, town: &Town, line: LineId, bounds: [f64; 4], now: &str) -> anyhow::Result<usize> {
        let [west, south, east, north] = bounds;
        let authority = town.authority;
        let minute = format!(
            "extract(hour FROM '{now}'::timestamptz AT TIME ZONE time_zone) * 60 \
             + extract(minute FROM '{now}'::timestamptz AT TIME ZONE time_zone)"
        );
        let asleep = format!(
            "CASE WHEN quiet_from > quiet_to THEN {minute} >= quiet_from OR {minute} < quiet_to \
             ELSE {minute} >= quiet_from AND {minute} < quiet_to END"
        );
        let sql = format!(
            "SELECT * FROM (SELECT device.* FROM (\
             SELECT device_id AS id FROM follow \
             WHERE authority_id = '{authority}' AND kind = 'line' AND target = '{line}' \
             UNION SELECT id FROM placed WHERE ST_DWithin(place, \
             ST_MakeEnvelope({west}, {south}, {east}, {north}, 4326)::geography, {RADIUS_M})) AS concerned \
             JOIN device USING (id) WHERE authority_id = '{authority}' AND gone_at IS NULL \
             AND min_severity IN ('UNKNOWN_SEVERITY', 'INFO', 'WARNING') OFFSET 0) AS them \
             WHERE quiet_from IS NULL OR NOT ({asleep}) ORDER BY id"
        );
        let rows = device::Entity::find().from_raw_sql(statement(&sql));
        let mut rows = rows.stream(&town.database.connection).await?;
        let mut found = 0;
        while rows.try_next().await.context("PostGIS does not answer")?.is_some() {
            found += 1;
        }
        Ok(found)
    }
}

fn statement(sql: &str) -> Statement {
    Statement::from_string(DbBackend::Postgres, sql)
}
