//! A stop, platform or station.

use sea_orm::entity::prelude::*;

use crate::{
    clock::Timestamp,
    id::{AuthorityId, SourceId, StopId},
};

/// A stop, platform or station.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "stop")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: StopId,
    pub authority_id: AuthorityId,
    pub source_id: Option<SourceId>,
    /// The operator's `stop_id`.
    pub key: String,
    pub name: String,
    pub latitude: Option<f64>,
    pub longitude: Option<f64>,
    /// GTFS `location_type`: 0 stop, 1 station, 2 entrance, 3 node, 4 boarding area.
    pub location_type: i16,
    /// The station it belongs to.
    pub parent_id: Option<StopId>,
    pub platform: Option<String>,
    pub retired_at: Option<Timestamp>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
