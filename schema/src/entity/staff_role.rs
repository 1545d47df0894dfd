//! What a person may do where; no authority: everywhere.

use sea_orm::entity::prelude::*;

use crate::{id::StaffId, value::Role};

/// What a person may do where; no authority: everywhere.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "staff_role")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub staff_id: StaffId,
    /// The authority's id, or `*`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub scope: String,
    pub role: Role,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
