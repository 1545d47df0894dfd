//! One revision brought to one account.

use sea_orm::entity::prelude::*;

use crate::{
    clock::Timestamp,
    id::{AccountId, AuthorityId, DeliveryId, ItemId, RevisionId},
    value::{Action, Change, DeliveryState, Rendered},
};

/// One revision brought to one account.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "delivery")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DeliveryId,
    pub authority_id: AuthorityId,
    pub item_id: ItemId,
    pub revision_id: RevisionId,
    pub account_id: AccountId,
    /// The item's version that is delivered.
    pub version: i32,
    pub change: Change,
    pub action: Action,
    pub state: DeliveryState,
    /// Frozen at the first try.
    pub rendered: Option<Rendered>,
    pub due_at: Timestamp,
    pub attempts: i32,
    /// Times the network was asked in vain whether a doubtful post is there.
    pub searches: i32,
    /// When the call that may have left was made.
    pub attempting_since: Option<Timestamp>,
    /// The network's own sentence at the last try.
    pub reason: Option<String>,
    /// How bad what it tells is: 0 for what is no disruption, 3 for the urgent lane.
    pub weight: i32,
    /// Its place among the new posts of an account that keeps their order.
    pub queue: Option<i64>,
    /// The slot it has.
    pub slot: Option<Timestamp>,
    /// When a new post took its turn: what the account's rules count.
    pub turn_at: Option<Timestamp>,
    /// When our former post was taken down for this one.
    pub cleared_at: Option<Timestamp>,
    pub lease_owner: Option<String>,
    pub lease_until: Option<Timestamp>,
    pub created_at: Timestamp,
    pub settled_at: Option<Timestamp>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
