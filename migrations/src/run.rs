//! Runs migrations, one process at a time.

use sea_orm_migration::{
    MigrationStatus,
    prelude::*,
    sea_orm::{DatabaseBackend, DatabaseConnection, TransactionTrait as _},
};

use crate::Migrator;

/// Held on PostgreSQL while migrations run: several processes that start together would otherwise all create the same
/// tables, and all but one would fail.
const MIGRATION_LOCK: i64 = 0x6265_6666_726f_6902;

/// Applies every migration that is pending.
pub async fn up(db: &DatabaseConnection) -> Result<(), DbErr> {
    alone(db, async || Migrator::up(db, None).await).await
}

/// Takes back the latest `steps` migrations.
pub async fn down(db: &DatabaseConnection, steps: u32) -> Result<(), DbErr> {
    alone(db, async || Migrator::down(db, Some(steps)).await).await
}

/// Every migration by name, oldest first, and whether it is applied.
pub async fn status(db: &DatabaseConnection) -> Result<Vec<(String, bool)>, DbErr> {
    let all = Migrator::get_migration_with_status(db).await?;
    let applied = |status| status == MigrationStatus::Applied;
    Ok(all
        .iter()
        .map(|one| (one.name().to_owned(), applied(one.status())))
        .collect())
}

/// The lock lives in a transaction on a connection of its own, and goes with it, even when the process dies.
async fn alone(db: &DatabaseConnection, work: impl AsyncFnOnce() -> Result<(), DbErr>) -> Result<(), DbErr> {
    if db.get_database_backend() != DatabaseBackend::Postgres {
        return work().await;
    }
    let lock = db.begin().await?;
    lock.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
        .await?;
    work().await?;
    lock.commit().await
}
