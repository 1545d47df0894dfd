//! What an item became on one account.

use sea_orm::entity::prelude::*;

use crate::{
    clock::Timestamp,
    id::{AccountId, DeliveryId, ItemId, ReceiptId},
    value::{Metrics, RemotePost},
};

/// What an item became on one account.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "receipt")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReceiptId,
    pub item_id: ItemId,
    pub account_id: AccountId,
    /// The delivery that made it.
    pub delivery_id: DeliveryId,
    pub remote: RemotePost,
    /// The item's version that the post says.
    pub version: i32,
    pub posted_at: Timestamp,
    pub amended_at: Option<Timestamp>,
    pub withdrawn_at: Option<Timestamp>,
    /// What readers did with it; none: its network does not tell, or was not asked yet.
    pub metrics: Option<Metrics>,
    /// When the network told.
    pub read_at: Option<Timestamp>,
    /// When it is asked next; none: it is not asked any more.
    pub next_read_at: Option<Timestamp>,
    pub lease_owner: Option<String>,
    pub lease_until: Option<Timestamp>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
