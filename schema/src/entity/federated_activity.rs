//! What one of our actors did, frozen.

use sea_orm::entity::prelude::*;

use crate::{
    clock::Timestamp,
    id::{ActivityId, FederatedActorId, ItemId},
    value::Verb,
};

/// What one of our actors did, frozen.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "federated_activity")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ActivityId,
    pub actor_id: FederatedActorId,
    /// None: it concerns a follower alone.
    pub item_id: Option<ItemId>,
    pub verb: Verb,
    /// JSON, byte for byte what is sent.
    pub body: String,
    pub at: Timestamp,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
