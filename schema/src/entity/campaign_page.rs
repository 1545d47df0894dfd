//! A bounded run of devices within a campaign: a range of ids, or the ones named to be tried again.

use sea_orm::entity::prelude::*;

use crate::{
    clock::Timestamp,
    id::{CampaignId, DeviceId, PageId},
    value::DeviceList,
};

/// A bounded run of devices within a campaign: a range of ids, or the ones named to be tried again.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "campaign_page")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PageId,
    pub campaign_id: CampaignId,
    /// First device of the range.
    pub first: DeviceId,
    /// Last device of the range.
    pub last: DeviceId,
    /// Only these, when tried again.
    pub devices: Option<DeviceList>,
    /// 0 before 1: urgent campaigns overtake the others.
    pub lane: i16,
    pub due_at: Timestamp,
    pub attempts: i32,
    pub done_at: Option<Timestamp>,
    pub lease_owner: Option<String>,
    pub lease_until: Option<Timestamp>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
