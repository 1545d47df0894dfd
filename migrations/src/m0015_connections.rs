//! How accounts are connected by a person's consent: who did it, until when it holds, and consents on their way.

use sea_orm_migration::prelude::*;

use crate::table::{create, index, unique};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// What an account learns of its consent, one column at a time: SQLite adds no two at once.
const COLUMNS: [&str; 4] = ["authorised_until", "connected_by", "application", "reminded"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let [mut until, mut by, mut application, mut reminded] = COLUMNS.map(ColumnDef::new);
        until.timestamp_with_time_zone();
        by.uuid();
        application.binary();
        reminded.integer();
        for column in [until, by, application, reminded] {
            let table = Table::alter().table("account").add_column(column).to_owned();
            manager.alter_table(table).await?;
        }
        connection(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::drop().table(Alias::new("connection")).to_owned();
        manager.drop_table(table).await?;
        for column in COLUMNS.iter().rev() {
            let table = Table::alter().table("account").drop_column(*column).to_owned();
            manager.alter_table(table).await?;
        }
        Ok(())
    }
}

async fn connection(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create();
    table
        .table("connection")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("authority_id").uuid().not_null())
        .col(ColumnDef::new("account_id").uuid())
        .col(ColumnDef::new("staff_id").uuid().not_null())
        .col(ColumnDef::new("session").text().not_null())
        .col(ColumnDef::new("network").text().not_null())
        .col(ColumnDef::new("name").text().not_null())
        .col(ColumnDef::new("settings").json_binary().not_null())
        .col(ColumnDef::new("state").text().not_null())
        .col(ColumnDef::new("mark").text().not_null())
        .col(ColumnDef::new("sealed").binary().not_null())
        .col(ColumnDef::new("choices").json_binary())
        .col(ColumnDef::new("problem").json_binary())
        .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("expires_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("lease_owner").text())
        .col(ColumnDef::new("lease_until").timestamp_with_time_zone())
        .foreign_key(
            ForeignKey::create()
                .from("connection", "authority_id")
                .to("authority", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .foreign_key(
            ForeignKey::create()
                .from("connection", "account_id")
                .to("account", "id")
                .on_delete(ForeignKeyAction::Cascade),
        );
    create(manager, table).await?;
    unique(manager, "connection", &["mark"]).await?;
    index(manager, "connection", &["state", "expires_at"]).await
}
