//! A page or handle on a social network.

use sea_orm::entity::prelude::*;

use crate::{
    clock::Timestamp,
    id::{AccountId, AuthorityId, StaffId},
    value::{AccountHealth, AccountRules, AccountState, Capabilities, Network},
};

/// A page or handle on a social network.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "account")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AccountId,
    pub authority_id: AuthorityId,
    pub network: Network,
    /// How staff call it.
    pub name: String,
    /// The network's own settings (instance, page id), as its file defines them.
    pub settings: Json,
    /// Sealed (see `store::seal`).
    pub secret: Option<Vec<u8>>,
    pub state: AccountState,
    /// Why it is paused or locked, in the network's own sentence.
    pub reason: Option<String>,
    /// Whether a check that finds it well lets it go on, once it is locked.
    pub reopens: bool,
    pub rules: AccountRules,
    pub capabilities: Option<Capabilities>,
    pub health: Option<AccountHealth>,
    pub next_check_at: Timestamp,
    /// The network asked us to wait until then.
    pub not_before: Option<Timestamp>,
    /// Until when the network takes what its person agreed to; none: it does not say, or there is no end.
    pub authorised_until: Option<Timestamp>,
    /// How many days before that end its people were reminded last; none: not yet.
    pub reminded: Option<i32>,
    /// Who connected it on our pages.
    pub connected_by: Option<StaffId>,
    /// The application that its person agreed to, sealed: it need not be typed again.
    pub application: Option<Vec<u8>>,
    pub version: i32,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub lease_owner: Option<String>,
    pub lease_until: Option<Timestamp>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
