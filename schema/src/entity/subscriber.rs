//! A program that asked the hub for a feed.

use sea_orm::entity::prelude::*;

use crate::{
    clock::Timestamp,
    id::{AuthorityId, SubscriberId},
    value::HubMode,
};

/// A program that asked the hub for a feed.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "subscriber")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SubscriberId,
    pub authority_id: AuthorityId,
    /// The feed's address.
    pub topic: String,
    /// Where it is sent. Often only the subscriber knows it: it is shown nowhere.
    pub callback: String,
    /// Of the callback.
    pub host: String,
    /// What deliveries are signed with, sealed (see `store::seal`).
    pub secret: Option<Vec<u8>>,
    /// Until when it is sent; none: it has not said yet that it wants to be.
    pub ends_at: Option<Timestamp>,
    /// What was asked for and has not been confirmed yet.
    pub asked: Option<HubMode>,
    pub asked_at: Option<Timestamp>,
    /// To sign with once that is confirmed, sealed.
    pub asked_secret: Option<Vec<u8>>,
    pub asked_lease_s: i32,
    /// Number of the line of the outbox up to which it was told.
    pub seq: i64,
    /// Hash of what it was told last.
    pub told: Option<String>,
    /// In a row.
    pub failures: i32,
    pub due_at: Timestamp,
    pub created_at: Timestamp,
    pub lease_owner: Option<String>,
    pub lease_until: Option<Timestamp>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
