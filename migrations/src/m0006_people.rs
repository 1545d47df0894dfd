//! Staff, sessions, tokens, and the audit log.

use sea_orm_migration::prelude::*;

use crate::table::{create, index, unique};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        staff(manager).await?;
        staff_role(manager).await?;
        session(manager).await?;
        api_token(manager).await?;
        invitation(manager).await?;
        audit(manager).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["audit", "invitation", "api_token", "session", "staff_role", "staff"] {
            manager
                .drop_table(Table::drop().table(Alias::new(table)).to_owned())
                .await?;
        }
        Ok(())
    }
}

async fn staff(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create();
    table
        .table("staff")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("email").text().not_null())
        .col(ColumnDef::new("name").text().not_null())
        .col(ColumnDef::new("password_hash").text().not_null())
        .col(ColumnDef::new("language").text().not_null())
        .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null());
    create(manager, table).await?;
    unique(manager, "staff", &["email"]).await?;
    Ok(())
}

async fn staff_role(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create();
    table
        .table("staff_role")
        .col(ColumnDef::new("staff_id").uuid().not_null())
        .col(ColumnDef::new("scope").text().not_null())
        .col(ColumnDef::new("role").text().not_null())
        .primary_key(Index::create().col("staff_id").col("scope"))
        .foreign_key(
            ForeignKey::create()
                .from("staff_role", "staff_id")
                .to("staff", "id")
                .on_delete(ForeignKeyAction::Cascade),
        );
    create(manager, table).await?;
    Ok(())
}

async fn session(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create();
    table
        .table("session")
        .col(ColumnDef::new("token_sha256").text().not_null().primary_key())
        .col(ColumnDef::new("staff_id").uuid().not_null())
        .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("expires_at").timestamp_with_time_zone().not_null())
        .foreign_key(
            ForeignKey::create()
                .from("session", "staff_id")
                .to("staff", "id")
                .on_delete(ForeignKeyAction::Cascade),
        );
    create(manager, table).await?;
    index(manager, "session", &["staff_id"]).await?;
    Ok(())
}

async fn api_token(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create();
    table
        .table("api_token")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("authority_id").uuid().not_null())
        .col(ColumnDef::new("name").text().not_null())
        .col(ColumnDef::new("token_sha256").text().not_null())
        .col(ColumnDef::new("role").text().not_null())
        .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("created_by").uuid())
        .col(ColumnDef::new("last_used_at").timestamp_with_time_zone())
        .col(ColumnDef::new("expires_at").timestamp_with_time_zone())
        .col(ColumnDef::new("revoked_at").timestamp_with_time_zone())
        .foreign_key(
            ForeignKey::create()
                .from("api_token", "authority_id")
                .to("authority", "id")
                .on_delete(ForeignKeyAction::Cascade),
        );
    create(manager, table).await?;
    unique(manager, "api_token", &["token_sha256"]).await?;
    Ok(())
}

async fn invitation(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create();
    table
        .table("invitation")
        .col(ColumnDef::new("token_sha256").text().not_null().primary_key())
        .col(ColumnDef::new("scope").text().not_null())
        .col(ColumnDef::new("role").text().not_null())
        .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("expires_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("used_at").timestamp_with_time_zone());
    create(manager, table).await?;
    Ok(())
}

async fn audit(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create();
    table
        .table("audit")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("who").text().not_null())
        .col(ColumnDef::new("staff_id").uuid())
        .col(ColumnDef::new("authority_id").uuid())
        .col(ColumnDef::new("action").text().not_null())
        .col(ColumnDef::new("subject").text().not_null())
        .col(ColumnDef::new("detail").json_binary().not_null());
    create(manager, table).await?;
    index(manager, "audit", &["authority_id", "at"]).await?;
    Ok(())
}
