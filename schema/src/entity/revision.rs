//! A public state of an item, frozen when it was made public.

use sea_orm::entity::prelude::*;

use crate::{
    clock::Timestamp,
    id::{AuthorityId, ItemId, RevisionId, StaffId},
    value::{Change, ChangeClass, ItemContent},
};

/// A public state of an item, frozen when it was made public.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "revision")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RevisionId,
    pub item_id: ItemId,
    pub authority_id: AuthorityId,
    pub version: i32,
    pub change: Change,
    /// How a disruption changed: decides who is told.
    pub class: Option<ChangeClass>,
    /// Shown in the app only: nothing is pushed, and no new post is made.
    pub quiet: bool,
    pub at: Timestamp,
    pub by: Option<StaffId>,
    pub content: ItemContent,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
