//! One entry of a source over time, matched from poll to poll.

use sea_orm::entity::prelude::*;

use crate::{
    clock::Timestamp,
    id::{ItemId, RecordId, SourceId},
    value::ItemContent,
};

/// One entry of a source over time, matched from poll to poll.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "record")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RecordId,
    pub source_id: SourceId,
    pub item_id: Option<ItemId>,
    /// Its state, as reconciling keeps it.
    pub known: Json,
    /// What its group said when the item last followed it: what differs there since is a person's word.
    pub said: Option<ItemContent>,
    pub open: bool,
    pub last_seen: Timestamp,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
