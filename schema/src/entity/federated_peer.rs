//! An actor of another server, as it described itself when it was last asked.

use sea_orm::entity::prelude::*;

use crate::clock::Timestamp;

/// An actor of another server, as it described itself when it was last asked.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "federated_peer")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub uri: String,
    pub key_id: String,
    /// PEM.
    pub public_key: String,
    pub inbox: String,
    pub shared_inbox: Option<String>,
    /// `name@host`, for people.
    pub handle: String,
    pub fetched_at: Timestamp,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
