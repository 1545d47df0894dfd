//! How posts are put together, and what people wrote for one account.

use sea_orm_migration::prelude::*;

use crate::table::create;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        post_template(manager).await?;
        variant(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["variant", "post_template"] {
            manager
                .drop_table(Table::drop().table(Alias::new(table)).to_owned())
                .await?;
        }
        Ok(())
    }
}

async fn post_template(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create();
    table
        .table("post_template")
        .col(ColumnDef::new("authority_id").uuid().not_null())
        .col(ColumnDef::new("kind").text().not_null())
        .col(ColumnDef::new("network").text().not_null())
        .col(ColumnDef::new("language").text().not_null())
        .col(ColumnDef::new("text").text().not_null())
        .primary_key(
            Index::create()
                .col("authority_id")
                .col("kind")
                .col("network")
                .col("language"),
        )
        .foreign_key(
            ForeignKey::create()
                .from("post_template", "authority_id")
                .to("authority", "id")
                .on_delete(ForeignKeyAction::Cascade),
        );
    create(manager, table).await
}

async fn variant(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create();
    table
        .table("variant")
        .col(ColumnDef::new("item_id").uuid().not_null())
        .col(ColumnDef::new("account_id").uuid().not_null())
        .col(ColumnDef::new("text").text().not_null())
        .col(ColumnDef::new("version").integer().not_null())
        .col(ColumnDef::new("author").text().not_null())
        .col(ColumnDef::new("written_at").timestamp_with_time_zone().not_null())
        .primary_key(Index::create().col("item_id").col("account_id"))
        .foreign_key(
            ForeignKey::create()
                .from("variant", "item_id")
                .to("item", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .foreign_key(
            ForeignKey::create()
                .from("variant", "account_id")
                .to("account", "id")
                .on_delete(ForeignKeyAction::Cascade),
        );
    create(manager, table).await
}
