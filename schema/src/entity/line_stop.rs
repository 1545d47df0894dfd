//! Which line serves which stop.

use sea_orm::entity::prelude::*;

use crate::id::{LineId, StopId};

/// Which line serves which stop.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "line_stop")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub line_id: LineId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub stop_id: StopId,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
