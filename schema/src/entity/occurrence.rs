//! One date of an event, expanded from its rule.

use chrono::NaiveDateTime;
use sea_orm::entity::prelude::*;

use crate::{
    clock::Timestamp,
    id::{AuthorityId, ItemId, OccurrenceId},
    value::{Label, OccurrenceStatus},
};

/// One date of an event, expanded from its rule.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "occurrence")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OccurrenceId,
    pub item_id: ItemId,
    pub authority_id: AuthorityId,
    /// The local start that the rule gives: the date's name.
    pub date: NaiveDateTime,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub status: OccurrenceStatus,
    pub note: Option<Label>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
