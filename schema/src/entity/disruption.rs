//! What does not work as usual.

use sea_orm::entity::prelude::*;

use crate::{
    clock::Timestamp,
    id::{ItemId, SourceId},
    value::{Cause, Effect, Periods, Selectors, Severity},
};

/// What does not work as usual.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "disruption")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub item_id: ItemId,
    pub cause: Cause,
    pub effect: Effect,
    pub severity: Severity,
    /// When service is affected.
    pub impact: Periods,
    /// When it is shown.
    pub display: Periods,
    /// What is concerned, in the operator's ids.
    pub selectors: Selectors,
    /// Whose ids those are.
    pub timetable_id: Option<SourceId>,
    pub resolved_at: Option<Timestamp>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
