//! One reading of a source: what came, and what became of it.

use sea_orm::entity::prelude::*;

use crate::{
    clock::Timestamp,
    id::{PollId, SourceId},
    value::{Issues, PollClass},
};

/// One reading of a source: what came, and what became of it.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "poll")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PollId,
    pub source_id: SourceId,
    pub at: Timestamp,
    pub duration_ms: i32,
    pub class: PollClass,
    pub reason: Option<String>,
    pub feed_timestamp: Option<Timestamp>,
    pub entries: i32,
    pub created: i32,
    pub revised: i32,
    pub resolved: i32,
    pub issues: Issues,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
