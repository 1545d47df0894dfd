//! What the rules of accounts said of items, and the turns of new posts.

use sea_orm_migration::prelude::*;

use crate::table::{create, index, unique};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in columns() {
            let table = Table::alter().table("delivery").add_column(column).to_owned();
            manager.alter_table(table).await?;
        }
        index(manager, "delivery", &["account_id", "state"]).await?;
        ruling(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table(Alias::new("ruling")).to_owned())
            .await?;
        let index = Index::drop()
            .name("delivery_account_id_state")
            .table("delivery")
            .to_owned();
        manager.drop_index(index).await?;
        for column in ["cleared_at", "turn_at", "slot", "queue", "weight"] {
            let table = Table::alter().table("delivery").drop_column(column).to_owned();
            manager.alter_table(table).await?;
        }
        Ok(())
    }
}

/// One statement each: SQLite adds one column at a time.
fn columns() -> [ColumnDef; 5] {
    let mut weight = ColumnDef::new("weight");
    weight.integer().not_null().default(0);
    let mut queue = ColumnDef::new("queue");
    queue.big_integer();
    let time = |name: &'static str| {
        let mut column = ColumnDef::new(name);
        column.timestamp_with_time_zone();
        column
    };
    [weight, queue, time("slot"), time("turn_at"), time("cleared_at")]
}

async fn ruling(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create();
    let key = |name: &'static str| ColumnDef::new(name).uuid().not_null().to_owned();
    let text = |name: &'static str| ColumnDef::new(name).text().not_null().to_owned();
    table
        .table("ruling")
        .col(key("item_id"))
        .col(key("account_id"))
        .col(key("authority_id"))
        .col(ColumnDef::new("version").integer().not_null())
        .col(text("verdict"))
        .col(text("rule"))
        .col(ColumnDef::new("until").timestamp_with_time_zone())
        .col(ColumnDef::new("number").big_integer())
        .col(text("fr"))
        .col(text("en"))
        .col(ColumnDef::new("at").timestamp_with_time_zone().not_null())
        .primary_key(Index::create().col("item_id").col("account_id"))
        .foreign_key(
            ForeignKey::create()
                .from("ruling", "item_id")
                .to("item", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .foreign_key(
            ForeignKey::create()
                .from("ruling", "account_id")
                .to("account", "id")
                .on_delete(ForeignKeyAction::Cascade),
        );
    create(manager, table).await?;
    unique(manager, "ruling", &["account_id", "number"]).await
}
