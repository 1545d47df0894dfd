//! Programs that asked the hub for a feed.

use sea_orm_migration::prelude::*;

use crate::table::{create, index, unique};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::create();
        table
            .table("subscriber")
            .col(ColumnDef::new("id").uuid().not_null().primary_key())
            .col(ColumnDef::new("authority_id").uuid().not_null())
            .col(ColumnDef::new("topic").text().not_null())
            .col(ColumnDef::new("callback").text().not_null())
            .col(ColumnDef::new("host").text().not_null())
            .col(ColumnDef::new("secret").binary())
            .col(ColumnDef::new("ends_at").timestamp_with_time_zone())
            .col(ColumnDef::new("asked").text())
            .col(ColumnDef::new("asked_at").timestamp_with_time_zone())
            .col(ColumnDef::new("asked_secret").binary())
            .col(ColumnDef::new("asked_lease_s").integer().not_null())
            .col(ColumnDef::new("seq").big_integer().not_null())
            .col(ColumnDef::new("told").text())
            .col(ColumnDef::new("failures").integer().not_null())
            .col(ColumnDef::new("due_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("lease_owner").text())
            .col(ColumnDef::new("lease_until").timestamp_with_time_zone())
            .foreign_key(
                ForeignKey::create()
                    .from("subscriber", "authority_id")
                    .to("authority", "id")
                    .on_delete(ForeignKeyAction::Cascade),
            );
        create(manager, table).await?;
        unique(manager, "subscriber", &["topic", "callback"]).await?;
        index(manager, "subscriber", &["authority_id", "host"]).await?;
        index(manager, "subscriber", &["due_at"]).await?;
        index(manager, "subscriber", &["ends_at"]).await?;
        // Whether an authority has published anything since a subscriber was told is asked for each of them.
        index(manager, "outbox", &["authority_id", "seq"]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_index(Index::drop().name("outbox_authority_id_seq").table("outbox").to_owned())
            .await?;
        manager
            .drop_table(Table::drop().table(Alias::new("subscriber")).to_owned())
            .await
    }
}
