//! Accounts on social networks, and what was brought there.

use sea_orm_migration::prelude::*;

use crate::table::{create, index, unique};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        account(manager).await?;
        delivery(manager).await?;
        attempt(manager).await?;
        receipt(manager).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["receipt", "attempt", "delivery", "account"] {
            manager
                .drop_table(Table::drop().table(Alias::new(table)).to_owned())
                .await?;
        }
        Ok(())
    }
}

async fn account(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create();
    table
        .table("account")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("authority_id").uuid().not_null())
        .col(ColumnDef::new("network").text().not_null())
        .col(ColumnDef::new("name").text().not_null())
        .col(ColumnDef::new("settings").json_binary().not_null())
        .col(ColumnDef::new("secret").binary())
        .col(ColumnDef::new("state").text().not_null())
        .col(ColumnDef::new("reason").text())
        .col(ColumnDef::new("reopens").boolean().not_null())
        .col(ColumnDef::new("rules").json_binary().not_null())
        .col(ColumnDef::new("capabilities").json_binary())
        .col(ColumnDef::new("health").json_binary())
        .col(ColumnDef::new("next_check_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("not_before").timestamp_with_time_zone())
        .col(ColumnDef::new("version").integer().not_null())
        .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("updated_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("lease_owner").text())
        .col(ColumnDef::new("lease_until").timestamp_with_time_zone())
        .foreign_key(
            ForeignKey::create()
                .from("account", "authority_id")
                .to("authority", "id")
                .on_delete(ForeignKeyAction::Cascade),
        );
    create(manager, table).await?;
    unique(manager, "account", &["authority_id", "network", "name"]).await?;
    index(manager, "account", &["next_check_at"]).await?;
    Ok(())
}

async fn delivery(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create();
    table
        .table("delivery")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("authority_id").uuid().not_null())
        .col(ColumnDef::new("item_id").uuid().not_null())
        .col(ColumnDef::new("revision_id").uuid().not_null())
        .col(ColumnDef::new("account_id").uuid().not_null())
        .col(ColumnDef::new("version").integer().not_null())
        .col(ColumnDef::new("change").text().not_null())
        .col(ColumnDef::new("action").text().not_null())
        .col(ColumnDef::new("state").text().not_null())
        .col(ColumnDef::new("rendered").json_binary())
        .col(ColumnDef::new("due_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("attempts").integer().not_null())
        .col(ColumnDef::new("searches").integer().not_null())
        .col(ColumnDef::new("attempting_since").timestamp_with_time_zone())
        .col(ColumnDef::new("reason").text())
        .col(ColumnDef::new("lease_owner").text())
        .col(ColumnDef::new("lease_until").timestamp_with_time_zone())
        .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("settled_at").timestamp_with_time_zone())
        .foreign_key(
            ForeignKey::create()
                .from("delivery", "authority_id")
                .to("authority", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .foreign_key(
            ForeignKey::create()
                .from("delivery", "item_id")
                .to("item", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .foreign_key(
            ForeignKey::create()
                .from("delivery", "revision_id")
                .to("revision", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .foreign_key(
            ForeignKey::create()
                .from("delivery", "account_id")
                .to("account", "id")
                .on_delete(ForeignKeyAction::Cascade),
        );
    create(manager, table).await?;
    unique(manager, "delivery", &["revision_id", "account_id"]).await?;
    index(manager, "delivery", &["state", "due_at"]).await?;
    index(manager, "delivery", &["account_id", "item_id"]).await?;
    index(manager, "delivery", &["item_id"]).await?;
    Ok(())
}

async fn attempt(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create();
    table
        .table("attempt")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("delivery_id").uuid().not_null())
        .col(ColumnDef::new("number").integer().not_null())
        .col(ColumnDef::new("started_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("ended_at").timestamp_with_time_zone())
        .col(ColumnDef::new("outcome").text())
        .col(ColumnDef::new("reason").text())
        .foreign_key(
            ForeignKey::create()
                .from("attempt", "delivery_id")
                .to("delivery", "id")
                .on_delete(ForeignKeyAction::Cascade),
        );
    create(manager, table).await?;
    unique(manager, "attempt", &["delivery_id", "number"]).await?;
    Ok(())
}

async fn receipt(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create();
    table
        .table("receipt")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("item_id").uuid().not_null())
        .col(ColumnDef::new("account_id").uuid().not_null())
        .col(ColumnDef::new("delivery_id").uuid().not_null())
        .col(ColumnDef::new("remote").json_binary().not_null())
        .col(ColumnDef::new("version").integer().not_null())
        .col(ColumnDef::new("posted_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("amended_at").timestamp_with_time_zone())
        .col(ColumnDef::new("withdrawn_at").timestamp_with_time_zone())
        .foreign_key(
            ForeignKey::create()
                .from("receipt", "item_id")
                .to("item", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .foreign_key(
            ForeignKey::create()
                .from("receipt", "account_id")
                .to("account", "id")
                .on_delete(ForeignKeyAction::Cascade),
        );
    create(manager, table).await?;
    unique(manager, "receipt", &["item_id", "account_id"]).await?;
    Ok(())
}
