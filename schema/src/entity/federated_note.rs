//! What an item became on one of our actors: the object as it was last told, and as it is served.

use sea_orm::entity::prelude::*;

use crate::{
    clock::Timestamp,
    id::{FederatedActorId, ItemId},
};

/// What an item became on one of our actors: the object as it was last told, and as it is served.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "federated_note")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub actor_id: FederatedActorId,
    pub item_id: ItemId,
    /// Of the revision that it tells.
    pub version: i32,
    /// JSON.
    pub object: String,
    pub published_at: Timestamp,
    /// It is a tombstone since then.
    pub deleted_at: Option<Timestamp>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
