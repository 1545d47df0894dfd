//! `beffroi migrate`: brings the tables up to date, takes steps back, or says where they are.

use anyhow::bail;
use beffroi_schema::{config::Instance, store::connect};
use clap::Args;

use super::say;

/// Applies what is pending, unless told otherwise.
#[derive(Debug, Args)]
pub struct Migrate {
    /// Take back this many migrations, the latest first. What they held is lost.
    #[arg(long, value_name = "STEPS", conflicts_with = "status")]
    down: Option<u32>,
    /// Only say which are applied.
    #[arg(long)]
    status: bool,
}

impl Migrate {
    pub async fn run(&self, instance: &Instance) -> anyhow::Result<()> {
        let db = connect(&instance.database.url).await?;
        match self.down {
            Some(steps) => beffroi_migrations::down(&db, steps).await?,
            None if self.status => {}
            None => beffroi_migrations::up(&db).await?,
        }
        for (name, applied) in beffroi_migrations::status(&db).await? {
            say(&format!("{} {name}", if applied { "applied" } else { "pending" }));
        }
        Ok(())
    }
}

/// Makes sure that the tables are up to date before anything uses them. The embedded database has one process, which
/// brings them up to date itself; on PostgreSQL others may still be running the former version: that is decided by hand.
pub async fn ready(instance: &Instance) -> anyhow::Result<()> {
    let db = connect(&instance.database.url).await?;
    if instance.database.url.is_sqlite() {
        beffroi_migrations::up(&db).await?;
    }
    let pending = beffroi_migrations::status(&db)
        .await?
        .into_iter()
        .filter(|(_, applied)| !applied)
        .count();
    if pending > 0 {
        bail!(
            "{pending} migration(s) pending in {}: run `beffroi migrate` first",
            instance.database.url
        );
    }
    Ok(())
}
