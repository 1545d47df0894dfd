//! What token endpoints gave for the secrets of accounts.

use sea_orm_migration::prelude::*;

use crate::table::create;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::create();
        table
            .table("account_access")
            .col(ColumnDef::new("account_id").uuid().not_null().primary_key())
            .col(ColumnDef::new("sealed").binary())
            .col(ColumnDef::new("until").timestamp_with_time_zone())
            .col(ColumnDef::new("renew_from").timestamp_with_time_zone())
            .col(ColumnDef::new("lease_owner").text())
            .col(ColumnDef::new("lease_until").timestamp_with_time_zone())
            .foreign_key(
                ForeignKey::create()
                    .from("account_access", "account_id")
                    .to("account", "id")
                    .on_delete(ForeignKeyAction::Cascade),
            );
        create(manager, table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::drop().table(Alias::new("account_access")).to_owned();
        manager.drop_table(table).await
    }
}
