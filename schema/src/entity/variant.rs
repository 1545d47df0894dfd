//! What a person wrote for one account, in place of what the template says.

use sea_orm::entity::prelude::*;

use crate::{
    clock::Timestamp,
    id::{AccountId, ItemId},
};

/// What a person wrote for one account, in place of what the template says.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "variant")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub item_id: ItemId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: AccountId,
    pub text: String,
    /// The item's version that its author had before them: the item may say something else by now.
    pub version: i32,
    pub author: String,
    pub written_at: Timestamp,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
