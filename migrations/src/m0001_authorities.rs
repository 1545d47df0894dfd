//! Authorities, their zones, lines and stops.

use sea_orm_migration::prelude::*;

use crate::table::{create, index, unique};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        authority(manager).await?;
        zone(manager).await?;
        line(manager).await?;
        stop(manager).await?;
        line_stop(manager).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["line_stop", "stop", "line", "zone", "authority"] {
            manager
                .drop_table(Table::drop().table(Alias::new(table)).to_owned())
                .await?;
        }
        Ok(())
    }
}

async fn authority(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create();
    table
        .table("authority")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("slug").text().not_null())
        .col(ColumnDef::new("kind").text().not_null())
        .col(ColumnDef::new("parent_id").uuid())
        .col(ColumnDef::new("name").text().not_null())
        .col(ColumnDef::new("language").text().not_null())
        .col(ColumnDef::new("time_zone").text().not_null())
        .col(ColumnDef::new("boundary").json_binary())
        .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("updated_at").timestamp_with_time_zone().not_null())
        .foreign_key(
            ForeignKey::create()
                .from("authority", "parent_id")
                .to("authority", "id")
                .on_delete(ForeignKeyAction::SetNull),
        );
    create(manager, table).await?;
    unique(manager, "authority", &["slug"]).await?;
    Ok(())
}

async fn zone(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create();
    table
        .table("zone")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("authority_id").uuid().not_null())
        .col(ColumnDef::new("slug").text().not_null())
        .col(ColumnDef::new("name").text().not_null())
        .col(ColumnDef::new("shape").json_binary().not_null())
        .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("updated_at").timestamp_with_time_zone().not_null())
        .foreign_key(
            ForeignKey::create()
                .from("zone", "authority_id")
                .to("authority", "id")
                .on_delete(ForeignKeyAction::Cascade),
        );
    create(manager, table).await?;
    unique(manager, "zone", &["authority_id", "slug"]).await?;
    Ok(())
}

async fn line(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create();
    table
        .table("line")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("authority_id").uuid().not_null())
        .col(ColumnDef::new("source_id").uuid())
        .col(ColumnDef::new("key").text().not_null())
        .col(ColumnDef::new("agency").text())
        .col(ColumnDef::new("short_name").text().not_null())
        .col(ColumnDef::new("long_name").text().not_null())
        .col(ColumnDef::new("mode").text().not_null())
        .col(ColumnDef::new("color").text().not_null())
        .col(ColumnDef::new("text_color").text().not_null())
        .col(ColumnDef::new("shape").json_binary())
        .col(ColumnDef::new("position").integer().not_null())
        .col(ColumnDef::new("retired_at").timestamp_with_time_zone())
        .foreign_key(
            ForeignKey::create()
                .from("line", "authority_id")
                .to("authority", "id")
                .on_delete(ForeignKeyAction::Cascade),
        );
    create(manager, table).await?;
    unique(manager, "line", &["authority_id", "source_id", "key"]).await?;
    Ok(())
}

async fn stop(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create();
    table
        .table("stop")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("authority_id").uuid().not_null())
        .col(ColumnDef::new("source_id").uuid())
        .col(ColumnDef::new("key").text().not_null())
        .col(ColumnDef::new("name").text().not_null())
        .col(ColumnDef::new("latitude").double())
        .col(ColumnDef::new("longitude").double())
        .col(ColumnDef::new("location_type").small_integer().not_null())
        .col(ColumnDef::new("parent_id").uuid())
        .col(ColumnDef::new("platform").text())
        .col(ColumnDef::new("retired_at").timestamp_with_time_zone())
        .foreign_key(
            ForeignKey::create()
                .from("stop", "authority_id")
                .to("authority", "id")
                .on_delete(ForeignKeyAction::Cascade),
        );
    create(manager, table).await?;
    unique(manager, "stop", &["authority_id", "source_id", "key"]).await?;
    Ok(())
}

async fn line_stop(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create();
    table
        .table("line_stop")
        .col(ColumnDef::new("line_id").uuid().not_null())
        .col(ColumnDef::new("stop_id").uuid().not_null())
        .primary_key(Index::create().col("line_id").col("stop_id"))
        .foreign_key(
            ForeignKey::create()
                .from("line_stop", "line_id")
                .to("line", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .foreign_key(
            ForeignKey::create()
                .from("line_stop", "stop_id")
                .to("stop", "id")
                .on_delete(ForeignKeyAction::Cascade),
        );
    create(manager, table).await?;
    index(manager, "line_stop", &["stop_id"]).await?;
    Ok(())
}
