//! Items, their texts, dates and pictures, their revisions, and the outbox.

use sea_orm_migration::prelude::*;

use crate::table::{create, index, unique};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        item(manager).await?;
        translation(manager).await?;
        item_zone(manager).await?;
        item_line(manager).await?;
        item_stop(manager).await?;
        event(manager).await?;
        occurrence(manager).await?;
        disruption(manager).await?;
        disruption_update(manager).await?;
        article(manager).await?;
        media(manager).await?;
        media_content(manager).await?;
        item_media(manager).await?;
        revision(manager).await?;
        outbox(manager).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [
            "outbox",
            "revision",
            "item_media",
            "media_content",
            "media",
            "article",
            "disruption_update",
            "disruption",
            "occurrence",
            "event",
            "item_stop",
            "item_line",
            "item_zone",
            "translation",
            "item",
        ] {
            manager
                .drop_table(Table::drop().table(Alias::new(table)).to_owned())
                .await?;
        }
        Ok(())
    }
}

async fn item(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create();
    table
        .table("item")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("authority_id").uuid().not_null())
        .col(ColumnDef::new("kind").text().not_null())
        .col(ColumnDef::new("status").text().not_null())
        .col(ColumnDef::new("version").integer().not_null())
        .col(ColumnDef::new("language").text().not_null())
        .col(ColumnDef::new("topics").json_binary().not_null())
        .col(ColumnDef::new("venue").json_binary().not_null())
        .col(ColumnDef::new("link").text())
        .col(ColumnDef::new("held").text())
        .col(ColumnDef::new("draft_key").text())
        .col(ColumnDef::new("publish_at").timestamp_with_time_zone())
        .col(ColumnDef::new("published_at").timestamp_with_time_zone())
        .col(ColumnDef::new("updated_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("withdrawn_at").timestamp_with_time_zone())
        .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("created_by").uuid())
        .foreign_key(
            ForeignKey::create()
                .from("item", "authority_id")
                .to("authority", "id")
                .on_delete(ForeignKeyAction::Cascade),
        );
    create(manager, table).await?;
    unique(manager, "item", &["authority_id", "draft_key"]).await?;
    index(manager, "item", &["authority_id", "status", "published_at"]).await?;
    index(manager, "item", &["status", "publish_at"]).await?;
    Ok(())
}

async fn translation(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create();
    table
        .table("translation")
        .col(ColumnDef::new("item_id").uuid().not_null())
        .col(ColumnDef::new("language").text().not_null())
        .col(ColumnDef::new("title").text().not_null())
        .col(ColumnDef::new("summary").text().not_null())
        .col(ColumnDef::new("body").text().not_null())
        .primary_key(Index::create().col("item_id").col("language"))
        .foreign_key(
            ForeignKey::create()
                .from("translation", "item_id")
                .to("item", "id")
                .on_delete(ForeignKeyAction::Cascade),
        );
    create(manager, table).await?;
    Ok(())
}

async fn item_zone(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create();
    table
        .table("item_zone")
        .col(ColumnDef::new("item_id").uuid().not_null())
        .col(ColumnDef::new("zone_id").uuid().not_null())
        .primary_key(Index::create().col("item_id").col("zone_id"))
        .foreign_key(
            ForeignKey::create()
                .from("item_zone", "item_id")
                .to("item", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .foreign_key(
            ForeignKey::create()
                .from("item_zone", "zone_id")
                .to("zone", "id")
                .on_delete(ForeignKeyAction::Cascade),
        );
    create(manager, table).await?;
    index(manager, "item_zone", &["zone_id"]).await?;
    Ok(())
}

async fn item_line(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create();
    table
        .table("item_line")
        .col(ColumnDef::new("item_id").uuid().not_null())
        .col(ColumnDef::new("line_id").uuid().not_null())
        .primary_key(Index::create().col("item_id").col("line_id"))
        .foreign_key(
            ForeignKey::create()
                .from("item_line", "item_id")
                .to("item", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .foreign_key(
            ForeignKey::create()
                .from("item_line", "line_id")
                .to("line", "id")
                .on_delete(ForeignKeyAction::Cascade),
        );
    create(manager, table).await?;
    index(manager, "item_line", &["line_id"]).await?;
    Ok(())
}

async fn item_stop(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create();
    table
        .table("item_stop")
        .col(ColumnDef::new("item_id").uuid().not_null())
        .col(ColumnDef::new("stop_id").uuid().not_null())
        .primary_key(Index::create().col("item_id").col("stop_id"))
        .foreign_key(
            ForeignKey::create()
                .from("item_stop", "item_id")
                .to("item", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .foreign_key(
            ForeignKey::create()
                .from("item_stop", "stop_id")
                .to("stop", "id")
                .on_delete(ForeignKeyAction::Cascade),
        );
    create(manager, table).await?;
    index(manager, "item_stop", &["stop_id"]).await?;
    Ok(())
}

async fn event(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create();
    table
        .table("event")
        .col(ColumnDef::new("item_id").uuid().not_null().primary_key())
        .col(ColumnDef::new("starts_at").timestamp().not_null())
        .col(ColumnDef::new("ends_at").timestamp())
        .col(ColumnDef::new("time_zone").text().not_null())
        .col(ColumnDef::new("all_day").boolean().not_null())
        .col(ColumnDef::new("recurrence").json_binary().not_null())
        .foreign_key(
            ForeignKey::create()
                .from("event", "item_id")
                .to("item", "id")
                .on_delete(ForeignKeyAction::Cascade),
        );
    create(manager, table).await?;
    Ok(())
}

async fn occurrence(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create();
    table
        .table("occurrence")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("item_id").uuid().not_null())
        .col(ColumnDef::new("authority_id").uuid().not_null())
        .col(ColumnDef::new("date").timestamp().not_null())
        .col(ColumnDef::new("starts_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("ends_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("status").text().not_null())
        .col(ColumnDef::new("note").json_binary())
        .foreign_key(
            ForeignKey::create()
                .from("occurrence", "item_id")
                .to("item", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .foreign_key(
            ForeignKey::create()
                .from("occurrence", "authority_id")
                .to("authority", "id")
                .on_delete(ForeignKeyAction::Cascade),
        );
    create(manager, table).await?;
    unique(manager, "occurrence", &["item_id", "date"]).await?;
    index(manager, "occurrence", &["authority_id", "starts_at"]).await?;
    Ok(())
}

async fn disruption(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create();
    table
        .table("disruption")
        .col(ColumnDef::new("item_id").uuid().not_null().primary_key())
        .col(ColumnDef::new("cause").text().not_null())
        .col(ColumnDef::new("effect").text().not_null())
        .col(ColumnDef::new("severity").text().not_null())
        .col(ColumnDef::new("impact").json_binary().not_null())
        .col(ColumnDef::new("display").json_binary().not_null())
        .col(ColumnDef::new("selectors").json_binary().not_null())
        .col(ColumnDef::new("timetable_id").uuid())
        .col(ColumnDef::new("resolved_at").timestamp_with_time_zone())
        .foreign_key(
            ForeignKey::create()
                .from("disruption", "item_id")
                .to("item", "id")
                .on_delete(ForeignKeyAction::Cascade),
        );
    create(manager, table).await?;
    Ok(())
}

async fn disruption_update(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create();
    table
        .table("disruption_update")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("item_id").uuid().not_null())
        .col(ColumnDef::new("at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("class").text().not_null())
        .col(ColumnDef::new("words").json_binary().not_null())
        .foreign_key(
            ForeignKey::create()
                .from("disruption_update", "item_id")
                .to("item", "id")
                .on_delete(ForeignKeyAction::Cascade),
        );
    create(manager, table).await?;
    index(manager, "disruption_update", &["item_id", "at"]).await?;
    Ok(())
}

async fn article(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create();
    table
        .table("article")
        .col(ColumnDef::new("item_id").uuid().not_null().primary_key())
        .col(ColumnDef::new("section").text())
        .col(ColumnDef::new("pinned_until").timestamp_with_time_zone())
        .foreign_key(
            ForeignKey::create()
                .from("article", "item_id")
                .to("item", "id")
                .on_delete(ForeignKeyAction::Cascade),
        );
    create(manager, table).await?;
    Ok(())
}

async fn media(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create();
    table
        .table("media")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("authority_id").uuid().not_null())
        .col(ColumnDef::new("sha256").text().not_null())
        .col(ColumnDef::new("mime").text().not_null())
        .col(ColumnDef::new("width").integer().not_null())
        .col(ColumnDef::new("height").integer().not_null())
        .col(ColumnDef::new("alt").json_binary().not_null())
        .col(ColumnDef::new("credit").text())
        .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
        .foreign_key(
            ForeignKey::create()
                .from("media", "authority_id")
                .to("authority", "id")
                .on_delete(ForeignKeyAction::Cascade),
        );
    create(manager, table).await?;
    index(manager, "media", &["authority_id", "sha256"]).await?;
    Ok(())
}

async fn media_content(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create();
    table
        .table("media_content")
        .col(ColumnDef::new("sha256").text().not_null().primary_key())
        .col(ColumnDef::new("bytes").binary().not_null());
    create(manager, table).await?;
    Ok(())
}

async fn item_media(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create();
    table
        .table("item_media")
        .col(ColumnDef::new("item_id").uuid().not_null())
        .col(ColumnDef::new("media_id").uuid().not_null())
        .col(ColumnDef::new("position").integer().not_null())
        .primary_key(Index::create().col("item_id").col("media_id"))
        .foreign_key(
            ForeignKey::create()
                .from("item_media", "item_id")
                .to("item", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .foreign_key(
            ForeignKey::create()
                .from("item_media", "media_id")
                .to("media", "id")
                .on_delete(ForeignKeyAction::Cascade),
        );
    create(manager, table).await?;
    Ok(())
}

async fn revision(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create();
    table
        .table("revision")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("item_id").uuid().not_null())
        .col(ColumnDef::new("authority_id").uuid().not_null())
        .col(ColumnDef::new("version").integer().not_null())
        .col(ColumnDef::new("change").text().not_null())
        .col(ColumnDef::new("class").text())
        .col(ColumnDef::new("quiet").boolean().not_null())
        .col(ColumnDef::new("at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("by").uuid())
        .col(ColumnDef::new("content").json_binary().not_null())
        .foreign_key(
            ForeignKey::create()
                .from("revision", "item_id")
                .to("item", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .foreign_key(
            ForeignKey::create()
                .from("revision", "authority_id")
                .to("authority", "id")
                .on_delete(ForeignKeyAction::Cascade),
        );
    create(manager, table).await?;
    unique(manager, "revision", &["item_id", "version"]).await?;
    Ok(())
}

async fn outbox(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create();
    table
        .table("outbox")
        .col(
            ColumnDef::new("seq")
                .big_integer()
                .not_null()
                .auto_increment()
                .primary_key(),
        )
        .col(ColumnDef::new("authority_id").uuid().not_null())
        .col(ColumnDef::new("subject").text().not_null())
        .col(ColumnDef::new("revision_id").uuid())
        .col(ColumnDef::new("item_id").uuid())
        .col(ColumnDef::new("at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("due_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("fanned_out_at").timestamp_with_time_zone())
        .col(ColumnDef::new("lease_owner").text())
        .col(ColumnDef::new("lease_until").timestamp_with_time_zone());
    create(manager, table).await?;
    index(manager, "outbox", &["fanned_out_at", "due_at"]).await?;
    index(manager, "outbox", &["item_id"]).await?;
    Ok(())
}
