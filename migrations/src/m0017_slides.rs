//! What presentations say, beside their files.

use sea_orm_migration::prelude::*;

use crate::table::create;

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLE: &str = "file_slides";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::create();
        table
            .table(TABLE)
            .col(ColumnDef::new("sha256").text().not_null().primary_key())
            .col(ColumnDef::new("slides").json_binary().not_null())
            .foreign_key(
                ForeignKey::create()
                    .from(TABLE, "sha256")
                    .to("file", "sha256")
                    .on_delete(ForeignKeyAction::Cascade),
            );
        create(manager, table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(TABLE).to_owned()).await
    }
}
