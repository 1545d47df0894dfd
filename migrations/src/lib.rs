//! How the tables came to be.
//!
//! A migration that has been released is never edited. Changes expand first (new, nullable or defaulted columns) and
//! contract one release later, so that two versions can run side by side on one database.

use sea_orm_migration::prelude::*;

mod m0001_authorities;
mod m0002_items;
mod m0003_accounts;
mod m0004_devices;
mod m0005_sources;
mod m0006_people;
mod m0007_media;
mod m0008_federation;
mod m0009_rules;
mod m0010_cost;
mod m0011_handover;
mod m0012_websub;
mod m0013_words;
mod m0014_account_access;
mod m0015_connections;
mod m0016_readings;
mod m0017_slides;
mod run;
mod table;

pub use self::run::{down, status, up};

/// Every migration, oldest first.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_authorities::Migration),
            Box::new(m0002_items::Migration),
            Box::new(m0003_accounts::Migration),
            Box::new(m0004_devices::Migration),
            Box::new(m0005_sources::Migration),
            Box::new(m0006_people::Migration),
            Box::new(m0007_media::Migration),
            Box::new(m0008_federation::Migration),
            Box::new(m0009_rules::Migration),
            Box::new(m0010_cost::Migration),
            Box::new(m0011_handover::Migration),
            Box::new(m0012_websub::Migration),
            Box::new(m0013_words::Migration),
            Box::new(m0014_account_access::Migration),
            Box::new(m0015_connections::Migration),
            Box::new(m0016_readings::Migration),
            Box::new(m0017_slides::Migration),
        ]
    }
}
