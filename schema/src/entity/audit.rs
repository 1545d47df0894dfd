//! Who did what.

use sea_orm::entity::prelude::*;

use crate::{
    clock::Timestamp,
    id::{AuditId, AuthorityId, StaffId},
};

/// Who did what.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AuditId,
    pub at: Timestamp,
    pub who: String,
    pub staff_id: Option<StaffId>,
    pub authority_id: Option<AuthorityId>,
    /// The verb: `item.publish`.
    pub action: String,
    /// The row's id.
    pub subject: String,
    pub detail: Json,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
