//! A transport line.

use sea_orm::entity::prelude::*;

use crate::{
    clock::Timestamp,
    id::{AuthorityId, LineId, SourceId},
    value::{Mode, Shape},
};

/// A transport line.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "line")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: LineId,
    pub authority_id: AuthorityId,
    /// The timetable it came from.
    pub source_id: Option<SourceId>,
    /// The operator's `route_id`.
    pub key: String,
    pub agency: Option<String>,
    pub short_name: String,
    pub long_name: String,
    pub mode: Mode,
    /// Six hexadecimal digits.
    pub color: String,
    /// Readable on `color`.
    pub text_color: String,
    pub shape: Option<Shape>,
    /// Order in lists.
    pub position: i32,
    /// No longer in the timetable; kept, because alerts go on naming it.
    pub retired_at: Option<Timestamp>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
