//! What a person is to do for a delivery.

use sea_orm::entity::prelude::*;

use crate::{
    clock::Timestamp,
    id::{AuthorityId, DeliveryId, HandoverId, StaffId},
    value::{Errand, HandoverState},
};

/// What a person is to do for a delivery.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "handover")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: HandoverId,
    pub authority_id: AuthorityId,
    pub delivery_id: DeliveryId,
    pub errand: Errand,
    /// Why it is a person's.
    pub reason: String,
    /// Opens the place where it is written.
    pub composer: Option<String>,
    pub state: HandoverState,
    pub due_at: Timestamp,
    /// Who is at it, until `claimed_until`; a program's token has a name only.
    pub claimed_by: Option<StaffId>,
    pub claimed_name: Option<String>,
    pub claimed_until: Option<Timestamp>,
    pub created_at: Timestamp,
    pub closed_at: Option<Timestamp>,
    /// Who said what became of it.
    pub closed_name: Option<String>,
    /// Where it is, as they said.
    pub url: Option<String>,
    /// Why it is not done, as they said.
    pub note: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
