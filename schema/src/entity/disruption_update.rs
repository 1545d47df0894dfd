//! One entry in the history of a disruption.

use sea_orm::entity::prelude::*;

use crate::{
    clock::Timestamp,
    id::{ItemId, UpdateId},
    value::{ChangeClass, Label},
};

/// One entry in the history of a disruption.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "disruption_update")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UpdateId,
    pub item_id: ItemId,
    pub at: Timestamp,
    pub class: ChangeClass,
    pub words: Label,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
