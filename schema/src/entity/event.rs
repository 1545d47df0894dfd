//! When an event takes place, in its own local time.

use chrono::NaiveDateTime;
use sea_orm::entity::prelude::*;

use crate::{id::ItemId, value::Recurrence};

/// When an event takes place, in its own local time.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "event")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub item_id: ItemId,
    pub starts_at: NaiveDateTime,
    pub ends_at: Option<NaiveDateTime>,
    /// IANA name.
    pub time_zone: String,
    pub all_day: bool,
    pub recurrence: Recurrence,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
