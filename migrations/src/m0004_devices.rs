//! Devices, what they follow, and campaigns.

use sea_orm_migration::prelude::*;

use crate::table::{create, index, unique};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        device(manager).await?;
        follow(manager).await?;
        campaign(manager).await?;
        campaign_page(manager).await?;
        told(manager).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["told", "campaign_page", "campaign", "follow", "device"] {
            manager
                .drop_table(Table::drop().table(Alias::new(table)).to_owned())
                .await?;
        }
        Ok(())
    }
}

async fn device(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create();
    table
        .table("device")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("authority_id").uuid().not_null())
        .col(ColumnDef::new("transport").text().not_null())
        .col(ColumnDef::new("address").text().not_null())
        .col(ColumnDef::new("address_sha256").text().not_null())
        .col(ColumnDef::new("credential_sha256").text().not_null())
        .col(ColumnDef::new("platform").text().not_null())
        .col(ColumnDef::new("app_version").text())
        .col(ColumnDef::new("language").text().not_null())
        .col(ColumnDef::new("time_zone").text().not_null())
        .col(ColumnDef::new("quiet_from").small_integer())
        .col(ColumnDef::new("quiet_to").small_integer())
        .col(ColumnDef::new("daily_cap").integer())
        .col(ColumnDef::new("min_severity").text().not_null())
        .col(ColumnDef::new("latitude").double())
        .col(ColumnDef::new("longitude").double())
        .col(ColumnDef::new("radius_m").integer())
        .col(ColumnDef::new("registered_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("seen_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("gone_at").timestamp_with_time_zone())
        .foreign_key(
            ForeignKey::create()
                .from("device", "authority_id")
                .to("authority", "id")
                .on_delete(ForeignKeyAction::Cascade),
        );
    create(manager, table).await?;
    unique(manager, "device", &["authority_id", "address_sha256"]).await?;
    index(manager, "device", &["authority_id", "id"]).await?;
    Ok(())
}

async fn follow(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create();
    table
        .table("follow")
        .col(ColumnDef::new("device_id").uuid().not_null())
        .col(ColumnDef::new("authority_id").uuid().not_null())
        .col(ColumnDef::new("kind").text().not_null())
        .col(ColumnDef::new("target").text().not_null())
        .primary_key(Index::create().col("device_id").col("kind").col("target"))
        .foreign_key(
            ForeignKey::create()
                .from("follow", "device_id")
                .to("device", "id")
                .on_delete(ForeignKeyAction::Cascade),
        );
    create(manager, table).await?;
    index(manager, "follow", &["authority_id", "kind", "target", "device_id"]).await?;
    Ok(())
}

async fn campaign(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create();
    table
        .table("campaign")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("authority_id").uuid().not_null())
        .col(ColumnDef::new("item_id").uuid().not_null())
        .col(ColumnDef::new("revision_id").uuid().not_null())
        .col(ColumnDef::new("note").json_binary().not_null())
        .col(ColumnDef::new("audience").json_binary().not_null())
        .col(ColumnDef::new("state").text().not_null())
        .col(ColumnDef::new("reason").text())
        .col(ColumnDef::new("urgent").boolean().not_null())
        .col(ColumnDef::new("expires_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("planned").boolean().not_null())
        .col(ColumnDef::new("planned_to").uuid())
        .col(ColumnDef::new("sent").big_integer().not_null())
        .col(ColumnDef::new("gone").big_integer().not_null())
        .col(ColumnDef::new("refused").big_integer().not_null())
        .col(ColumnDef::new("held_back").big_integer().not_null())
        .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("finished_at").timestamp_with_time_zone())
        .col(ColumnDef::new("lease_owner").text())
        .col(ColumnDef::new("lease_until").timestamp_with_time_zone())
        .foreign_key(
            ForeignKey::create()
                .from("campaign", "authority_id")
                .to("authority", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .foreign_key(
            ForeignKey::create()
                .from("campaign", "item_id")
                .to("item", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .foreign_key(
            ForeignKey::create()
                .from("campaign", "revision_id")
                .to("revision", "id")
                .on_delete(ForeignKeyAction::Cascade),
        );
    create(manager, table).await?;
    unique(manager, "campaign", &["revision_id"]).await?;
    index(manager, "campaign", &["state"]).await?;
    index(manager, "campaign", &["item_id"]).await?;
    Ok(())
}

async fn campaign_page(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create();
    table
        .table("campaign_page")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("campaign_id").uuid().not_null())
        .col(ColumnDef::new("first").uuid().not_null())
        .col(ColumnDef::new("last").uuid().not_null())
        .col(ColumnDef::new("devices").json_binary())
        .col(ColumnDef::new("lane").small_integer().not_null())
        .col(ColumnDef::new("due_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("attempts").integer().not_null())
        .col(ColumnDef::new("done_at").timestamp_with_time_zone())
        .col(ColumnDef::new("lease_owner").text())
        .col(ColumnDef::new("lease_until").timestamp_with_time_zone())
        .foreign_key(
            ForeignKey::create()
                .from("campaign_page", "campaign_id")
                .to("campaign", "id")
                .on_delete(ForeignKeyAction::Cascade),
        );
    create(manager, table).await?;
    index(manager, "campaign_page", &["done_at", "lane", "due_at"]).await?;
    index(manager, "campaign_page", &["campaign_id"]).await?;
    Ok(())
}

async fn told(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create();
    table
        .table("told")
        .col(ColumnDef::new("device_id").uuid().not_null())
        .col(ColumnDef::new("campaign_id").uuid().not_null())
        .col(ColumnDef::new("item_id").uuid().not_null())
        .col(ColumnDef::new("kind").text().not_null())
        .col(ColumnDef::new("at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("urgent").boolean().not_null())
        .primary_key(Index::create().col("device_id").col("campaign_id"))
        .foreign_key(
            ForeignKey::create()
                .from("told", "device_id")
                .to("device", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .foreign_key(
            ForeignKey::create()
                .from("told", "campaign_id")
                .to("campaign", "id")
                .on_delete(ForeignKeyAction::Cascade),
        );
    create(manager, table).await?;
    index(manager, "told", &["item_id", "device_id"]).await?;
    index(manager, "told", &["device_id", "at"]).await?;
    Ok(())
}
