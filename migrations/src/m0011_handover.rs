//! What is handed over to a person: posts, corrections and deletions that a network does not take from programs.

use sea_orm_migration::prelude::*;

use crate::table::{create, index};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::create();
        table
            .table("handover")
            .col(ColumnDef::new("id").uuid().not_null().primary_key())
            .col(ColumnDef::new("authority_id").uuid().not_null())
            .col(ColumnDef::new("delivery_id").uuid().not_null())
            .col(ColumnDef::new("errand").text().not_null())
            .col(ColumnDef::new("reason").text().not_null())
            .col(ColumnDef::new("composer").text())
            .col(ColumnDef::new("state").text().not_null())
            .col(ColumnDef::new("due_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("claimed_by").uuid())
            .col(ColumnDef::new("claimed_name").text())
            .col(ColumnDef::new("claimed_until").timestamp_with_time_zone())
            .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("closed_at").timestamp_with_time_zone())
            .col(ColumnDef::new("closed_name").text())
            .col(ColumnDef::new("url").text())
            .col(ColumnDef::new("note").text())
            .foreign_key(
                ForeignKey::create()
                    .from("handover", "authority_id")
                    .to("authority", "id")
                    .on_delete(ForeignKeyAction::Cascade),
            )
            .foreign_key(
                ForeignKey::create()
                    .from("handover", "delivery_id")
                    .to("delivery", "id")
                    .on_delete(ForeignKeyAction::Cascade),
            );
        create(manager, table).await?;
        index(manager, "handover", &["state", "due_at"]).await?;
        index(manager, "handover", &["delivery_id"]).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::drop().table(Alias::new("handover")).to_owned();
        manager.drop_table(table).await
    }
}
