//! Files in a store of their own, in several sizes, brought in parts; what items attach.

use sea_orm_migration::prelude::*;

use crate::table::{create, index};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Columns that `media` has from now on. What was there are pictures.
const COLUMNS: [&str; 8] = [
    "kind",
    "size",
    "name",
    "blurhash",
    "focus_x",
    "focus_y",
    "duration_ms",
    "variants",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        file(manager).await?;
        // SQLite takes one column at a time.
        for column in COLUMNS {
            manager
                .alter_table(Table::alter().table("media").add_column(column_of(column)).to_owned())
                .await?;
        }
        upload(manager).await?;
        upload_part(manager).await?;
        item_attachment(manager).await?;
        // What stands in `media_content` is served from there until the loops have moved it.
        manager
            .get_connection()
            .execute_unprepared(
                "INSERT INTO file (sha256, mime, size, created_at) \
                 SELECT content.sha256, MIN(media.mime), LENGTH(content.bytes), MIN(media.created_at) \
                 FROM media_content AS content JOIN media ON media.sha256 = content.sha256 \
                 GROUP BY content.sha256, LENGTH(content.bytes)",
            )
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["item_attachment", "upload_part", "upload", "file"] {
            manager
                .drop_table(Table::drop().table(Alias::new(table)).to_owned())
                .await?;
        }
        for column in COLUMNS {
            manager
                .alter_table(Table::alter().table("media").drop_column(column).to_owned())
                .await?;
        }
        Ok(())
    }
}

fn column_of(name: &'static str) -> ColumnDef {
    let mut column = ColumnDef::new(name);
    match name {
        "kind" => column.text().not_null().default("picture"),
        "size" => column.big_integer().not_null().default(0),
        "focus_x" | "focus_y" => column.double(),
        "duration_ms" => column.big_integer(),
        "variants" => column.json_binary().not_null().default("[]"),
        _ => column.text(),
    };
    column
}

async fn file(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create();
    table
        .table("file")
        .col(ColumnDef::new("sha256").text().not_null().primary_key())
        .col(ColumnDef::new("mime").text().not_null())
        .col(ColumnDef::new("size").big_integer().not_null())
        .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null());
    create(manager, table).await
}

async fn upload(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create();
    table
        .table("upload")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("authority_id").uuid().not_null())
        .col(ColumnDef::new("name").text().not_null())
        .col(ColumnDef::new("size").big_integer().not_null())
        .col(ColumnDef::new("received").big_integer().not_null())
        .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("expires_at").timestamp_with_time_zone().not_null())
        .foreign_key(
            ForeignKey::create()
                .from("upload", "authority_id")
                .to("authority", "id")
                .on_delete(ForeignKeyAction::Cascade),
        );
    create(manager, table).await?;
    index(manager, "upload", &["expires_at"]).await
}

async fn upload_part(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create();
    table
        .table("upload_part")
        .col(ColumnDef::new("upload_id").uuid().not_null())
        .col(ColumnDef::new("start").big_integer().not_null())
        .col(ColumnDef::new("length").big_integer().not_null())
        .col(ColumnDef::new("part").uuid().not_null())
        .primary_key(Index::create().col("upload_id").col("start"))
        .foreign_key(
            ForeignKey::create()
                .from("upload_part", "upload_id")
                .to("upload", "id")
                .on_delete(ForeignKeyAction::Cascade),
        );
    create(manager, table).await
}

async fn item_attachment(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create();
    table
        .table("item_attachment")
        .col(ColumnDef::new("item_id").uuid().not_null())
        .col(ColumnDef::new("media_id").uuid().not_null())
        .col(ColumnDef::new("position").integer().not_null())
        .primary_key(Index::create().col("item_id").col("media_id"))
        .foreign_key(
            ForeignKey::create()
                .from("item_attachment", "item_id")
                .to("item", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .foreign_key(
            ForeignKey::create()
                .from("item_attachment", "media_id")
                .to("media", "id")
                .on_delete(ForeignKeyAction::Cascade),
        );
    create(manager, table).await
}
