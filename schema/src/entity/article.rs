//! City news.

use sea_orm::entity::prelude::*;

use crate::{clock::Timestamp, id::ItemId};

/// City news.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "article")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub item_id: ItemId,
    /// A rubric of the town: `voirie`, `culture`.
    pub section: Option<String>,
    pub pinned_until: Option<Timestamp>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
