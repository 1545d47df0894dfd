//! What readers did with posts, as far as networks tell.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// One statement each: SQLite adds one column at a time.
const COLUMNS: [&str; 5] = ["metrics", "read_at", "next_read_at", "lease_owner", "lease_until"];
const INDEX: &str = "receipt_next_read_at";

fn column(name: &'static str) -> ColumnDef {
    let mut column = ColumnDef::new(name);
    match name {
        "metrics" => column.json_binary(),
        "lease_owner" => column.text(),
        _ => column.timestamp_with_time_zone(),
    };
    column
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in COLUMNS {
            let table = Table::alter().table("receipt").add_column(column(name)).to_owned();
            manager.alter_table(table).await?;
        }
        let index = Index::create()
            .name(INDEX)
            .table("receipt")
            .col("next_read_at")
            .to_owned();
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_index(Index::drop().name(INDEX).table("receipt").to_owned())
            .await?;
        for name in COLUMNS {
            let table = Table::alter().table("receipt").drop_column(name).to_owned();
            manager.alter_table(table).await?;
        }
        Ok(())
    }
}
