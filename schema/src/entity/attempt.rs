//! One try at a delivery.

use sea_orm::entity::prelude::*;

use crate::{
    clock::Timestamp,
    id::{AttemptId, DeliveryId},
    value::AttemptOutcome,
};

/// One try at a delivery.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "attempt")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AttemptId,
    pub delivery_id: DeliveryId,
    pub number: i32,
    pub started_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub outcome: Option<AttemptOutcome>,
    pub reason: Option<String>,
    /// What it cost, or may have cost, in millionths of a US dollar; none: nothing.
    pub cost: Option<i32>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
