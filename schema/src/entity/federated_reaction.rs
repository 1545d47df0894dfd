//! Somebody elsewhere liked or shared an item.

use sea_orm::entity::prelude::*;

use crate::{
    clock::Timestamp,
    id::{FederatedActorId, ItemId},
    value::Reaction,
};

/// Somebody elsewhere liked or shared an item.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "federated_reaction")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub actor_id: FederatedActorId,
    pub item_id: ItemId,
    pub kind: Reaction,
    pub peer: String,
    /// The activity's id: an `Undo` names it.
    pub uri: String,
    pub at: Timestamp,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
