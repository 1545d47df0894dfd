//! What the rules of an account said of an item.

use sea_orm::entity::prelude::*;

use crate::{
    clock::Timestamp,
    id::{AccountId, AuthorityId, ItemId},
    value::{Rule, Verdict},
};

/// What the rules of an account said of an item.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "ruling")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub item_id: ItemId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: AccountId,
    pub authority_id: AuthorityId,
    /// The item's version that was looked at.
    pub version: i32,
    pub verdict: Verdict,
    pub rule: Rule,
    pub until: Option<Timestamp>,
    /// Its number among the items that matched, where they are counted.
    pub number: Option<i64>,
    /// Why, in French.
    pub fr: String,
    /// Why, in English.
    pub en: String,
    pub at: Timestamp,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
