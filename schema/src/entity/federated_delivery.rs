//! One activity brought to one inbox.

use sea_orm::entity::prelude::*;

use crate::{
    clock::Timestamp,
    id::{ActivityId, FederatedActorId, FederatedDeliveryId},
    value::FederatedState,
};

/// One activity brought to one inbox.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "federated_delivery")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: FederatedDeliveryId,
    pub actor_id: FederatedActorId,
    pub activity_id: ActivityId,
    pub inbox: String,
    /// `host:port` of the inbox.
    pub host: String,
    /// What keeps its order: deliveries of one lane to one inbox leave one after the other.
    pub lane: String,
    /// Their order within the lane; then that of their ids.
    pub version: i32,
    pub state: FederatedState,
    pub due_at: Timestamp,
    pub attempts: i32,
    /// Why it waits, or what became of it.
    pub reason: Option<String>,
    pub created_at: Timestamp,
    pub settled_at: Option<Timestamp>,
    pub lease_owner: Option<String>,
    pub lease_until: Option<Timestamp>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
