//! What a device follows.

use sea_orm::entity::prelude::*;

use crate::{
    id::{AuthorityId, DeviceId},
    value::FollowKind,
};

/// What a device follows.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "follow")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub device_id: DeviceId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: FollowKind,
    #[sea_orm(primary_key, auto_increment = false)]
    pub target: String,
    /// The device's. Topics and kinds have the same names everywhere: with it, the followers of one authority's are
    /// one range of an index.
    pub authority_id: AuthorityId,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
