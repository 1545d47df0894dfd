//! Our own actors of the fediverse: who follows them, what they said, and what is said to them.

use sea_orm_migration::prelude::*;

use crate::table::{create, index, unique};

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLES: [&str; 9] = [
    "federated_reaction",
    "federated_reply",
    "federated_request",
    "federated_delivery",
    "federated_activity",
    "federated_note",
    "federated_follower",
    "federated_peer",
    "federated_host",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        actor(manager).await?;
        peers(manager).await?;
        follower(manager).await?;
        note(manager).await?;
        activity(manager).await?;
        delivery(manager).await?;
        request(manager).await?;
        reply(manager).await?;
        reaction(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES.into_iter().chain(["federated_actor"]) {
            manager
                .drop_table(Table::drop().table(Alias::new(table)).to_owned())
                .await?;
        }
        Ok(())
    }
}

async fn actor(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create();
    table
        .table("federated_actor")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("authority_id").uuid().not_null())
        .col(ColumnDef::new("name").text().not_null())
        .col(ColumnDef::new("topic").text())
        .col(ColumnDef::new("title").text().not_null())
        .col(ColumnDef::new("summary").json_binary().not_null())
        .col(ColumnDef::new("icon_id").uuid())
        .col(ColumnDef::new("active").boolean().not_null())
        .col(ColumnDef::new("public_key").text().not_null())
        .col(ColumnDef::new("private_key").binary().not_null())
        .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("updated_at").timestamp_with_time_zone().not_null())
        .foreign_key(
            ForeignKey::create()
                .from("federated_actor", "authority_id")
                .to("authority", "id")
                .on_delete(ForeignKeyAction::Cascade),
        );
    create(manager, table).await?;
    unique(manager, "federated_actor", &["name"]).await?;
    index(manager, "federated_actor", &["authority_id"]).await
}

async fn peers(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut peer = Table::create();
    peer.table("federated_peer")
        .col(ColumnDef::new("uri").text().not_null().primary_key())
        .col(ColumnDef::new("key_id").text().not_null())
        .col(ColumnDef::new("public_key").text().not_null())
        .col(ColumnDef::new("inbox").text().not_null())
        .col(ColumnDef::new("shared_inbox").text())
        .col(ColumnDef::new("handle").text().not_null())
        .col(ColumnDef::new("fetched_at").timestamp_with_time_zone().not_null());
    create(manager, peer).await?;
    index(manager, "federated_peer", &["key_id"]).await?;
    let mut host = Table::create();
    host.table("federated_host")
        .col(ColumnDef::new("host").text().not_null().primary_key())
        .col(ColumnDef::new("not_before").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("failures").integer().not_null())
        .col(ColumnDef::new("reason").text().not_null());
    create(manager, host).await
}

async fn follower(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = of_an_actor("federated_follower");
    table
        .col(ColumnDef::new("peer").text().not_null())
        .col(ColumnDef::new("inbox").text().not_null())
        .col(ColumnDef::new("uri").text().not_null())
        .col(ColumnDef::new("followed_at").timestamp_with_time_zone().not_null());
    create(manager, table).await?;
    unique(manager, "federated_follower", &["actor_id", "peer"]).await?;
    index(manager, "federated_follower", &["inbox"]).await?;
    index(manager, "federated_follower", &["peer"]).await
}

async fn note(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = of_an_actor("federated_note");
    table
        .col(ColumnDef::new("item_id").uuid().not_null())
        .col(ColumnDef::new("version").integer().not_null())
        .col(ColumnDef::new("object").text().not_null())
        .col(ColumnDef::new("published_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("deleted_at").timestamp_with_time_zone());
    create(manager, table).await?;
    unique(manager, "federated_note", &["actor_id", "item_id"]).await?;
    index(manager, "federated_note", &["item_id"]).await
}

async fn activity(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = of_an_actor("federated_activity");
    table
        .col(ColumnDef::new("item_id").uuid())
        .col(ColumnDef::new("verb").text().not_null())
        .col(ColumnDef::new("body").text().not_null())
        .col(ColumnDef::new("at").timestamp_with_time_zone().not_null());
    create(manager, table).await?;
    index(manager, "federated_activity", &["actor_id", "verb", "id"]).await
}

async fn delivery(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = of_an_actor("federated_delivery");
    table
        .col(ColumnDef::new("activity_id").uuid().not_null())
        .col(ColumnDef::new("inbox").text().not_null())
        .col(ColumnDef::new("host").text().not_null())
        .col(ColumnDef::new("lane").text().not_null())
        .col(ColumnDef::new("version").integer().not_null())
        .col(ColumnDef::new("state").text().not_null())
        .col(ColumnDef::new("due_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("attempts").integer().not_null())
        .col(ColumnDef::new("reason").text())
        .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("settled_at").timestamp_with_time_zone())
        .col(ColumnDef::new("lease_owner").text())
        .col(ColumnDef::new("lease_until").timestamp_with_time_zone())
        .foreign_key(
            ForeignKey::create()
                .from("federated_delivery", "activity_id")
                .to("federated_activity", "id")
                .on_delete(ForeignKeyAction::Cascade),
        );
    create(manager, table).await?;
    unique(manager, "federated_delivery", &["activity_id", "inbox"]).await?;
    index(manager, "federated_delivery", &["state", "due_at"]).await?;
    index(manager, "federated_delivery", &["inbox", "lane"]).await?;
    index(manager, "federated_delivery", &["host", "state"]).await
}

async fn request(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create();
    table
        .table("federated_request")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("fingerprint").text().not_null())
        .col(ColumnDef::new("key_id").text().not_null())
        .col(ColumnDef::new("signed").text().not_null())
        .col(ColumnDef::new("signature").binary().not_null())
        .col(ColumnDef::new("body").text().not_null())
        .col(ColumnDef::new("state").text().not_null())
        .col(ColumnDef::new("due_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("attempts").integer().not_null())
        .col(ColumnDef::new("reason").text())
        .col(ColumnDef::new("activity").text())
        .col(ColumnDef::new("received_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("settled_at").timestamp_with_time_zone())
        .col(ColumnDef::new("lease_owner").text())
        .col(ColumnDef::new("lease_until").timestamp_with_time_zone());
    create(manager, table).await?;
    unique(manager, "federated_request", &["fingerprint"]).await?;
    unique(manager, "federated_request", &["activity"]).await?;
    index(manager, "federated_request", &["state", "due_at"]).await?;
    index(manager, "federated_request", &["key_id", "state"]).await
}

async fn reply(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = of_an_actor("federated_reply");
    table
        .col(ColumnDef::new("item_id").uuid().not_null())
        .col(ColumnDef::new("uri").text().not_null())
        .col(ColumnDef::new("parent").text().not_null())
        .col(ColumnDef::new("peer").text().not_null())
        .col(ColumnDef::new("handle").text().not_null())
        .col(ColumnDef::new("url").text().not_null())
        .col(ColumnDef::new("text").text().not_null())
        .col(ColumnDef::new("public").boolean().not_null())
        .col(ColumnDef::new("at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("edited_at").timestamp_with_time_zone())
        .col(ColumnDef::new("deleted_at").timestamp_with_time_zone());
    create(manager, table).await?;
    unique(manager, "federated_reply", &["uri"]).await?;
    index(manager, "federated_reply", &["item_id"]).await?;
    index(manager, "federated_reply", &["peer"]).await
}

async fn reaction(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = of_an_actor("federated_reaction");
    table
        .col(ColumnDef::new("item_id").uuid().not_null())
        .col(ColumnDef::new("kind").text().not_null())
        .col(ColumnDef::new("peer").text().not_null())
        .col(ColumnDef::new("uri").text().not_null())
        .col(ColumnDef::new("at").timestamp_with_time_zone().not_null());
    create(manager, table).await?;
    unique(manager, "federated_reaction", &["actor_id", "item_id", "kind", "peer"]).await?;
    index(manager, "federated_reaction", &["uri"]).await?;
    index(manager, "federated_reaction", &["peer"]).await
}

/// What belongs to an actor, and goes with it.
fn of_an_actor(name: &'static str) -> TableCreateStatement {
    let mut table = Table::create();
    table
        .table(name)
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("actor_id").uuid().not_null())
        .foreign_key(
            ForeignKey::create()
                .from(name, "actor_id")
                .to("federated_actor", "id")
                .on_delete(ForeignKeyAction::Cascade),
        );
    table
}
