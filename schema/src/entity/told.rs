//! Which device was told what, for caps and follow-ups.

use sea_orm::entity::prelude::*;

use crate::{
    clock::Timestamp,
    id::{CampaignId, DeviceId, ItemId},
    value::CampaignKind,
};

/// Which device was told what, for caps and follow-ups.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "told")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub device_id: DeviceId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub campaign_id: CampaignId,
    pub item_id: ItemId,
    pub kind: CampaignKind,
    pub at: Timestamp,
    /// Does not count towards the daily cap.
    pub urgent: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
