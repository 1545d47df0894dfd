//! Sources, their polls and their entries.

use sea_orm_migration::prelude::*;

use crate::table::{create, index, unique};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        source(manager).await?;
        poll(manager).await?;
        record(manager).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["record", "poll", "source"] {
            manager
                .drop_table(Table::drop().table(Alias::new(table)).to_owned())
                .await?;
        }
        Ok(())
    }
}

async fn source(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create();
    table
        .table("source")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("authority_id").uuid().not_null())
        .col(ColumnDef::new("format").text().not_null())
        .col(ColumnDef::new("name").text().not_null())
        .col(ColumnDef::new("url").text().not_null())
        .col(ColumnDef::new("settings").json_binary().not_null())
        .col(ColumnDef::new("policy").text().not_null())
        .col(ColumnDef::new("paused").boolean().not_null())
        .col(ColumnDef::new("interval_s").integer().not_null())
        .col(ColumnDef::new("next_poll_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("cursor").json_binary().not_null())
        .col(ColumnDef::new("memory").json_binary().not_null())
        .col(ColumnDef::new("failures").integer().not_null())
        .col(ColumnDef::new("last_good_at").timestamp_with_time_zone())
        .col(ColumnDef::new("version").integer().not_null())
        .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("updated_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("lease_owner").text())
        .col(ColumnDef::new("lease_until").timestamp_with_time_zone())
        .foreign_key(
            ForeignKey::create()
                .from("source", "authority_id")
                .to("authority", "id")
                .on_delete(ForeignKeyAction::Cascade),
        );
    create(manager, table).await?;
    unique(manager, "source", &["authority_id", "name"]).await?;
    index(manager, "source", &["next_poll_at"]).await?;
    Ok(())
}

async fn poll(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create();
    table
        .table("poll")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("source_id").uuid().not_null())
        .col(ColumnDef::new("at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("duration_ms").integer().not_null())
        .col(ColumnDef::new("class").text().not_null())
        .col(ColumnDef::new("reason").text())
        .col(ColumnDef::new("feed_timestamp").timestamp_with_time_zone())
        .col(ColumnDef::new("entries").integer().not_null())
        .col(ColumnDef::new("created").integer().not_null())
        .col(ColumnDef::new("revised").integer().not_null())
        .col(ColumnDef::new("resolved").integer().not_null())
        .col(ColumnDef::new("issues").json_binary().not_null())
        .foreign_key(
            ForeignKey::create()
                .from("poll", "source_id")
                .to("source", "id")
                .on_delete(ForeignKeyAction::Cascade),
        );
    create(manager, table).await?;
    index(manager, "poll", &["source_id", "at"]).await?;
    Ok(())
}

async fn record(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create();
    table
        .table("record")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("source_id").uuid().not_null())
        .col(ColumnDef::new("item_id").uuid())
        .col(ColumnDef::new("known").json_binary().not_null())
        .col(ColumnDef::new("said").json_binary())
        .col(ColumnDef::new("open").boolean().not_null())
        .col(ColumnDef::new("last_seen").timestamp_with_time_zone().not_null())
        .foreign_key(
            ForeignKey::create()
                .from("record", "source_id")
                .to("source", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .foreign_key(
            ForeignKey::create()
                .from("record", "item_id")
                .to("item", "id")
                .on_delete(ForeignKeyAction::SetNull),
        );
    create(manager, table).await?;
    index(manager, "record", &["source_id", "open"]).await?;
    index(manager, "record", &["item_id"]).await?;
    Ok(())
}
