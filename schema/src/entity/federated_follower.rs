//! Somebody elsewhere who follows one of our actors.

use sea_orm::entity::prelude::*;

use crate::{clock::Timestamp, id::FederatedActorId};

/// Somebody elsewhere who follows one of our actors.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "federated_follower")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub actor_id: FederatedActorId,
    /// Their id.
    pub peer: String,
    /// Where they are told: their server's shared inbox where it has one.
    pub inbox: String,
    /// The activity's id: an `Undo` names it.
    pub uri: String,
    pub followed_at: Timestamp,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
